"""How strongly relations are stated: the same sum in every store as over the evidence of its own views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.graph_store import GraphStore
from kg_builder.records import DocumentGraph
from kg_builder.stores.strengths import NO_CONFIDENCE, NOT_PLAIN, statements_of, summed
from kg_builder.stores.views import EVERYTHING, Filter

MakePart = Callable[..., DocumentGraph]
ASPIRIN, WARFARIN = "MESH:D001241", "MESH:D014859"
BLEEDING, STROKE = "MESH:D006470", "MESH:D020521"


def test_documents_count_by_their_confidence(filled: GraphStore) -> None:
    assert filled.strengths([ASPIRIN]) == {(ASPIRIN, "INDUCES", BLEEDING): pytest.approx(0.9 + 0.4)}


def test_what_is_denied_counts_little_and_only_where_it_is_let_through(filled: GraphStore) -> None:
    treats = (WARFARIN, "TREATS", STROKE)

    assert filled.strengths([STROKE]) == {treats: NO_CONFIDENCE}
    assert filled.strengths([STROKE], where=EVERYTHING) == {(WARFARIN, "INDUCES", STROKE): NOT_PLAIN, treats: 0.5}


def test_under_a_filter_and_for_several(filled: GraphStore) -> None:
    found = filled.strengths([BLEEDING, ASPIRIN], where=Filter(patient="p2"))

    assert list(found) == [(ASPIRIN, "INDUCES", BLEEDING), (WARFARIN, "INDUCES", BLEEDING)]
    assert set(found.values()) == {0.4}
    assert filled.strengths([]) == filled.strengths(["MESH:D000000"]) == {}


def test_it_follows_what_is_written_and_forgotten(filled: GraphStore, make_part: MakePart) -> None:
    before = filled.strengths([STROKE])
    filled.write(make_part("n9", "aspirin for stroke", ("aspirin", "TREATS", "stroke")))

    assert (ASPIRIN, "TREATS", STROKE) in filled.strengths([STROKE])
    filled.forget("n9")
    assert filled.strengths([STROKE]) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_it_is_the_sum_over_the_evidence(make_store: Any, part_strategy: Any, data: st.DataObject) -> None:
    store = make_store()
    for part in data.draw(st.lists(part_strategy(), max_size=3)):
        store.write(part)
    concepts = sorted({view.id for view in store.concepts()})

    for where in (EVERYTHING, Filter()):
        views = [view for concept in concepts for view in store.neighbours(concept, where=where)]
        expected = summed(statements_of(views))
        assert store.strengths(concepts, where=where) == expected
