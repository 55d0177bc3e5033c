"""IS_A edges and linking again, in every store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.errors import UnknownDocumentError
from kg_builder.graph_store import GraphStore
from kg_builder.records import Assertion, Concept, DocumentGraph
from kg_builder.stores.views import EVERYTHING, Filter

MakeStore = Callable[[], GraphStore]
MakePart = Callable[..., DocumentGraph]
PartStrategy = Callable[..., st.SearchStrategy[DocumentGraph]]

ASPIRIN, WARFARIN, BLEEDING, STROKE = "MESH:D001241", "MESH:D014859", "MESH:D006470", "MESH:D020521"
VASCULAR, DISEASES, SIGNS = "MESH:D014652", "MESH:D004194", "MESH:D012816"
BROADER = {STROKE: [VASCULAR], VASCULAR: [DISEASES], BLEEDING: [SIGNS, VASCULAR], SIGNS: [DISEASES]}
ABOVE = [
    Concept(id=VASCULAR, name="Vascular Diseases", type="Disease", xrefs=("DOID:178",)),
    Concept(id=DISEASES, name="Diseases", type="Disease"),
    Concept(id=SIGNS, name="Signs and Symptoms", type="Disease"),
]


@pytest.fixture
def rolled(filled: GraphStore) -> GraphStore:
    """The four small documents, rolled up."""
    assert filled.roll_up(BROADER, ABOVE)
    return filled


def edges(store: GraphStore, where: Filter | None = None) -> set[tuple[str, str]]:
    views = [*store.concepts(where), *store.ancestors(where)]
    return {(view.id, parent) for view in views for parent in view.broader}


def every_edge() -> set[tuple[str, str]]:
    return {(child, parent) for child, parents in BROADER.items() for parent in parents}


def all_of(store: GraphStore) -> list[Any]:
    return [
        list(store.concepts()),
        list(store.ancestors()),
        list(store.parts()),
        list(store.documents()),
        list(store.mentions()),
        list(store.relations()),
        store.statistics(EVERYTHING),
        store.rolled_up(),
    ]


def test_a_graph_has_no_hierarchy_unless_asked(filled: GraphStore) -> None:
    assert not filled.rolled_up()
    assert list(filled.ancestors()) == []
    assert edges(filled) == set()
    assert filled.descendants(VASCULAR) == []
    assert not filled.remove_hierarchy()


def test_rolling_up_adds_what_is_broader_and_nothing_else(filled: GraphStore) -> None:
    before = [list(filled.parts()), list(filled.mentions()), list(filled.relations()), list(filled.documents())]
    others = {"MESH:D1": [DISEASES], DISEASES: ["MESH:undescribed"]}
    assert filled.roll_up(BROADER | others, ABOVE)
    assert filled.rolled_up()
    assert edges(filled) == every_edge()
    assert [(view.id, view.name, view.ancestor_only) for view in filled.ancestors()] == [
        (DISEASES, "Diseases", True),
        (SIGNS, "Signs and Symptoms", True),
        (VASCULAR, "Vascular Diseases", True),
    ]
    assert not any(view.ancestor_only for view in filled.concepts())
    assert [list(filled.parts()), list(filled.mentions()), list(filled.relations()), list(filled.documents())] == before


def test_rolling_up_again_changes_nothing(rolled: GraphStore) -> None:
    before = all_of(rolled)
    assert not rolled.roll_up(BROADER, ABOVE)
    assert all_of(rolled) == before


def test_counts_tell_ancestors_apart(rolled: GraphStore) -> None:
    counts = rolled.statistics(EVERYTHING)
    assert (counts.concepts, counts.ancestors, counts.broader) == (4, 3, 5)
    first = rolled.statistics(Filter(patient="p1"))
    assert (first.concepts, first.ancestors, first.broader) == (2, 3, 4)
    assert rolled.statistics(Filter(documents=frozenset())).ancestors == 0


def test_removing_the_hierarchy_leaves_the_rest(filled: GraphStore) -> None:
    before = all_of(filled)
    filled.roll_up(BROADER, ABOVE)
    assert filled.remove_hierarchy()
    assert all_of(filled) == before


def test_an_ancestor_goes_with_the_last_concept_below_it(rolled: GraphStore) -> None:
    for document in ("n1", "n2"):
        rolled.forget(document)
    assert rolled.concept(SIGNS) is None
    assert edges(rolled) == {(STROKE, VASCULAR), (VASCULAR, DISEASES)}
    for document in ("n3", "n4"):
        rolled.forget(document)
    assert edges(rolled) == set()
    assert rolled.concept(DISEASES) is None
    assert rolled.rolled_up()


def test_a_concept_that_is_mentioned_and_above_another_stays_as_an_ancestor(
    store: GraphStore, make_part: MakePart
) -> None:
    vessels = {"vessels": ABOVE[0]}
    store.write(make_part("a", "A stroke."))
    store.write(make_part("b", "Bad vessels.", concepts=vessels))
    store.roll_up({STROKE: [VASCULAR]}, ABOVE)
    view = store.concept(VASCULAR)
    assert view is not None
    assert (view.ancestor_only, view.documents) == (False, 1)
    store.forget("b")
    view = store.concept(VASCULAR)
    assert view is not None
    assert (view.ancestor_only, view.documents, view.name) == (True, 0, "Vascular Diseases")
    store.write(make_part("b", "Bad vessels.", concepts=vessels))
    view = store.concept(VASCULAR)
    assert view is not None
    assert not view.ancestor_only


def test_circles_are_cut(filled: GraphStore) -> None:
    round_trip = {STROKE: [VASCULAR], VASCULAR: [DISEASES, VASCULAR], DISEASES: [VASCULAR]}
    filled.roll_up(round_trip, ABOVE)
    assert edges(filled) == {(STROKE, VASCULAR)}


def test_descendants_and_what_is_related_to_them(rolled: GraphStore) -> None:
    assert rolled.descendants(VASCULAR) == [BLEEDING, STROKE]
    assert rolled.descendants(DISEASES) == sorted([BLEEDING, STROKE, SIGNS, VASCULAR])
    assert rolled.neighbours(VASCULAR) == []
    found = rolled.neighbours(VASCULAR, with_descendants=True, direction="in")
    assert [(view.subject, view.predicate, view.under, view.under_name) for view in found] == [
        (ASPIRIN, "INDUCES", BLEEDING, "Hemorrhage"),
        (WARFARIN, "INDUCES", BLEEDING, "Hemorrhage"),
        (WARFARIN, "TREATS", STROKE, "Stroke"),
    ]
    induced = rolled.neighbours(DISEASES, predicate="induces", with_descendants=True, where=EVERYTHING)
    assert [(view.subject, view.under) for view in induced] == [
        (ASPIRIN, BLEEDING),
        (WARFARIN, BLEEDING),
        (WARFARIN, STROKE),
    ]
    own = rolled.neighbours(BLEEDING, with_descendants=True)
    assert [view.model_copy(update={"under": None, "under_name": None}) for view in own] == rolled.neighbours(BLEEDING)
    assert {view.under for view in own} == {BLEEDING}
    assert rolled.neighbours(DISEASES, with_descendants=True, direction="out") == []


def test_ancestors_are_found_by_name_and_marked(rolled: GraphStore) -> None:
    (hit,) = rolled.search("vascular diseases", type="disease")[:1]
    assert (hit.concept.id, hit.score, hit.concept.ancestor_only, hit.concept.mentions) == (VASCULAR, 1.0, True, 0)
    assert rolled.concept(SIGNS, where=Filter(patient="p1")) is not None
    assert rolled.concept(SIGNS, where=Filter(documents=frozenset({"n4"}))) is None
    names = {hit.concept.id for hit in rolled.search("signs and symptoms", where=Filter(documents=frozenset({"n4"})))}
    assert SIGNS not in names


def test_the_hierarchy_is_no_way_from_concept_to_concept(rolled: GraphStore) -> None:
    assert rolled.paths(BLEEDING, VASCULAR) == []
    assert set(rolled.subgraph([STROKE], hops=3)) == {STROKE, WARFARIN, BLEEDING, ASPIRIN}


_IDS = ["MESH:D1", "MESH:D10", "MESH:D2", "local:ho", "U:1", "U:2", "U:3"]
_HIERARCHIES = st.dictionaries(st.sampled_from(_IDS), st.lists(st.sampled_from(_IDS), max_size=3))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_left_is_what_rolling_up_the_rest_gives(
    data: st.DataObject, make_store: MakeStore, part_strategy: PartStrategy
) -> None:
    broader = data.draw(_HIERARCHIES)
    concepts = [Concept(id=name, name=name, type="Disease") for name in _IDS]
    store, fresh = make_store(), make_store()
    parts = data.draw(st.lists(part_strategy(st.sampled_from(["a", "b", "c"])), max_size=4))
    for part in parts:
        store.write(part)
    store.roll_up(broader, concepts)
    for document in data.draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True)):
        if store.fingerprints([document]):
            store.forget(document)
    for part in store.parts():
        fresh.write(part)
    fresh.roll_up(broader, concepts)
    assert all_of(store) == all_of(fresh)
    nodes = getattr(store, "graph", None)
    if nodes is not None:
        assert set(nodes.nodes(data="ancestor_only")) == set(fresh.graph.nodes(data="ancestor_only"))  # type: ignore[attr-defined]
        assert set(nodes.edges(keys=True)) == set(fresh.graph.edges(keys=True))  # type: ignore[attr-defined]


# linking again


def relinked_part(part: DocumentGraph, old: str, new: Concept) -> DocumentGraph:
    """The part with one concept in the place of another."""

    def moved(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new.id if name == old else name for name in ids)

    return part.model_copy(
        update={
            "mentions": tuple(m.model_copy(update={"concepts": moved(m.concepts)}) for m in part.mentions),
            "concepts": tuple(new if concept.id == old else concept for concept in part.concepts),
            "relations": tuple(
                r.model_copy(update={"subject": moved((r.subject,))[0], "object": moved((r.object,))[0]})
                for r in part.relations
            ),
            "settings_hash": "s2",
        }
    )


def relink_all(store: GraphStore, old: str, new: Concept, purpose: str = "s2") -> None:
    with store.relinking(purpose):
        for part in store.parts():
            store.relink(relinked_part(part, old, new))


def test_relinking_is_undone_whole(rolled: GraphStore) -> None:
    before = all_of(rolled)
    relink_all(rolled, STROKE, Concept(id="X:1", name="Insult", type="Disease"))
    assert rolled.concept(STROKE) is None
    assert rolled.relation(WARFARIN, "TREATS", "X:1") is not None
    assert rolled.relinked() == ["n1", "n2", "n3", "n4"]
    rolled.roll_up({"X:1": [SIGNS]}, ABOVE)
    assert rolled.undo_relinking() == ["n1", "n2", "n3", "n4"]
    assert all_of(rolled) == before
    assert (rolled.relinked(), rolled.undo_relinking()) == ([], [])


def test_a_relinking_forgets_the_one_before_unless_it_goes_on_with_it(filled: GraphStore) -> None:
    before = all_of(filled)
    new = Concept(id="X:1", name="Insult", type="Disease")

    def cut_short() -> None:
        with filled.relinking("s2") as done:
            assert done == 0
            filled.relink(relinked_part(next(filled.parts()), BLEEDING, new))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_short()
    with filled.relinking("s2") as done:
        assert done == 1
        filled.relink(relinked_part(next(filled.parts()), "X:1", Concept(id="X:2", name="Y", type="Disease")))
    filled.undo_relinking()
    assert all_of(filled) == before, "the state before the first of the two"
    relink_all(filled, BLEEDING, new)
    after = all_of(filled)
    with filled.relinking("s3") as done:
        assert done == 0
    assert len(filled.relinked()) == 4, "nothing changed since"
    with filled.relinking("s3"):
        filled.relink(relinked_part(next(filled.parts()), "X:1", Concept(id="X:2", name="Y", type="Disease")))
    assert filled.undo_relinking() == ["n1"]
    assert all_of(filled) == after


def test_a_relinking_that_changes_the_hierarchy_alone_is_undone(rolled: GraphStore) -> None:
    before = all_of(rolled)
    with rolled.relinking("s2"):
        rolled.roll_up({STROKE: [DISEASES]}, ABOVE)
    assert edges(rolled) == {(STROKE, DISEASES)}
    assert rolled.undo_relinking() == []
    assert all_of(rolled) == before


def test_what_is_read_again_or_forgotten_is_not_undone(filled: GraphStore, make_part: MakePart) -> None:
    relink_all(filled, BLEEDING, Concept(id="X:1", name="Insult", type="Disease"))
    filled.write(make_part("n1", "Only blue spells."))
    filled.forget("n2")
    assert filled.undo_relinking() == ["n3", "n4"]
    assert filled.concept("local:blue-spells") is not None
    assert [document.id for document in filled.documents()] == ["n1", "n3", "n4"]


def test_a_part_that_fails_midway_leaves_the_old_one_and_the_way_back(filled: GraphStore) -> None:
    before = all_of(filled)
    relink_all(filled, BLEEDING, Concept(id="X:1", name="Insult", type="Disease"))
    after = all_of(filled)
    broken = next(filled.parts()).model_copy(update={"rejects": (None,)})
    with pytest.raises(AttributeError), filled.relinking("s3"):
        filled.relink(broken)
    assert all_of(filled) == after
    filled.undo_relinking()
    assert all_of(filled) == before


def test_undoing_can_be_given_up(filled: GraphStore) -> None:
    relink_all(filled, BLEEDING, Concept(id="X:1", name="Insult", type="Disease"))
    after = all_of(filled)
    filled.forget_undo()
    assert filled.undo_relinking() == []
    assert all_of(filled) == after


def test_relinking_what_is_not_there_is_an_error_that_names_it(filled: GraphStore, make_part: MakePart) -> None:
    with filled.relinking("s2"), pytest.raises(UnknownDocumentError, match="n9"):
        filled.relink(make_part("n9", "aspirin"))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_relinking_can_be_undone(data: st.DataObject, make_store: MakeStore, part_strategy: PartStrategy) -> None:
    store = make_store()
    for part in data.draw(st.lists(part_strategy(st.sampled_from(["a", "b", "c"])), max_size=4)):
        store.write(part)
    before = all_of(store)
    new = Concept(id="X:1", name="x", type="Disease")
    relink_all(store, data.draw(st.sampled_from(["MESH:D1", "MESH:D2", "local:ho"])), new)
    store.undo_relinking()
    assert all_of(store) == before


def test_assertions_and_filters_see_ancestors_of_what_passes(store: GraphStore, make_part: MakePart) -> None:
    store.write(make_part("n1", "No stroke.", assertion=Assertion.NEGATED))
    store.roll_up({STROKE: [VASCULAR]}, ABOVE)
    assert store.search("vascular diseases") == []
    assert [hit.concept.id for hit in store.search("vascular diseases", where=EVERYTHING)] == [VASCULAR]
    assert list(store.ancestors(Filter())) == []
