"""Texts of our own with their entities, and the formats in which models answer about them."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from kg_builder.schema import EntityType, Schema

SCHEMA = Schema(
    name="fuzzed",
    description="For damaged answers.",
    entities=tuple(
        EntityType(name=name, description=name.title(), semantic_group=group)
        for name, group in (("DRUG", "CHEM"), ("SYMPTOM_AND_DISEASE", "DISO"), ("BODY_PART", "ANAT"), ("TEST", "PROC"))
    ),
)
_D, _S, _B, _T = (entity.name for entity in SCHEMA.entities)

TEXTS: Sequence[tuple[str, Mapping[str, str]]] = (
    (
        "Mrs K. took lithium for years; polyuria and a coarse tremor set in. Lithium was stopped, creatinine checked.",
        {"lithium": _D, "polyuria": _S, "coarse tremor": _S, "tremor": _S, "creatinine": _T},
    ),
    (
        "NO synthase wasn't measured. He was given N-acetylcysteine (600 mg) after the paracetamol overdose, not "
        "NAC-naive; no jaundice, no rash over the left forearm.",
        {"NO": _D, "N-acetylcysteine": _D, "paracetamol": _D, "jaundice": _S, "rash": _S, "left forearm": _B},
    ),
    (
        "Bệnh nhân ho khan, sốt 39,5 độ, đau vùng thượng vị; được nội soi dạ dày, uống omeprazol. Không ho ra máu.",
        {"ho khan": _S, "sốt": _S, "vùng thượng vị": _B, "nội soi dạ dày": _T, "dạ dày": _B, "omeprazol": _D},
    ),
    (
        unicodedata.normalize("NFD", "Chẩn đoán ung thư phổi di căn gan, khó thở. Đã chụp cắt lớp vi tính ngực."),
        {"ung thư phổi": _S, "phổi": _B, "gan": _B, "khó thở": _S, "chụp cắt lớp vi tính": _T},
    ),
    (
        "Bệnh_nhân tiền_sử tăng_huyết_áp , uống am-lo-đi-pin ; nay thuỷ_đậu , sốt_cao và đau_đầu .",
        {"tăng huyết áp": _S, "am-lo-đi-pin": _D, "thuỷ đậu": _S, "sốt cao": _S, "đau đầu": _S},
    ),
    (
        "患者服用阿司匹林后出现荨麻疹,既往有 COVID-19 病史;查 C 反应蛋白。",
        {"阿司匹林": _D, "荨麻疹": _S, "COVID-19": _S, "C 反应蛋白": _T},
    ),
    (
        'A 60-year-old with Crohn\'s disease and "burning feet" started 5-fluorouracil; HER2/neu-negative, ß-blockers '
        "on hold, İzmir variant of familial Mediterranean fever excluded by colonoscopy.",
        {"Crohn's disease": _S, "burning feet": _S, "5-fluorouracil": _D, "ß-blockers": _D, "colonoscopy": _T},
    ),
)  # fmt: skip


class Item(NamedTuple):
    """An entity of a text, as it is written in an answer."""

    text: str
    type: str


class Part(NamedTuple):
    """A stretch of an answer; with the item that it holds whole, if it does."""

    written: str
    item: Item | None = None


Parts = list[Part]
Writer = Callable[[random.Random, Sequence[Item]], Parts]


def _object(made: random.Random, item: Item) -> str:
    text_key, type_key = made.choice(_KEYS)
    return _written_object(item, text_key, type_key, int(made.random() * 20))


@cache
def _written_object(item: Item, text_key: str, type_key: str, style: int) -> str:
    fields: dict[str, Any] = {text_key: item.text, type_key: item.type}
    if style < 2:
        fields["confidence"] = 0.9
    elif style < 4:
        fields = dict(reversed(fields.items()))
    elif style < 6:
        return repr(fields)
    return json.dumps(fields, ensure_ascii=style % 5 == 0, indent=2 if style > 16 else None)


@cache
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _joined(parts: Parts, *, before: str, between: str, after: str) -> Parts:
    found = [Part(before)]
    for place, part in enumerate(parts):
        found += ([Part(between)] if place else []) + [part]
    return [*found, Part(after)]


def _list_of_objects(made: random.Random, items: Sequence[Item]) -> Parts:
    parts = [Part(_object(made, item), item) for item in items]
    return _joined(parts, before="[", between=made.choice((", ", ",", ",\n")), after="]")


def _wrapped(made: random.Random, items: Sequence[Item]) -> Parts:
    key = made.choice(("entities", "results", "Extracted Entities"))
    return [Part(f'{{"{key}": '), *_list_of_objects(made, items), Part("}")]


def _object_lines(made: random.Random, items: Sequence[Item]) -> Parts:
    return _joined([Part(_object(made, item), item) for item in items], before="", between="\n", after="\n")


def _grouped(_made: random.Random, items: Sequence[Item]) -> Parts:
    parts = [Part("{")]
    for kind in dict.fromkeys(item.type for item in items):
        names = [Part(_quoted(item.text), item) for item in items if item.type == kind]
        comma = ", " if len(parts) > 1 else ""
        parts += _joined(names, before=f'{comma}"{kind}": [', between=", ", after="]")
    return [*parts, Part("}")]


def _pairs_of_strings(_made: random.Random, items: Sequence[Item]) -> Parts:
    parts = [Part(f'[{_quoted(item.text)}, "{item.type}"]', item) for item in items]
    return _joined(parts, before="[", between=", ", after="]")


def _ends(items: Sequence[Item]) -> list[Item]:
    """Relations between neighbours, the object in the place of the type."""
    return [Item(first.text, second.text) for first, second in pairwise([*items, items[0]])]


def _relations(made: random.Random, items: Sequence[Item]) -> Parts:
    keys = made.choice(_ENDS)
    parts = [Part(_written_relation(item, keys, ensure_ascii=made.random() < 0.2), item) for item in _ends(items)]
    return _joined(parts, before="[", between=", ", after="]")


@cache
def _written_relation(item: Item, keys: tuple[str, str, str], *, ensure_ascii: bool) -> str:
    fields = dict(zip(keys, (item.text, "INDUCES", item.type), strict=True))
    return json.dumps(fields | {"evidence": f"{item.text} ... {item.type}"}, ensure_ascii=ensure_ascii)


def _bullets(made: random.Random, items: Sequence[Item]) -> Parts:
    bullet = made.choice(("- ", "* ", "\u2022 ", "1. ", "  - ", "2) "))
    return [Part(f"{bullet}{_cased(made, item.text)}\n", item) for item in items]


def _lines(made: random.Random, items: Sequence[Item]) -> Parts:
    return [Part(f"{_cased(made, item.text)}\n", item) for item in items]


def _one_line(_made: random.Random, items: Sequence[Item]) -> Parts:
    return _joined([Part(item.text, item) for item in items], before="", between=", ", after="")


def _json_names(_made: random.Random, items: Sequence[Item]) -> Parts:
    parts = [Part(_quoted(item.text), item) for item in items]
    return _joined(parts, before="[", between=", ", after="]")


def _cased(made: random.Random, text: str) -> str:
    return text.lower() if text != "NO" and made.random() < 0.5 else text


def _pair_bullets(made: random.Random, items: Sequence[Item]) -> Parts:
    bar = made.choice((" | ", "|", " -> "))
    return [Part(f"- {item.text}{bar}{item.type}\n", item) for item in _ends(items)]


def _pair_lines(_made: random.Random, items: Sequence[Item]) -> Parts:
    return [Part(f"{item.text} | {item.type}\n", item) for item in _ends([*items, items[0]])]


def _one_pair(_made: random.Random, items: Sequence[Item]) -> Parts:
    item = _ends(items)[0]
    return [Part(f"{item.text} | {item.type}", item)]


def _tags(made: random.Random, items: Sequence[Item]) -> Parts:
    parts = [Part(f"<{item.type}>{item.text}</{item.type}>", item) for item in items]
    return _joined(parts, before="Về ", between=made.choice((" , ", " và ", ". ")), after=".")


def _nested_tags(_made: random.Random, items: Sequence[Item]) -> Parts:
    parts = [Part(f"<DRUG><{item.type}>{item.text}</{item.type}></DRUG>", item) for item in items]
    return _joined(parts, before="<ner>", between=" ", after="</ner>")


def _token_lines(made: random.Random, items: Sequence[Item]) -> Parts:
    gap, second = made.choice("\t "), made.choice(("", "O"))
    behind = gap + second if second else ""
    parts = []
    for item in items:
        tokens = [(token, "I" if place else "B") for place, token in enumerate(item.text.split())]
        written = "".join(f"{token}{gap}{mark}-{item.type}{behind}\n" for token, mark in tokens)
        parts += [Part(f"and{gap}O{behind}\n"), Part(written, item)]
    return [*parts, Part(f".{gap}O{behind}\n")]


def _bracketed(made: random.Random, items: Sequence[Item]) -> Parts:
    shape = made.choice(("[{1} {0}]", "({0})[{1}]", "[{0}]({1})"))
    return _joined([Part(shape.format(*item), item) for item in items], before="", between=" ; ", after="")


def _typed_lines(made: random.Random, items: Sequence[Item]) -> Parts:
    shape = made.choice(("{0}: {1}\n", "- {0} : {1}\n", "{0} | {1}\n", "{1}: {0}\n", "* {0} ({1})\n"))
    return [Part(shape.format(*item), item) for item in items]


_KEYS = (("entity", "type"),) * 4 + (
    ("text", "label"),
    ("name", "category"),
    ("Entity", "Type"),
    ("word", "entity_group"),
)
_ENDS = (("subject", "predicate", "object"), ("head", "relation", "tail"), ("source", "type", "target"))
JSON_WRITERS: tuple[Writer, ...] = (
    _list_of_objects, _list_of_objects, _list_of_objects, _wrapped, _object_lines, _grouped, _pairs_of_strings,
)  # fmt: skip
LIST_WRITERS: tuple[Writer, ...] = (_bullets, _bullets, _lines, _one_line, _json_names)
PAIR_WRITERS: tuple[Writer, ...] = (_pair_bullets, _pair_bullets, _pair_lines, _one_pair, _relations)
RELATION_WRITERS: tuple[Writer, ...] = (_relations,)
TAG_WRITERS: tuple[Writer, ...] = (_tags, _nested_tags, _token_lines, _bracketed, _typed_lines, _list_of_objects)
