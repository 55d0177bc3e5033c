"""What a text says of each mention: present, negated, possible, historical, family or hypothetical.

Cue words with a scope that ends at the sentence, at a terminating word or after some words, after
NegEx (Chapman et al., J Biomed Inform 2001) and ConText (Harkema et al., J Biomed Inform 2009). The
cues are data: ``assertion_en.tsv``, ``assertion_vi.tsv``.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from kg_builder.records import Assertion, Mention
from kg_builder.text.phrases import Found, PhraseTable, Words, split_words
from kg_builder.text.sections import find_sections, section_at
from kg_builder.text.sentences import split_sentences

_SHIPPED = ("en", "vi")
_WHOLE_SENTENCE = 150
"""Words; a longer sentence is a text without punctuation."""
_LONGEST_MENTION = 30
_STOPS = frozenset(",()[]")
_WITHIN_MENTION = "\0"
"""Stands for the words of a mention, so that no cue is found inside one."""

_PRECEDENCE = (Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.POSSIBLE, Assertion.HISTORICAL)


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of the list."""

    category: Assertion | None
    """None: it only ends scopes, or only looks like a cue."""
    direction: str
    reach: int
    """Most words between the cue and the mention."""
    until_comma: bool = False


class _Scope(NamedTuple):
    """Words (half-open) that a cue speaks of."""

    category: Assertion
    first: int
    last: int
    forward: bool
    reach: int


def assert_mentions(text: str, mentions: Sequence[Mention], *, language: str) -> list[Mention]:
    """The same mentions in the same order, with `assertion` and `section` set.

    What an extractor has already stated (any assertion but present, any section) is kept. `language`
    is an ISO 639-1 code or ``und``, for which the cues of every language count.
    """
    if not mentions:
        return []
    cues, headings = _rules(language)
    sections = find_sections(text)
    stated = _stated_by_cues(text, mentions, cues)
    return [
        _with_assertion(mention, said, section_at(sections, mention.start) if sections else None, headings)
        for mention, said in zip(mentions, stated, strict=True)
    ]


def _with_assertion(
    mention: Mention, said: Assertion | None, section: str | None, headings: dict[str, Assertion]
) -> Mention:
    assertion = mention.assertion
    if assertion is Assertion.PRESENT:
        assertion = _with_heading(said, headings.get(section) if section else None)
    section = mention.section or section
    if assertion is mention.assertion and section == mention.section:
        return mention
    return mention.model_copy(update={"assertion": assertion, "section": section})


def _with_heading(said: Assertion | None, heading: Assertion | None) -> Assertion:
    """A family history stays one whatever its sentences say, except for what they deny."""
    if heading is Assertion.FAMILY and said is not Assertion.NEGATED:
        return Assertion.FAMILY
    return said or heading or Assertion.PRESENT


def _stated_by_cues(text: str, mentions: Sequence[Mention], cues: PhraseTable[Cue]) -> list[Assertion | None]:
    words = split_words(text)
    places = [_place(words, mention) for mention in mentions]
    found = list(cues.find(_masked(words.keys, places)))
    if not any(item.value.category for item in found):
        return [None] * len(mentions)
    order = sorted(range(len(mentions)), key=places.__getitem__)
    firsts = [places[index][0] for index in order]
    distances: dict[int, dict[Assertion, int]] = {}
    for scope in _scopes(words, found, split_sentences(text)):
        for rank in range(bisect_left(firsts, scope.first), bisect_left(firsts, scope.last)):
            first, last = places[order[rank]]
            distance = first - scope.first if scope.forward else scope.last - last
            if 0 <= distance < scope.reach:
                nearest = distances.setdefault(order[rank], {})
                nearest[scope.category] = min(distance, nearest.get(scope.category, distance))
    return [_decide(distances[index]) if index in distances else None for index in range(len(mentions))]


def _decide(distance: dict[Assertion, int]) -> Assertion:
    """The nearer of negation and doubt; then negation, family, hypothesis, doubt, past."""
    denied, doubted = distance.get(Assertion.NEGATED), distance.get(Assertion.POSSIBLE)
    if denied is not None and (doubted is None or denied <= doubted):
        return Assertion.NEGATED
    return next(category for category in _PRECEDENCE if category in distance)


def _place(words: Words, mention: Mention) -> tuple[int, int]:
    """Half-open words of a mention."""
    return bisect_right(words.ends, mention.start), bisect_left(words.starts, mention.end)


def _masked(keys: list[str], places: list[tuple[int, int]]) -> list[str]:
    masked = list(keys)
    for first, last in places:
        masked[first:last] = [_WITHIN_MENTION] * (last - first)
    return masked


def _scopes(words: Words, found: list[Found[Cue]], sentences: list[tuple[int, int]]) -> Iterator[_Scope]:
    ends = [item for item in found if item.value.direction == "end"]
    end_firsts, end_lasts = [item.first for item in ends], [item.last for item in ends]
    commas = [place for place, key in enumerate(words.keys) if key in _STOPS]
    sentence_starts = [start for start, _ in sentences]
    denied_until = -1
    for first, last, cue in found:
        if cue.category is None:
            continue
        if cue.category is Assertion.POSSIBLE and first == denied_until:
            continue  # "no suspected pneumonia" denies
        if cue.category is Assertion.NEGATED:
            denied_until = last
        start, stop = sentences[bisect_right(sentence_starts, words.starts[first]) - 1]
        if cue.direction != "post":
            limit = min(bisect_left(words.starts, stop), _next(end_firsts, last), last + cue.reach)
            if cue.until_comma:
                limit = min(limit, _next(commas, last))
            yield _Scope(cue.category, last, limit, forward=True, reach=cue.reach)
        if cue.direction != "pre":
            limit = max(
                bisect_left(words.starts, start),
                _previous(end_lasts, first),
                first - cue.reach - _LONGEST_MENTION,
            )
            yield _Scope(cue.category, limit, first, forward=False, reach=cue.reach)


def _next(places: list[int], place: int) -> int:
    """The first of the sorted places at or after the given one."""
    index = bisect_left(places, place)
    return places[index] if index < len(places) else sys.maxsize


def _previous(places: list[int], place: int) -> int:
    """The last of the sorted places at or before the given one."""
    index = bisect_right(places, place) - 1
    return places[index] if index >= 0 else 0


@lru_cache
def _rules(language: str) -> tuple[PhraseTable[Cue], dict[str, Assertion]]:
    """Cues, and the assertion that stands for a heading."""
    codes = _SHIPPED if language == "und" else tuple(code for code in _SHIPPED if code == language)
    entries = [entry for code in codes for entry in read_cues(code)]
    headings = {phrase: cue.category for phrase, cue in entries if cue.direction == "section" and cue.category}
    return PhraseTable([entry for entry in entries if entry[1].direction != "section"]), headings


def read_cues(language: str) -> list[tuple[str, Cue]]:
    """The shipped list of a language: phrases and what they say. Raises FileNotFoundError for other languages."""
    text = files("kg_builder.extract").joinpath(f"assertion_{language}.tsv").read_text(encoding="utf-8")
    return [_cue(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")]


def _cue(columns: list[str]) -> tuple[str, Cue]:
    phrase, category, direction, scope = columns[:4]
    cue = Cue(None if category == "-" else Assertion(category), direction, _WHOLE_SENTENCE)
    if scope == "comma":
        return phrase, replace(cue, until_comma=True)
    return phrase, replace(cue, reach=int(scope)) if scope.isdigit() else cue
