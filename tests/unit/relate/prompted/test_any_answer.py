"""Whatever a model writes: relations are between the mentions it was given, of types that the predicate takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.generation import Generated
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.protocols import RelationRequest
from kg_builder.records import Mention
from kg_builder.relate.prompted.json_relations import PromptedRelationExtractor
from kg_builder.relate.prompted.list_relations import ListRelationExtractor
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator

SCHEMA = builtin_schema("chemical-disease")
TEXT = "Lithium gave tremor. The tremor went when lithium was stopped; nausea stayed."
MENTIONS = [
    Mention(start=place, end=place + len(name), text=TEXT[place : place + len(name)], type=kind)
    for name, kind in (("lithium", "Chemical"), ("tremor", "Disease"), ("nausea", "Disease"))
    for place in range(len(TEXT))
    if TEXT.lower().startswith(name, place)
]
NAMES = ("lithium", "Tremor", "nausea", "rash")

rows = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(NAMES),
        "predicate": st.sampled_from(["INDUCES", "treats", "HELPS"]),
        "object": st.sampled_from(NAMES),
        "evidence": st.sampled_from(["", "Lithium gave tremor.", "nausea stayed", "Not there."]),
    }
)
pieces = st.sampled_from([*NAMES, "[", "]", '{"subject": "', '", "object": "', '"}', "- ", " | ", "\n"])


@pytest.mark.parametrize("kind", [PromptedRelationExtractor, ListRelationExtractor])
@given(answer=st.lists(pieces | st.text(max_size=4), max_size=30).map("".join), complete=st.booleans())
def test_ends_are_mentions_of_the_right_types(kind: Any, answer: str, complete: bool) -> None:
    generator = ScriptedGenerator([Generated(answer, complete=complete)])
    extraction = kind(generator, ModelSettings(source="hf:m"), name="any").relate(
        RelationRequest(TEXT, MENTIONS, SCHEMA)
    )
    for relation in extraction.relations:
        assert relation.subject in MENTIONS
        assert relation.object in MENTIONS
        assert (relation.subject.type, relation.object.type) == ("Chemical", "Disease")
        start, end = relation.sentence
        assert start <= min(relation.subject.start, relation.object.start)
        assert max(relation.subject.end, relation.object.end) <= end <= len(TEXT)
    assert all(reject.kind == "relation" for reject in extraction.rejects)


@given(
    st.lists(rows, max_size=6, unique_by=lambda row: (row["subject"].lower(), row["predicate"], row["object"].lower()))
)
def test_every_row_is_a_relation_or_a_reject(found: list[dict[str, str]]) -> None:
    extractor = PromptedRelationExtractor(
        ScriptedGenerator([json.dumps(found)]), ModelSettings(source="hf:m"), name="any"
    )
    extraction = extractor.relate(RelationRequest(TEXT, MENTIONS, SCHEMA))
    assert len(extraction.relations) + len(extraction.rejects) == len(found)
