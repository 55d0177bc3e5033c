"""Runs of words written like a person's name: ``Mary J. van der Berg``, ``Nguyễn Văn An``, ``SMITH, JOHN``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kg_builder.privacy.words import cues, folded, words

MOST_WORDS = 6
_BEFORE_COMMA = 3
"""Words that a surname before a given name may have."""

_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*(?:['’\-‐][^\W\d_](?:[^\W\d_]|[{_MARKS}])*)*")
_ENDS = frozenset("XYZ")
"""Letters that stand for a name rather than begin one; after their full stop comes another sentence."""
_GAP = re.compile(r"[ \t\xa0]{1,2}")
_PARTICLES_BEFORE = re.compile(r"(?<!\w)(?:(?:van|von|der|den|de|ter|ten|zu|zum)[ ]){1,3}$")
_COMMA = re.compile(r",[ \t\xa0]?")


class Word(NamedTuple):
    """One word of a run."""

    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """For look-ups."""
        return folded(self.text)

    @property
    def initial(self) -> bool:
        """A single letter."""
        return len(self.text) == 1


class Run(NamedTuple):
    """Words that stand together on one line."""

    words: tuple[Word, ...]

    @property
    def start(self) -> int:
        """Of the first word."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Of the last word, with the full stop of an initial left out."""
        return self.words[-1].end

    @property
    def full(self) -> list[Word]:
        """Without initials and particles."""
        return [word for word in self.words if not word.initial and word.key not in _particles()]


def run_at(text: str, place: int, *, comma: bool = False, most: int = MOST_WORDS) -> Run | None:
    """The run that begins at a place of the text, with at least one capitalised word. `comma`: ``Smith, John`` too."""
    found: list[Word] = []
    while len(found) < most and (match := _WORD.match(text, place)) is not None:
        word = _without_possessive(Word(match.start(), match.end(), match.group()))
        capital = word.text[0].isupper() and not _glued(text, match.end())
        said_by_i = word.text == "I" and text[match.end() : match.end() + 1] != "."
        if said_by_i or (not capital and word.text not in _particles()):
            break
        found.append(word)
        place = match.end()
        if word.end != match.end():
            break
        stop = word.initial and text[place : place + 1] == "."
        place += stop
        gap = _GAP.match(text, place)
        if stop and (word.text in _ENDS or (gap is not None and gap.end() - place > 1)):
            break
        if gap is None and comma and len(found) <= _BEFORE_COMMA:
            gap, comma = _COMMA.match(text, place), False
            following = _WORD.match(text, gap.end()) if gap is not None else None
            if following is not None and following.group() in cues()["suffix"]:
                break
        if gap is None and not stop:
            break
        place = gap.end() if gap else place
    while found and not found[-1].text[0].isupper():
        found.pop()
    return Run(tuple(found)) if found else None


def runs(text: str) -> Iterator[Run]:
    """All runs of the text, one after the other."""
    place = 0
    while (match := _WORD.search(text, place)) is not None:
        place = match.end()
        if match.group()[0].isupper() and not _touched(text, match.start()):
            run = run_at(text, match.start(), most=3 * MOST_WORDS)
            if run is not None:
                yield run
                place = max(place, run.end)


def with_particles(text: str, start: int) -> int:
    """Where the name begins that has its first capital there: ``van de Weterink``."""
    before = _PARTICLES_BEFORE.search(text[max(0, start - 16) : start])
    return start if before is None else start - len(before[0])


def occurrences(text: str, keys: frozenset[str]) -> Iterator[Word]:
    """Capitalised words of the text whose key is among these."""
    for match in _WORD.finditer(text):
        word = _without_possessive(Word(match.start(), match.end(), match.group()))
        if word.text[0].isupper() and word.key in keys and not _touched(text, word.start):
            yield word


def key_words(text: str, start: int, end: int) -> frozenset[str]:
    """Keys of the words in ``text[start:end]``, initials left out."""
    found = (_without_possessive(Word(*match.span(), match.group())) for match in _WORD.finditer(text, start, end))
    return frozenset(word.key for word in found if not word.initial)


def lower_case_words(text: str) -> frozenset[str]:
    """Words that the text has in lower case somewhere."""
    return frozenset(match.group() for match in _WORD.finditer(text) if match.group().islower())


def _without_possessive(word: Word) -> Word:
    if word.text[-2:] in {"'s", "’s", "'S", "’S"}:
        return Word(word.start, word.end - 2, word.text[:-2])
    return word


def _glued(text: str, end: int) -> bool:
    """Whether a digit or the like follows at once: ``L4``, ``T1-weighted``."""
    return text[end : end + 1].isdigit() or text[end : end + 1] == "_"


def _touched(text: str, start: int) -> bool:
    """Whether a letter, digit or the like stands right before."""
    before = text[start - 1 : start]
    return before.isalnum() or before in {"_", "@", "/"}


def _particles() -> frozenset[str]:
    return frozenset(cues()["particle"])


def stand_in(run: Run) -> bool:
    """Whether the run only stands for a name: ``X``, ``XYZ``, ``Abc``."""
    return all(word.text in words().stand_ins or word.initial for word in run.words)
