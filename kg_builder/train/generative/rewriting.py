"""Pairs of messy and clean text for the copy-editor.

A document is clean text. Its messy one may stand beside it (JSON Lines with ``messy`` and ``text``); else it is made
from the clean one (`kg_builder.train.generative.corruption`), another one each epoch. Annotated names keep their
letters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from kg_builder.backends.generation import Prompt
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.clean.rewriting.prompt import rewriting_request
from kg_builder.corpora.records import GoldDocument
from kg_builder.text.chunks import split_chunks
from kg_builder.train.generative.corruption import corrupt

MESSY = "messy"
"""Field of a row with the messy text."""

_WORD = re.compile(r"[^\W\d_]+")


def pairs_of(gold: GoldDocument, *, max_characters: int, dice: random.Random) -> Iterator[tuple[str, str]]:
    """(messy, clean): the one that is given, whole, or one for each stretch of at most `max_characters`."""
    text, given = gold.document.text, gold.document.metadata.extra.get(MESSY)
    if isinstance(given, str) and given.strip():
        yield given, text
        return
    protected = frozenset(word.lower() for mention in gold.mentions for word in _WORD.findall(mention.text))
    for start, end in split_chunks(text, max_characters, 0):
        clean = text[start:end]
        yield corrupt(clean, dice, protected), clean


def rewriting_prompt(messy: str, *, base: str, system: str | None = None) -> Prompt:
    """What the cleaner asks the copy-editor for."""
    return rewriting_request(messy, ModelSettings(source=f"hf:{base}", system=system), seed=0).prompt
