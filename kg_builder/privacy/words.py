"""The word lists of the name rules, and what they say of a word."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Words:
    """All in lower case and NFC."""

    given: frozenset[str]
    surnames: frozenset[str]
    vietnamese: frozenset[str]
    """Vietnamese surnames, with diacritics and without."""
    stand_ins: frozenset[str]
    """As written: what stands for a name that was taken out already."""
    institutions: frozenset[str]
    """Words that make a sequence of capitals something else than a person."""
    eponyms: frozenset[str]
    """Of signs, instruments, makers and places: names of persons only where a cue says so."""
    plain: frozenset[str]
    """Ordinary words of notes."""
    ordinary: frozenset[str]
    """Words that the shipped tagger knows whole; names are among them."""

    def known(self, word: str) -> bool:
        """Whether a list of names holds it."""
        return word in self.given or word in self.surnames

    def unusual(self, word: str) -> bool:
        """Whether nothing that we know is written so, so that it may well be a name."""
        listed = word in self.plain or word in self.eponyms or word in self.institutions
        return not listed and not self.usual(word)

    def usual(self, word: str) -> bool:
        """Whether the tagger knows it, with an ending or without."""
        if word in self.ordinary:
            return True
        endings = ("s", "es", "ed", "d", "ing", "ly", "er", "al", "ic", "ation")
        return any(word.endswith(ending) and word[: -len(ending)] in self.ordinary for ending in endings)


@lru_cache(maxsize=1)
def words() -> Words:
    """The lists of this package; the known words are the shipped tagger's."""
    marked: dict[str, set[str]] = {"!": set(), "~": set(), "": set()}
    for line in _lines("not_names.txt"):
        mark = line[0] if line[0] in marked else ""
        marked[mark].update(line.removeprefix(mark).split())
    surnames = frozenset(folded(word) for line in _lines("vietnamese_surnames.txt") for word in line.split())
    vocabulary = json.loads((files("kg_builder.models.tagger") / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = vocabulary["model"]["vocab"]
    return Words(
        given=_folded("given_names.txt"),
        surnames=_folded("surnames.txt"),
        vietnamese=surnames | {unmarked(word) for word in surnames},
        stand_ins=frozenset(word for line in _lines("stand_ins.txt") for word in line.split()),
        institutions=frozenset(marked["!"]),
        eponyms=frozenset(marked["~"]),
        plain=frozenset(marked[""]),
        ordinary=frozenset(piece for piece in pieces if len(piece) > 1 and piece.isalpha()),
    )


@lru_cache(maxsize=1)
def cues() -> dict[str, tuple[str, ...]]:
    """What stands around names, by kind of cue, longest first."""
    data = yaml.safe_load((files(__package__) / "name_cues.yaml").read_text(encoding="utf-8"))
    return {
        kind: tuple(sorted({nfc(word.strip()) for word in listed.split("|")}, key=len, reverse=True))
        for kind, listed in data.items()
    }


def nfc(text: str) -> str:
    """With composed letters."""
    return unicodedata.normalize("NFC", text)


def folded(word: str) -> str:
    """Lower case and NFC, without a possessive."""
    return nfc(word).lower().removesuffix("'s").removesuffix("’s")


def unmarked(word: str) -> str:
    """Without diacritics."""
    letters = (letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    return "".join(letters).replace("đ", "d").replace("Đ", "D")


def _lines(name: str) -> list[str]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _folded(name: str) -> frozenset[str]:
    return frozenset(folded(word) for line in _lines(name) for word in line.split())
