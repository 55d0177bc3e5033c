"""Each check, on one item it must refuse and one it must let through."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kg_builder.records import Assertion, Concept, Document, Mention, Provenance, RelationMention
from kg_builder.schema import EntityType, RelationType, Role, Schema
from kg_builder.validate.checks import Setting
from kg_builder.validate.rules import ItemRules, Limits
from kg_builder.validate.validation import judge_mentions, judge_relations

TEXT = "Aspirin caused gastritis. The drug was stopped. NO was given to Ann, MRN 4711. Ho khan."
SCHEMA = Schema(
    name="ward",
    description="Drugs and problems.",
    entities=(
        EntityType(name="Drug", description="A medicine.", semantic_group="CHEM"),
        EntityType(name="Problem", description="A problem.", semantic_group="DISO"),
        EntityType(name="Dose", description="A dose.", role=Role.ATTRIBUTE),
        EntityType(name="Name", description="A person.", role=Role.IDENTIFIER),
    ),
    relations=(RelationType(name="INDUCES", description="Causes.", subject=("Drug",), object=("Problem",)),),
)
CONCEPTS = {
    "MESH:D001241": Concept(id="MESH:D001241", name="Aspirin", type="Chemical"),
    "MESH:D005756": Concept(id="MESH:D005756", name="Gastritis", type="Disease"),
    "local:Chemical/gastritis": Concept(id="local:Chemical/gastritis", name="gastritis", type="Chemical", linked=False),
}


def mention(text: str, kind: str, *concepts: str, extractor: str = "m", **fields: object) -> Mention:
    start = TEXT.find(text)
    values = {"start": start, "end": start + len(text), "text": text, "type": kind, "concepts": concepts}
    return Mention.model_validate(values | {"provenance": Provenance(extractor=extractor)} | fields)


def setting(language: str = "en", **limits: object) -> Setting:
    return Setting(Document(id="d", text=TEXT), SCHEMA, language, Limits(**limits), CONCEPTS)  # type: ignore[arg-type]


ASPIRIN = mention("Aspirin", "Drug", "MESH:D001241")
GASTRITIS = mention("gastritis", "Problem", "MESH:D005756")


def code(item: Mention, **options: object) -> str | None:
    verdict = judge_mentions([item], setting(**options))  # type: ignore[arg-type]
    return verdict.rejects[0].issues[0].code if verdict.rejects else None


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (ASPIRIN, None),
        (GASTRITIS, None),
        (mention("Aspirin", "Gene"), "unknown-type"),
        (mention("Aspirin", "Drug").model_copy(update={"text": "aspirin"}), "not-in-text"),
        (mention("drug", "Drug"), "generic-term"),
        (mention("Aspirin", "Problem", "MESH:D001241"), "type-mismatch"),
        (mention("Ann", "Name"), "identifier"),
        (mention("A", "Drug"), "too-short"),
        (mention("NO", "Drug"), None),
    ],
)
def test_mentions(item: Mention, expected: str | None) -> None:
    assert code(item) == expected


def test_an_identifiers_text_is_not_kept_anywhere() -> None:
    reject = judge_mentions([mention("Ann", "Name")], setting()).rejects[0]
    assert "Ann" not in reject.model_dump_json()


def test_an_unlinked_concept_never_disagrees_with_the_label() -> None:
    assert code(mention("gastritis", "Drug", "local:Chemical/gastritis")) is None


@pytest.mark.parametrize(
    ("rules", "language", "expected"),
    [
        ({}, "en", None),
        ({"m": ItemRules(min_length=3)}, "en", "too-short"),
        ({"m": ItemRules(min_length=3), "m:vi": ItemRules(min_length=2)}, "vi", None),
        ({"*": ItemRules(min_length=3)}, "en", "too-short"),
        ({"other": ItemRules(min_length=9)}, "en", None),
        ({"*": ItemRules(generic_terms=("no",))}, "en", "generic-term"),
    ],
)
def test_limits_are_set_by_extractor_and_language(
    rules: Mapping[str, ItemRules], language: str, expected: str | None
) -> None:
    assert code(mention("NO", "Drug"), rules=rules, language=language) == expected


def test_vietnamese_cough_passes_and_vietnamese_generic_terms_do_not() -> None:
    assert code(mention("Ho", "Problem"), language="vi") is None


@pytest.mark.parametrize(
    ("confidence", "limits", "expected"),
    [
        (0.4, {}, None),
        (0.4, {"min_confidence": {"Drug": 0.5}}, "low-confidence"),
        (0.5, {"min_confidence": {"Drug": 0.5}}, None),
        (0.4, {"min_confidence": {"*": 0.5}}, "low-confidence"),
        (0.4, {"min_confidence": {"*": 0.5, "Drug": 0.3}}, None),
        (None, {"min_confidence": {"Drug": 0.5}}, None),
        (None, {"min_confidence": {"Drug": 0.5}, "require_confidence": True}, "no-confidence"),
    ],
)
def test_confidence(confidence: float | None, limits: Mapping[str, object], expected: str | None) -> None:
    assert code(mention("Aspirin", "Drug", "MESH:D001241", confidence=confidence), **limits) == expected


def relation(subject: Mention, predicate: str, object_: Mention, **fields: object) -> RelationMention:
    values = {"subject": subject, "predicate": predicate, "object": object_, "sentence": (0, 25)}
    return RelationMention.model_validate(values | fields)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (relation(ASPIRIN, "INDUCES", GASTRITIS), None),
        (relation(ASPIRIN, "CURES", GASTRITIS), "unknown-predicate"),
        (relation(GASTRITIS, "INDUCES", ASPIRIN), "end-type"),
        (relation(ASPIRIN, "INDUCES", mention("drug", "Problem", "MESH:D005756")), "end-rejected"),
    ],
)
def test_relations(item: RelationMention, expected: str | None) -> None:
    verdict = judge_relations([item], frozenset({ASPIRIN.key, GASTRITIS.key}), setting())
    assert [reject.issues[0].code for reject in verdict.rejects] == ([expected] if expected else [])


def test_the_concepts_type_decides_which_relations_it_may_take_part_in() -> None:
    """The label says Drug, but the concept is a disease: no INDUCES from it."""
    mislabelled = mention("gastritis", "Drug", "MESH:D005756")
    stated = relation(mislabelled, "INDUCES", GASTRITIS)
    verdict = judge_relations([stated], frozenset({mislabelled.key, GASTRITIS.key}), setting())
    assert verdict.rejects[0].issues[0].code == "end-type"


def test_a_repeated_item_is_a_duplicate_and_with_another_assertion_a_conflict() -> None:
    negated = ASPIRIN.model_copy(update={"assertion": Assertion.NEGATED})
    verdict = judge_mentions([ASPIRIN, ASPIRIN, negated], setting())
    assert verdict.accepted == (0,)
    assert [reject.issues[0].code for reject in verdict.rejects] == ["duplicate", "assertion-conflict"]


def test_a_users_own_check_has_the_last_word() -> None:
    from kg_builder.records import Issue

    def no_aspirin(item: object, document: Document, schema: Schema) -> Issue | None:
        return Issue(code="house-rule", message="Not here.") if getattr(item, "text", "") == "Aspirin" else None

    verdict = judge_mentions([ASPIRIN, GASTRITIS], setting(), [no_aspirin])
    assert verdict.accepted == (1,)
    assert verdict.rejects[0].issues[0].code == "house-rule"
