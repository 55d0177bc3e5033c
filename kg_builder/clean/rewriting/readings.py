"""Short forms read by what the other text writes for them: PE may be an embolism or an examination."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg_builder.clean.alignment import Edit
from kg_builder.clean.rewriting.lists import filler, rows

_TOKEN = re.compile(r"[\u2191\u2193\u2194\u0394]|[^\s,;:()\[\]\"\u2191\u2193\u2194\u0394]+")
_PART = re.compile(r"[^/+&\u2013-]+")
_COUNTED = re.compile(r"(?P<form>.*[^\W\d_])\d[\d.,/-]*")
_COUNTED_BEFORE = re.compile(r"\d+(?:\.\d+)?(?P<form>[^\W\d_]+)")
_PUFFS = "p"
_TIMES = frozenset({"am"})
_WORD = re.compile(r"[^\W_]+|[\u2191\u2193\u2194\u0394]")
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("isation", "ization"), ("ised", "ized"), ("ising", "izing"), ("our", "or"))
_SIDE = re.compile(r"(?<![\w.'/-])(?P<letter>[LR])(?![\w'/-]|\.\w)")
_NUMBER_BEFORE = re.compile(r"(\d+(?:\.\d+)?)\s?\Z")
_SIGNS = (
    (re.compile(r"\w\s?(?P<sign>[+\u2013-])(?=[,.;)]|\s*\Z|\s\w+\s?[+-])"), {"+": "positive", "-": "negative"}),
    (re.compile(r"(?<![^\s,;])(?P<sign>[+\u2013-])(?=\s?[A-Za-z]{3,})"), {"+": "positive for", "-": "negative for"}),
)
_PUNCTUATION = ".!?'\u2019"
_NEAR = 0.2
"""Share of a text within which two readings are as near."""
_SIDES = {"left": "left", "right": "right", "bilateral": "both", "bilaterally": "both", "both": "both"}
_LONGEST = 3
"""Words of a short form: "flex sig"."""


class _Place(NamedTuple):
    start: int
    end: int
    form: str
    small: bool
    """Not in capitals: pt is a patient, PT a therapy."""
    before: str
    after: str
    """Blanks where a number stands right there."""


class _Reading(NamedTuple):
    phrase: str
    place: int
    """Where the other text has it."""


def readings(text: str, other: str) -> list[Edit]:
    """Edits that write the text's listed short forms as the other text does."""
    theirs, own = _folded(other), _folded(text)
    places: dict[str, list[_Place]] = {}
    for place in _places(text):
        places.setdefault(place.form, []).append(place)
    edits: list[Edit] = []
    for form, found in places.items():
        counts = form.isalpha() and form not in filler("function") and form not in _unit_spellings()
        left = _without_kept(found, f" {_fold(form)} ", theirs, len(own)) if counts else found
        if left:
            share = left[0].start / len(own)
            found_there = _in_other(form, own, theirs, share) or _of_one_side(form)
            edits += _read(left, found_there, len(own), len(theirs))
    return _disjoint([*edits, *_sides(text, own, theirs), *_signs(text, own, theirs)])


def _signs(text: str, own: str, theirs: str) -> Iterator[Edit]:
    """HER2-, DAT +, "- cocaine": as many as the other text has more positive and negative ones."""
    for pattern, phrases in _SIGNS:
        left = {sign: theirs.count(f" {phrase} ") - own.count(f" {phrase} ") for sign, phrase in phrases.items()}
        for match in pattern.finditer(text):
            sign = match["sign"].replace("\u2013", "-")
            if left[sign] > 0:
                left[sign] -= 1
                yield Edit(*match.span("sign"), f" {phrases[sign]} ")


def _sides(text: str, own: str, theirs: str) -> Iterator[Edit]:
    """L and R by themselves, as many as the other text has more left and right ones; no litres."""
    for letter, side in (("L", "left"), ("R", "right")):
        more = theirs.count(f" {side} ") - own.count(f" {side} ")
        for match in _SIDE.finditer(text):
            if more > 0 and match["letter"] == letter and not (letter == "L" and _are_litres(text, match, theirs)):
                more -= 1
                yield Edit(*match.span(), side)


def _are_litres(text: str, match: re.Match[str], theirs: str) -> bool:
    number = _NUMBER_BEFORE.search(text, 0, match.start())
    if number is None:
        return False
    folded = _fold(number[1])
    return any(f" {folded} {unit}" in theirs for unit in ("l ", "liter", "litre"))


def _in_other(form: str, own: str, theirs: str, share: float) -> Sequence[_Reading]:
    """The readings that the other text has more often than this one: those that say something, and are near, first."""
    found = []
    for phrase, folded in _listed()[form]:
        for written in (folded, f"{folded[:-1]}s "):
            if theirs.count(written) > own.count(written):
                places = [match.start() for match in re.finditer(re.escape(written), theirs)]
                found.append(_Reading(phrase, min(places, key=lambda place: abs(place / len(theirs) - share))))
                break

    def rank(each: _Reading) -> tuple[bool, int, int]:
        return _says_nothing(each.phrase), int(abs(each.place / len(theirs) - share) / _NEAR), -len(each.phrase)

    return sorted(found, key=rank)


@lru_cache
def _of_one_side(form: str) -> Sequence[_Reading]:
    """The first reading of a form that is of the same side in all of them, whatever the other text says."""
    phrases = [phrase for phrase, _ in _listed()[form]]
    sides = {side for phrase in phrases for side in _SIDES if side in phrase.split()}
    told = all(any(word in _SIDES for word in phrase.split()) for phrase in phrases)
    return [_Reading(phrases[0], 0)] if told and len({_SIDES[side] for side in sides}) == 1 else []


def _says_nothing(phrase: str) -> bool:
    return phrase in filler("function") or phrase in filler("editorial")


def _without_kept(places: Sequence[_Place], folded: str, theirs: str, length: int) -> list[_Place]:
    """Without those that the other text has as short as this one, about as far on."""
    left, start = list(places), theirs.find(folded)
    while left and start >= 0:
        share = start / len(theirs)
        left.remove(min(left, key=lambda place: abs(place.start / length - share)))
        start = theirs.find(folded, start + 1)
    return left


def _read(places: list[_Place], found: Sequence[_Reading], length: int, other_length: int) -> Iterator[Edit]:
    """Each reading where the text has it about as far on as the other one, those that are left as the last one."""
    left = list(places)
    for number, reading in enumerate(found):
        if not left:
            return
        share, small = reading.place / other_length, _says_nothing(reading.phrase)
        nearest = min(left, key=lambda place: (place.small != small, abs(place.start / length - share)))
        taken = left if number == len(found) - 1 else [nearest]
        yield from (Edit(place.start, place.end, _set_off(reading.phrase, place)) for place in list(taken))
        left = [place for place in left if place not in taken]


def _set_off(phrase: str, place: _Place) -> str:
    return f"{place.before}{phrase}{place.after}"


def _places(text: str) -> Iterator[_Place]:
    """Short forms that the list has, longest first where several begin at one place."""
    tokens = list(_TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        for length in range(_LONGEST, 0, -1):
            last = tokens[min(index + length, len(tokens)) - 1]
            if length > 1 and (index + length > len(tokens) or "\n" in text[token.start() : last.end()]):
                continue
            if (place := _listed_at(text, token.start(), last.end())) is not None:
                yield place
                break
        else:
            for part in _PART.finditer(token.group()):
                start = token.start() + part.start()
                if (place := _listed_at(text, start, token.start() + part.end())) is not None:
                    yield place


def _listed_at(text: str, start: int, end: int) -> _Place | None:
    while end > start and text[end - 1] in _PUNCTUATION and text[start:end].lower() not in _listed():
        end -= 1
    while start < end and text[start] in "#@~?'" and text[start:end].lower() not in _listed():
        start += 1
    written = text[start:end]
    if written.lower() not in _listed():
        counted = _COUNTED.fullmatch(written) or _COUNTED_BEFORE.fullmatch(written)
        if counted is None:
            return None
        written = counted["form"] if counted["form"].lower() in _listed() else counted["form"].removesuffix("x")
        if written.lower() not in _listed():
            return None
        start += counted.start("form")
        end = start + len(written)
        if (len(written) < 2 or written in _unit_spellings()) and written != _PUFFS:
            return None
    form = written.lower().replace("\u2019", "'")
    if form in filler("function") and form not in _TIMES and not (written.isupper() and len(written) > 1):
        return None
    if form in _unit_spellings() and start and (text[start - 1] == "/" or _NUMBER_BEFORE.search(text, 0, start)):
        return None
    before, after = (" " if each.isalnum() else "" for each in (text[max(0, start - 1) : start], text[end : end + 1]))
    return _Place(start, end, form, not written.isupper(), before, after)


def _disjoint(edits: list[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or kept[-1].end <= edit.start:
            kept.append(edit)
    return kept


@lru_cache(maxsize=16)
def _folded(text: str) -> str:
    """The words of a text in one spelling, each between blanks."""
    return f" {_fold(text)} "


def is_listed(form: str) -> bool:
    """Whether the list gives readings of a short form."""
    return form in _listed()


def _fold(text: str) -> str:
    words = " ".join(_WORD.findall(text.lower().replace("'", "").replace("\u2019", "")))
    for british, american in _SPELLINGS:
        words = words.replace(british, american)
    return words


@lru_cache
def _listed() -> Mapping[str, Sequence[tuple[str, str]]]:
    return {
        row[0]: tuple((phrase, f" {_fold(phrase)} ") for phrase in row[1].split(";")) for row in rows("short_forms")
    }


@lru_cache
def _unit_spellings() -> frozenset[str]:
    measures = (row for row in rows("units") if row[0] != row[1])  # no tablets, capsules and the like
    return frozenset(spelling for row in measures for spelling in row[3].split("|"))
