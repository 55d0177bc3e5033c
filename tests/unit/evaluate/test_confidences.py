"""What an evaluation says of the confidences that predictions carry."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.evaluate.evaluation import evaluate
from kg_builder.evaluate.report import render_confidences
from kg_builder.evaluate.results import Report
from kg_builder.records import Assertion, Concept, Document, DocumentGraph, Evidence, Mention, Relation, Selection
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
TEXT = "Gold gave rash in mice"
GOLD = Mention(start=0, end=4, text="Gold", type="Chemical", concepts=("M:1",))
RASH = Mention(start=10, end=14, text="rash", type="Disease", concepts=("M:2",))
MICE = Mention(start=18, end=22, text="mice", type="Disease", concepts=("M:3",))
EVIDENCE = (Evidence(sentence=(0, 22), subject=(0, 4), object=(10, 14)),)


def sure(mention: Mention, confidence: float | None) -> Mention:
    return mention.model_copy(update={"confidence": confidence})


def induces(target: str, confidence: float | None, assertion: Assertion = Assertion.PRESENT) -> Relation:
    return Relation(
        subject="M:1",
        predicate="INDUCES",
        object=target,
        evidence=EVIDENCE,
        confidence=confidence,
        assertion=assertion,
    )


def report(mentions: tuple[Mention, ...], relations: tuple[Relation, ...] = ()) -> Report:
    document = Document(id="a", text=TEXT)
    graph = DocumentGraph(
        document=document,
        selection=Selection(schema_name="small", extractors=(), language="en", reason="test"),
        settings_hash="",
        mentions=mentions,
        concepts=tuple(Concept(id=name, name=name, type="Thing") for name in ("M:1", "M:2", "M:3")),
        relations=relations,
    )
    return evaluate(
        [GoldDocument(document, (GOLD, RASH), (GoldRelation("CID", ("M:1",), ("M:2",)),))],
        lambda _: graph,
        schema=SCHEMA,
        normalize_gold=lambda gold: [(), ()],
        relate_gold=lambda gold: set(),
        type_map={"Chemical": "Chemical", "Disease": "Disease"},
        relation_map={"CID": "INDUCES"},
    )


def test_json_tells_calibration_and_thresholds_together_and_by_type() -> None:
    found = report((sure(GOLD, 0.9), sure(RASH, 0.9), sure(MICE, 0.6)), (induces("M:2", 0.7), induces("M:3", 0.2)))
    plain = json.loads(json.dumps(found.as_json(), allow_nan=False))
    mentions = plain["mentions"]["confidence"]
    assert list(mentions) == ["all", "Chemical", "Disease"]
    assert mentions["all"]["expected_calibration_error"] == pytest.approx((2 * 0.1 + 0.6) / 3)
    kept = {row["threshold"]: row for row in mentions["Disease"]["at_threshold"]}
    assert (kept[0.5]["precision"], kept[0.5]["recall"]) == (0.5, 1)
    assert (kept[0.8]["precision"], kept[0.8]["kept"]) == (1, 1)
    relations = plain["relations"]["confidence"]["all"]
    assert relations["predictions"] == 2
    assert {row["threshold"]: row["precision"] for row in relations["at_threshold"]}[0.5] == 1


def test_predictions_without_a_confidence_have_no_such_figures() -> None:
    found = report((sure(GOLD, None), RASH), (induces("M:2", None),))
    assert found.as_json()["mentions"]["confidence"] == {}
    assert found.as_json()["relations"]["confidence"] == {}


def test_a_denied_relation_is_no_prediction() -> None:
    found = report((GOLD, RASH), (induces("M:2", 0.9, Assertion.NEGATED),))
    assert found.relation_confidences == {}


def test_the_text_has_a_table_of_confidences_where_there_are_any() -> None:
    def text(found: Report) -> str:
        console = Console(width=200)
        with console.capture() as captured:
            console.print(*render_confidences(found))
        return captured.get()

    assert "calibration error" in text(report((sure(GOLD, 0.9),)))
    assert "calibration error" not in text(report((GOLD,)))
