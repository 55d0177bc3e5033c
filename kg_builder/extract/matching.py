"""Matches of a phrase table in a text, with what English grammar and the document's abbreviations add.

Left to right, at each place the longest of: a short form that the document defines, a phrase of the
table, a composed name (``cerebral vasculitis``, ``bladder dysfunction``, ``atropine sulfate``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from kg_builder.extract.lexicon_rules import Doubt
from kg_builder.extract.phrase_table import Phrase, PhraseTable, Word, split_words
from kg_builder.text.abbreviations import find_abbreviations

_LOCANT = re.compile(
    r"(?:(?<![\w,'\])-])(?:\d{0,3}[A-Z]|[dlnrst]|\d[\d,']{0,6}(?:alpha|beta|[αβ])?|alpha|beta|gamma|delta|[αβγδ]|cis|trans"
    r"|\[\d{1,3}[A-Z]\]|\([+±\w-]{1,3}\))-)(?:(?:\d?[A-Z]|[\d,']{1,7}|alpha|beta|[αβ])-){0,3}$"
)
_LONGEST_LOCANT = 24
_LONGEST_RUN = 5
_AROUND, _SHOUTED_LETTERS = 3, 8
"""Words on each side, and letters in them, that tell a passage in capitals."""
_LATER_MODIFIERS = frozenset({"acute", "chronic", "congestive", "recurrent"})


class Match(NamedTuple):
    """One stretch of the text that the table, or a short form, names."""

    start: int
    end: int
    label: str
    tier: str
    """Tier of the name, ``abbreviation`` or ``composed``."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Words that names are composed of, by kind, for the labels that have such names."""

    disease: str = ""
    """Label of composed disease names; empty: none are looked for."""
    chemical: str = ""
    words: Mapping[str, Set[str]] | None = None

    def kind(self, kind: str) -> Set[str]:
        """Name keys of a kind of word."""
        return self.words.get(kind, frozenset()) if self.words else frozenset()


class Matcher:
    """Finds the matches of one table."""

    def __init__(
        self,
        table: PhraseTable,
        composition: Composition | None = None,
        doubtful: Mapping[str, Doubt] | None = None,
    ) -> None:
        """`doubtful`: names that are also words, with their capitals."""
        self._table = table
        self._doubtful = doubtful or {}
        self._composition = composition or Composition()
        self._sites = self._composition.kind("site")
        self._modifiers = self._sites | self._composition.kind("quality")
        self._first_words = frozenset(modifier.partition(" ")[0] for modifier in self._modifiers)
        self._heads = self._composition.kind("head")
        self._salts = self._composition.kind("salt")

    def __len__(self) -> int:
        return len(self._table)

    def find(self, text: str) -> Iterator[Match]:
        """Matches in order, without overlaps."""
        words = split_words(text)
        short_forms = self._short_forms(text, words)
        place = covered = 0
        while place < len(words):
            if short_forms and (short := short_forms.at(text, words[place].start)) is not None:
                if short.label:
                    yield short
                covered = short.end
                place = _past(words, place, covered)
                continue
            found = self._at(text, words, place)
            if found is None or self._is_word(text, words, place, found):
                place += 1
                continue
            place, match = found
            if not match.label:
                continue
            if match.label == self._composition.chemical:
                match = _closed(text, _with_locant(text, match, covered))
            yield match
            covered = match.end

    def _at(self, text: str, words: Sequence[Word], place: int) -> tuple[int, Match] | None:
        """The best match that begins at a word, and the index past its last word."""
        found = self._phrase(text, words, place)
        composed = self._composed(text, words, place)
        if composed is not None and (found is None or composed[0] > found[0]):
            found = composed
        if found is None:
            return None
        return self._extended(text, words, *found)

    def _is_word(self, text: str, words: Sequence[Word], place: int, found: tuple[int, Match]) -> bool:
        """Whether a name in capitals is the ordinary word here (NO tremor)."""
        after, match = found
        doubt = self._doubtful.get(text[match.start : match.end])
        if doubt is None or doubt.long in text.casefold():
            return False
        if _shouted(text, words, place, after):
            return True
        if after == len(words) or not words[after - 1].joined or not doubt.before:
            return False
        following = self._at(text, words, after)
        return words[after].key in doubt.before or (
            following is not None and following[1].label == self._composition.disease != ""
        )

    def _phrase(self, text: str, words: Sequence[Word], place: int) -> tuple[int, Match] | None:
        for end, phrase in self._table.matches(words, place):
            start_offset, end_offset = words[place].start, words[end - 1].end
            if _right_case(text[start_offset:end_offset], phrase):
                return end, Match(start_offset, end_offset, phrase.label, phrase.tier)
        return None

    def _composed(self, text: str, words: Sequence[Word], place: int) -> tuple[int, Match] | None:
        """Sites and qualities, then a disease name or, after a site, a general head word."""
        if not self._composition.disease or words[place].key.partition(" ")[0] not in self._first_words:
            return None
        end, has_site, best = place, False, None
        while end < len(words) and end - place < _LONGEST_RUN:
            length = _listed(words, end, self._modifiers)
            if not length or not words[end + length - 1].joined:
                break
            has_site = has_site or bool(_listed(words, end, self._sites))
            end += length
            best = self._disease_or_head(text, words, end, has_site=has_site)
        if best is None:
            return None
        last, label_end = best
        return last, Match(words[place].start, label_end, self._composition.disease, "composed")

    def _disease_or_head(
        self, text: str, words: Sequence[Word], place: int, *, has_site: bool
    ) -> tuple[int, int] | None:
        if place >= len(words):
            return None
        found = self._phrase(text, words, place)
        if found is not None and found[1].label == self._composition.disease:
            return found[0], found[1].end
        if has_site and words[place].key in self._heads:
            return place + 1, words[place].end
        return None

    def _extended(self, text: str, words: Sequence[Word], end: int, match: Match) -> tuple[int, Match]:
        """With the salt of a chemical (``atropine sulfate``), or a modifier set behind (``renal failure, acute``)."""
        if match.label == self._composition.chemical:
            while end < len(words) and words[end - 1].joined and words[end].key in self._salts:
                if text[match.end : words[end].start] != " ":
                    break
                match = match._replace(end=words[end].end)
                end += 1
        elif match.label == self._composition.disease and end < len(words) and words[end].key in _LATER_MODIFIERS:
            inverted = text[match.end : words[end].start] == ", " and not words[end].joined
            key = f"{words[end].key} {' '.join(word.key for word in words[end - _count(words, end, match) : end])}"
            if inverted and self._table.get(key) is not None:
                return end + 1, match._replace(end=words[end].end)
        return end, match

    def _short_forms(self, text: str, words: Sequence[Word]) -> _ShortForms | None:
        definitions = find_abbreviations(text)
        if not definitions:
            return None
        starts = {word.start: place for place, word in enumerate(words)}
        labels = {
            short: self._label(text, words, starts.get(definition.long_start), definition.long_end)
            for short, definition in definitions.items()
        }
        return _ShortForms(labels)

    def _label(self, text: str, words: Sequence[Word], place: int | None, end: int) -> str:
        """Label of the match that a long form is, or of the disease that it ends with."""
        first = place
        while place is not None and place < len(words) and words[place].start < end:
            found = self._at(text, words, place)
            if found is None:
                place += 1
                continue
            if found[1].end >= end and (place == first or found[1].label == self._composition.disease):
                return found[1].label
            place = found[0]
        return ""


class _ShortForms:
    """The short forms that a text defines, each with the label of its long form (empty: not an entity)."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._lengths = sorted({len(short) for short in labels}, reverse=True)

    def at(self, text: str, start: int) -> Match | None:
        """The longest short form that stands at an offset as a word of its own, plural included."""
        for length in self._lengths:
            end = start + length
            if (label := self._labels.get(text[start:end])) is None:
                continue
            after = text[end : end + 2]
            if after[:1] == "s" and not after[1:].isalnum():
                return Match(start, end + 1, label, "abbreviation")
            if not after[:1].isalnum():
                return Match(start, end, label, "abbreviation")
        return None


def _shouted(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """Whether the words around a place, on its line, are in capitals too, and long enough not to be abbreviations."""
    begin, end = text.rfind("\n", 0, words[first].start), text.find("\n", words[last - 1].end)
    around = [
        text[word.start : word.end]
        for word in (*words[max(0, first - _AROUND) : first], *words[last : last + _AROUND])
        if word.start > begin and (end < 0 or word.end <= end)
    ]
    written = [word for word in around if word.isalpha()]
    return sum(map(len, written)) >= _SHOUTED_LETTERS and all(map(str.isupper, written))


def _right_case(surface: str, phrase: Phrase) -> bool:
    """Whether the text's capitals allow the match: AIDS is not aids, and PAN is hardly pan."""
    if phrase.cased:
        return surface.removesuffix("s") == phrase.cased.removesuffix("s")
    return len(surface) > 4 or not surface.isupper()


def _with_locant(text: str, match: Match, covered: int) -> Match:
    """With the locants, isotopes and stereo letters in front: ``17beta-``, ``[3H]-``, ``N-``."""
    before = text[max(covered, match.start - _LONGEST_LOCANT) : match.start]
    found = _LOCANT.search(before) if before.endswith("-") else None
    return match._replace(start=match.start - len(found.group())) if found else match


def _closed(text: str, match: Match) -> Match:
    """With the bracket that closes one of its own: ``CaCl(2)``."""
    opened = text.count("(", match.start, match.end) - text.count(")", match.start, match.end)
    return match._replace(end=match.end + 1) if opened == 1 and text[match.end : match.end + 1] == ")" else match


def _listed(words: Sequence[Word], place: int, listed: Set[str]) -> int:
    """How many words from a place on are one listed entry: 2, 1 or 0."""
    if place + 1 < len(words) and words[place].joined and f"{words[place].key} {words[place + 1].key}" in listed:
        return 2
    return 1 if words[place].key in listed else 0


def _past(words: Sequence[Word], place: int, end: int) -> int:
    while place < len(words) and words[place].start < end:
        place += 1
    return place


def _count(words: Sequence[Word], end: int, match: Match) -> int:
    return sum(1 for word in words[max(0, end - 8) : end] if word.start >= match.start)
