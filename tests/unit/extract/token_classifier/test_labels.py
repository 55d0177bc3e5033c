"""What labels of published checkpoints say, whatever scheme they are written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import SettingsError
from kg_builder.extract.token_classifier.label_meanings import Meaning
from kg_builder.extract.token_classifier.label_schemes import OUTSIDE, Place, meaning_of, read_labels
from kg_builder.schemas import builtin_schema

B, I, E, S = Place.BEGIN, Place.INSIDE, Place.END, Place.SINGLE  # noqa: E741


def read(*labels: str) -> list[tuple[Place, str | None]]:
    return [(tag.place, tag.meaning.name if tag.meaning else None) for tag in read_labels(labels, "m")]


OUT = (Place.OUTSIDE, None)


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (("O", "B-DISEASE", "I-DISEASE"), [OUT, (B, "DISEASE"), (I, "DISEASE")]),
        (("B_Drug", "I_Drug", "O"), [(B, "Drug"), (I, "Drug"), OUT]),
        (("O", "B-X-ray", "I-X-ray"), [OUT, (B, "X-ray"), (I, "X-ray")]),
        (("O", "B-D", "I-D", "E-D", "S-D"), [OUT, (B, "D"), (I, "D"), (E, "D"), (S, "D")]),
        (("O", "B-D", "I-D", "L-D", "U-D"), [OUT, (B, "D"), (I, "D"), (E, "D"), (S, "D")]),
        (("O", "I-Chemical", "I-Disease"), [OUT, (I, "Chemical"), (I, "Disease")]),
        (("None", "Chemical", "Disease"), [OUT, (I, "Chemical"), (I, "Disease")]),
        (("0", "Chemical"), [OUT, (I, "Chemical")]),
        (("O", "B-cell", "T-cell"), [OUT, (I, "B-cell"), (I, "T-cell")]),
        (("O", "B-cell"), [OUT, (I, "B-cell")]),
        (("[PAD]", "X", "[CLS]", "[SEP]", "B-D", "I-D", "O"), [OUT, OUT, OUT, OUT, (B, "D"), (I, "D"), OUT]),
        (("O", "B-['Disorders', 'Finding']", "I-['Disorders', 'Finding']"), [OUT, (B, "Finding"), (I, "Finding")]),
    ],
)
def test_schemes(labels: tuple[str, ...], wanted: list[tuple[Place, str | None]]) -> None:
    assert read(*labels) == wanted


@pytest.mark.parametrize(
    "labels",
    [(), ("O",), ("None", "[PAD]"), ("LABEL_0", "LABEL_1"), ("0", "1", "2"), ("O", "B", "I"), ("O", "LABEL_1")],
)
def test_labels_that_name_no_types_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="labels"):
        read_labels(labels, "m")


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_labels_are_read_or_refused(labels: list[str]) -> None:
    try:
        tags = read_labels(labels, "m")
    except SettingsError:
        return
    assert len(tags) == len(labels)
    assert any(tag != OUTSIDE for tag in tags)


@given(st.text(max_size=60).map(lambda text: f"[{text}]"))
def test_a_lists_text_is_data_and_never_code(label: str) -> None:
    assert all(isinstance(part, str) for part in meaning_of(label).parts)


@pytest.mark.parametrize("label", ["[__import__('os').getcwd()]", "[1, 2]", "[]", "['a', 5]", "(" * 500])
def test_what_isnt_a_list_of_words_is_a_label_as_it_stands(label: str) -> None:
    assert meaning_of(label).parts == (label,)


@pytest.mark.parametrize(
    ("label", "type_name", "group"),
    [
        ("['Living Beings', 'Virus']", "Virus", "LIVB"),
        ("['Living Beings', 'Bacterium']", "Bacterium", "LIVB"),
        ("['Anatomy', 'Anatomical Structure']", "AnatomicalStructure", "ANAT"),
        ("['Anatomy', 'Body System']", "BodySystem", "ANAT"),
        ("['Anatomy', 'Body Substance']", "BodySubstance", "ANAT"),
        ("['Disorders', 'Finding']", "Finding", "DISO"),
        ("['Disorders', 'Injury or Poisoning']", "InjuryOrPoisoning", "DISO"),
        ("['Phenomena', 'Biologic Function']", "BiologicFunction", "DISO"),
        ("['Procedures', 'Health Care Activity']", "HealthCareActivity", "PROC"),
        ("['Procedures', 'Research Activity']", "ResearchActivity", "PROC"),
        ("['Devices', 'Medical Device']", "MedicalDevice", "DEVI"),
        ("['Concepts & Ideas', 'Spatial Concept']", "SpatialConcept", "CONC"),
        ("['Occupations', 'Biomedical Occupation or Discipline']", "BiomedicalOccupationOrDiscipline", "OCCU"),
        ("['Organizations', 'Organization']", "Organization", "ORGA"),
        ("['Living Beings', 'Professional or Occupational Group']", "ProfessionalOrOccupationalGroup", "LIVB"),
        ("['Living Beings', 'Population Group']", "PopulationGroup", "LIVB"),
        ("['Chemicals & Drugs', 'Chemical']", "Chemical", "CHEM"),
        ("['Objects', 'Food']", "Food", "OBJC"),
        ("['Concepts & Ideas', 'Intellectual Product']", "IntellectualProduct", "CONC"),
        ("['Physiology', 'Clinical Attribute']", "ClinicalAttribute", "PHYS"),
        ("['Living Beings', 'Eukaryote']", "Eukaryote", "LIVB"),
    ],
)
def test_the_published_labels_are_the_types_of_medmentions(label: str, type_name: str, group: str) -> None:
    schema, meaning = builtin_schema("medmentions-21"), meaning_of(label)
    entity = schema.entity(meaning.name_in(schema))
    assert entity is not None
    assert (entity.name, entity.semantic_group, meaning.group) == (type_name, group, group)


@pytest.mark.parametrize(
    ("label", "schema", "type_name"),
    [
        ("DISEASE", "chemical-disease", "Disease"),
        ("Chem", "chemical-disease", "Chemical"),
        ("problem", "clinical-note", "Problem"),
        ("treatment", "clinical-note", "Treatment"),
        ("test", "clinical-note", "Test"),
        ("Disease_disorder", "clinical-note", "Problem"),
        ("Medication", "vietnamese-medical", "DRUG"),
        ("Symptom_and_Disease", "vietnamese-medical", "SYMPTOM_AND_DISEASE"),
        ("Dosage", "vietnamese-medical", "DOSAGE"),
        ("Qualitative_concept", "clinical-note", None),
        ("GENE", "chemical-disease", None),
    ],
)
def test_common_labels_find_their_type(label: str, schema: str, type_name: str | None) -> None:
    asked = builtin_schema(schema)
    meaning = Meaning((label,))
    entity = asked.entity_for_label(meaning.name_in(asked), meaning.group)
    assert (entity.name if entity else None) == type_name


def test_labels_that_mean_more_than_their_group_are_marked() -> None:
    assert [label for label in ("Biologic Function", "Finding", "Disease", "Chemical") if Meaning((label,)).partly] == [
        "Biologic Function",
        "Finding",
    ]
