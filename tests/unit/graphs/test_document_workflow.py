"""The state machine with scripted parts: retries, the ladder, salvage, the ledger and the accounting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from kg_builder.errors import DocumentError, ModelError, TransientModelError
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.document import document_workflow, graph, run_document
from kg_builder.graphs.state import CHECKPOINT_TYPES, Output
from kg_builder.records import Assertion, Concept, Document, DocumentGraph
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.testing import Answer, ScriptedExtractor, ScriptedRelations, TableNormalizer

TEXT = "Aspirin caused gastritis in one patient. Heparin caused bleeding."
DOCUMENT = Document(id="d1", text=TEXT, language="en")
CONCEPTS = {
    "aspirin": Concept(id="MESH:D001241", name="Aspirin", type="Chemical"),
    "gastritis": Concept(id="MESH:D005756", name="Gastritis", type="Disease"),
}


def components(
    *ladder: ScriptedExtractor, relations: ScriptedRelations | None = None, settings: Mapping[str, Any] | None = None
) -> Components:
    names = tuple(f"e{number}" for number in range(len(ladder)))
    return Components(
        settings=Settings(schema_name="chemical-disease", extractors=names, **(settings or {})),
        extractors=dict(zip(names, ladder, strict=True)),
        normalizer=TableNormalizer(CONCEPTS),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
        relation_extractor=relations,
    )


def run(parts: Components, document: Document = DOCUMENT) -> Output:
    return run_document(graph, document, parts)


def codes(part: DocumentGraph) -> list[str]:
    return [reject.issues[0].code for reject in part.rejects]


def texts(part: DocumentGraph) -> list[str]:
    return [mention.text for mention in part.mentions]


GOOD: Answer = [("Aspirin", "Chemical"), ("gastritis", "Disease")]
INVENTED: Answer = [("Aspirin", "Chemical"), ("warfarin", "Chemical")]


def test_a_good_answer_is_linked_related_and_grounded() -> None:
    relations = ScriptedRelations([[("Aspirin", "INDUCES", "gastritis")]])
    part = run(components(ScriptedExtractor([GOOD]), relations=relations))["graph"]
    assert [concept.id for concept in part.concepts] == ["MESH:D001241", "MESH:D005756"]
    edge = part.relations[0]
    assert (edge.subject, edge.predicate, edge.object) == ("MESH:D001241", "INDUCES", "MESH:D005756")
    evidence = edge.evidence[0]
    assert TEXT[slice(*evidence.subject)] == "Aspirin"
    assert TEXT[slice(*evidence.object)] == "gastritis"
    assert part.rejects == ()


def test_issues_are_handed_back_and_valid_items_of_every_attempt_are_kept() -> None:
    extractor = ScriptedExtractor([INVENTED, [("gastritis", "Disease")]])
    part = run(components(extractor))["graph"]
    assert len(extractor.requests) == 2
    assert [issue.code for issue in extractor.requests[1].issues] == ["not-in-text"]
    assert "warfarin" in extractor.requests[1].issues[0].message
    assert texts(part) == ["Aspirin", "gastritis"]
    assert codes(part) == ["not-in-text"]


def test_the_budget_of_attempts_ends_the_retries_and_saves_what_is_valid() -> None:
    extractor = ScriptedExtractor([INVENTED])
    part = run(components(extractor, settings={"attempts": 3}))["graph"]
    assert len(extractor.requests) == 3
    assert [request.attempt for request in extractor.requests] == [0, 1, 2]
    assert texts(part) == ["Aspirin"]


def test_a_deterministic_extractor_is_not_asked_twice() -> None:
    extractor = ScriptedExtractor([INVENTED], deterministic=True)
    part = run(components(extractor))["graph"]
    assert len(extractor.requests) == 1
    assert texts(part) == ["Aspirin"]


def test_one_that_gives_nothing_valid_hands_over_to_the_next_of_the_ladder() -> None:
    first = ScriptedExtractor([[("warfarin", "Chemical")]], deterministic=True, name="first")
    second = ScriptedExtractor([GOOD], deterministic=True, name="second")
    part = run(components(first, second))["graph"]
    assert texts(part) == ["Aspirin", "gastritis"]
    assert {mention.provenance.extractor for mention in part.mentions} == {"second"}
    assert codes(part) == ["not-in-text"]


def test_a_failing_model_hands_over_and_the_failure_is_in_the_ledger() -> None:
    broken = ScriptedExtractor([ModelError("out of memory")], name="broken")
    part = run(components(broken, ScriptedExtractor([GOOD])))["graph"]
    assert texts(part) == ["Aspirin", "gastritis"]
    assert codes(part) == ["extractor-failed"]


def test_a_failing_model_with_no_other_fails_the_document() -> None:
    with pytest.raises(ModelError, match="out of memory"):
        run(components(ScriptedExtractor([ModelError("out of memory")])))


def test_a_transient_fault_is_tried_again_without_counting_as_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langgraph.pregel._retry.time.sleep", lambda _seconds: None)
    extractor = ScriptedExtractor([TransientModelError("rate limit"), GOOD])
    part = run(components(extractor))["graph"]
    assert texts(part) == ["Aspirin", "gastritis"]
    assert [request.attempt for request in extractor.requests] == [0, 0]


def test_a_relation_of_a_wrong_type_goes_back_to_the_relation_extractor() -> None:
    relations = ScriptedRelations(
        [
            [("Aspirin", "INDUCES", "gastritis"), ("gastritis", "INDUCES", "Aspirin")],
            [("Aspirin", "TREATS", "gastritis")],
        ]
    )
    extractor = ScriptedExtractor([GOOD])
    part = run(components(extractor, relations=relations))["graph"]
    assert len(extractor.requests) == 1
    assert [issue.code for issue in relations.requests[1].issues] == ["end-type"]
    assert {relation.predicate for relation in part.relations} == {"INDUCES", "TREATS"}
    assert codes(part) == ["end-type"]


def test_labels_meet_the_schemas_types_by_semantic_group() -> None:
    extractor = ScriptedExtractor(
        [[("Aspirin", "DRUG"), ("patient", "PERSON")]], groups={"DRUG": "CHEM", "PERSON": None}
    )
    part = run(components(extractor, settings={"attempts": 1}))["graph"]
    assert [(mention.text, mention.type) for mention in part.mentions] == [("Aspirin", "Chemical")]
    assert codes(part) == ["unknown-type"]


def test_what_no_vocabulary_knows_gets_a_typed_local_id_and_is_marked() -> None:
    part = run(components(ScriptedExtractor([[("bleeding", "Disease")]])))["graph"]
    concept = part.concepts[0]
    assert (concept.id, concept.linked, concept.type) == ("local:Disease/bleeding", False, "Disease")


def test_long_text_is_split_and_the_offsets_still_fit() -> None:
    text = " ".join(f"In case {number} aspirin caused gastritis." for number in range(100))
    extractor = ScriptedExtractor([[("aspirin", "Chemical")]], max_characters=300, deterministic=True)
    part = run(components(extractor), Document(id="long", text=text, language="en"))["graph"]
    assert len(extractor.requests) > 10
    assert all(len(request.text) <= 300 for request in extractor.requests)
    assert len(part.mentions) >= len(extractor.requests) // 2
    assert all(text[mention.start : mention.end] == "aspirin" for mention in part.mentions)


def test_offsets_count_in_the_original_when_cleaning_rewrites_the_text() -> None:
    from kg_builder.clean.rules import RuleCleaner

    document = Document(id="n", text="PC:  3/7 hx of   gastritis&nbsp;after\naspirin.", language="en")
    parts = components(ScriptedExtractor([[("gastritis", "Disease"), ("aspirin", "Chemical")]]))
    parts = Components(
        settings=parts.settings,
        extractors=parts.extractors,
        normalizer=parts.normalizer,
        schemas=parts.schemas,
        cleaner=RuleCleaner(),
    )
    part = run(parts, document)["graph"]
    assert {mention.text for mention in part.mentions} == {"gastritis", "aspirin"}
    for mention in part.mentions:
        assert document.text[mention.start : mention.end] == mention.text


def test_negated_mentions_say_so() -> None:
    document = Document(id="n", text="There was no gastritis after Aspirin.", language="en")
    part = run(components(ScriptedExtractor([GOOD])), document)["graph"]
    assert {mention.text: mention.assertion for mention in part.mentions}["gastritis"] is Assertion.NEGATED


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_no_text_is_an_error_not_an_empty_graph(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        run(components(ScriptedExtractor([GOOD])), Document(id="empty", text=text))
    assert caught.value.code == "empty-text"


def test_a_schema_that_no_extractor_serves_is_an_error_not_an_empty_graph() -> None:
    with pytest.raises(DocumentError) as caught:
        run(components(ScriptedExtractor([GOOD], groups={"Gene": "GENE"})))
    assert caught.value.code == "no-extractor"


@pytest.fixture(params=["memory", "sqlite"])
def checkpointer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BaseCheckpointSaver[Any]]:
    serializer = JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)
    if request.param == "memory":
        yield InMemorySaver(serde=serializer)
        return
    with closing(sqlite3.connect(tmp_path / "checkpoints.db", check_same_thread=False)) as connection:
        yield SqliteSaver(connection, serde=serializer)


def test_with_a_checkpointer_the_answer_is_the_same_and_nothing_unregistered_is_stored(
    checkpointer: BaseCheckpointSaver[Any],
) -> None:
    workflow = document_workflow(checkpointer)
    relations = ScriptedRelations([[("Aspirin", "INDUCES", "gastritis")]])
    parts = components(ScriptedExtractor([INVENTED, GOOD]), relations=relations)
    config: Any = {"configurable": {"thread_id": "d1"}}
    answer = workflow.invoke({"document": DOCUMENT}, config, context=Context(components=parts))
    stored = workflow.get_state(config).values["graph"]
    assert isinstance(stored, DocumentGraph)
    assert stored == answer["graph"]
    parts = components(ScriptedExtractor([INVENTED, GOOD]), relations=relations)
    assert run(parts)["graph"].mentions == stored.mentions


def test_the_workflow_can_be_loaded_by_langgraphs_server() -> None:
    context = graph.get_context_jsonschema()
    assert context is not None
    assert set(context["properties"]) == {"settings", "store"}
    assert graph.get_input_jsonschema()["properties"]
    assert "validate" in graph.get_graph().draw_mermaid()


async def _ainvoke(parts: Components) -> DocumentGraph:
    answer = await graph.ainvoke({"document": DOCUMENT.model_dump()}, context=Context(components=parts))
    part = answer["graph"]
    assert isinstance(part, DocumentGraph)
    return part


def test_asynchronous_callers_get_the_same_and_a_mapping_will_do_as_document() -> None:
    import asyncio

    assert (
        asyncio.run(_ainvoke(components(ScriptedExtractor([GOOD]))))
        == run(components(ScriptedExtractor([GOOD])))["graph"]
    )


ITEMS = st.tuples(
    st.sampled_from(["Aspirin", "gastritis", "bleeding", "Heparin", "warfarin", "patient", "a"]),
    st.sampled_from(["Chemical", "Disease", "Gene"]),
)


@given(
    st.lists(st.lists(ITEMS, max_size=6), min_size=1, max_size=4),
    st.integers(1, 4),
    st.booleans(),
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["Aspirin", "gastritis", "warfarin"]),
                st.sampled_from(["INDUCES", "TREATS", "CURES"]),
                st.sampled_from(["gastritis", "bleeding", "Aspirin"]),
            ),
            max_size=4,
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_every_item_is_accepted_or_in_the_ledger_whatever_the_model_says(
    answers: Sequence[Sequence[tuple[str, str]]],
    attempts: int,
    deterministic: bool,
    triples: Sequence[Sequence[tuple[str, str, str]]],
) -> None:
    parts = components(
        ScriptedExtractor(answers, deterministic=deterministic),
        relations=ScriptedRelations(triples),
        settings={"attempts": attempts},
    )
    output = run(parts)
    part = output["graph"]
    assert output["extracted"] == output["accepted"] + len(part.rejects)
    assert len(part.mentions) + len(part.attributes) <= output["accepted"]
    for mention in part.mentions:
        assert TEXT[mention.start : mention.end] == mention.text
