"""How a mention can be read in its document: its abbreviations spelled out, brackets left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from kg_builder.normalize.word_forms import dropped_words
from kg_builder.text.abbreviations import Abbreviation
from kg_builder.text.keys import inverted, name_key

_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?")
_TOKEN = re.compile(r"[^\s/,;()\[\]-]+")

_LONGEST_SHORT = 8
_REMEMBERED = 10_000


class Reading(NamedTuple):
    """One way to read a mention."""

    text: str
    note: str = ""
    """For people; empty for the mention as it stands."""
    defined: bool = False
    """The document itself says so."""


def readings(
    surface: str, abbreviations: Mapping[str, Abbreviation], *, group: str | None = None, others: Iterable[str] = ()
) -> tuple[Reading, ...]:
    """The document's own definition first, then the mention as it stands, then with less in it.

    `group`: the semantic group that is asked for; `others`: the other mentions of its type in the document, which
    an abbreviation without definition may stand for.
    """
    found = tuple(dict.fromkeys(_defined(surface, abbreviations))) if abbreviations else _undefined(surface)
    if len(found) == 1 and _is_short_form(surface):
        symbol = _symbols().get(surface) if group == "CHEM" else None
        if symbol is not None:
            return tuple(dict.fromkeys((Reading(symbol, f"symbol of {symbol}"), *found)))
        if (long := _standing_for(surface, others)) is not None:
            return tuple(dict.fromkeys((*found, Reading(long, f"first letters of {long}"))))
    return found


def _defined(surface: str, abbreviations: Mapping[str, Abbreviation]) -> Iterator[Reading]:
    """With what the document defines."""
    definition = abbreviations.get(surface) or abbreviations.get(surface.removesuffix("s"))
    if definition is not None:
        yield Reading(definition.long, f"abbreviation of {definition.long}", defined=True)
    elif (spelled := _spelled_out(surface, abbreviations)) != surface:
        yield Reading(spelled, f"read as {spelled}", defined=True)
    yield from _undefined(surface)
    yield from _short_form(surface, abbreviations)


@lru_cache(maxsize=_REMEMBERED)
def _undefined(surface: str) -> tuple[Reading, ...]:
    """As it stands, then with less in it."""
    return tuple(dict.fromkeys(_reduced(surface)))


def _reduced(surface: str) -> Iterator[Reading]:
    yield Reading(surface)
    yield from _without_severity(surface)
    if ", " in surface:
        yield Reading(inverted(surface), "word order turned")
    if "(" in surface or "[" in surface:
        less = " ".join(_BRACKETS.sub("", surface).split())
        if less and less != surface:
            yield Reading(less, "without what is in brackets")


def _without_severity(surface: str) -> Iterator[Reading]:
    """Without words like ``severe`` at the beginning, which never make another concept."""
    words = surface.split()
    start = 0
    while start < len(words) - 1 and name_key(words[start]) in dropped_words("always"):
        start += 1
    if start:
        yield Reading(" ".join(words[start:]), f"without '{' '.join(words[:start])}'")


def _spelled_out(surface: str, abbreviations: Mapping[str, Abbreviation]) -> str:
    """Abbreviations within a longer mention: ``HIT antibodies``."""
    if not any(short in surface for short in abbreviations):
        return surface

    def long(match: re.Match[str]) -> str:
        found = abbreviations.get(match.group())
        return found.long if found is not None and found.long not in surface else match.group()

    return _TOKEN.sub(long, surface)


def _is_short_form(surface: str) -> bool:
    """Whether it looks like an abbreviation or a symbol."""
    return len(surface) <= _LONGEST_SHORT and any(map(str.isupper, surface)) and " " not in surface


def _standing_for(short: str, names: Iterable[str]) -> str | None:
    """The first of the names whose words begin with the letters of an abbreviation."""
    letters = short.removesuffix("s").replace("-", "").lower()
    return next((name for name in names if _initials(name) == letters), None) if len(letters) > 1 else None


@lru_cache(maxsize=_REMEMBERED)
def _initials(name: str) -> str:
    """First letters of its words, in lower case."""
    return "".join([word[0] for word in _TOKEN.findall(name.lower())])


@lru_cache(maxsize=1)
def _symbols() -> Mapping[str, str]:
    lines = files("kg_builder.normalize").joinpath("symbols.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def _short_form(surface: str, abbreviations: Mapping[str, Abbreviation]) -> Iterator[Reading]:
    """The short form that the document gives a long one: a laboratory code may be the only name that is known."""
    for short, definition in abbreviations.items():
        if len(short) > 3 and definition.long == surface:
            yield Reading(short, f"called {short} in the document", defined=True)
