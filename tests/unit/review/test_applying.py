"""Decisions applied to parts: properties that hold whatever the part and the decisions."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from kg_builder.records import DocumentGraph, Mention, Relation, ReviewStatus
from kg_builder.review import Decision, Edit, Item, Verdict, decision_on, items_of, review, standing, to_review, undoing
from kg_builder.review.json_lines import decision_from_json, decision_json
from tests.conformance.conftest import CONCEPTS, sample_part
from tests.conformance.decided import OTHER, START, decided

TEXT = "Gave aspirin; then bleeding. Later warfarin, and bleeding went on."


def part(text: str = TEXT, **given: Any) -> DocumentGraph:
    return sample_part("d", text, ("aspirin", "INDUCES", "bleeding"), ("warfarin", "INDUCES", "bleeding"), **given)


def find(items: list[Item], text: str) -> Item:
    return next(item for item in items if text in {getattr(item.reading, "text", None), item.type})


def at(minute: int) -> dt.datetime:
    return START + dt.timedelta(minutes=minute)


@settings(max_examples=150, deadline=None)
@given(decided())
def test_what_comes_out_is_a_part_of_the_same_reading(case: tuple[DocumentGraph, list[Decision]]) -> None:
    drawn, made = case
    found = review(drawn, made)
    assert DocumentGraph.model_validate(found.part.model_dump()) == found.part
    assert found.part.fingerprint == drawn.fingerprint
    assert len(found.part.mentions) == len(drawn.mentions)
    assert review(drawn, made) == found
    assert review(drawn, list(reversed(made))) == found, "only the times tell the order"
    for mention in found.part.mentions:
        assert drawn.document.text[mention.start : mention.end] == mention.text


@settings(max_examples=150, deadline=None)
@given(decided())
def test_undoing_everything_gives_back_what_was_read(case: tuple[DocumentGraph, list[Decision]]) -> None:
    drawn, made = case
    undone = [*made, *(undoing(each, by="nam", at=at(100)) for each in made if each.verdict is not Verdict.UNDONE)]
    undone += [undoing(each, by="nam", at=at(200)) for each in made if each.verdict is Verdict.UNDONE]
    assert standing(undone) == []
    assert review(drawn, undone).part is drawn


@settings(max_examples=100, deadline=None)
@given(decided())
def test_decisions_survive_json(case: tuple[DocumentGraph, list[Decision]]) -> None:
    for decision in case[1]:
        assert decision_from_json(decision_json(decision)) == decision


def test_the_latest_decision_goes_on_from_the_earlier_ones() -> None:
    read = part()
    link = decision_on(
        find(list(items_of(read, [])), "bleeding"), Verdict.RELINKED, by="mai", at=at(0), concepts=[OTHER]
    )
    accept = decision_on(find(list(items_of(read, [link])), "bleeding"), Verdict.ACCEPTED, by="mai", at=at(1))
    reject = decision_on(find(list(items_of(read, [link])), "bleeding"), Verdict.REJECTED, by="mai", at=at(2))
    for order in permutations([link, accept, reject]):
        mention = review(read, order).part.mentions[-1]
        assert (mention.concepts, mention.review) == (("X:1",), ReviewStatus.REJECTED)
    alone = review(read, [accept])
    assert alone.waiting == (accept,), "what was accepted isn't what is read now"
    assert alone.part is read


def test_only_evidence_on_a_rejected_mention_is_left_out_where_other_sentences_state_it_too() -> None:
    read = part()
    first, second = read.relations
    both = first.model_copy(
        update={
            "evidence": (*first.evidence, second.evidence[0].model_copy(update={"subject": (0, 4)})),
            "subject": first.subject,
        }
    )
    read = read.model_copy(update={"relations": (both, second)})
    warfarin = decision_on(find(list(items_of(read, [])), "warfarin"), Verdict.REJECTED, by="mai", at=at(0))
    aspirin = decision_on(find(list(items_of(read, [])), "aspirin"), Verdict.REJECTED, by="mai", at=at(1))
    kept, rejected = review(read, [warfarin, aspirin]).part.relations
    assert (kept.review, len(kept.evidence)) == (ReviewStatus.UNREVIEWED, 1)
    assert (rejected.review, len(rejected.evidence)) == (ReviewStatus.REJECTED, 1)


def test_relations_that_become_one_are_merged() -> None:
    read = part(confidence=0.5)
    aspirin = next(concept for concept in read.concepts if concept.id == CONCEPTS["aspirin"].id)
    link = decision_on(
        find(list(items_of(read, [])), "warfarin"), Verdict.RELINKED, by="mai", at=at(0), concepts=[aspirin]
    )
    [relation] = review(read, [link]).part.relations
    assert relation.subject == aspirin.id
    assert len(relation.evidence) == 2
    assert CONCEPTS["warfarin"].id not in {concept.id for concept in review(read, [link]).part.concepts}


def test_a_concept_related_to_itself_is_rejected() -> None:
    read = part()
    bleeding = CONCEPTS["bleeding"]
    link = decision_on(
        find(list(items_of(read, [])), "aspirin"), Verdict.RELINKED, by="mai", at=at(0), concepts=[bleeding]
    )
    assert [one.review for one in review(read, [link]).part.relations] == [
        ReviewStatus.REJECTED,
        ReviewStatus.UNREVIEWED,
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (TEXT, True),
        (f"New head. {TEXT}", True),
        (f"{TEXT} {TEXT}", False),
        (TEXT.replace("Gave", "Took"), False),
    ],
)
def test_in_another_text_the_sentence_decides(text: str, *, kept: bool) -> None:
    decision = decision_on(find(list(items_of(part(), [])), "aspirin"), Verdict.REJECTED, by="mai", at=at(0))
    found = review(part(text), [decision])
    assert (found.waiting == ()) is kept
    assert any(mention.review is ReviewStatus.REJECTED for mention in found.part.mentions) is kept


def test_a_decision_about_a_relation_needs_one_of_its_sentences() -> None:
    item = find(list(items_of(part(), [])), "INDUCES")
    decision = decision_on(item, Verdict.REJECTED, by="mai", at=at(0))
    same = review(part(settings_hash="s2"), [decision]).part.relations
    assert ReviewStatus.REJECTED in {relation.review for relation in same}
    other = review(part(TEXT.replace("went on", "stopped")), [decision])
    assert other.waiting == (decision,)


def test_decisions_about_other_documents_dont_count() -> None:
    decision = decision_on(find(list(items_of(part(), [])), "aspirin"), Verdict.REJECTED, by="mai", at=at(0))
    other = part().model_copy(update={"document": part().document.model_copy(update={"id": "e"})})
    assert review(other, [decision]).part is other


def test_the_queue_is_what_nobody_decided_about_below_the_threshold() -> None:
    read = part(confidence=0.5)
    accept = decision_on(find(list(items_of(read, [])), "aspirin"), Verdict.ACCEPTED, by="mai", at=at(0))
    items = list(items_of(read, [accept]))
    assert len(list(to_review(items))) == len(items) - 1
    assert list(to_review(items, threshold=0.5)) == []
    assert {item.type for item in to_review(items, threshold=0.6, types=["induces"])} == {"INDUCES"}
    assert {type(item.reading) for item in items} == {Mention, Relation}
    assert list(to_review(items_of(part(), []), threshold=1.0)) == [], "what has no confidence is below none"


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "relinked"},
        {"verdict": "edited"},
        {"verdict": "undone"},
        {"verdict": "accepted", "undoes": "x"},
        {"by": ""},
        {"at": dt.datetime(2024, 5, 1)},  # noqa: DTZ001 - what is refused
    ],
)
def test_decisions_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    decision = decision_on(find(list(items_of(part(), [])), "aspirin"), Verdict.ACCEPTED, by="mai", at=at(0))
    with pytest.raises(ValidationError):
        Decision.model_validate(decision.model_dump() | changes)


@pytest.mark.parametrize("changes", [{}, {"start": 1}, {"start": 4, "end": 4, "text": "x"}, {"type": ""}])
def test_edits_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Edit.model_validate(changes)


def test_a_mention_that_is_listed_twice_is_decided_about_once() -> None:
    read = part()
    twice = read.model_copy(update={"mentions": (*read.mentions, read.mentions[0])})
    decision = decision_on(next(iter(items_of(twice, []))), Verdict.REJECTED, by="mai", at=at(0))
    assert [one.review.value for one in review(twice, [decision]).part.mentions].count("rejected") == 2
    assert review(twice, [decision]).part.relations[0].review is ReviewStatus.REJECTED
