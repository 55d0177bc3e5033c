"""A small graph with something of everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from kg_builder.explore.answers import Answers
from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import Assertion, Attribute, DocumentGraph, Issue, Reject
from kg_builder.stores import open_store
from kg_builder.stores.views import RunRecord
from tests.conformance.conftest import sample_part


@pytest.fixture
def store() -> Iterator[GraphStore]:
    """Six documents: facts, a denial, a family's history, rejected items, cleaning, an attribute; a failure, a run."""
    with open_store(":memory:") as made:
        made.write(sample_part("a", "The aspirin caused bleeding.", ("aspirin", "INDUCES", "bleeding"), confidence=0.9))
        made.write(sample_part("b", "After aspirin, bleeding. Home.", ("aspirin", "INDUCES", "bleeding"), kind="note"))
        made.write(_read_with_care())
        denied = ("d", "No bleeding from aspirin.", ("aspirin", "INDUCES", "bleeding"))
        made.write(sample_part(*denied, assertion=Assertion.NEGATED))
        made.write(sample_part("e", "We use aspirin against bleeding.", ("aspirin", "TREATS", "bleeding")))
        family = ("f", "Mother: stroke on warfarin.", ("warfarin", "INDUCES", "stroke"))
        made.write(sample_part(*family, assertion=Assertion.FAMILY))
        made.fail(Failure("g", "timed-out", "The document wasn't done.", attempts=2))
        made.record_run(RunRecord(id="r1", started=dt.datetime(2026, 1, 5, tzinfo=dt.UTC), settings_hash="s1"))
        yield made


@pytest.fixture
def answers(store: GraphStore) -> Answers:
    """Of this graph."""
    return Answers(store)


def _read_with_care() -> DocumentGraph:
    """Cleaned, with an attribute and two rejected items."""
    part = sample_part(
        "c", "pt  on warfarin 5 mg qd, hx of blue spells", date="2026-01-02", extra={"odd": float("inf")}
    )
    not_in_text = Issue(code="not-in-text", message="It isn't there.")
    unreadable = Issue(code="unreadable", message="No list.")
    place = {"start": 25, "end": 27, "text": "hx"}
    changes = {
        "cleaning": ((0, 2, "Patient"), (2, 4, " "), (25, 27, "history")),
        "attributes": (Attribute(start=16, end=20, text="5 mg", type="Dose", mention=(7, 15), value={"number": 5}),),
        "rejects": (
            Reject.model_validate({"kind": "mention", "type": "DISEASE", **place, "issues": (not_in_text,)}),
            Reject(kind="answer", issues=(unreadable, not_in_text)),
        ),
    }
    return part.model_copy(update=changes)
