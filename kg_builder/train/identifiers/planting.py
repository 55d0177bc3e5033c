"""Texts with made-up identifiers in them, whose places are known."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Protocol

import yaml

SLOT = re.compile(r"\{(\w+)\}")
KINDS = {
    "name": "NAME", "name_last_first": "NAME", "surname": "NAME", "given": "NAME", "date": "DATE", "month": "DATE",
    "date_words": "DATE", "address": "ADDRESS", "city": "ADDRESS", "phone": "PHONE", "email": "EMAIL", "url": "URL",
    "ip": "IP", "record": "RECORD", "ssn": "RECORD", "insurance": "RECORD", "national": "RECORD", "device": "DEVICE",
    "licence": "LICENCE", "plate": "LICENCE", "old": "AGE",
}  # fmt: skip
"""What each slot of a carrier stands for; ``title`` (*Mr.*) identifies nobody."""
_SENTENCE_END = re.compile(r"(?<=[a-z]{3})\.(?=\s{1,2}[A-Z]|\n|$)")

Carriers = Mapping[str, Sequence[str]]
"""Lines with slots: ``header``, ``sentence`` and ``footer``, or whole ``note``."""


class Make(Protocol):
    """Makes values up."""

    random: random.Random

    def __call__(self, slot: str) -> str:
        """A value for a slot."""
        ...

    def turn(self) -> None:
        """Another locale, for what comes next."""
        ...


@dataclass(slots=True)
class Planted:
    """A text with the half-open places of its identifiers, each with kind."""

    text: str = ""
    places: list[tuple[int, int, str]] = field(default_factory=list)
    own: list[tuple[int, int]] = field(default_factory=list)
    """Stretches that were in the text before."""
    language: str = "en"

    def add(self, carrier: str, make: Make) -> None:
        """Append a carrier with its slots filled."""
        done = 0
        for slot in SLOT.finditer(carrier):
            self.text += carrier[done : slot.start()]
            done = slot.end()
            value = make(slot[1])
            if slot[1] in KINDS:
                self.places.append((len(self.text), len(self.text) + len(value), KINDS[slot[1]]))
            self.text += value
        self.text += carrier[done:]

    def keep(self, stretch: str) -> None:
        """Append what was there."""
        self.own.append((len(self.text), len(self.text) + len(stretch)))
        self.text += stretch


@cache
def carriers(name: str) -> Carriers:
    """One of the package's files, by its path without the suffix."""
    file = files("kg_builder.train.identifiers").joinpath("carriers").joinpath(f"{name}.yaml")
    found: Carriers = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def planted_note(text: str, written: Carriers, make: Make, sentences: int, *, framed: bool = True) -> Planted:
    """A text with up to so many sentences at ends of its own; `framed`: with a header and a footer."""
    make.turn()
    note = Planted()
    if framed:
        note.add(make.random.choice(written["header"]) + "\n", make)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    done = 0
    for end in sorted(make.random.sample(ends, min(sentences, len(ends)))):
        note.keep(text[done:end])
        note.add(make.random.choice(("  ", " ", "\n")) + make.random.choice(written["sentence"]), make)
        done = end
    note.keep(text[done:])
    if framed:
        note.add("\n" + make.random.choice(written["footer"]), make)
    return note


def filled_note(carrier: str, make: Make, language: str) -> Planted:
    """A whole note."""
    make.turn()
    note = Planted(language=language)
    note.add(carrier, make)
    return note


def stretch_of(text: str, size: int, dice: random.Random) -> str:
    """About so many characters, at a place that is drawn, between words."""
    if len(text) <= size:
        return text
    first = text.find(" ", dice.randrange(len(text) - size)) + 1
    return text[first : first + size].rsplit(" ", 1)[0]


def whole_notes(written: Carriers, make: Make, language: str) -> Iterator[Planted]:
    """Each once."""
    return (filled_note(carrier, make, language) for carrier in written["note"])
