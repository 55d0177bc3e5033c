"""What every store answers, whatever it keeps its graph in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from kg_builder.errors import StoreError
from kg_builder.graph_store import GraphStore
from kg_builder.records import Assertion, Concept, DocumentGraph
from kg_builder.stores.views import EVERYTHING, Filter

MakePart = Callable[..., DocumentGraph]

ASPIRIN, WARFARIN, BLEEDING, STROKE = "MESH:D001241", "MESH:D014859", "MESH:D006470", "MESH:D020521"


# queries


def test_neighbours_come_best_supported_first(filled: GraphStore) -> None:
    relations = filled.neighbours(BLEEDING)
    assert [(relation.subject, relation.documents) for relation in relations] == [
        (ASPIRIN, ("n1", "n2")),
        (WARFARIN, ("n2",)),
    ]
    assert (relations[0].confidence, relations[1].confidence) == (0.9, 0.4)
    assert relations[0].subject_name == "Aspirin"


def test_neighbours_by_direction_and_predicate(filled: GraphStore) -> None:
    assert filled.neighbours(BLEEDING, direction="out") == []
    assert [relation.object for relation in filled.neighbours(WARFARIN, direction="out")] == [BLEEDING, STROKE]
    for predicate in ("TREATS", "treats"):
        assert [relation.object for relation in filled.neighbours(WARFARIN, predicate=predicate)] == [STROKE]
    assert filled.neighbours(WARFARIN, predicate="TREAT") == []
    assert filled.neighbours("MESH:absent") == []
    with pytest.raises(StoreError, match="sideways"):
        filled.neighbours(BLEEDING, direction="sideways")


def test_negated_statements_are_left_out_unless_asked_for(filled: GraphStore) -> None:
    assert filled.relation(WARFARIN, "INDUCES", STROKE) is None
    found = filled.relation(WARFARIN, "INDUCES", STROKE, where=EVERYTHING)
    assert found is not None
    assert found.assertions == (Assertion.NEGATED,)
    assert filled.statistics().relations == 4
    assert filled.statistics(EVERYTHING).relations == 5


def test_a_relation_has_the_sentences_that_state_it(filled: GraphStore) -> None:
    relation = filled.relation(ASPIRIN, "INDUCES", BLEEDING)
    assert relation is not None
    assert [(e.document, e.sentence_text) for e in relation.evidence] == [
        ("n1", "Gave aspirin; then bleeding."),
        ("n2", "The aspirin caused bleeding, warfarin too."),
    ]
    assert {(e.subject_text, e.object_text) for e in relation.evidence} == {("aspirin", "bleeding")}


def test_a_predicate_is_found_whatever_its_case(filled: GraphStore, make_part: MakePart) -> None:
    found = filled.relation(WARFARIN, "Treats", STROKE)
    assert found is not None
    assert (found.predicate, found.documents) == ("TREATS", ("n4",))
    filled.write(make_part("n5", "Here warfarin after stroke.", ("warfarin", "Treats", "stroke")))
    for predicate, documents in (("Treats", ("n5",)), ("TREATS", ("n4",)), ("treats", ("n4",))):
        found = filled.relation(WARFARIN, predicate, STROKE)
        assert found is not None
        assert found.documents == documents
    assert len(filled.neighbours(WARFARIN, predicate="treats")) == 2
    assert filled.relation(WARFARIN, "TREAT", STROKE) is None


def test_paths_go_either_way_shortest_first(filled: GraphStore) -> None:
    (path,) = filled.paths(ASPIRIN, STROKE)
    assert path.concepts == (ASPIRIN, BLEEDING, WARFARIN, STROKE)
    assert path.names == ("Aspirin", "Hemorrhage", "Warfarin", "Stroke")
    assert [relation.predicate for relation in path.relations] == ["INDUCES", "INDUCES", "TREATS"]
    assert filled.paths(ASPIRIN, STROKE, max_length=2) == []
    assert filled.paths(ASPIRIN, STROKE, where=Filter(patient="p2")) == []
    assert filled.paths(ASPIRIN, "MESH:absent") == []
    assert filled.paths(ASPIRIN, ASPIRIN) == []


def test_paths_are_simple_complete_and_limited(store: GraphStore, make_part: MakePart) -> None:
    names = [f"c{number}" for number in range(5)]
    concepts = {name: Concept(id=f"X:{name}", name=name, type="Disease") for name in names}
    pairs = [(one, "JOINS", other) for one in names for other in names if one < other]
    store.write(make_part("all", " ".join(names), *pairs, concepts=concepts))
    found = store.paths("X:c0", "X:c4", limit=100)
    assert len(found) == 1 + 3 + 6 + 6
    assert [len(path.relations) for path in found] == sorted(len(path.relations) for path in found)
    assert all(len(set(path.concepts)) == len(path.concepts) for path in found)
    assert store.paths("X:c0", "X:c4", limit=3) == found[:3]
    assert found[1].concepts == ("X:c0", "X:c1", "X:c4")


def test_a_subgraph_has_the_relations_among_the_concepts_reached(filled: GraphStore) -> None:
    near = filled.subgraph([ASPIRIN])
    assert set(near) == {ASPIRIN, BLEEDING}
    assert near.number_of_edges() == 2
    assert set(filled.subgraph([ASPIRIN], hops=2)) == {ASPIRIN, BLEEDING, WARFARIN}
    assert set(filled.subgraph([ASPIRIN], hops=0)) == {ASPIRIN}
    assert set(filled.subgraph([ASPIRIN], where=Filter(patient="p9"))) == {ASPIRIN}
    assert set(filled.subgraph(["MESH:absent"])) == set()


@pytest.mark.parametrize("text", ["aspirin", "Aspirin", "ASPIRIN", "asprin", "aspirni", "aspi", ASPIRIN, "  aspirin "])
def test_search_finds_by_name_and_forgives_typos(filled: GraphStore, text: str) -> None:
    assert filled.search(text)[0].concept.id == ASPIRIN


def test_search_puts_exact_hits_first_and_knows_the_forms_seen(filled: GraphStore) -> None:
    exact, typo = filled.search("stroke")[0], filled.search("strok e")[0]
    assert (exact.score, exact.concept.id) == (1.0, STROKE)
    assert typo.score < 1.0
    by_form = filled.search("bleeding")[0]
    assert (by_form.concept.name, by_form.matched) == ("Hemorrhage", "bleeding")
    assert filled.search("bleeding", type="Chemical") == []
    assert [hit.concept.id for hit in filled.search("bleeding", type="dISEASE")] == [BLEEDING]
    assert len(filled.search("a", limit=1)) <= 1
    assert filled.search("") == []


def test_search_follows_writing_and_forgetting(filled: GraphStore, make_part: MakePart) -> None:
    assert filled.search("blue spells") == []
    filled.write(make_part("n5", "Now blue spells."))
    assert [hit.concept.linked for hit in filled.search("blue spells")] == [False]
    filled.forget("n5")
    assert filled.search("blue spells") == []


# filters


@pytest.mark.parametrize(
    ("where", "documents"),
    [
        (Filter(), ["n1", "n2", "n3", "n4"]),
        (Filter(patient="p1"), ["n1"]),
        (Filter(kind="note"), ["n1", "n4"]),
        (Filter(kind="note", patient="p1"), ["n1"]),
        (Filter(language="en"), ["n1", "n2", "n3", "n4"]),
        (Filter(language="vi"), []),
        (Filter(tags=frozenset({"ward"})), ["n1"]),
        (Filter(tags=frozenset({"ward", "night"})), ["n1"]),
        (Filter(tags=frozenset({"ward", "day"})), []),
        (Filter(since=dt.date(2024, 1, 5), until=dt.date(2024, 2, 29)), ["n1"]),
        (Filter(since=dt.date(2024, 1, 6)), ["n2"]),
        (Filter(until=dt.date(2024, 3, 1)), ["n1", "n2"]),
        (Filter(extra={"beds": 3}), ["n1"]),
        (Filter(extra={"beds": 3.0, "urgent": True}), ["n1"]),
        (Filter(extra={"beds": "3"}), ["n1"]),
        (Filter(extra={"beds": "3.0", "urgent": "true"}), ["n1"]),
        (Filter(extra={"beds": "03"}), []),
        (Filter(extra={"beds": "4"}), []),
        (Filter(extra={"bay": "7"}), ["n1"]),
        (Filter(extra={"bay": 7}), []),
        (Filter(extra={"share": "0.5"}), ["n1"]),
        (Filter(extra={"urgent": "1"}), []),
        (Filter(extra={"urgent": "yes"}), []),
        (Filter(extra={"urgent": 1}), []),
        (Filter(documents=frozenset({"n4", "n2", "absent"})), ["n2", "n4"]),
        (Filter(documents=frozenset()), []),
        (Filter(patient="' OR 1=1 --"), []),
    ],
)
def test_documents_by_filter(filled: GraphStore, where: Filter, documents: list[str]) -> None:
    assert [document.id for document in filled.documents(where)] == documents
    assert filled.statistics(where).documents == len(documents)
    every = where.model_copy(update={"assertions": None})
    assert {mention.document for mention in filled.mentions(every)} == set(documents)
    assert {name for view in filled.relations(every) for name in view.documents} == set(documents)


def test_filters_hold_in_every_query(filled: GraphStore) -> None:
    sure = Filter(min_confidence=0.5)
    assert [view.documents for view in filled.neighbours(BLEEDING, where=sure)] == [("n1",)]
    assert [view.documents for view in filled.neighbours(STROKE, where=sure)] == [("n4",)]
    second = Filter(patient="p2")
    assert {concept.id for concept in filled.concepts(second)} == {ASPIRIN, WARFARIN, BLEEDING}
    assert next(filled.concepts(second)).documents == 1
    assert {mention.assertion for mention in filled.mentions(Filter())} == {Assertion.PRESENT}
    nothing = Filter(assertions=frozenset())
    assert list(filled.concepts(nothing)) == []
    assert filled.statistics(nothing).mentions == 0


def test_search_gives_only_what_passing_documents_have(filled: GraphStore, make_part: MakePart) -> None:
    bled = {"blood loss": Concept(id=BLEEDING, name="Hemorrhage", type="Disease")}
    filled.write(make_part("n5", "Much blood loss.", concepts=bled, patient="p5"))
    first, fifth = Filter(patient="p1"), Filter(patient="p5")
    assert [hit.concept.id for hit in filled.search("warfarin", where=Filter(patient="p2"))] == [WARFARIN]
    assert filled.search("warfarin", where=first) == []
    assert filled.search(WARFARIN, where=first) == []
    assert filled.search("blood loss", where=first) == []
    assert filled.search("bleeding", where=fifth) == []
    for where, form in ((first, "bleeding"), (fifth, "blood loss")):
        for text in (form, "hemorrhage", BLEEDING):
            (hit,) = filled.search(text, where=where)
            assert (hit.concept.id, hit.concept.documents, hit.concept.synonyms_seen) == (BLEEDING, 1, (form,))
    assert filled.search("bleeding", where=Filter(patient="p9")) == []
    assert filled.search("bleeding", where=Filter(min_confidence=1.0), type="Chemical") == []


def test_search_leaves_out_what_is_only_denied_unless_asked(store: GraphStore, make_part: MakePart) -> None:
    store.write(make_part("n1", "No stroke.", assertion="negated"))
    assert store.search("stroke") == store.search("stroke", where=Filter()) == []
    assert [hit.concept.id for hit in store.search("stroke", where=EVERYTHING)] == [STROKE]
    store.write(make_part("n2", "A stroke."))
    assert [hit.concept.mentions for hit in store.search("stroke")] == [1]
    assert [hit.concept.mentions for hit in store.search("stroke", where=EVERYTHING)] == [2]


def test_a_concept_counts_what_passes(filled: GraphStore) -> None:
    everywhere, plain = filled.concept(WARFARIN), filled.concept(WARFARIN, where=Filter())
    assert everywhere == filled.concept(WARFARIN, where=EVERYTHING)
    assert everywhere is not None
    assert plain is not None
    assert (everywhere.documents, plain.documents) == (3, 2)
    noted = filled.concept(WARFARIN, where=Filter(kind="note"))
    assert noted is not None
    assert (noted.name, noted.documents, noted.mentions) == ("Warfarin", 1, 1)
    assert filled.concept(ASPIRIN, where=Filter(patient="p9")) is None
    assert filled.concept("MESH:absent", where=Filter()) is None
