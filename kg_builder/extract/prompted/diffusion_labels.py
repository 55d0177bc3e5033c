"""What the labels of a diffusion model mean under a schema: ``diffusion_labels.tsv``, read and applied."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kg_builder.schema import Schema

_LEFT_OUT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label stands for."""

    types: tuple[str, ...]
    """Names of types, of which the schema's first counts."""
    group: str | None
    """UMLS semantic group."""
    person: bool
    """It tells who somebody is."""


def label_key(label: str) -> str:
    """Equal for labels that are the same but for case, diacritics, blanks, hyphens and underscores."""
    parts = unicodedata.normalize("NFD", label.casefold().replace("đ", "d"))
    return _LEFT_OUT.sub("", "".join(letter for letter in parts if not unicodedata.combining(letter)))


@lru_cache(maxsize=1)
def shipped_meanings() -> Mapping[str, Meaning]:
    """By `label_key`."""
    text = files("kg_builder.extract.prompted").joinpath("diffusion_labels.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {
        label_key(label): Meaning(tuple(types.split()), None if group in {"-", "person"} else group, group == "person")
        for label, types, group in rows[1:]
    }


def schema_label(label: str, schema: Schema) -> str:
    """The schema's type that a label names, else the name of what it stands for, else the label as it is."""
    key = label_key(label)
    named = {label_key(entity.name): entity.name for entity in schema.entities}
    if key in named:
        return named[key]
    if (meaning := shipped_meanings().get(key)) is None:
        return label
    return next((name for name in meaning.types if schema.entity(name) is not None), meaning.types[0])


def known_labels(schema: Schema) -> dict[str, str | None]:
    """Those that `schema_label` can give, each with its semantic group."""
    known = {meaning.types[0]: meaning.group for meaning in shipped_meanings().values()}
    return known | {entity.name: entity.semantic_group for entity in schema.entities}


def tells_who(label: str, schema: Schema) -> bool:
    """Whether a label that no type of the schema takes tells who somebody is."""
    meaning = shipped_meanings().get(label_key(label))
    return meaning is not None and meaning.person and schema.entity(label) is None
