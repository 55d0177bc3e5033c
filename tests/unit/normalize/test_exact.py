from __future__ import annotations

import pytest

from kg_builder.normalize.exact import ExactNormalizer
from kg_builder.protocols import Link, Normalizer
from kg_builder.records import Mention
from kg_builder.schema import EntityType, Schema
from kg_builder.terminology.rows import AddedName, ConceptRow, TermName
from kg_builder.testing import small_terminology

SCHEMA = Schema(
    name="made-up",
    description="For tests.",
    entities=(
        EntityType(name="Substance", description="A substance.", semantic_group="CHEM"),
        EntityType(name="Problem", description="A problem.", semantic_group="DISO"),
        EntityType(name="Thing", description="Anything."),
    ),
)


@pytest.fixture(scope="module")
def normalizer() -> ExactNormalizer:
    rows = [
        ConceptRow("T:1", "DISO", "Failure, Zork", (TermName("Zorkitis"),)),
        ConceptRow("T:2", "CHEM", "Blorbamides"),
        ConceptRow("T:3", "CHEM", "Grelamine", (TermName("Blorbamide"),)),
        ConceptRow("T:4", "CHEM", "Zorkitis"),
    ]
    added = {"vi": [AddedName("suy zoóc", "DISO", "T:1")]}
    return ExactNormalizer(small_terminology(rows, added))


def link(normalizer: Normalizer, surface: str, type_name: str = "Problem", *, before: str = "") -> Link:
    text = f"{before}{surface}"
    mention = Mention(start=len(before), end=len(text), text=surface, type=type_name)
    return normalizer.normalize(text, [mention], SCHEMA)[0]


@pytest.mark.parametrize(
    ("surface", "type_name", "identifier"),
    [
        ("zork failures", "Problem", "T:1"),
        ("failure, zork", "Problem", "T:1"),
        ("severe acute zork failure", "Problem", "T:1"),
        ("blorbamide-induced zork failure", "Problem", "T:1"),
        ("suy zoóc", "Problem", "T:1"),
        ("grelamine hydrochloride", "Substance", "T:3"),
        ("Blorbamides", "Substance", "T:2"),
        ("blorbamide", "Substance", "T:3"),
        ("zorkitis", "Problem", "T:1"),
        ("zorkitis", "Substance", "T:4"),
    ],
)
def test_links(normalizer: ExactNormalizer, surface: str, type_name: str, identifier: str) -> None:
    found = link(normalizer, surface, type_name)
    assert [concept.id for concept in found.concepts] == [identifier]
    assert found.reason


@pytest.mark.parametrize("surface", ["acute", "grelamine", "zork", "--", "hydrochloride"])
def test_what_it_does_not_know_stays_unknown(normalizer: ExactNormalizer, surface: str) -> None:
    assert link(normalizer, surface) == Link()


def test_a_type_without_a_group_takes_any_concept(normalizer: ExactNormalizer) -> None:
    assert link(normalizer, "grelamine", "Thing").concepts[0].id == "T:3"


def test_abbreviations_of_the_document_come_first(normalizer: ExactNormalizer) -> None:
    found = link(normalizer, "ZF", before="Zork failure (ZF) was seen. Later ")
    assert found.concepts[0].id == "T:1"
    assert found.reason == "abbreviation of Zork failure: exact name"
    assert link(normalizer, "ZF") == Link()


def test_the_cleaned_reading_is_looked_up(normalizer: ExactNormalizer) -> None:
    mention = Mention(start=0, end=2, text="zf", clean_text="zork failure", type="Problem")
    assert normalizer.normalize("zf", [mention], SCHEMA)[0].concepts[0].id == "T:1"


def test_ambiguity_shows_in_the_score(normalizer: ExactNormalizer) -> None:
    assert link(normalizer, "grelamine", "Substance").score == 1.0
    assert link(normalizer, "blorbamide", "Substance").score == 0.5


def test_one_link_a_mention(normalizer: ExactNormalizer) -> None:
    assert list(normalizer.normalize("", [], SCHEMA)) == []
    assert (normalizer.name, normalizer.model) == ("exact", "made-up@0")
