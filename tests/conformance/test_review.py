"""What every store does with decisions of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.errors import UnknownDocumentError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.copying import copy
from kg_builder.records import Assertion, Concept, DocumentGraph, ReviewStatus
from kg_builder.retrieve.enriching import enrich
from kg_builder.review import Decision, Edit, Item, Verdict, decision_on, items_of, review, undoing
from kg_builder.stores.views import EVERYTHING, Filter
from kg_builder.tools import toolkit
from tests.conformance.contents import everything
from tests.conformance.decided import decided as any_decided

MakeStore = Callable[[], GraphStore]
MakePart = Callable[..., DocumentGraph]

ASPIRIN, WARFARIN, BLEEDING, STROKE = "MESH:D001241", "MESH:D014859", "MESH:D006470", "MESH:D020521"
GASTRITIS = Concept(id="MESH:D005756", name="Gastritis", type="Disease")
ANYTHING = Filter(assertions=None)
REJECTED = Filter(assertions=None, reviews=frozenset({ReviewStatus.REJECTED}))
START = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)


def item(store: GraphStore, document_id: str, text: str) -> Item:
    """The mention of this text, or the relation of this predicate."""
    items = items_of(store.part(document_id), store.decisions(document_id))
    return next(one for one in items if text in {one.type, getattr(one.reading, "text", "")})


def decided(store: GraphStore, document_id: str, text: str, verdict: Verdict, **given: Any) -> Decision:
    """A decision on it, which the store then has; later calls are of later times."""
    at = START + dt.timedelta(minutes=len(list(store.decisions())))
    decision = decision_on(item(store, document_id, text), verdict, by="mai", at=at, **given)
    store.decide([decision])
    return decision


def shown(store: GraphStore) -> list[list[Any]]:
    """The whole graph, as queries and exports show it."""
    around = store.subgraph([ASPIRIN, WARFARIN]).edges(keys=True, data=True)
    return [*everything(store), sorted(around, key=lambda edge: edge[:3])]


def statuses(store: GraphStore, document_id: str) -> set[tuple[str, str]]:
    return {(view.text, view.review.value) for view in store.mentions() if view.document == document_id}


def test_nobody_has_said_anything_at_first(filled: GraphStore) -> None:
    assert {view.review for view in filled.mentions()} == {ReviewStatus.UNREVIEWED}
    assert {piece.review for view in filled.relations() for piece in view.evidence} == {ReviewStatus.UNREVIEWED}
    assert list(filled.decisions()) == []


def test_what_is_accepted_says_so_and_can_be_asked_for(filled: GraphStore) -> None:
    decided(filled, "n1", "INDUCES", Verdict.ACCEPTED)
    decided(filled, "n1", "aspirin", Verdict.ACCEPTED)
    assert statuses(filled, "n1") == {("aspirin", "accepted"), ("bleeding", "unreviewed")}
    accepted = Filter(reviews=frozenset({ReviewStatus.ACCEPTED}))
    view = filled.relation(ASPIRIN, "INDUCES", BLEEDING, where=accepted)
    assert view is not None
    assert view.documents == ("n1",)
    assert [piece.review for piece in view.evidence] == [ReviewStatus.ACCEPTED]
    assert [view.document for view in filled.mentions(accepted)] == ["n1"]
    assert filled.statistics(accepted).relations == 1
    both = filled.relation(ASPIRIN, "INDUCES", BLEEDING)
    assert both is not None
    assert both.documents == ("n1", "n2")


def test_what_is_rejected_is_shown_only_when_asked_for(filled: GraphStore) -> None:
    decided(filled, "n1", "INDUCES", Verdict.REJECTED)
    decided(filled, "n4", "TREATS", Verdict.REJECTED)
    view = filled.relation(ASPIRIN, "INDUCES", BLEEDING)
    assert view is not None
    assert view.documents == ("n2",)
    assert filled.relation(WARFARIN, "TREATS", STROKE) is None
    assert filled.neighbours(WARFARIN, predicate="TREATS") == []
    assert filled.paths(ASPIRIN, STROKE) == []
    assert not filled.subgraph([STROKE]).edges
    kept = filled.relation(WARFARIN, "TREATS", STROKE, where=REJECTED)
    assert kept is not None
    assert [piece.review for piece in kept.evidence] == [ReviewStatus.REJECTED]
    assert len(list(filled.relations())) == len(list(filled.relations(ANYTHING))) + 2
    assert filled.statistics(REJECTED).relations == 2


def test_a_rejected_mention_takes_what_rests_on_it_along(filled: GraphStore) -> None:
    decided(filled, "n4", "stroke", Verdict.REJECTED)
    assert filled.relation(WARFARIN, "TREATS", STROKE) is None
    concept = filled.concept(STROKE, where=ANYTHING)
    assert concept is not None
    assert concept.documents == 1
    assert [hit.concept.id for hit in filled.search("stroke", where=Filter(documents=frozenset({"n4"})))] == []
    stroke = filled.concept(STROKE)
    assert stroke is not None
    assert stroke.documents == 2


def test_a_mention_linked_otherwise_takes_its_relations_along(filled: GraphStore) -> None:
    decided(filled, "n1", "bleeding", Verdict.RELINKED, concepts=(GASTRITIS,))
    found = filled.concept(GASTRITIS.id)
    assert found is not None
    assert (found.name, found.synonyms_seen) == ("Gastritis", ("bleeding",))
    moved = filled.relation(ASPIRIN, "INDUCES", GASTRITIS.id)
    assert moved is not None
    assert moved.documents == ("n1",)
    assert moved.evidence[0].object_text == "bleeding"
    left = filled.relation(ASPIRIN, "INDUCES", BLEEDING)
    assert left is not None
    assert left.documents == ("n2",)
    assert ("bleeding", "accepted") in statuses(filled, "n1")


def test_an_edit_changes_span_type_assertion_and_predicate(filled: GraphStore) -> None:
    decided(filled, "n1", "aspirin", Verdict.EDITED, edit=Edit(start=0, end=12, text="Gave aspirin", type="DRUG"))
    decided(filled, "n4", "TREATS", Verdict.EDITED, edit=Edit(predicate="PREVENTS", assertion=Assertion.POSSIBLE))
    [view] = [view for view in filled.mentions() if view.text == "Gave aspirin"]
    assert (view.start, view.end, view.type, view.concept) == (0, 12, "DRUG", ASPIRIN)
    relation = filled.relation(ASPIRIN, "INDUCES", BLEEDING, where=Filter(documents=frozenset({"n1"})))
    assert relation is not None
    assert relation.evidence[0].subject == (0, 12)
    edited = filled.relation(WARFARIN, "PREVENTS", STROKE)
    assert edited is not None
    assert edited.assertions == (Assertion.POSSIBLE,)
    assert filled.relation(WARFARIN, "TREATS", STROKE, where=EVERYTHING) is None


def test_undoing_restores_exactly_and_can_itself_be_undone(filled: GraphStore) -> None:
    before = shown(filled)
    link = decided(filled, "n1", "bleeding", Verdict.RELINKED, concepts=(GASTRITIS,))
    after = shown(filled)
    assert after != before
    reject = decided(filled, "n1", "aspirin", Verdict.REJECTED)
    undo = undoing(reject, by="mai", at=START + dt.timedelta(hours=1))
    filled.decide([undo])
    assert shown(filled) == after
    filled.decide([undoing(link, by="nam", at=START + dt.timedelta(hours=2))])
    assert shown(filled) == before
    assert filled.concept(GASTRITIS.id) is None
    filled.decide([undoing(undo, by="nam", at=START + dt.timedelta(hours=3))])
    assert ("aspirin", "rejected") in statuses(filled, "n1")
    assert [decision.by for decision in filled.decisions()] == ["mai", "mai", "mai", "nam", "nam"]


def test_parts_stay_as_they_were_read(filled: GraphStore) -> None:
    parts = list(filled.parts())
    decided(filled, "n1", "bleeding", Verdict.RELINKED, concepts=(GASTRITIS,))
    decided(filled, "n2", "INDUCES", Verdict.REJECTED)
    assert list(filled.parts()) == parts
    assert filled.part("n1") == parts[0]
    with pytest.raises(UnknownDocumentError):
        filled.part("absent")


def test_a_later_run_finds_the_decisions_again(filled: GraphStore, make_part: MakePart) -> None:
    decided(filled, "n1", "bleeding", Verdict.RELINKED, concepts=(GASTRITIS,))
    decided(filled, "n1", "aspirin", Verdict.ACCEPTED)
    again = make_part(
        "n1", "Gave aspirin; then bleeding.", ("aspirin", "INDUCES", "bleeding"), settings_hash="s2", confidence=0.2
    )
    assert filled.write(again).replaced
    assert filled.part("n1") == again
    assert statuses(filled, "n1") == {("aspirin", "accepted"), ("bleeding", "accepted")}
    assert filled.relation(ASPIRIN, "INDUCES", GASTRITIS.id) is not None
    assert not filled.write(again).written


def test_in_a_changed_document_they_count_where_their_sentence_still_stands(
    filled: GraphStore, make_part: MakePart
) -> None:
    decided(filled, "n1", "aspirin", Verdict.REJECTED)
    decided(filled, "n2", "warfarin", Verdict.REJECTED)
    filled.write(make_part("n1", "Seen today. Gave aspirin; then bleeding.", ("aspirin", "INDUCES", "bleeding")))
    filled.write(make_part("n2", "We stopped warfarin."))
    assert statuses(filled, "n1") == {("aspirin", "rejected"), ("bleeding", "unreviewed")}
    assert statuses(filled, "n2") == {("warfarin", "unreviewed")}
    assert len(list(filled.decisions("n2"))) == 1


def test_a_decision_waits_for_its_document_and_goes_with_it(make_store: MakeStore, filled: GraphStore) -> None:
    decision = decided(filled, "n1", "aspirin", Verdict.REJECTED)
    parts = list(filled.parts())
    other = make_store()
    other.decide([decision])
    other.decide([decision])
    for part in parts:
        other.write(part)
    assert statuses(other, "n1") == {("aspirin", "rejected"), ("bleeding", "unreviewed")}
    assert list(other.decisions()) == [decision]
    other.forget("n1")
    assert list(other.decisions()) == []
    other.write(parts[0])
    assert statuses(other, "n1") == {("aspirin", "unreviewed"), ("bleeding", "unreviewed")}


def test_a_copy_has_the_decisions_too(make_store: MakeStore, filled: GraphStore) -> None:
    decided(filled, "n1", "bleeding", Verdict.RELINKED, concepts=(GASTRITIS,))
    decided(filled, "n2", "INDUCES", Verdict.REJECTED)
    target = make_store()
    assert copy(filled, target).decisions == 2
    assert shown(target) == shown(filled)
    assert list(target.decisions()) == list(filled.decisions())


def test_a_decision_between_relinking_and_its_undoing_takes_nothing_away(filled: GraphStore) -> None:
    before = list(filled.parts())
    part = filled.part("n1")
    concepts = tuple(GASTRITIS if concept.id == BLEEDING else concept for concept in part.concepts)
    mentions = tuple(
        mention.model_copy(update={"concepts": (GASTRITIS.id,)}) if mention.concepts == (BLEEDING,) else mention
        for mention in part.mentions
    )
    relations = tuple(relation.model_copy(update={"object": GASTRITIS.id}) for relation in part.relations)
    with filled.relinking("test"):
        filled.relink(part.model_copy(update={"concepts": concepts, "mentions": mentions, "relations": relations}))
    decided(filled, "n1", "aspirin", Verdict.ACCEPTED)
    assert filled.relinked() == ["n1"]
    filled.undo_relinking()
    assert list(filled.parts()) == before
    assert statuses(filled, "n1") == {("aspirin", "accepted"), ("bleeding", "unreviewed")}
    assert filled.relation(ASPIRIN, "INDUCES", GASTRITIS.id) is None


def test_enrichment_and_tools_show_the_status_and_filter_by_it(filled: GraphStore) -> None:
    decided(filled, "n1", "INDUCES", Verdict.ACCEPTED)
    decided(filled, "n4", "TREATS", Verdict.REJECTED)
    context = enrich(filled, "aspirin").context
    assert "accepted in review of 1 document" in context
    assert '"Gave aspirin; then bleeding." (accepted in review) [n1:0-28]' in context
    assert "TREATS" not in enrich(filled, "warfarin").context
    shown_again = enrich(filled, "warfarin", where=Filter(reviews=None)).context
    assert "stated by no document" in shown_again
    assert "(rejected in review)" in shown_again
    tools = {tool.name: tool for tool in toolkit(filled)}
    asked = {"concept": BLEEDING, "direction": "in"}
    assert "2 relations" in tools["neighbours"].invoke(asked)
    assert "1 relation of" in tools["neighbours"].invoke({**asked, "accepted_only": True})
    ends = {"subject": "aspirin", "predicate": "INDUCES", "object": BLEEDING}
    assert "[n2:" in tools["evidence"].invoke(ends)
    assert "[n2:" not in tools["evidence"].invoke({**ends, "accepted_only": True})
    unseen = {tool.name: tool for tool in toolkit(filled, where=Filter(reviews=frozenset({ReviewStatus.UNREVIEWED})))}
    assert "Nothing is known" in unseen["evidence"].invoke({**ends, "accepted_only": True})
    [sentence] = filled.search_evidence("Gave aspirin", limit=1)
    assert sentence.relations[0].evidence[0].review is ReviewStatus.ACCEPTED
    assert filled.search_evidence("against stroke") == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_graph_is_what_the_decided_parts_would_make(make_store: MakeStore, data: st.DataObject) -> None:
    cases = [data.draw(any_decided(st.just(f"d{number}"))) for number in range(2)]
    store, plain = make_store(), make_store()
    for read, decisions in cases:
        store.decide(decisions[:1])
        store.write(read)
        for decision in decisions[1:]:
            store.decide([decision])
        plain.write(review(read, decisions).part)
    for where in (EVERYTHING, Filter(), REJECTED):
        assert list(store.mentions(where)) == list(plain.mentions(where))
        assert list(store.relations(where)) == list(plain.relations(where))
        assert list(store.concepts(where)) == list(plain.concepts(where))
        assert store.statistics(where) == plain.statistics(where)
    assert list(store.parts()) == [read for read, _ in cases]
