"""What an answer holds once it is read: items or pairs as the model wrote them, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kg_builder.records import Issue


class AnswerItem(NamedTuple):
    """One entity in an answer."""

    text: str
    """As the model wrote it."""
    type: str
    """Label as the model wrote it; "" where the format has none."""
    start: int
    """Half-open offsets of the text in the answer, for token probabilities; equal where its place isn't known."""
    end: int
    occurrence: int | None = None
    """Where the answer copies the text: which occurrence of these words it marked, from 0."""


class AnswerPair(NamedTuple):
    """One relation in an answer."""

    subject: str
    predicate: str
    """"" where the format has none."""
    object: str
    evidence: str
    """"" where the format has none."""
    start: int
    """Half-open offsets in the answer, from the first of the ends to the last; equal where their place isn't known."""
    end: int


class ReadAnswer(NamedTuple):
    """An answer, read. Without items, pairs and issues it says that there is nothing."""

    items: Sequence[AnswerItem] = ()
    pairs: Sequence[AnswerPair] = ()
    issues: Sequence[Issue] = ()
    """What could not be read, at most one issue a code."""
    route: str = ""
    """Which way of reading it took."""
