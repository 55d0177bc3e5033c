"""What a build ran with, as its record keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from kg_builder.records import Record

Step = Literal["clean", "extract", "relate", "normalize"]


class RunPart(Record):
    """A part of the workflow that was ready to be used; which of the extractors were is with each mention."""

    step: Step
    name: str
    model: str | None = None
    """Model or terminology with its version; None: rules of the package."""


class TerminologySource(Record):
    """A vocabulary that the terminologies were made from."""

    name: str
    version: str = ""
    licence: str = ""


class RunSetup(Record):
    """Versions and settings of a run. Nothing in it is secret: passwords, keys and tokens are left out."""

    package: str = ""
    """Version of this package."""
    python: str = ""
    store: str = ""
    """Name of the store's file, or address of its server, without folders or users."""
    parts: tuple[RunPart, ...] = ()
    schemas: Mapping[str, str] = Field(default_factory=dict)
    """Beginning of the SHA-256 of each schema that a document could be read with, by its name or path."""
    terminologies: tuple[str, ...] = ()
    """As the settings name them."""
    vocabularies: tuple[TerminologySource, ...] = ()
    checks: tuple[str, ...] = ()
    """The user's own."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """As used, defaults included. What is only about reaching a database isn't among them."""
    changed: tuple[str, ...] = ()
    """Names of the settings that weren't the defaults."""
