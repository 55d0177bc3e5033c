"""Where a form stands in a text: exactly first, then evened, then tightened; as whole words only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg_builder.answers.folding import Folded, folded_form, folded_text
from kg_builder.answers.word_edges import is_unspaced, whole_words

Span = tuple[int, int]

_SHORT = 4
"""Letters of an abbreviation in capitals that isn't taken for a word in small letters."""
_ALSO_ABBREVIATIONS = frozenset({"no", "as", "in", "he", "at", "or", "is", "it", "us", "am", "an", "pm", "so", "be"})
"""English words that name nothing; where a model that writes in small letters gives one, it means the capitals."""
_MOST_CUT_WORDS = 50
"""Places within words that are tried one by one; after that a pattern finds the others."""


def occurrences(text: str, form: str, *, fold_case: bool) -> Iterator[Span]:
    """Stretches of the text that read like the form, the most alike first, then in order. Some come twice."""
    if fold_case and form in _ALSO_ABBREVIATIONS:
        for folded, wanted in _readings(text, form, fold_case=True):
            for start, end in _alike(text, folded, wanted, capitals=False):
                if text[start:end].isupper():
                    yield start, end
    if form in text:
        yield from exactly(text, form)
    capitals = _in_capitals(form, fold_case=fold_case)
    for folded, wanted in _readings(text, form, fold_case=fold_case):
        yield from _alike(text, folded, wanted, capitals=capitals)


def first_occurrence(text: str, form: str, *, fold_case: bool) -> Span | None:
    """The first of the `occurrences`, or None."""
    if not (fold_case and form in _ALSO_ABBREVIATIONS):  # for most forms the first place is the one
        if (start := text.find(form)) >= 0:
            if whole_words(text, start, start + len(form)):
                return start, start + len(form)
        elif not (readings := _readings(text, form, fold_case=fold_case)):
            return None
        else:
            folded, wanted = readings[0]
            capitals = _in_capitals(form, fold_case=fold_case)
            if (span := _span(text, folded, folded.text.find(wanted), len(wanted), capitals=capitals)) is not None:
                return span
    return next(occurrences(text, form, fold_case=fold_case), None)


def exactly(text: str, form: str) -> Iterator[Span]:
    """Stretches of the text that are the form, which isn't empty."""
    length = len(form)
    start = text.find(form)
    if start >= 0 and whole_words(text, start, start + length):
        yield start, start + length
        start = text.find(form, start + length)
    if start < 0:
        return
    for place in _places(text, form, start):
        if whole_words(text, place, place + length):
            yield place, place + length


def _readings(text: str, form: str, *, fold_case: bool) -> list[tuple[Folded, str]]:
    """The folded texts that have the folded form somewhere, each with that form."""
    even, tight = folded_form(form, fold_case)
    if not even:
        return []
    folded = folded_text(text, fold_case)
    found = [(folded.even, even)] if even in folded.even.text else []
    if tight and tight in folded.tight.text and (tight != even or folded.tight is not folded.even):
        found.append((folded.tight, tight))
    return found


def _alike(text: str, folded: Folded, wanted: str, *, capitals: bool) -> Iterator[Span]:
    """Stretches of the text that read so once it is folded; `capitals`: not those in small letters."""
    for place in _places(folded.text, wanted, folded.text.find(wanted)):
        if (span := _span(text, folded, place, len(wanted), capitals=capitals)) is not None:
            yield span


def _span(text: str, folded: Folded, place: int, length: int, *, capitals: bool) -> Span | None:
    """What a stretch of the folded text stands for, if that is whole words."""
    span = folded.original(place, place + length)
    if span is None or not whole_words(text, *span):
        return None
    return None if capitals and text[slice(*span)].islower() else span


def _in_capitals(form: str, *, fold_case: bool) -> bool:
    """Whether a form is an abbreviation that words in small letters aren't."""
    return fold_case and len(form) <= _SHORT and form.isupper()


def _places(text: str, form: str, start: int) -> Iterator[int]:
    """Where a form begins, without overlap; `start` is the first place. Past many, those within words are left out."""
    place, tried = start, 0
    while place >= 0:
        yield place
        tried += 1
        if tried == _MOST_CUT_WORDS and _between_blanks(form):
            pattern = re.compile(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])")
            yield from (match.start() for match in pattern.finditer(text, place + len(form)))
            return
        place = text.find(form, place + len(form))


def _between_blanks(form: str) -> bool:
    """Whether the form's ends are letters or digits of a script with blanks between words."""
    return all(letter.isalnum() and not is_unspaced(letter) for letter in (form[0], form[-1]))
