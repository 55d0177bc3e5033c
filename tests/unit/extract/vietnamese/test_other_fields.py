"""Outside of the field that the model was trained on: what the dictionary knows isn't lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kg_builder.extract.vietnamese.extractor import VietnameseExtractor
from kg_builder.protocols import ExtractionRequest, Extractor
from kg_builder.schemas import load_schema

SENTENCES = Path(__file__).parent / "other_fields.txt"
LABELS = {"D": "Disease", "P": "Procedure"}
Span = tuple[int, int, str]


def annotated() -> Iterator[tuple[str, set[Span]]]:
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, gold = "", set()
        for part in re.split(r"(\[[^\]]+\])", line):
            name, _, kind = part.strip("[]").partition("|")
            if kind:
                gold.add((len(text), len(text) + len(name), LABELS[kind]))
            text += name
        yield text, gold


def f1(extractor: Extractor) -> float:
    hits = given = wanted = 0
    for text, gold in annotated():
        request = ExtractionRequest(text, load_schema("vietnamese-medical"), language="vi")
        mentions = extractor.extract(request).mentions
        found = {(one.start, one.end, one.type) for one in mentions if one.type in LABELS.values()}
        hits, given, wanted = hits + len(found & gold), given + len(found), wanted + len(gold)
    return 2 * hits / (given + wanted)


def test_it_finds_nearly_what_the_dictionary_finds(vietnamese: VietnameseExtractor, dictionary: Extractor) -> None:
    assert f1(vietnamese) > 0.8
    assert f1(vietnamese) > f1(dictionary) - 0.05
