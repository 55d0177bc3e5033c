"""The labels of a token classifier read: where in a mention a word stands, and of what type the mention is.

All labels together decide the scheme. BIO and BIOES (BILOU) put a letter before the type, ``B-Disease``; IO uses one
letter or none. A type may be written as the text of a Python list, ``['Disorders', 'Finding']``.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kg_builder.errors import SettingsError
from kg_builder.extract.token_classifier.label_meanings import Meaning


class Place(StrEnum):
    """Where in a mention a word stands."""

    OUTSIDE = "outside"
    BEGIN = "begin"
    INSIDE = "inside"
    END = "end"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Tag:
    """What one label says of a word."""

    place: Place
    meaning: Meaning | None = None
    """None: outside."""


OUTSIDE = Tag(Place.OUTSIDE)

_PLACES = {
    "B": Place.BEGIN,
    "I": Place.INSIDE,
    "M": Place.INSIDE,
    "E": Place.END,
    "L": Place.END,
    "S": Place.SINGLE,
    "U": Place.SINGLE,
    "W": Place.SINGLE,
}
_PREFIXED = re.compile(r"([BIMELSUW])[-_](.*\S.*)", re.DOTALL)
_NOTHING = frozenset(
    {"", "0", "cls", "ignore", "mask", "none", "null", "o", "other", "out", "outside", "pad", "sep", "x"}
)
"""Labels of words in no mention, and of tokens that are no words, in small letters and without brackets."""
_UNNAMED = re.compile(r"label[_ -]?\d+|\d+", re.IGNORECASE)


def read_labels(labels: Sequence[str], model: str) -> tuple[Tag, ...]:
    """What each label says. Raises SettingsError where they name no types, as in configurations that were never told.

    A letter counts as a place only where the labels bear it out: a type that comes with two of them, or all with ``I``;
    else ``B-cell`` is a cell.
    """
    meant = [label for label in labels if not is_nothing(label)]
    if not meant:
        raise SettingsError(f"model '{model}': none of its labels ({_shown(labels)}) names a type of mention")
    if all(_UNNAMED.fullmatch(label.strip()) or label.strip().upper() in _PLACES for label in meant):
        raise SettingsError(
            f"model '{model}': its labels ({_shown(labels)}) don't say what they mean",
            hint="Write their meaning into id2label of the checkpoint's config.json, for example B-Disease.",
        )
    with_places = _have_places(meant)
    return tuple(OUTSIDE if is_nothing(label) else _tag(label, with_places=with_places) for label in labels)


def is_nothing(label: str) -> bool:
    """Whether a label is that of words in no mention, or of tokens that are no words."""
    return label.strip().strip("[]<>").casefold() in _NOTHING


def _have_places(labels: Sequence[str]) -> bool:
    letters: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        if match := _PREFIXED.fullmatch(label.strip()):
            letters[match[2]].add(match[1])
    found = set().union(*letters.values()) if letters else set()
    all_inside = found == {"I"} and sum(map(len, letters.values())) == len(labels)
    return all_inside or any(len(places) > 1 for places in letters.values())


def _tag(label: str, *, with_places: bool) -> Tag:
    match = _PREFIXED.fullmatch(label.strip()) if with_places else None
    if match is None:
        return Tag(Place.INSIDE, meaning_of(label))
    return Tag(_PLACES[match[1]], meaning_of(match[2]))


def meaning_of(label: str) -> Meaning:
    """Of a label without a place."""
    return Meaning(_parts(label.strip()))


def _parts(written: str) -> tuple[str, ...]:
    """The words of a list's text, or the label itself."""
    if written[:1] in "[(" and len(written) < 1000:
        try:
            read = ast.literal_eval(written)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return (written,)
        if isinstance(read, list | tuple) and read and all(isinstance(part, str) and part.strip() for part in read):
            return tuple(part.strip() for part in read)
    return (written,)


def _shown(labels: Sequence[str], most: int = 5) -> str:
    return ", ".join(map(repr, labels[:most])) + (" …" if len(labels) > most else "")
