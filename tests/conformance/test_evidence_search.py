"""Evidence sentences by their words, over any store: what is found, in which order, and what never matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.enrichment import GraphRetriever
from kg_builder.records import Assertion, DocumentGraph
from kg_builder.retrieve.sentences import find_sentences
from kg_builder.stores.evidence_search import words_of
from kg_builder.stores.views import EVERYTHING, Filter
from kg_builder.tools import toolkit

MakePart = Callable[..., DocumentGraph]
AT_ONCE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def found(store: GraphStore, text: str, **options: Any) -> list[str]:
    return [hit.document for hit in store.search_evidence(text, **options)]


@pytest.fixture
def told(store: GraphStore, make_part: MakePart) -> GraphStore:
    """Sentences over the same concepts in other words."""
    for name, text in {
        "a": "Severe aspirin overdose, with bleeding from the stomach.",
        "b": "After aspirin there was bleeding; the stomach hurt, the stomach was empty.",
        "c": "The nurse saw aspirin and bleeding.",
        "d": "Uống aspirin, bị ho và chảy máu, bleeding.",
        "e": "Uống aspirin, mổ hở và chảy máu, bleeding.",
    }.items():
        store.write(make_part(name, text, ("aspirin", "INDUCES", "bleeding")))
    return store


def test_sentences_are_found_by_words_whatever_case_plural_and_spelling(told: GraphStore) -> None:
    assert found(told, "NURSES") == ["c"]
    assert sorted(found(told, "stomachs")) == ["a", "b"]
    assert found(told, "stom") == []
    assert found(told, "helicopter") == []


def test_those_with_more_and_rarer_words_come_first(told: GraphStore) -> None:
    assert found(told, "aspirin overdose stomach")[:2] == ["a", "b"]
    assert found(told, "the nurse")[0] == "c"
    assert len(found(told, "aspirin bleeding", limit=3)) == 3
    assert found(told, "aspirin", limit=0) == []


def test_marks_tell_vietnamese_words_apart(told: GraphStore) -> None:
    assert found(told, "ho") == ["d"]
    assert found(told, "hở") == ["e"]
    assert sorted(found(told, "UỐNG")) == ["d", "e"]


def test_a_hit_has_the_sentence_and_all_it_states(filled: GraphStore) -> None:
    [hit] = filled.search_evidence("caused")

    assert (hit.document, hit.sentence) == ("n2", (0, 42))
    assert hit.sentence_text == filled.document_text("n2")
    assert [(one.subject_name, one.predicate, one.object_name) for one in hit.relations] == [
        ("Aspirin", "INDUCES", "Hemorrhage"),
        ("Warfarin", "INDUCES", "Hemorrhage"),
    ]
    assert all(item.sentence == hit.sentence for one in hit.relations for item in one.evidence)
    assert 0 < hit.score <= 1


def test_only_what_passes_the_filter_is_found(filled: GraphStore) -> None:
    assert found(filled, "stroke") == ["n4"]
    assert sorted(found(filled, "stroke", where=EVERYTHING)) == ["n3", "n4"]
    assert found(filled, "aspirin", where=Filter(patient="p2")) == ["n2"]
    assert found(filled, "aspirin", where=Filter(min_confidence=0.5)) == ["n1"]
    assert found(filled, "stroke", where=Filter(assertions=frozenset({Assertion.NEGATED}))) == ["n3"]


def test_what_is_replaced_or_forgotten_is_found_no_more(filled: GraphStore, make_part: MakePart) -> None:
    filled.write(make_part("n1", "Now aspirin soothed the bleeding.", ("aspirin", "TREATS", "bleeding")))
    filled.forget("n2")

    assert found(filled, "gave") == found(filled, "caused") == []
    assert found(filled, "soothed") == ["n1"]


def test_relinked_documents_are_found_by_their_new_concepts(filled: GraphStore) -> None:
    [part] = [part for part in filled.parts() if part.document.id == "n4"]
    other = part.model_copy(update={"relations": part.relations[:0]})
    with filled.relinking("test"):
        filled.relink(other)
    assert found(filled, "against") == []

    filled.undo_relinking()
    assert found(filled, "against") == ["n4"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "*",
        '"',
        "' OR 1=1 --",
        "AND",
        "NOT",
        "(",
        "words:x",
        "a* b~2 ^4",
        "NEAR(a b)",
        "-aspirin",
        "[1 TO 2]",
    ],
)
def test_operators_of_an_index_are_text(told: GraphStore, text: str) -> None:
    wanted = set(words_of(text))
    has = {part.document.id for part in told.parts() if wanted & set(words_of(part.document.text))}

    assert set(found(told, text)) == has


@AT_ONCE
@given(data=st.data())
def test_exactly_the_sentences_with_a_word_are_found(
    data: st.DataObject, make_store: Callable[[], GraphStore], part_strategy: Callable[..., st.SearchStrategy[Any]]
) -> None:
    parts = {part.document.id: part for part in data.draw(st.lists(part_strategy(), max_size=4))}
    store = make_store()
    for part in parts.values():
        store.write(part)
    text = data.draw(st.one_of(st.text(max_size=8), *(st.just(part.document.text) for part in parts.values())))
    asked = set(words_of(text))

    hits = store.search_evidence(text, limit=1000, where=EVERYTHING)

    assert {(hit.document, hit.sentence) for hit in hits} == {
        (part.document.id, item.sentence)
        for part in parts.values()
        for relation in part.relations
        for item in relation.evidence
        if asked & set(words_of(part.document.text[slice(*item.sentence)]))
    }
    assert all(hit.sentence_text == parts[hit.document].document.text[slice(*hit.sentence)] for hit in hits)
    store.close()


class ByNurse(Embeddings):
    """Nothing is nearer than a nurse."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float("nurse" in text), 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [1.0, 0.0]


def test_embeddings_rank_what_words_have_found(told: GraphStore) -> None:
    by_words = [hit.document for hit in find_sentences(told, "aspirin bleeding stomach")]
    fused = [hit.document for hit in find_sentences(told, "aspirin bleeding stomach", embeddings=ByNurse())]

    assert by_words.index("c") > fused.index("c")
    assert sorted(by_words) == sorted(fused)
    assert not find_sentences(told, "helicopter", embeddings=ByNurse())


def test_denied_sentences_are_found_and_said_to_be_denied(filled: GraphStore) -> None:
    [tool] = [tool for tool in toolkit(filled) if tool.name == "search_evidence"]

    answer = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": {"text": "stroke under"}})

    lines = str(answer.content).splitlines()
    assert lines[:2] == [
        '1. "No stroke under warfarin." [n3:0-25]',
        "   - Warfarin (MESH:D014859) INDUCES Stroke (MESH:D020521): negated",
    ]
    assert [hit.document for hit in answer.artifact] == ["n3", "n4"]


def test_the_retriever_falls_back_on_words_where_no_concept_is_named(told: GraphStore) -> None:
    retriever = GraphRetriever(store=told, k=2)

    assert [document.metadata["source"] for document in retriever.invoke("What did the nurse see?")] == ["c"]
    assert len(retriever.invoke("What does aspirin cause?")) == 2
    assert retriever.invoke("What is the capital of France?") == []
