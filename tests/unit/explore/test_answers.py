"""What the page is told of a graph."""

from __future__ import annotations

import json

import pytest

from kg_builder.explore.answers import Answers, graph_name
from kg_builder.explore.json_answers import Answer, as_json
from kg_builder.graph_store import GraphStore
from kg_builder.review.decisions import Verdict
from kg_builder.review.items import decision_on, items_of
from tests.conformance.conftest import CONCEPTS, sample_part

ASPIRIN, WARFARIN, BLEEDING, STROKE = (CONCEPTS[name].id for name in ("aspirin", "warfarin", "bleeding", "stroke"))


def some(answer: Answer | None) -> Answer:
    """That there is an answer, which JSON can hold."""
    assert answer is not None
    read: Answer = json.loads(as_json(answer))
    return read


def test_the_overview_begins_with_what_is_best_supported(answers: Answers) -> None:
    found = some(answers.overview())
    assert (found["mode"], found["part_of"], found["documents"]) == ("whole", None, 6)
    assert found["statistics"]["relations"] == 5
    first, second = found["start"]["edges"]
    assert (first["subject"], first["predicate"], first["object"]) == (ASPIRIN, "INDUCES", BLEEDING)
    assert first["statements"] == [
        ["a", "present", 0.9, "unreviewed"],
        ["b", "present", None, "unreviewed"],
        ["d", "negated", None, "unreviewed"],
    ]
    assert second["predicate"] == "TREATS"
    assert [node["id"] for node in found["start"]["nodes"]] == [ASPIRIN, BLEEDING]


def test_a_node_has_what_is_drawn(answers: Answers) -> None:
    aspirin = some(answers.neighbours(ASPIRIN))["nodes"][0]
    assert aspirin == {
        "id": ASPIRIN,
        "name": "Aspirin",
        "type": "Chemical",
        "linked": True,
        "documents": 4,
        "mentions": 4,
        "neighbours": 1,
        "link": "https://meshb.nlm.nih.gov/record/ui?ui=D001241",
        "ancestor_only": False,
    }


def test_search_finds_concepts_and_documents(answers: Answers) -> None:
    found = some(answers.search("aspirn"))
    assert [(hit["id"], hit["matched"]) for hit in found["concepts"]] == [(ASPIRIN, "Aspirin")]
    assert found["documents"] == []
    assert some(answers.search("note"))["documents"] == [{"id": "b", "matched": {"name": "kind", "value": "note"}}]
    assert {"id": "b", "matched": None} in some(answers.search("b"))["documents"]
    assert some(answers.search(" ")) == {"concepts": [], "documents": []}


def test_neighbours_are_of_every_assertion(answers: Answers) -> None:
    found = some(answers.neighbours(WARFARIN))
    assert found["total"] == 1
    assert found["edges"][0]["statements"] == [["f", "family", None, "unreviewed"]]
    assert answers.neighbours("MESH:D0") is None


def test_the_relations_among_concepts(answers: Answers) -> None:
    found = some(answers.edges([ASPIRIN, BLEEDING, WARFARIN, "MESH:D0"]))
    assert found["edges"] == some(answers.neighbours(ASPIRIN))["edges"]
    assert found["total"] == len(found["edges"]) == 2
    assert some(answers.edges([ASPIRIN]))["edges"] == []


def test_a_concept_with_where_it_is_mentioned(answers: Answers) -> None:
    found = some(answers.concept(WARFARIN))
    assert found["synonyms_seen"] == ["warfarin"]
    assert found["documents"]["total"] == 2
    first, second = found["documents"]["items"]
    assert (first["document"], first["mentions"], first["assertions"]) == ("c", 1, {"present": 1})
    assert [piece["role"] for piece in first["pieces"]] == [None, "mention", None]
    assert "".join(piece["text"] for piece in second["pieces"]) == "Mother: stroke on warfarin."
    [relation] = found["relations"]
    assert relation["object"] == {"id": STROKE, "name": "Stroke"}
    assert (relation["support"], relation["assertions"]) == (1, ["family"])
    assert answers.concept("MESH:D0") is None


def test_a_concept_in_the_hierarchy(store: GraphStore, answers: Answers) -> None:
    above = CONCEPTS["stroke"].model_copy(update={"id": "MESH:D002561", "name": "Cerebrovascular Disorders"})
    store.roll_up({STROKE: [above.id]}, [above])
    assert some(answers.concept(STROKE))["broader"] == [{"id": above.id, "name": above.name}]
    found = some(answers.concept(above.id))
    assert found["narrower"] == [{"id": STROKE, "name": "Stroke"}]
    assert (found["ancestor_only"], found["documents"]) == (True, {"total": 0, "items": []})


def test_a_relation_with_what_speaks_for_and_against_it(answers: Answers) -> None:
    found = some(answers.relation(ASPIRIN, "INDUCES", BLEEDING))
    states, denies = found["groups"]
    assert (states["standing"], [item["document"] for item in states["evidence"]]) == ("states", ["a", "b"])
    assert (denies["standing"], [item["document"] for item in denies["evidence"]]) == ("denies", ["d"])
    assert states["evidence"][0]["pieces"] == [
        {"text": "The ", "role": None},
        {"text": "aspirin", "role": "subject"},
        {"text": " caused ", "role": None},
        {"text": "bleeding", "role": "object"},
        {"text": ".", "role": None},
    ]
    treats = {"subject": ASPIRIN, "predicate": "TREATS", "object": BLEEDING, "support": 1}
    assert found["contradicting"] == [treats]
    assert answers.relation(ASPIRIN, "INDUCES", STROKE) is None


def test_what_speaks_of_the_family_is_apart(answers: Answers) -> None:
    found = some(answers.relation(WARFARIN, "INDUCES", STROKE))
    assert [group["standing"] for group in found["groups"]] == ["about-others"]


def test_documents_a_page(answers: Answers) -> None:
    found = some(answers.documents())
    assert (found["total"], [item["id"] for item in found["items"]]) == (6, [*"abcdef"])
    careful = found["items"][2]
    assert (careful["date"], careful["mentions"], careful["rejects"]) == ("2026-01-02", 2, 2)
    assert some(answers.documents("NOTE"))["total"] == 1
    assert [item["id"] for item in some(answers.documents(offset=5))["items"]] == ["f"]


def test_a_document_with_all_that_was_read_in_it(answers: Answers) -> None:
    found = some(answers.document("c"))
    text = "pt  on warfarin 5 mg qd, hx of blue spells"
    assert "".join(piece["text"] for piece in found["original"]) == text
    cleaned = {piece["text"]: piece for piece in found["cleaned"]}
    assert "".join(cleaned) == "Patient on warfarin 5 mg qd, history of blue spells"
    assert cleaned["warfarin"]["mentions"] == [0]
    assert cleaned["5 mg"]["attributes"] == [0]
    assert cleaned["history"]["rejects"] == [0]
    assert [mention["concepts"][0]["name"] for mention in found["mentions"]] == ["Warfarin", "blue spells"]
    assert found["attributes"][0]["mention"] == 0
    assert [item["issues"][0]["code"] for item in found["rejects"]] == ["not-in-text", "unreadable"]
    assert found["metadata"]["extra"] == {"odd": "inf"}
    assert answers.document("z") is None


def test_a_document_s_relations_name_their_mentions(answers: Answers) -> None:
    [relation] = some(answers.document("e"))["relations"]
    [evidence] = relation["evidence"]
    numbers = {mention["text"]: mention["n"] for mention in some(answers.document("e"))["mentions"]}
    assert (evidence["subject"], evidence["object"]) == (numbers["aspirin"], numbers["bleeding"])
    assert some(answers.document("e"))["cleaned"] is None


def test_what_a_person_rejected_is_shown_in_its_document_alone(store: GraphStore, answers: Answers) -> None:
    [item] = (one for one in items_of(store.part("e"), ()) if one.about.kind == "relation")
    store.decide([decision_on(item, Verdict.REJECTED, by="mai")])
    assert some(answers.document("e"))["relations"][0]["review"] == "rejected"
    assert answers.relation(ASPIRIN, "TREATS", BLEEDING) is None
    assert some(answers.relation(ASPIRIN, "INDUCES", BLEEDING))["contradicting"] == []
    assert len(some(answers.neighbours(ASPIRIN))["edges"]) == 1


def test_the_ledger_counts_reasons(answers: Answers) -> None:
    found = some(answers.ledger())
    assert found["rejects"]["by_code"] == [{"code": "not-in-text", "count": 2}, {"code": "unreadable", "count": 1}]
    assert [item["document"] for item in found["rejects"]["items"]] == ["c", "c"]
    assert some(answers.ledger(code="unreadable"))["rejects"]["total"] == 1
    assert some(answers.ledger(offset=1))["rejects"]["items"][0]["kind"] == "answer"
    assert found["failures"][0] == {
        "document": "g",
        "code": "timed-out",
        "message": "The document wasn't done.",
        "attempts": 2,
    }
    assert found["runs"][0]["id"] == "r1"


def test_answers_follow_what_is_written_meanwhile(store: GraphStore, answers: Answers) -> None:
    answers.overview(), answers.search("aspirin")
    store.write(sample_part("h", "More aspirin, more bleeding.", ("aspirin", "INDUCES", "bleeding")))
    assert some(answers.overview())["documents"] == 7
    assert some(answers.search("aspirin"))["concepts"][0]["documents"] == 5


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("/home/mai/secret project/g.kg", "g.kg"),
        ("g.kg", "g.kg"),
        ("neo4j://me:word@db.example:7687/x", "db.example"),
        ("C:\\data\\g.kg", "g.kg"),
    ],
)
def test_the_graph_s_name_says_no_path(location: str, name: str) -> None:
    assert graph_name(location) == name
