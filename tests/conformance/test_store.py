"""What every store does, whatever it keeps its graph in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.errors import StoreError, UnknownDocumentError
from kg_builder.graph_store import Failure, GraphStore, WriteResult
from kg_builder.records import Attribute, Concept, DocumentGraph, Issue, Mention, Reject
from kg_builder.stores.views import EVERYTHING, Filter, RunRecord
from tests.conformance.contents import everything

MakeStore = Callable[[], GraphStore]
MakePart = Callable[..., DocumentGraph]
PartStrategy = Callable[..., st.SearchStrategy[DocumentGraph]]

ASPIRIN, WARFARIN, BLEEDING, STROKE = "MESH:D001241", "MESH:D014859", "MESH:D006470", "MESH:D020521"
ANY_PARTS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# writing, replacing, forgetting


def test_what_was_written_is_there(filled: GraphStore) -> None:
    assert [document.id for document in filled.documents()] == ["n1", "n2", "n3", "n4"]
    assert filled.document_text("n3") == "No stroke under warfarin."
    aspirin = filled.concept(ASPIRIN)
    assert aspirin is not None
    assert (aspirin.name, aspirin.type, aspirin.linked) == ("Aspirin", "Chemical", True)
    assert (aspirin.synonyms_seen, aspirin.xrefs) == (("aspirin",), ("CHEBI:15365",))
    assert (aspirin.documents, aspirin.mentions) == (2, 2)


def test_writing_the_same_again_changes_nothing(filled: GraphStore, make_part: MakePart) -> None:
    before = everything(filled)
    part = next(filled.parts())
    assert filled.write(part) == WriteResult(written=False)
    assert filled.fingerprints(["n1", "absent"]) == {"n1": part.fingerprint}
    assert everything(filled) == before


@pytest.mark.parametrize("change", [{"settings_hash": "s2"}, {"patient": "p9"}])
def test_other_settings_or_metadata_replace_a_part(
    filled: GraphStore, make_part: MakePart, change: dict[str, Any]
) -> None:
    part = make_part("n4", "We use warfarin against stroke.", ("warfarin", "TREATS", "stroke"), **change)
    assert filled.write(part) == WriteResult(written=True, replaced=True)
    assert filled.statistics(EVERYTHING).documents == 4


def test_a_changed_document_replaces_exactly_its_own_part(
    make_store: MakeStore, filled: GraphStore, make_part: MakePart
) -> None:
    changed = make_part("n1", "Only blue spells.")
    assert filled.write(changed).replaced
    clean = make_store()
    for part in filled.parts():
        clean.write(part)
    assert everything(filled) == everything(clean)
    relation = filled.relation(ASPIRIN, "INDUCES", BLEEDING)
    assert relation is not None
    assert relation.documents == ("n2",)


def test_forgetting_removes_what_only_that_document_supported(filled: GraphStore) -> None:
    filled.forget("n2")
    assert filled.concept(ASPIRIN) is not None
    filled.forget("n1")
    assert filled.concept(ASPIRIN) is None
    assert filled.concept(BLEEDING) is None
    assert filled.concept(WARFARIN) is not None
    assert [document.id for document in filled.documents()] == ["n3", "n4"]
    with pytest.raises(UnknownDocumentError):
        filled.document_text("n1")


def test_forgetting_an_unknown_document_is_an_error_that_names_it(filled: GraphStore) -> None:
    with pytest.raises(UnknownDocumentError, match="n9"):
        filled.forget("n9")


def test_forgetting_everything_leaves_nothing(make_store: MakeStore, filled: GraphStore) -> None:
    with filled.writing():
        for document in list(filled.documents()):
            filled.forget(document.id)
    assert everything(filled) == everything(make_store())


def test_a_part_that_fails_midway_leaves_the_old_one(filled: GraphStore, make_part: MakePart) -> None:
    before = everything(filled)
    broken = make_part("n1", "Another text with aspirin.").model_copy(update={"rejects": (None,)})
    with pytest.raises(AttributeError):
        filled.write(broken)
    assert everything(filled) == before


# ledger


def test_failures_are_kept_until_the_document_is_written_or_forgotten(store: GraphStore, make_part: MakePart) -> None:
    for document_id in ("b", "a", "c"):
        store.fail(Failure(document_id, "binary-file", "not text"))
    store.fail(Failure("a", "too-long", "over the limit"))
    assert next(iter(store.failures())) == Failure("a", "too-long", "over the limit")
    store.fail(Failure("a", "broken", "at \ud800"))  # a model's message may hold half a character
    assert next(iter(store.failures())).message.startswith("at ")
    store.write(make_part("a", "aspirin"))
    store.forget("b")
    assert [failure.document_id for failure in store.failures()] == ["c"]
    with pytest.raises(UnknownDocumentError):
        store.forget("b")


def test_failures_tell_what_was_tried_and_how_often(store: GraphStore, make_part: MakePart) -> None:
    tried = Failure("b", "timed-out", "took too long", state="f00d", attempts=2)
    for failure in (tried, Failure("a", "binary-file", "not text"), Failure("c", "too-long", "over the limit")):
        store.fail(failure)
    assert list(store.failures(["b"])) == [tried]
    assert [failure.document_id for failure in store.failures(["c", "absent", "a"])] == ["a", "c"]
    assert list(store.failures([])) == []
    store.fail(Failure("b", "timed-out", "took too long", state="beef", attempts=1))
    assert next(iter(store.failures(["b"]))).attempts == 1
    store.write(make_part("b", "aspirin"))
    assert list(store.failures(["b"])) == []


def test_an_unchanged_document_clears_its_failure_too(store: GraphStore, make_part: MakePart) -> None:
    store.write(make_part("a", "aspirin"))
    store.fail(Failure("a", "timeout", "took too long"))
    assert store.concept(ASPIRIN) is not None
    assert not store.write(make_part("a", "aspirin")).written
    assert list(store.failures()) == []


def test_rejects_come_by_document_and_in_order(store: GraphStore, make_part: MakePart) -> None:
    one, two = (Reject(kind="mention", text=text, issues=(Issue(code="generic", message="."),)) for text in "zy")
    store.write(make_part("b", "aspirin").model_copy(update={"rejects": (one, two)}))
    store.write(make_part("a", "aspirin").model_copy(update={"rejects": (two,)}))
    assert list(store.rejects()) == [("a", two), ("b", one), ("b", two)]
    assert list(store.rejects("b")) == [("b", one), ("b", two)]
    assert list(store.rejects("absent")) == []
    assert store.statistics().rejects == 3


def test_runs_are_kept_oldest_first_and_replaced_by_id(store: GraphStore) -> None:
    zone = dt.timezone(dt.timedelta(hours=7))
    late = RunRecord(id="a", started=dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC), settings_hash="s1")
    early = RunRecord(id="b", started=dt.datetime(2024, 1, 1, 15, tzinfo=zone), settings_hash="s1", read=1)
    for run in (late, early, late.model_copy(update={"read": 7})):
        store.record_run(run)
    assert list(store.runs()) == [early, late.model_copy(update={"read": 7})]


# everything, in stable order


@ANY_PARTS
@given(data=st.data())
def test_parts_come_back_as_they_were_written(
    data: st.DataObject, make_store: MakeStore, part_strategy: PartStrategy
) -> None:
    part = data.draw(part_strategy())
    store = make_store()
    assert store.write(part) == WriteResult(written=True)
    assert list(store.parts()) == [part]
    assert store.document_text(part.document.id) == part.document.text
    assert store.statistics(EVERYTHING).mentions == sum(len(set(mention.concepts)) for mention in part.mentions)
    assert store.statistics(EVERYTHING).concepts == len(part.concepts)
    store.forget(part.document.id)
    assert everything(store) == everything(make_store())


@ANY_PARTS
@given(data=st.data())
def test_the_order_of_writing_leaves_no_trace(
    data: st.DataObject, make_store: MakeStore, part_strategy: PartStrategy
) -> None:
    ids = st.sampled_from(["d1", "d2", "D1", "đ", "d 3"])
    drawn = data.draw(st.lists(part_strategy(ids), max_size=4, unique_by=lambda part: part.document.id))
    replaced = [part.model_copy(update={"settings_hash": "older"}) for part in data.draw(st.permutations(drawn))]
    one, other = make_store(), make_store()
    for part in drawn:
        one.write(part)
    for part in [*replaced, *data.draw(st.permutations(drawn))]:
        other.write(part)
    assert everything(one) == everything(other)
    assert [part.document.id for part in one.parts()] == sorted(part.document.id for part in drawn)


@ANY_PARTS
@given(data=st.data())
def test_parts_written_together_are_as_those_written_one_by_one(
    data: st.DataObject, make_store: MakeStore, part_strategy: PartStrategy
) -> None:
    drawn = data.draw(st.lists(part_strategy(st.sampled_from(["d1", "d2", "d3"])), max_size=6))
    cut = data.draw(st.integers(0, len(drawn)))
    one, other = make_store(), make_store()
    results = [one.write(part) for part in drawn]
    assert [*other.write_many(drawn[:cut]), *other.write_many(drawn[cut:])] == results
    assert everything(one) == everything(other)


@ANY_PARTS
@given(data=st.data())
def test_a_filter_takes_in_closed_graphs(
    data: st.DataObject, make_store: MakeStore, part_strategy: PartStrategy
) -> None:
    store = make_store()
    for part in data.draw(st.lists(part_strategy(), max_size=3, unique_by=lambda part: part.document.id)):
        store.write(part)
    where = data.draw(
        st.sampled_from(
            [Filter(), EVERYTHING, Filter(patient="p1"), Filter(min_confidence=0.5), Filter(tags=frozenset({"ü"}))]
        )
    )
    mentions, relations = list(store.mentions(where)), list(store.relations(where))
    concepts = {concept.id: concept for concept in store.concepts(where)}
    assert concepts.keys() >= {mention.concept for mention in mentions}
    assert concepts.keys() >= {end for relation in relations for end in (relation.subject, relation.object)}
    assert sum(concept.mentions for concept in concepts.values()) == len(mentions)
    assert all(store.concept(id_, where=where) == concept for id_, concept in concepts.items())
    found = {hit.concept.id: hit.concept for id_ in concepts for hit in store.search(id_, where=where, limit=99)}
    assert found == concepts
    counted = store.statistics(where)
    assert (counted.concepts, counted.mentions, counted.relations) == (len(concepts), len(mentions), len(relations))
    assert mentions == sorted(mentions, key=lambda m: (m.document, m.start, m.end, m.type, m.concept, m.fragments))
    order = [(r.subject, r.predicate, r.object, r.documents, r.assertions) for r in relations]
    assert order == sorted(order)
    assert len(order) == len(set(order))


def test_documents_that_describe_a_concept_differently_agree_on_one(make_store: MakeStore, make_part: MakePart) -> None:
    old = {"ho": Concept(id="local:ho", name="ho", type="Disease", linked=False, xrefs=("B:1",))}
    new = {"ho": Concept(id="local:ho", name="Ho", type="Symptom", xrefs=("A:1", "B:1"))}
    views = []
    for concepts in ((old, new), (new, old)):
        store = make_store()
        for vocabulary in concepts:
            store.write(make_part("old" if vocabulary is old else "new", "ho nhiều", concepts=vocabulary))
        views.append(store.concept("local:ho"))
    assert views[0] == views[1]
    assert views[0] is not None
    assert (views[0].name, views[0].type, views[0].linked, views[0].xrefs) == ("Ho", "Symptom", True, ("A:1", "B:1"))


def test_a_composite_mention_counts_for_each_of_its_concepts(store: GraphStore, make_part: MakePart) -> None:
    part = make_part("n1", "aspirin and stroke")
    both = Mention(start=0, end=18, text="aspirin and stroke", type="DISEASE", concepts=(STROKE, ASPIRIN))
    dose = Attribute(start=0, end=7, text="aspirin", type="DOSE", mention=(0, 18))
    store.write(part.model_copy(update={"mentions": (both,), "attributes": (dose,)}))
    assert [mention.concept for mention in store.mentions()] == [ASPIRIN, STROKE]
    assert next(store.documents()).attributes == (dose,)


def test_iterating_goes_on_while_others_write(filled: GraphStore, make_part: MakePart) -> None:
    seen = []
    for document in filled.documents():
        seen.append(document.id)
        filled.write(make_part(f"{document.id}-copy", "aspirin") if "copy" not in document.id else next(filled.parts()))
    assert seen[:1] == ["n1"]
    assert set(seen) >= {"n1", "n2", "n3", "n4"}


def test_threads_share_a_store(store: GraphStore, make_part: MakePart) -> None:
    def write(thread: int) -> None:
        for number in range(10):
            store.write(make_part(f"{thread}-{number}", "aspirin, bleeding", ("aspirin", "INDUCES", "bleeding")))
            assert store.search("aspirin")

    with store.writing():
        threads = [Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert store.statistics().documents == 40
    (relation,) = store.neighbours(ASPIRIN)
    assert len(relation.documents) == 40


def test_a_closed_store_says_so(store: GraphStore) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        list(store.documents())
