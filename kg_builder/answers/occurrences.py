"""Where a form stands in a text: exactly first, then evened, then tightened; as whole words only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg_builder.answers.folding import Folded, fold, folded_text, form_key, tight_text
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
        for start, end in _folded(text, form, fold_case=True):
            if text[start:end].isupper():
                yield start, end
    if form in text:
        yield from exactly(text, form)
    yield from _folded(text, form, fold_case=fold_case)


def first_occurrence(text: str, form: str, *, fold_case: bool) -> Span | None:
    """The first of the `occurrences`, or None."""
    if (start := text.find(form)) >= 0 and not (fold_case and form in _ALSO_ABBREVIATIONS):
        end = start + len(form)
        if whole_words(text, start, end):
            return start, end  # as for most forms, without further ado
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


def _folded(text: str, form: str, *, fold_case: bool) -> Iterator[Span]:
    even = fold(form, fold_case=fold_case)
    if not even:
        return
    capitals = fold_case and len(form) <= _SHORT and form.isupper()
    folded = folded_text(text, fold_case=fold_case)
    if even in folded.text:
        yield from _alike(text, folded, even, capitals=capitals)
    tight, wanted = tight_text(text, fold_case=fold_case), form_key(form, fold_case=fold_case)
    if wanted and wanted in tight.text and (tight is not folded or wanted != even):
        yield from _alike(text, tight, wanted, capitals=capitals)


def _alike(text: str, folded: Folded, wanted: str, *, capitals: bool) -> Iterator[Span]:
    """Stretches of the text that read so once it is folded; `capitals`: not those in small letters."""
    for place in _places(folded.text, wanted):
        span = folded.original(place, place + len(wanted))
        if span is None or not whole_words(text, *span):
            continue
        if not (capitals and text[span[0] : span[1]].islower()):
            yield span


def _places(text: str, form: str, start: int = 0) -> Iterator[int]:
    """Where a form begins, without overlap. Past many places within words, those within words are left out."""
    place, tried = text.find(form, start), 0
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
