"""The report as JSON and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from rich.console import Console

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.evaluate.evaluation import evaluate
from kg_builder.evaluate.facts import CurrentId
from kg_builder.evaluate.report import notes, render, rows
from kg_builder.evaluate.results import Report
from kg_builder.records import Concept, Document, DocumentGraph, Evidence, Mention, Relation, Selection
from kg_builder.schema import EntityType, RelationType, Schema

SCHEMA = Schema(
    name="small",
    description="For these tests.",
    entities=(
        EntityType(name="Chemical", description="A drug.", semantic_group="CHEM"),
        EntityType(name="Disease", description="A disease.", semantic_group="DISO"),
    ),
    relations=(RelationType(name="INDUCES", description="Brings about.", subject=("Chemical",), object=("Disease",)),),
)
GOLD = Mention(start=0, end=4, text="Gold", type="Chemical", concepts=("M:1",))
RASH = Mention(start=10, end=14, text="rash", type="Disease", concepts=("M:2",))
MICE = Mention(start=18, end=22, text="mice", type="Species")


def document(name: str) -> Document:
    return Document(id=name, text="Gold gave rash in mice")


def predict(found: Document) -> DocumentGraph | None:
    """Everything right in document a, nothing at all in the others."""
    if found.id != "a":
        return None
    evidence = (Evidence(sentence=(0, 22), subject=(0, 4), object=(10, 14)),)
    return DocumentGraph(
        document=found,
        selection=Selection(schema_name="small", extractors=(), language="en", reason="test"),
        settings_hash="",
        mentions=(GOLD, RASH),
        concepts=tuple(Concept(id=name, name=name, type="Thing") for name in ("M:1", "M:2")),
        relations=(Relation(subject="M:1", predicate="INDUCES", object="M:2", evidence=evidence),),
    )


def report(names: Iterable[str] = "ab", current_id: CurrentId = str) -> Report:
    stated = (GoldRelation("CID", ("M:1",), ("M:2",)), GoldRelation("Bind", ("M:1",), ("M:2",)))
    return evaluate(
        [GoldDocument(document(name), (GOLD, RASH, MICE), stated) for name in names],
        predict,
        schema=SCHEMA,
        normalize_gold=lambda gold: [("M:1",), (), ()],
        relate_gold=lambda gold: {("M:1", "INDUCES", "M:2")},
        type_map={"Chemical": "Chemical", "Disease": "Disease"},
        relation_map={"CID": "INDUCES"},
        current_id=current_id,
        corpus="[mine]",
        settings_hash="abc",
    )


def test_json_has_the_promised_keys_each_with_its_interval() -> None:
    plain = json.loads(json.dumps(report().as_json(), allow_nan=False))
    assert plain["corpus"] == "[mine]"
    assert (plain["schema"], plain["settings_hash"], plain["documents"]) == ("small", "abc", 2)
    scored = [plain["mentions"][how] for how in ("strict", "relaxed")]
    scored += [plain["normalization"]["end_to_end"], plain["concepts"]]
    scored += [part["by_type"]["Disease"] for part in scored]
    scored += [plain["relations"], plain["relations"]["gold_mentions"]]
    for part in scored:
        assert {"precision", "recall", "f1", "tp", "fp", "fn"} < set(part)
        for figure in ("precision", "recall", "f1"):
            low, high = part[f"{figure}_ci"]
            assert low <= part[figure] <= high
    assert plain["mentions"]["strict"]["f1"] == pytest.approx(2 / 3)
    assert plain["normalization"]["end_to_end"]["accuracy"] == 1
    assert plain["relations"]["f1"] == pytest.approx(2 / 3)
    assert plain["relations"]["gold_mentions"]["f1"] == 1


def test_gold_span_accuracy_by_type_is_a_plain_number() -> None:
    spans = report().as_json()["normalization"]["gold_spans"]
    assert (spans["accuracy"], spans["accuracy_ci"]) == (0.5, [0.5, 0.5])
    assert spans["by_type"] == {"Chemical": 1, "Disease": 0}
    assert spans["by_type_ci"] == {"Chemical": [1, 1], "Disease": [0, 0]}
    assert spans["by_type_total"] == {"Chemical": 2, "Disease": 2}


def test_nothing_to_measure_is_null() -> None:
    plain = report(()).as_json()
    assert plain["mentions"]["strict"]["f1"] is None
    assert plain["mentions"]["strict"]["f1_ci"] is None


def test_table_shows_every_figure() -> None:
    found = report()
    console = Console(width=140)
    with console.capture() as shown:
        console.print(render(found))
    assert "[mine]: 2 documents" in shown.get()
    assert all(row.measure in shown.get() for row in rows(found))
    assert "0.667" in shown.get()
    assert render(report(())).row_count == len(rows(report(())))


def test_notes_say_what_is_missing() -> None:
    said = "\n".join(notes(report("abb")))
    assert "Failed, and counted as empty: 1 document: b." in said
    assert "Came again, and skipped: 1 document: b." in said
    assert "Species (2)" in said
    assert "Bind (2)" in said


def test_figures_with_retired_ids_have_a_column_where_there_are_any() -> None:
    def text(found: Report) -> str:
        console = Console(width=160)
        with console.capture() as shown:
            console.print(render(found))
        return shown.get()

    renewed = report(current_id=lambda curie: curie.replace("M:2", "M:20"))
    assert "ids as annotated" in text(renewed)
    assert "2 gold mentions carry one of 1 retired ids" in "\n".join(notes(renewed))
    assert "ids as annotated" not in text(report(current_id=lambda curie: curie))
    assert "retired" not in "\n".join(notes(report()))
