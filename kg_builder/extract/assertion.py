"""What a text says of each mention: present, negated, possible, historical, family or hypothetical.

Cue words with a scope that ends at the sentence, at a terminating word or after some words, after
NegEx (Chapman et al., J Biomed Inform 2001) and ConText (Harkema et al., J Biomed Inform 2009). The
cues are data: ``assertion_en.tsv``, ``assertion_vi.tsv``, read by `assertion_cues`.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kg_builder.extract.assertion_cues import Cue, Rules, rules_for
from kg_builder.extract.assertion_words import CONTRACTED, flattened, words_of
from kg_builder.records import Assertion, Mention
from kg_builder.text.phrases import Found, Words
from kg_builder.text.sections import Section, canonical_heading, find_sections, section_group
from kg_builder.text.sentences import split_sentences

_LONGEST_MENTION = 30
_STOPS = frozenset(",()[]")
_LISTING = frozenset({",", "/", "and", "or"})
_CLAUSE_BEGINS = frozenset(";.:-*)")
_CLAUSE_ENDS = frozenset(",;.)]")
_WITHIN_MENTION = "\0"
"""Stands for the words of a mention, so that no cue is found inside one."""
_LABEL_REACH = 8
"""A cue alone after a colon speaks of what the label before the colon names."""
_COMPOUND_REACH = 8
"""Cues that reach further go over the words of a compound anyway."""

_PRECEDENCE = (Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.POSSIBLE, Assertion.HISTORICAL)

_HEADING = re.compile(r"[^\n\r\f:：]*")
_BODY = re.compile(r"[:：]?\s*([^\n\r\f]{0,80})")
_BLANK_LINE = re.compile(r"\S[^\S\n]*(?=\n[^\S\n]*\n)")
_OPENING_WORDS = 6
_HEADINGS_THAT_NAME_PARTS = frozenset({"examination", "review", "investigations", "procedure"})
"""Their headings are parts of the body and tests, which are there: Heart, Chest X-ray."""


class _Scope(NamedTuple):
    """Words (half-open) that a cue speaks of."""

    category: Assertion
    first: int
    last: int
    forward: bool
    reach: int
    of_allergens: bool = False


class _Heading(NamedTuple):
    """A section's heading, and what it says of the mentions in and under it."""

    start: int
    named_end: int
    """End of its own words."""
    name: str
    of_words: Assertion | None
    stands: Assertion | None
    """For what is under it, where sentences say nothing."""
    stands_until: int


class _Sentence(NamedTuple):
    """The words of a sentence and what was found in it."""

    words: Words
    found: list[Found[Cue]]
    asks: bool
    places: list[tuple[int, int, int]]
    """First and last word (half-open) and index of each mention, in order."""


def assert_mentions(
    text: str, mentions: Sequence[Mention], *, language: str, disorders: frozenset[str] = frozenset()
) -> list[Mention]:
    """The same mentions in the same order, with `assertion` and `section` set.

    What an extractor has already stated (any assertion but present, any section) is kept. `language`
    is an ISO 639-1 code or ``und``, for which the cues of every language count. A mention in the words
    of a heading is hypothetical: a heading asks, what stands under it answers. `disorders`: types of mentions
    that nobody is allergic to.
    """
    if not mentions:
        return []
    rules = rules_for(language, text)
    stated = _stated_by_cues(text, mentions, rules, disorders)
    headings = [_read_heading(text, section, rules) for section in find_sections(text)]
    if not headings and not any(stated):
        return list(mentions)
    return [_with_assertion(mention, said, headings) for mention, said in zip(mentions, stated, strict=True)]


def _read_heading(text: str, section: Section, rules: Rules) -> _Heading:
    match = _HEADING.match(text, section.start)
    named_end = match.end() if match else section.start
    stands, stands_until, of_words = rules.headings.get(section.heading), section.end, None
    group = section_group(section.heading)
    # one in capitals that isn't listed may be a finding (PNEUMONIA: treated)
    if canonical_heading(text[section.start : named_end]) and group not in _HEADINGS_THAT_NAME_PARTS:
        denied = _opens_with_denial(text[named_end : section.end], rules)
        of_words = Assertion.NEGATED if denied else Assertion.HYPOTHETICAL
        if group == "allergies":
            # short, and followed by what has no heading
            blank = _BLANK_LINE.search(text, named_end, section.end)
            stands_until = named_end if denied else blank.end() if blank else section.end
    return _Heading(section.start, named_end, section.heading, of_words, stands, stands_until)


def _opens_with_denial(body: str, rules: Rules) -> bool:
    first_line = _BODY.match(body)
    keys = [":", *(words_of(first_line[1]).keys if first_line else ())]
    found = rules.phrases.find(keys[: 2 * _OPENING_WORDS])
    return any(item.value.category is Assertion.NEGATED and item.first < _OPENING_WORDS for item in found)


def _with_assertion(mention: Mention, said: Assertion | None, headings: list[_Heading]) -> Mention:
    place = bisect_right(headings, mention.start, key=lambda heading: heading.start) - 1
    heading = headings[place] if place >= 0 else None
    assertion, section = mention.assertion, mention.section or (heading.name if heading else None)
    if assertion is Assertion.PRESENT:
        assertion = _with_heading(mention, said, heading) or Assertion.PRESENT
    if assertion is mention.assertion and section == mention.section:
        return mention
    return mention.model_copy(update={"assertion": assertion, "section": section})


def _with_heading(mention: Mention, said: Assertion | None, heading: _Heading | None) -> Assertion | None:
    """A family history stays one whatever its sentences say, except for what they deny."""
    if heading is None:
        return said
    if heading.of_words and mention.end <= heading.named_end:
        return Assertion.NEGATED if said is Assertion.NEGATED else heading.of_words
    stands = heading.stands if mention.start < heading.stands_until else None
    if stands is Assertion.FAMILY and said is not Assertion.NEGATED:
        return Assertion.FAMILY
    return said or stands


def _stated_by_cues(
    text: str, mentions: Sequence[Mention], rules: Rules, disorders: frozenset[str]
) -> list[Assertion | None]:
    stated: list[Assertion | None] = [None] * len(mentions)
    flat = flattened(text)
    if not _may_state(flat, text, rules):
        return stated
    order = sorted(range(len(mentions)), key=lambda index: mentions[index].start)
    starts = [mentions[index].start for index in order]
    for start, stop in split_sentences(text):
        begin, end = bisect_left(starts, start), bisect_left(starts, stop)
        if begin == end or not _may_state(flat[start:stop], text[start:stop], rules):
            continue
        words = words_of(text, start, stop)
        inside = order[begin:end]
        places = sorted((*_place(words, mentions[index]), index) for index in inside)
        found = list(rules.phrases.find(_masked(words.keys, places, rules)))
        asks = text[stop - 1] == "?" and words.keys[0] in rules.questions
        sentence = _Sentence(words, found, asks, places)
        immune = {index for index in inside if mentions[index].type in disorders}
        for index, distance in _distances(sentence, immune, rules).items():
            stated[index] = _decide(distance)
    return stated


def _may_state(flat: str, text: str, rules: Rules) -> bool:
    """Whether a text has a word without which no cue states anything; `flat` as `flattened` gives it."""
    words = flat.split()
    return not (rules.triggers.isdisjoint(words) and CONTRACTED.isdisjoint(words)) or any(
        mark in text for mark in rules.marks
    )


def _distances(sentence: _Sentence, immune: set[int], rules: Rules) -> dict[int, dict[Assertion, int]]:
    """For each mention that cues speak of, by index: how many words away the nearest of each category is.

    `immune`: those that no cue of allergens speaks of.
    """
    firsts = [place[0] for place in sentence.places]
    distances: dict[int, dict[Assertion, int]] = {}
    for scope in _scopes(sentence, rules):
        for rank in range(bisect_left(firsts, scope.first), bisect_left(firsts, scope.last)):
            first, last, index = sentence.places[rank]
            if scope.of_allergens and index in immune:
                continue
            distance = first - scope.first if scope.forward else scope.last - last
            if 0 <= distance < scope.reach:
                nearest = distances.setdefault(index, {})
                nearest[scope.category] = min(distance, nearest.get(scope.category, distance))
    return distances


def _decide(distance: dict[Assertion, int]) -> Assertion:
    """The nearer of negation and doubt; then negation, family, hypothesis, doubt, past."""
    denied, doubted = distance.get(Assertion.NEGATED), distance.get(Assertion.POSSIBLE)
    if denied is not None and (doubted is None or denied <= doubted):
        return Assertion.NEGATED
    return next(category for category in _PRECEDENCE if category in distance)


def _place(words: Words, mention: Mention) -> tuple[int, int]:
    """Half-open words of a mention."""
    return bisect_right(words.ends, mention.start), bisect_left(words.starts, mention.end)


def _masked(keys: list[str], places: list[tuple[int, int, int]], rules: Rules) -> list[str]:
    masked = list(keys)
    for first, last, _ in places:
        masked[first:last] = [key if key in rules.visible else _WITHIN_MENTION for key in masked[first:last]]
    return masked


def _scopes(sentence: _Sentence, rules: Rules) -> Iterator[_Scope]:
    keys, found = sentence.words.keys, sentence.found
    ends = [item for item in found if item.value.direction == "end"]
    end_firsts, end_lasts = [item.first for item in ends], [item.last for item in ends]
    commas = [place for place, key in enumerate(keys) if key in _STOPS]
    framed = any(item.value.direction == "frame" for item in found)
    if sentence.asks:
        yield _Scope(Assertion.HYPOTHETICAL, 0, len(keys), forward=True, reach=len(keys))
    denied_until = -1
    for first, last, cue in found:
        if cue.category is None or (cue.direction == "framed" and not framed):
            continue
        if cue.category is Assertion.POSSIBLE and first == denied_until:
            continue  # "no suspected pneumonia" denies
        if cue.category is Assertion.NEGATED:
            denied_until = last
        if cue.direction == "turn" and _ends_clause(sentence.words, first, last):
            yield _turned(sentence, cue, first, _previous(end_lasts, first))
            continue
        if cue.direction != "post":
            reach = _stretched(keys, last, cue, rules)
            limit = min(len(keys), _next(end_firsts, last), last + reach)
            if cue.until_comma:
                limit = min(limit, _next(commas, last))
            yield _Scope(cue.category, last, limit, forward=True, reach=reach, of_allergens=cue.of_allergens)
        if cue.direction in {"post", "either"}:
            limit = max(_previous(end_lasts, first), first - cue.reach - _LONGEST_MENTION)
            yield _Scope(cue.category, limit, first, forward=False, reach=cue.reach, of_allergens=cue.of_allergens)


def _ends_clause(words: Words, first: int, last: int) -> bool:
    """Whether a cue is the last of its clause; a mark is, too, where it is joined to the word before it only."""
    keys, starts, ends = words
    if last >= len(keys) or keys[last] in _CLAUSE_ENDS:
        return True
    return keys[first] == "?" and starts[first] == ends[first - 1] and starts[last] > ends[last - 1] and first > 0


def _turned(sentence: _Sentence, cue: Cue, first: int, limit: int) -> _Scope:
    """Nothing follows the cue in its clause, so it speaks of the words just before it, or of the label it answers."""
    keys, category = sentence.words.keys, cue.category or Assertion.NEGATED
    if keys[first - 1 : first] != [":"]:
        reach = 1 if cue.until_comma else max(1, first - _list_before(sentence, first))
        return _Scope(category, min(limit, first - reach), first, forward=False, reach=reach)
    label = next((place + 1 for place in range(first - 2, limit - 1, -1) if keys[place] == ":"), limit)
    return _Scope(category, label, first, forward=False, reach=_LABEL_REACH)


def _list_before(sentence: _Sentence, place: int) -> int:
    """Where the mentions begin that are all of a clause before a word: "Fever, chills | denied"; else the word."""
    keys, begins = sentence.words.keys, {last: first for first, last, _ in sentence.places}
    at = place
    while at in begins:
        start = begins[at]
        if start == 0 or keys[start - 1] in _CLAUSE_BEGINS:
            return start
        at = start - 1
        while at > 0 and keys[at] in _LISTING and keys[at - 1] in _LISTING:
            at -= 1
        if keys[at] not in _LISTING:
            break
    return place


def _stretched(keys: list[str], last: int, cue: Cue, rules: Rules) -> int:
    """The reach of a doubt, begun anew after a compound: "possible cisplatin-induced hearing loss"."""
    if cue.category is Assertion.POSSIBLE and cue.reach <= _COMPOUND_REACH:
        for place in range(last + 1, min(len(keys), last + cue.reach + 2)):
            if (keys[place],) in rules.compounds or (keys[place - 1], keys[place]) in rules.compounds:
                return cue.reach + place + 1 - last
    return cue.reach


def _next(places: list[int], place: int) -> int:
    """The first of the sorted places at or after the given one."""
    index = bisect_left(places, place)
    return places[index] if index < len(places) else sys.maxsize


def _previous(places: list[int], place: int) -> int:
    """The last of the sorted places at or before the given one."""
    index = bisect_right(places, place) - 1
    return places[index] if index >= 0 else 0
