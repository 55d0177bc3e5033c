"""The page is told the same by every store."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.explore.answers import Answers
from kg_builder.explore.embedding import Embedded, embed
from kg_builder.explore.json_answers import as_json
from kg_builder.explore.selection import select
from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import DocumentGraph
from kg_builder.review.decisions import Verdict
from kg_builder.review.items import decision_on, items_of
from kg_builder.stores import open_store
from kg_builder.stores.rows import merged_relations
from kg_builder.stores.views import EVERYTHING, RunRecord
from tests.conformance.conftest import CONCEPTS, MakeStore, parts

START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def everything_told(store: GraphStore) -> Any:
    """All answers that a page can get, but for what the graph is called and which concepts are like a text: stores
    may differ in what they find alike.
    """
    answers = Answers(store)
    ids = [view.id for view in (*store.concepts(EVERYTHING), *store.ancestors(EVERYTHING))]
    relations = [(one.subject, one.predicate, one.object) for one in store.relations(EVERYTHING)]
    told = {
        "overview": answers.overview() | {"name": ""},
        "found": [answers.search(text)["documents"] for text in ("note", "n1", "nothing")],
        "neighbours": [answers.neighbours(one) for one in ids],
        "concepts": [answers.concept(one) for one in ids],
        "relations": [answers.relation(*ends) for ends in relations],
        "documents": answers.documents(),
        "document": [answers.document(view.id) for view in store.documents()],
        "ledger": answers.ledger(),
        "unknown": [answers.concept("x:y"), answers.neighbours("x:y"), answers.document("x")],
    }
    return json.loads(as_json(told))


def file_of(store: GraphStore) -> Embedded:
    """What a file of the whole graph holds."""
    return embed(store, select(store, most=2000))


def copied(store: GraphStore) -> GraphStore:
    """The same graph in memory."""
    copy = open_store(":memory:")
    copy.write_many(store.parts())
    copy.decide(store.decisions())
    for failure in store.failures():
        copy.fail(failure)
    for run in store.runs():
        copy.record_run(run)
    return copy


def test_answers_of_a_small_graph(filled: GraphStore) -> None:
    filled.fail(Failure("n9", "timed-out", "Not done.", attempts=1))
    filled.record_run(RunRecord(id="r1", started=START, settings_hash="s1", read=4))
    [about, *_] = (item for item in items_of(filled.part("n2"), ()) if item.about.kind == "relation")
    filled.decide([decision_on(about, Verdict.REJECTED, by="mai", at=START)])
    copy = copied(filled)
    above = CONCEPTS["stroke"].model_copy(update={"id": "MESH:D002561", "name": "Cerebrovascular Disorders"})
    for store in (filled, copy):
        store.roll_up({CONCEPTS["stroke"].id: [above.id]}, [above])
    told = everything_told(filled)
    assert told == everything_told(copy)
    for text in ("aspirin", "Hemorhage", "MESH:D0"):
        assert Answers(filled).search(text) == Answers(copy).search(text)
    assert len(told["overview"]["start"]["edges"]) == 4
    first, second = file_of(filled), file_of(copy)
    assert first[1:] == second[1:] == (4, 4, 4, None)  # the concept above isn't mentioned


def stated_once(part: DocumentGraph) -> DocumentGraph:
    """As a build writes it: each relation once, with all its evidence."""
    return part.model_copy(update={"relations": tuple(merged_relations(part.relations))})


@given(written=st.lists(parts().map(stated_once), min_size=1, max_size=3, unique_by=lambda part: part.document.id))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_of_any_graph(make_store: MakeStore, written: list[DocumentGraph]) -> None:
    store = make_store()
    store.write_many(written)
    copy = copied(store)
    assert everything_told(store) == everything_told(copy)
    assert file_of(store)[1:] == file_of(copy)[1:]
    copy.close()
