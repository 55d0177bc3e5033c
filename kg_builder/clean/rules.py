"""The default cleaner: a chain of rule-based passes, each a pure function from text to edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from kg_builder.clean.abbreviations import Abbreviations, builtin_abbreviations
from kg_builder.clean.alignment import CleanText, Edit
from kg_builder.clean.casing import cased_words, shouting
from kg_builder.clean.encoding import composed, html_remains, mojibake, odd_characters
from kg_builder.clean.layout import blank_runs, bullets, hard_wraps
from kg_builder.clean.register import is_shorthand
from kg_builder.clean.timings import timings
from kg_builder.clean.vietnamese import segmented_words, tone_placement
from kg_builder.protocols import Cleaning
from kg_builder.records import Document

_Pass = Callable[[str], Iterable[Edit]]
_NESTED = 3


class RuleCleaner:
    """Cleans by rules: encoding, layout, capitals, then what the language needs.

    English gets its clinical abbreviations written out, Vietnamese its spelling made uniform; other
    and uncertain languages only what holds for all.
    """

    name = "rules"
    model: str | None = None
    remote = False

    def __init__(self, abbreviations: Abbreviations | None = None) -> None:
        """`abbreviations`: a table of your own instead of the one shipped."""
        self._abbreviations = abbreviations or builtin_abbreviations()
        capitals = {form.upper(): form for form in self._abbreviations.capitals}
        self._kept = capitals | dict(cased_words())

    def clean(self, document: Document, language: str) -> Cleaning:
        """Clean one document. `language` is an ISO 639-1 code or ``und``."""
        clean = decoded(CleanText.unchanged(document.text))
        clean = _through(clean, odd_characters, composed)
        if language == "vi":
            clean = _through(clean, segmented_words, tone_placement)
        clean = _through(clean, bullets, hard_wraps, blank_runs, partial(shouting, kept=self._kept))
        return Cleaning(self._written_out(clean, document.metadata.kind) if language == "en" else clean)

    def _written_out(self, clean: CleanText, kind: str | None) -> CleanText:
        """Abbreviations and durations; again while one written out decides another beside it."""
        shorthand = is_shorthand(clean.text, kind)
        for _ in range(_NESTED):
            edits = self._abbreviations.edits(clean.text, shorthand=shorthand)
            if shorthand:
                edits = merged(timings(clean.text), edits)
            if not edits:
                break
            clean = clean.apply(edits)
        return clean


def decoded(clean: CleanText) -> CleanText:
    """Mojibake and HTML undone, also where one hides the other."""
    for _ in range(_NESTED):
        before = clean.text
        clean = _through(clean, mojibake, html_remains)
        if clean.text == before:
            break
    return clean


def merged(first: Iterable[Edit], second: Iterable[Edit]) -> list[Edit]:
    """Both in order; where two overlap, the one of the first list stays."""
    kept = list(first)
    taken = [(edit.start, edit.end) for edit in kept]
    index = 0
    for edit in second:
        while index < len(taken) and taken[index][1] <= edit.start:
            index += 1
        if index == len(taken) or edit.end <= taken[index][0]:
            kept.append(edit)
    return sorted(kept)


def _through(clean: CleanText, *passes: _Pass) -> CleanText:
    for edits_of in passes:
        edits = edits_of(clean.text)
        if edits:
            clean = clean.apply(edits)
    return clean
