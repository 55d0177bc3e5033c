"""The promises of the document-level relation extractor, with the shipped model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import ModelError
from kg_builder.protocols import Link, RelationRequest
from kg_builder.records import Assertion, Concept, Mention, RelationMention
from kg_builder.relate.cooccurrence import CueRelationExtractor
from kg_builder.relate.document_classifier import DocumentRelationExtractor
from kg_builder.relate.pair_model import model_version
from kg_builder.schema import EntityType, RelationType, Schema
from kg_builder.terminology.rows import ConceptRow
from kg_builder.testing import TableNormalizer, small_terminology

ROWS = (
    ConceptRow("MESH:D013152", "CHEM", "Spironolactone", trees=("D04.210",)),
    ConceptRow("MESH:D006947", "DISO", "Hyperkalemia", trees=("C18.452.950",)),
    ConceptRow("MESH:D006973", "DISO", "Hypertension", trees=("C14.907.489",)),
)
CONCEPTS = {
    "spironolactone": Concept(id="MESH:D013152", name="Spironolactone", type="Chemical"),
    "hyperkalemia": Concept(id="MESH:D006947", name="Hyperkalemia", type="Disorder"),
    "high potassium": Concept(id="MESH:D006947", name="Hyperkalemia", type="Disorder"),
    "hypertension": Concept(id="MESH:D006973", name="Hypertension", type="Disorder"),
}
CASE = (
    "Spironolactone-induced hyperkalemia: a case report. We describe a woman with hypertension who was treated with "
    "spironolactone. Two weeks later she developed severe hyperkalemia. Potassium fell after spironolactone was "
    "stopped. Hyperkalemia is a dangerous side effect of spironolactone."
)


class NoNormalizer:
    """Fails if it is asked."""

    name = "none"
    model: str | None = None

    def normalize(self, text: str, mentions: Sequence[Mention], schema: Schema) -> Sequence[Link]:
        raise AssertionError("mentions that carry concepts need no normalizer")


def schema(*predicates: str) -> Schema:
    return Schema(
        name="test",
        description="For tests.",
        entities=tuple(EntityType(name=name, description=name) for name in ("Chemical", "Disease", "Gene")),
        relations=tuple(
            RelationType(name=name, description=name, subject=("Chemical",), object=("Disease",)) for name in predicates
        ),
    )


BOTH = schema("INDUCES", "TREATS")


@pytest.fixture(scope="module")
def extractor() -> DocumentRelationExtractor:
    return DocumentRelationExtractor(TableNormalizer(CONCEPTS), small_terminology(ROWS))


def mentions_in(text: str, names: dict[str, str]) -> list[Mention]:
    found = []
    low = text.lower()
    for name, kind in names.items():
        at = low.find(name)
        while at >= 0:
            found.append(Mention(start=at, end=at + len(name), text=text[at : at + len(name)], type=kind))
            at = low.find(name, at + 1)
    return sorted(found, key=lambda one: one.start)


NAMES = {"spironolactone": "Chemical", "hyperkalemia": "Disease", "hypertension": "Disease"}


def relate(
    extractor: DocumentRelationExtractor, text: str, mentions: Sequence[Mention], asked: Schema = BOTH
) -> list[RelationMention]:
    return list(extractor.relate(RelationRequest(text, mentions, asked)).relations)


def test_one_relation_a_pair_with_evidence_that_covers_both_ends(extractor: DocumentRelationExtractor) -> None:
    relations = relate(extractor, CASE, mentions_in(CASE, NAMES))
    harm = [one for one in relations if one.predicate == "INDUCES"]
    assert [(one.subject.text.lower(), one.object.text.lower()) for one in harm] == [("spironolactone", "hyperkalemia")]
    (one,) = harm
    assert one.assertion is Assertion.PRESENT
    assert one.confidence is not None
    assert one.confidence > 0.5
    assert one.cue
    assert one.sentence[0] <= min(one.subject.start, one.object.start)
    assert max(one.subject.end, one.object.end) <= one.sentence[1]
    assert one.provenance.extractor == "pair-classifier"
    assert one.provenance.model == extractor.model


def test_names_of_one_concept_are_taken_together(extractor: DocumentRelationExtractor) -> None:
    text = CASE.replace("severe hyperkalemia", "high potassium")
    found = relate(extractor, text, mentions_in(text, {**NAMES, "high potassium": "Disease"}))
    assert len([one for one in found if one.predicate == "INDUCES"]) == 1


def test_the_normalizer_is_not_asked_for_mentions_that_carry_concepts() -> None:
    given = [one.model_copy(update={"concepts": (CONCEPTS[one.text.lower()].id,)}) for one in mentions_in(CASE, NAMES)]
    found = relate(DocumentRelationExtractor(NoNormalizer(), small_terminology(ROWS)), CASE, given)
    assert [one.subject.concepts for one in found if one.predicate == "INDUCES"] == [("MESH:D013152",)]


def test_a_composite_mention_is_narrowed_to_the_concept_that_is_related(extractor: DocumentRelationExtractor) -> None:
    ids = {"spironolactone": ("MESH:D013152",), "hyperkalemia": ("MESH:D006947", "MESH:D999999")}
    given = [
        one.model_copy(update={"concepts": ids.get(one.text.lower(), ("MESH:D006973",))})
        for one in mentions_in(CASE, NAMES)
    ]
    assert all(len(one.object.concepts) == 1 for one in relate(extractor, CASE, given))


def test_negated_family_and_hypothetical_mentions_do_not_count(extractor: DocumentRelationExtractor) -> None:
    for assertion in (Assertion.NEGATED, Assertion.FAMILY, Assertion.HYPOTHETICAL):
        given = [
            one.model_copy(update={"assertion": assertion}) if one.text.lower() == "hyperkalemia" else one
            for one in mentions_in(CASE, NAMES)
        ]
        stated = (Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL)
        found = relate(extractor, CASE, given)
        assert not [one for one in found if one.object.text.lower() == "hyperkalemia" and one.assertion in stated]


def test_what_cue_words_deny_is_stated_as_denied(extractor: DocumentRelationExtractor) -> None:
    text = "Spironolactone and potassium. Spironolactone did not cause hyperkalemia in any of them."
    found = relate(extractor, text, mentions_in(text, NAMES))
    assert [one.assertion for one in found if one.predicate == "INDUCES"] == [Assertion.NEGATED]


def test_other_languages_are_served_by_the_cues(extractor: DocumentRelationExtractor) -> None:
    text = "Hạ kali máu do furosemid."
    given = [
        Mention(start=0, end=11, text="Hạ kali máu", type="Disease"),
        Mention(start=15, end=24, text="furosemid", type="Chemical"),
    ]
    request = RelationRequest(text, given, BOTH, language="vi")
    assert extractor.relate(request) == CueRelationExtractor().relate(request)


def test_only_the_predicates_and_types_of_the_schema(extractor: DocumentRelationExtractor) -> None:
    given = mentions_in(CASE, NAMES)
    only = schema("TREATS")
    assert extractor.predicates(only) == {"TREATS"}
    assert {one.predicate for one in relate(extractor, CASE, given, asked=only)} <= {"TREATS"}
    genes = [one.model_copy(update={"type": "Gene"}) for one in given]
    assert relate(extractor, CASE, genes) == []


def test_no_mentions_no_relations(extractor: DocumentRelationExtractor) -> None:
    assert relate(extractor, "", []) == []
    assert relate(extractor, CASE, mentions_in(CASE, NAMES)[:1]) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*NAMES, "did not cause", "for", "after", "(", ")", ",", ".", "\n\n"]), max_size=40))
def test_evidence_is_always_in_the_text_and_the_same_again(
    extractor: DocumentRelationExtractor, parts: list[str]
) -> None:
    text = " ".join(parts)
    given_mentions = mentions_in(text, NAMES)
    found = relate(extractor, text, given_mentions)
    assert found == relate(extractor, text, given_mentions)
    for one in found:
        assert 0 <= one.sentence[0] <= min(one.subject.start, one.object.start)
        assert max(one.subject.end, one.object.end) <= one.sentence[1] <= len(text)
        assert 0 <= (one.confidence or 0) <= 1
        assert {one.subject.type, one.object.type} == {"Chemical", "Disease"}


def test_time_grows_with_the_length(extractor: DocumentRelationExtractor) -> None:
    def seconds(times: int) -> float:
        text = "\n\n".join([CASE] * times)
        given_mentions = mentions_in(text, NAMES)
        begun = time.process_time()
        relate(extractor, text, given_mentions)
        return time.process_time() - begun

    seconds(2)
    assert min(seconds(80) for _ in range(3)) < 12 * min(seconds(10) for _ in range(3)) + 0.05


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"relations\.json"):
        model_version(tmp_path)
    (tmp_path / "relations.json").write_text('{"columns": ["other"]}')
    with pytest.raises(ModelError, match="other features"):
        DocumentRelationExtractor(TableNormalizer(), small_terminology(), tmp_path)


def test_the_version_names_the_shipped_model(extractor: DocumentRelationExtractor) -> None:
    assert extractor.model == model_version(files("kg_builder.models").joinpath("relations"))
    assert "@" in (extractor.model or "")
