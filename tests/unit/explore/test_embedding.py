"""What a file holds is what the server would answer, and none of it stands there as it is."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.explore import embedding
from kg_builder.explore.answers import Answers
from kg_builder.explore.assembly import page
from kg_builder.explore.embedding import Embedded, embed, packed
from kg_builder.explore.json_answers import as_json
from kg_builder.explore.selection import select
from kg_builder.graph_store import GraphStore
from kg_builder.stores import open_store
from tests.conformance.conftest import CONCEPTS, sample_part
from tests.conformance.injections import MARKUP

ASPIRIN, WARFARIN, BLEEDING, STROKE = (CONCEPTS[name].id for name in ("aspirin", "warfarin", "bleeding", "stroke"))


def unpacked(data: str) -> Any:
    """As the page reads it."""
    return json.loads(gzip.decompress(b64decode(data, validate=True)))


def whole(store: GraphStore) -> Embedded:
    """The whole of a small graph."""
    return embed(store, select(store, most=2000))


def whole_of(html: str) -> str:
    """The data in a page."""
    return html.partition('id="graph-data">')[2].partition("</script>")[0]


def by_document(concept: Any) -> Any:
    """Takes out of the answer about a concept where it is mentioned."""
    return {item["document"]: item for item in concept["documents"].pop("items")}


def same(answer: Any) -> Any:
    """As JSON gives it back."""
    return json.loads(as_json(answer))


@given(st.recursive(st.none() | st.booleans() | st.text() | st.floats(allow_nan=False), st.lists, max_leaves=9))
def test_what_is_packed_comes_back(value: Any) -> None:
    data = packed({"value": value})
    assert unpacked(data) == same({"value": value})
    assert packed({"value": value}) == data


def test_the_answers_are_the_server_s(store: GraphStore, answers: Answers) -> None:
    above = CONCEPTS["stroke"].model_copy(update={"id": "MESH:D002561", "name": "Cerebrovascular Disorders"})
    store.roll_up({STROKE: [above.id]}, [above])
    made = whole(store)
    data = unpacked(made.data)
    assert (made.concepts, made.relations, made.documents, made.part_of) == (5, 3, 6, None)
    assert len(data["nodes"]) == 6
    assert data["overview"] == same(answers.overview())
    assert data["overview"]["statistics"]["concepts"] == made.concepts
    assert data["ledger"] == same(answers.ledger())
    assert data["documents"] == same(answers.documents())["items"]
    assert data["document"] == {name: same(answers.document(name)) for name in "abcdef"}
    for node in data["nodes"]:
        concept = same(answers.concept(node["id"]))
        assert {**node, "documents": concept["documents"]}.items() <= concept.items()
        found = data["concepts"][node["id"]]
        assert by_document(found) == by_document(concept)
        assert found == concept
        assert data["names"][node["id"]] == concept["synonyms_seen"]
    for edge, relation in zip(data["edges"], data["relations"], strict=True):
        assert relation == same(answers.relation(edge["subject"], edge["predicate"], edge["object"]))


def test_equal_graphs_give_equal_files(store: GraphStore) -> None:
    with open_store(":memory:") as copy:
        copy.write_many(reversed(list(store.parts())))
        for failure in store.failures():
            copy.fail(failure)
        for run in store.runs():
            copy.record_run(run)
        name = {"name": ""}
        first, second = (unpacked(whole(one).data) for one in (store, copy))
        assert packed({**first, **name}) == packed({**second, **name})


def test_a_part_says_what_it_is_of(store: GraphStore) -> None:
    selection = select(store, most=2)
    assert list(selection.ids) == [ASPIRIN, BLEEDING]
    made = embed(store, selection)
    data = unpacked(made.data)
    assert data["overview"]["mode"] == "part"
    assert data["overview"]["part_of"] == made.part_of
    assert made.part_of is not None
    assert "2 of 5 concepts" in made.part_of
    assert "4 of 6 documents" in made.part_of
    assert sorted(data["document"]) == [*"abde"]


def test_the_neighbourhood_of_a_concept(store: GraphStore) -> None:
    selection = select(store, most=2000, around=[WARFARIN])
    assert list(selection.ids) == sorted([WARFARIN, STROKE])
    made = embed(store, selection)
    assert sorted(unpacked(made.data)["document"]) == ["f"]
    assert (made.part_of or "").startswith("What is related to Warfarin: 2 of 5 concepts")


def test_the_neighbourhood_of_a_concept_that_no_document_mentions(store: GraphStore) -> None:
    above = CONCEPTS["stroke"].model_copy(update={"id": "MESH:D002561", "name": "Cerebrovascular Disorders"})
    store.roll_up({STROKE: [above.id]}, [above])
    made = embed(store, select(store, most=2000, around=[above.id, WARFARIN]))
    assert made.concepts == 2
    assert "Cerebrovascular Disorders, Warfarin: 2 of 5 concepts" in (made.part_of or "")
    assert len(unpacked(made.data)["nodes"]) == 3


def test_what_would_be_too_large_holds_fewer_texts(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    complete = whole(store)
    monkeypatch.setattr(embedding, "LARGEST", int(len(complete.data) * 0.8))
    made = whole(store)
    data = unpacked(made.data)
    assert len(made.data) < len(complete.data)
    assert 0 < made.documents == len(data["document"]) < 6
    assert "All 5 concepts" in (made.part_of or "")
    assert {
        one["document"] for relation in data["relations"] for group in relation["groups"] for one in group["evidence"]
    } <= {*data["document"]}


def test_no_text_of_the_graph_stands_in_the_page() -> None:
    with open_store(":memory:") as store:
        for number, text in enumerate(MARKUP):
            concept = CONCEPTS["aspirin"].model_copy(update={"id": f"x:{number}", "name": text})
            part = sample_part(
                f"{number} {text}"[:500].replace("\0", ""), f"{text} aspirin", concepts={"aspirin": concept}
            )
            store.write(part)
        html = page(whole(store).data).html
    data = whole_of(html)
    assert not set(data) & set("<>&\"'")
    assert html.replace(data, "") == page("").html
