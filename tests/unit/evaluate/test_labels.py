"""Types and predicates of known corpora under a schema."""

from __future__ import annotations

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.evaluate.labels import BC5CDR, CORPUS_TYPES, MEDMENTIONS, relation_map, type_map
from kg_builder.evaluate.survey import survey
from kg_builder.records import Document, Mention
from kg_builder.schema import EntityType, RelationType, Role, Schema
from kg_builder.schemas.reading import builtin_schema
from kg_builder.semantic_groups import GROUPS


def schema(*entities: tuple[str, str | None, Role]) -> Schema:
    return Schema(
        name="mine",
        description="For these tests.",
        entities=tuple(
            EntityType(name=name, description=name, semantic_group=group, role=role) for name, group, role in entities
        ),
    )


NOTES = schema(
    ("treatment", "CHEM", Role.CONCEPT),
    ("problem", "DISO", Role.CONCEPT),
    ("DATE", None, Role.ATTRIBUTE),
    ("Location", "GEOG", Role.IDENTIFIER),
)


def test_a_type_is_served_by_its_semantic_group() -> None:
    found = ["SpecificDisease", "Modifier", "ChemicalEntity", "T103"]
    assert type_map(found, NOTES) == {
        "SpecificDisease": "problem",
        "Modifier": "problem",
        "ChemicalEntity": "treatment",
        "T103": "treatment",
    }


def test_a_name_goes_before_the_group_whatever_its_case_and_punctuation() -> None:
    covid = schema(("NAME", "DISO", Role.CONCEPT), ("SYMPTOM_AND_DISEASE", "DISO", Role.CONCEPT))
    assert type_map(["Symptom_and_Disease"], covid) == {"Symptom_and_Disease": "SYMPTOM_AND_DISEASE"}
    assert type_map(["DateTime"], NOTES) == {"DateTime": "DATE"}


def test_a_finding_is_no_disease_and_identifiers_serve_nothing() -> None:
    assert type_map(["T033", "GeneOrGeneProduct", "Location", "Whatever"], NOTES) == {}


def test_overrides_win() -> None:
    assert type_map(["T033", "Disease"], NOTES, {"T033": "problem"}) == {"T033": "problem", "Disease": "problem"}


def test_predicates() -> None:
    cid = schema(("Chemical", "CHEM", Role.CONCEPT), ("Disease", "DISO", Role.CONCEPT)).model_copy(
        update={
            "relations": (
                RelationType(name="INDUCES", description="x", subject=("Chemical",), object=("Disease",)),
                RelationType(name="BIND", description="x", subject=("Chemical",), object=("Chemical",)),
            )
        }
    )
    found = ["CID", "Bind", "Negative_Correlation", "Association"]
    assert relation_map(found, cid) == {"CID": "INDUCES", "Bind": "BIND"}, "this schema has no TREATS"
    assert relation_map(found, cid, {"Association": "INDUCES"})["Association"] == "INDUCES"


def test_the_built_in_schemas_serve_their_corpora() -> None:
    medmentions = builtin_schema("medmentions-21")
    assert set(type_map(MEDMENTIONS, medmentions).values()) == {entity.name for entity in medmentions.entities}
    assert type_map(BC5CDR, builtin_schema("chemical-disease")) == {"Chemical": "Chemical", "Disease": "Disease"}
    assert relation_map(["CID"], builtin_schema("chemical-disease")) == {"CID": "INDUCES"}


def test_groups_of_the_tables_exist() -> None:
    assert {known.group for known in CORPUS_TYPES.values() if known.group} <= set(GROUPS)


def test_survey_counts_what_a_corpus_annotates() -> None:
    gout = Mention(start=0, end=4, text="gout", type="Disease")
    gold = GoldDocument(Document(id="1", text="gout"), (gout, gout), (GoldRelation("CID"),))
    found = survey([gold, gold])
    assert found.types == {"Disease": 4}
    assert found.predicates == {"CID": 2}
