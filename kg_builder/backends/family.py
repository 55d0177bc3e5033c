"""The five families of models: a module of its own, so that naming one loads nothing else."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """What a model is asked and what it answers."""

    JSON = "json"
    """Prompt that lists the types, answer as JSON: instruct models."""
    DIFFUSION = "diffusion"
    """Diffusion language model for (nested) recognition."""
    LISTS = "lists"
    """One prompt a task, answers as bullet lists and ``chemical | disease`` pairs."""
    TOKENS = "token-classification"
    """One label a word."""
    EDITOR = "copy-editor"
    """Rewrites clinical text; serves the clean step, not extraction."""
