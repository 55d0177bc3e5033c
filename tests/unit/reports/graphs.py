"""A small graph with everything that a report tells of, and texts that try to be markup."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kg_builder.backends.spending import ModelUsage
from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import (
    Assertion,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Issue,
    Mention,
    Provenance,
    Reject,
    Relation,
    Selection,
)
from kg_builder.stores import open_store
from kg_builder.stores.run_setup import RunPart, RunSetup, TerminologySource
from kg_builder.stores.views import RunRecord

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style></script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    '" onmouseover="alert(1)',
    "<svg onload=alert(1)>",
    "&lt;b&gt; &amp;",
    "<!-- ]]>",
    "javascript:alert(1)",
)
UNSEEN = "a\u202eb\u200bc\x00d"
NOW = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
TAGGER = Provenance(extractor="tagger", model="t 1", settings_hash="s1")


def run_record(id: str = "0123456789abcdef", **changes: Any) -> RunRecord:
    """A finished run whose accounting adds up."""
    given = {
        "started": NOW,
        "finished": NOW + dt.timedelta(seconds=90),
        "ended": "finished",
        "settings_hash": "s1",
        "read": 1204,
        "written": 1200,
        "unchanged": 1,
        "failed": 3,
        "items_extracted": 5012,
        "items_written": 5000,
        "items_rejected": 12,
        "failures_by_code": {"timed-out": 2, "made-up-code": 1},
        "rejects_by_code": {"not-in-text": 10, "low-confidence": 2},
        "seconds_by_step": {"clean": 1.5, "extract": 60.0, "write": 0.004},
        "setup": RunSetup(
            package="9.9.9",
            python="3.12.1",
            store="ward.kg",
            parts=(RunPart(step="extract", name="tagger", model="t 1"),),
            terminologies=("shipped",),
            vocabularies=(TerminologySource(name="MeSH", version="2026", licence="NLM terms"),),
            schemas={"chemical-disease": "0a1b2c3d"},
            settings={"attempts": 5, "cleaner": "rules"},
            changed=("attempts",),
        ),
    }
    return RunRecord.model_validate({"id": id, **given, **changes})


def usage() -> dict[str, ModelUsage]:
    return {"openai:big": ModelUsage(requests=1041, input_tokens=52_000, output_tokens=900, cost=1.25, estimated=4)}


def part(document_id: str, drug: str = "aspirin", disease: str = "bleeding", **changes: Any) -> DocumentGraph:
    """One relation between two mentions, and a reject."""
    text = f"The {drug} brought {disease}."
    places = [(text.index(name), text.index(name) + len(name)) for name in (drug, disease)]
    mentions = tuple(
        Mention(start=s, end=e, text=text[s:e], type=kind, concepts=(concept,), confidence=0.9, provenance=TAGGER)
        for (s, e), kind, concept in zip(places, ("CHEMICAL", "DISEASE"), ("MESH:D1", "MESH:D2"), strict=True)
    )
    evidence = Evidence(sentence=(0, len(text)), subject=places[0], object=places[1])
    relation = Relation(
        subject="MESH:D1",
        predicate="INDUCES",
        object="MESH:D2",
        evidence=(evidence,),
        confidence=0.75,
        provenance=TAGGER,
        assertion=changes.pop("assertion", Assertion.PRESENT),
    )
    issue = Issue(code="not-in-text", message=f"'{disease}' is not in the text.")
    return DocumentGraph(
        document=Document(id=document_id, text=text),
        selection=Selection(schema_name="chemical-disease", extractors=("tagger",), language="en", reason="asked"),
        settings_hash=changes.pop("settings_hash", "s1"),
        mentions=mentions,
        concepts=(
            Concept(id="MESH:D1", name=drug.title(), type="Chemical"),
            Concept(id="MESH:D2", name=disease.title(), type="Disease"),
        ),
        relations=(relation,),
        rejects=(Reject(kind="mention", type="DISEASE", start=1, end=3, text=disease, issues=(issue,)),),
    )


def graph(*parts: DocumentGraph, runs: tuple[RunRecord, ...] = (), failures: tuple[Failure, ...] = ()) -> GraphStore:
    """In memory."""
    store = open_store(":memory:")
    for one in parts or (part("n1"), part("n2"), part("n3", assertion=Assertion.NEGATED)):
        store.write(one)
    for failure in failures:
        store.fail(failure)
    for run in runs or (run_record(),):
        store.record_run(run)
    return store
