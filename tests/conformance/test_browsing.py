"""What every store answers a page that shows a graph."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.graph_store import GraphStore
from kg_builder.records import DocumentGraph
from kg_builder.stores.views import EVERYTHING, ConceptOutline, Filter, StatementView
from tests.conformance.conftest import CONCEPTS, MakePart, MakeStore, parts

ASPIRIN, WARFARIN, BLEEDING, STROKE = (CONCEPTS[name].id for name in ("aspirin", "warfarin", "bleeding", "stroke"))


def test_outlines_count_what_passes(filled: GraphStore) -> None:
    found = filled.outlines([WARFARIN, BLEEDING, "MESH:D0"])
    assert found == {
        WARFARIN: ConceptOutline(WARFARIN, "Warfarin", "Chemical", True, documents=2, mentions=2, neighbours=2),
        BLEEDING: ConceptOutline(BLEEDING, "Hemorrhage", "Disease", True, documents=2, mentions=2, neighbours=2),
    }
    assert filled.outlines([WARFARIN], where=EVERYTHING)[WARFARIN].mentions == 3
    noted = filled.outlines([WARFARIN], where=Filter(kind="note"))[WARFARIN]
    assert (noted.documents, noted.neighbours) == (1, 1)
    nobody = filled.outlines([ASPIRIN], where=Filter(patient="p9"))[ASPIRIN]
    assert (nobody.name, nobody.documents, nobody.mentions, nobody.neighbours) == ("Aspirin", 0, 0, 0)


def test_outlines_follow_what_is_written(filled: GraphStore, make_part: MakePart) -> None:
    assert filled.outlines([ASPIRIN])[ASPIRIN].documents == 2
    filled.write(make_part("n5", "More aspirin."))
    assert filled.outlines([ASPIRIN])[ASPIRIN].documents == 3


def test_outlines_of_what_stands_above(filled: GraphStore) -> None:
    above = CONCEPTS["stroke"].model_copy(update={"id": "MESH:D002561", "name": "Cerebrovascular Disorders"})
    filled.roll_up({STROKE: [above.id]}, [above])
    outline = ConceptOutline(above.id, above.name, above.type, True, ancestor_only=True)
    assert filled.outlines([above.id]) == {above.id: outline}


def test_best_supported_first(filled: GraphStore) -> None:
    best = (ASPIRIN, "INDUCES", BLEEDING), (WARFARIN, "INDUCES", BLEEDING), (WARFARIN, "TREATS", STROKE)
    assert [*filled.best_supported(limit=9)] == [*best]
    assert [*filled.best_supported(limit=1)] == [best[0]]
    denied = (WARFARIN, "INDUCES", STROKE)
    assert [*filled.best_supported(limit=9, where=EVERYTHING)] == [best[0], best[1], denied, best[2]]


def test_statements_of_concepts_and_among_them(filled: GraphStore) -> None:
    first = StatementView(ASPIRIN, "INDUCES", BLEEDING, "n1", "present", 0.9, "unreviewed")
    second = first._replace(document="n2", confidence=0.4)
    assert [*filled.statements([ASPIRIN])] == [first, second]
    assert [*filled.statements([BLEEDING, ASPIRIN], among=True)] == [first, second]
    assert [*filled.statements([ASPIRIN], among=True)] == []
    assert [one.document for one in filled.statements([STROKE])] == ["n4"]
    assert [one.assertion for one in filled.statements([STROKE], where=EVERYTHING)] == ["negated", "present"]


def test_documents_of_a_concept(filled: GraphStore, make_part: MakePart) -> None:
    twice = make_part("n0", "warfarin and warfarin")
    again = twice.mentions[0].model_copy(update={"start": 13, "end": 21})
    filled.write(twice.model_copy(update={"mentions": (*twice.mentions, again)}))
    assert [*filled.documents_of(WARFARIN)] == [("n0", 2), ("n2", 1), ("n4", 1)]
    assert [*filled.documents_of(WARFARIN, where=EVERYTHING)] == [("n0", 2), ("n2", 1), ("n3", 1), ("n4", 1)]
    assert [*filled.documents_of("MESH:D0")] == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [("", ["n1", "n2", "n3", "n4"]), ("N3", ["n3"]), ("NOTE", ["n1", "n4"]), ("p2", ["n2"]), ("night", ["n1"])],
)
def test_document_lines_by_text(filled: GraphStore, text: str, ids: list[str]) -> None:
    total, lines = filled.document_lines(text)
    assert (total, [line.id for line in lines]) == (len(ids), ids)
    assert filled.document_lines(text, offset=1, limit=1) == (total, lines[1:2])


def test_document_lines_count(filled: GraphStore) -> None:
    _, [line] = filled.document_lines("2024-03-01")
    assert (line.id, line.language, line.mentions, line.relations, line.rejects) == ("n2", "en", 3, 2, 0)
    assert line.metadata.patient == "p2"
    assert filled.document_lines("7") == (1, [*filled.document_lines("n1")[1]])  # bay: the string, not the number


@given(written=st.lists(parts(), min_size=1, max_size=4, unique_by=lambda part: part.document.id))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_those_of_the_whole_views(make_store: MakeStore, written: list[DocumentGraph]) -> None:
    with_counts = make_store()
    with_counts.write_many(written)
    views = {view.id: view for view in with_counts.concepts()}
    outlines = with_counts.outlines(views, where=EVERYTHING)
    assert {one.id: (one.name, one.documents, one.mentions) for one in outlines.values()} == {
        view.id: (view.name, view.documents, view.mentions) for view in views.values()
    }
    relations = list(with_counts.relations(EVERYTHING))
    assert Counter(one[:5] for one in with_counts.statements(list(views), where=EVERYTHING)) == Counter(
        (view.subject, view.predicate, view.object, view.documents[0], view.assertions[0]) for view in relations
    )
    for line in with_counts.document_lines()[1]:
        assert line.relations == sum(view.documents == (line.id,) for view in relations)
    for concept_id, view in views.items():
        assert sum(times for _, times in with_counts.documents_of(concept_id, where=EVERYTHING)) == view.mentions
