"""A note built by the default offline path: doses and laboratory values hang on their mentions, in the original."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg_builder import build
from kg_builder.graphs.building import Build
from kg_builder.records import Document, DocumentGraph
from kg_builder.settings import Settings
from kg_builder.stores.export import export

NOTE = """MEDICATIONS
1. Amlodipine 5 mg tablets, 1 tab PO qd for 6 weeks
2. Metformin 500 mg BID

Labs: WBC 12.4 x10^9/L, high, creatinine 2.3 mg/dL.
He was given prednisolone 40 mg daily for 5 days. No fever.
"""


@pytest.fixture(scope="module")
def built() -> Build:
    documents = [Document(id="note", text=NOTE, language="en")]
    return build(documents, settings=Settings(schema_name="clinical-note"))


@pytest.fixture(scope="module")
def part(built: Build) -> DocumentGraph:
    return next(iter(built.store.parts()))


def test_attributes_belong_to_mentions(part: DocumentGraph) -> None:
    owned = {(a.text, NOTE[slice(*a.mention)] if a.mention else None) for a in part.attributes}
    assert {
        ("5 mg", "Amlodipine"), ("1 tab", "Amlodipine"), ("PO", "Amlodipine"), ("qd", "Amlodipine"),
        ("for 6 weeks", "Amlodipine"), ("500 mg", "Metformin"), ("BID", "Metformin"), ("40 mg", "prednisolone"),
        ("12.4 x10^9/L, high", "WBC"), ("2.3 mg/dL", "creatinine"),
    } <= owned  # fmt: skip
    mentions = {(mention.start, mention.end) for mention in part.mentions}
    assert all(attribute.mention in mentions for attribute in part.attributes)


def test_values_are_data(part: DocumentGraph) -> None:
    values = {attribute.text: dict(attribute.value) for attribute in part.attributes}
    assert values["BID"] == {"kind": "frequency", "times": 2, "period": 1, "period_unit": "d"}
    assert values["12.4 x10^9/L, high"] == {
        "kind": "laboratory value", "test": "white cell count", "number": 12.4, "unit": "10*9/L", "flag": "high",
    }  # fmt: skip


def test_types_are_served_and_everything_is_counted(built: Build, part: DocumentGraph) -> None:
    assert not {"Dose", "Strength", "Route", "Frequency", "Duration", "LabValue"} & set(part.selection.unserved)
    written = len(part.mentions) + len({(a.start, a.end, a.type) for a in part.attributes})
    assert built.run.items_extracted == written + len(part.rejects)


def test_a_schema_without_attributes_gets_none() -> None:
    made = build([Document(id="note", text=NOTE, language="en")], settings=Settings(schema_name="chemical-disease"))
    only = next(iter(made.store.parts()))
    assert only.attributes == ()
    assert {mention.provenance.extractor for mention in only.mentions} == {only.selection.extractors[0]}


def test_exports_hold_values(built: Build, tmp_path: Path) -> None:
    target = tmp_path / "graph.json"
    export(built.store, target)
    nodes = json.loads(target.read_text(encoding="utf-8"))["nodes"]
    attributes = next(node["attributes"] for node in nodes if node.get("kind") == "document")
    assert attributes[0]["value"] == {"kind": "strength", "number": 5, "unit": "mg", "form": "tablet"}
