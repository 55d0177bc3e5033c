"""The words that state a relation, read from ``relation_cues.tsv`` and ``relation_classes.tsv``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kg_builder.records import Assertion
from kg_builder.text.phrases import PhraseTable, spellings

ADJACENT = "(adjacent)"
"""Phrase that stands for chemical and disease with nothing between them."""

_TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a phrase: a line of the list."""

    predicate: str
    """``-``: the phrase states nothing and only hides shorter ones."""
    order: str
    """Where it stands among chemical and disease, for example ``C * D``."""
    reach: tuple[int, int]
    """Most words to the nearest end on its left and on its right."""
    cue_class: str
    confidence: float
    """Precision of the class; 0 where it is not good enough to state a relation."""
    timing: bool = False
    """Whether it says when or in whom the disease was seen, not what caused it."""


@dataclass(frozen=True, slots=True)
class Hedge:
    """A phrase that denies, doubts or drops the relation beside it; `where`: see ``relation_hedges.tsv``."""

    assertion: Assertion | None
    """None: it drops the relation or only hides shorter phrases."""
    where: str


@dataclass(frozen=True, slots=True)
class RelationCues:
    """The list of one language, or of all of them."""

    phrases: PhraseTable[tuple[Reading, ...]]
    adjacent: Reading | None
    """How chemical and disease with nothing between them are read."""
    hedges: PhraseTable[Hedge]
    taken: frozenset[str]
    """Words for taking a chemical, which are no harm that it does: overdose, abuse."""
    confidence: dict[str, float]
    """By class of cue."""
    unknown_classes: frozenset[str]
    """Classes of the list without a confidence; their cues state nothing."""


@lru_cache
def relation_cues(language: str) -> RelationCues:
    """The cues for a language code; ``und`` has those of every language, an unknown language none."""
    classes = {name: (float(value), kind == "timing") for name, value, _, _, kind in _rows("relation_classes.tsv")}
    readings: dict[tuple[str, ...], tuple[Reading, ...]] = {}
    for phrase, predicate, order, reach, cue_class, code, *_ in _rows("relation_cues.tsv"):
        if language in (code, "und"):
            reading = Reading(predicate, order, _reach(reach), cue_class, *classes.get(cue_class, (0.0, False)))
            for words in [(ADJACENT,)] if phrase == ADJACENT else spellings(phrase):
                readings[words] = (*readings.get(words, ()), reading)
    adjacent = readings.pop((ADJACENT,), ())
    hedges = list(_hedges(language))
    return RelationCues(
        PhraseTable.of_spellings(readings.items()),
        adjacent[0] if adjacent else None,
        PhraseTable([(phrase, hedge) for phrase, hedge in hedges if hedge.where != _TAKEN]),
        frozenset(words[0] for phrase, hedge in hedges if hedge.where == _TAKEN for words in spellings(phrase)),
        {name: value for name, (value, _) in classes.items()},
        frozenset(way.cue_class for ways in readings.values() for way in ways) - classes.keys() - {"-"},
    )


def _hedges(language: str) -> Iterator[tuple[str, Hedge]]:
    for phrase, assertion, where, code in _rows("relation_hedges.tsv"):
        if language in (code, "und"):
            yield phrase, Hedge(None if assertion == "-" else Assertion(assertion), where)


def _reach(text: str) -> tuple[int, int]:
    left, _, right = text.partition("/")
    return int(left), int(right or left)


def _rows(name: str) -> Iterator[list[str]]:
    text = files("kg_builder.relate").joinpath(name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
