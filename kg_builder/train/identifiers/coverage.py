"""How much of planted identifiers is found, by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.privacy.identifiers import Identifier
from kg_builder.train.identifiers.planting import Planted

ALL = "all"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the identifiers of one kind. Characters are letters and digits."""

    identifiers: int = 0
    whole: int = 0
    """Those found to the last character."""
    as_this_kind: int = 0
    """Those of which something was found as what it is."""
    characters: int = 0
    found: int = 0
    """Characters."""

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.identifiers + other.identifiers,
            self.whole + other.whole,
            self.as_this_kind + other.as_this_kind,
            self.characters + other.characters,
            self.found + other.found,
        )

    @property
    def recall(self) -> float:
        """By character; 0 where there is nothing to find."""
        return self.found / max(1, self.characters)


@dataclass(frozen=True, slots=True)
class Missed:
    """An identifier of which something wasn't found."""

    note: Planted
    start: int
    end: int
    kind: str


def coverage(read: Iterable[tuple[Planted, Sequence[Identifier]]]) -> tuple[Mapping[str, Coverage], list[Missed]]:
    """By kind in order, then of all, and what was missed."""
    counted: dict[str, Coverage] = {}
    missed = []
    for note, found in read:
        hidden = {place for one in found for place in range(one.start, one.end)}
        for start, end, kind in note.places:
            letters = [place for place in range(start, end) if note.text[place].isalnum()]
            hit = sum(place in hidden for place in letters)
            named = any(one.kind == kind and one.start < end and one.end > start for one in found)
            counted[kind] = counted.get(kind, Coverage()) + Coverage(1, hit == len(letters), named, len(letters), hit)
            if hit < len(letters):
                missed.append(Missed(note, start, end, kind))
    ordered = {kind: counted[kind] for kind in sorted(counted)}
    return {**ordered, ALL: sum(ordered.values(), Coverage())}, missed
