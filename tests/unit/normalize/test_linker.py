from __future__ import annotations

from dataclasses import replace

import pytest

from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.normalize.linking_model import LinkingModel, shipped_linking_model
from kg_builder.normalize.priors import NAME, count_priors
from kg_builder.protocols import Link, Normalizer
from kg_builder.records import Mention
from kg_builder.schema import EntityType, Schema
from kg_builder.terminology.rows import AddedName, ConceptRow, TermName, Tier
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
ROWS = [
    ConceptRow("MESH:D990001", "DISO", "Kidney Failure, Zork", (TermName("Zorkitis"),)),
    ConceptRow("MESH:D990002", "CHEM", "Blorbamides"),
    ConceptRow("MESH:D990003", "CHEM", "Grelamine", (TermName("Blorbamide"), TermName("GRL", Tier.SUBSTANCE))),
    ConceptRow("MESH:D990004", "CHEM", "Zorkitis"),
    ConceptRow("MESH:D990005", "DISO", "Blimp Neoplasms"),
    ConceptRow("MESH:D990006", "DISO", "Snorf Neoplasms"),
    ConceptRow("MESH:D990007", "DISO", "Hypoplaxemia"),
    ConceptRow("MESH:D990008", "DISO", "Plorb Ischemia"),
    ConceptRow("MESH:D990009", "DISO", "Plaxoid Diabetes Type 1"),
    ConceptRow("MESH:D990010", "DISO", "Betaplax Blocker Fever"),
    ConceptRow("MONDO:1", "DISO", "twisted plaxoma", tier=Tier.ONTOLOGY, broader=("MESH:D990005",)),
]
ADDED = {"vi": [AddedName("suy goóc thận", "DISO", "MESH:D990001")]}


@pytest.fixture(scope="module")
def normalizer() -> LinkingNormalizer:
    return LinkingNormalizer(small_terminology(ROWS, ADDED))


def link(normalizer: Normalizer, surface: str, type_name: str = "Problem", *, before: str = "") -> Link:
    text = f"{before}{surface}"
    mention = Mention(start=len(before), end=len(text), text=surface, type=type_name)
    return normalizer.normalize(text, [mention], SCHEMA)[0]


def ids(found: Link) -> list[str]:
    return [concept.id for concept in found.concepts]


@pytest.mark.parametrize(
    ("surface", "type_name", "identifier", "reason"),
    [
        ("zork kidney failures", "Problem", "MESH:D990001", "exact name"),
        ("kidney failure, zork", "Problem", "MESH:D990001", "exact name"),
        ("beta-plax blocker fever", "Problem", "MESH:D990010", "blanks"),
        ("kidney zork failure", "Problem", "MESH:D990001", "another order"),
        ("zork renal insufficiency", "Problem", "MESH:D990001", "synonymous words"),
        ("ischaemic plorb", "Problem", "MESH:D990008", "synonymous words"),
        ("snorf cancer", "Problem", "MESH:D990006", "synonymous words"),
        ("suy goóc thận", "Problem", "MESH:D990001", "exact name"),
        ("suy gooc than", "Problem", "MESH:D990001", "without diacritics"),
        ("zorkitis", "Problem", "MESH:D990001", "exact name"),
        ("zorkitis", "Substance", "MESH:D990004", "exact name"),
        ("severe zorkitis", "Problem", "MESH:D990001", "without 'severe'"),
        ("Blorbamides", "Substance", "MESH:D990002", "exact name"),
        ("blorbamide", "Substance", "MESH:D990003", "exact name"),
        ("twisted plaxoma", "Problem", "MONDO:1", "exact name"),
    ],
)
def test_each_step_links_and_says_so(
    normalizer: LinkingNormalizer, surface: str, type_name: str, identifier: str, reason: str
) -> None:
    found = link(normalizer, surface, type_name)
    assert ids(found) == [identifier]
    assert reason in found.reason
    assert found.score is not None
    assert 0 < found.score < 1


@pytest.mark.parametrize("surface", ["acute", "zork", "--", "", "plaxoid diabetes type 2", "hyperplaxemia", "the"])
def test_what_it_does_not_know_stays_unknown(normalizer: LinkingNormalizer, surface: str) -> None:
    mention = Mention(start=0, end=max(len(surface), 1), text=surface or " ", type="Problem")
    assert normalizer.normalize(surface, [mention], SCHEMA)[0].concepts == ()


def test_a_type_takes_only_concepts_of_its_group(normalizer: LinkingNormalizer) -> None:
    assert link(normalizer, "grelamine").concepts == ()


def test_what_is_left_out_shows_in_the_reason(normalizer: LinkingNormalizer) -> None:
    best = normalizer.explain("grelamine hydrochloride", group="CHEM")[0]
    assert best.id == "MESH:D990003"
    assert "doesn't change the concept" in best.reason


def test_composites_name_all_their_concepts(normalizer: LinkingNormalizer) -> None:
    for surface in ("blimp and snorf cancer", "cancer of the blimp or snorf", "blimp/snorf neoplasms"):
        found = next(one for one in normalizer.explain(surface, group="DISO") if "|" in one.id)
        assert found.id == "MESH:D990005|MESH:D990006"
        assert "several concepts" in found.reason


def test_abbreviations_of_the_document_come_first(normalizer: LinkingNormalizer) -> None:
    found = link(normalizer, "ZKF", before="Zork kidney failure (ZKF) was seen. Later ")
    assert ids(found) == ["MESH:D990001"]
    assert found.reason == "abbreviation of Zork kidney failure: exact name"
    assert link(normalizer, "ZKF").concepts == ()


def test_a_short_key_of_a_lower_tier_needs_a_definition(normalizer: LinkingNormalizer) -> None:
    assert link(normalizer, "GRL", "Substance").concepts == ()


def test_the_cleaned_reading_is_looked_up(normalizer: LinkingNormalizer) -> None:
    mention = Mention(start=0, end=3, text="zkf", clean_text="zork kidney failure", type="Problem")
    assert ids(normalizer.normalize("zkf", [mention], SCHEMA)[0]) == ["MESH:D990001"]


def test_explanations_are_ranked_and_give_reasons(normalizer: LinkingNormalizer) -> None:
    found = normalizer.explain("zorkitis")
    assert {candidate.id for candidate in found} == {"MESH:D990001", "MESH:D990004"}
    assert [candidate.score for candidate in found] == sorted((one.score for one in found), reverse=True)
    assert all(candidate.reason and candidate.name for candidate in found)
    assert normalizer.explain("") == []


def test_one_link_a_mention(normalizer: LinkingNormalizer) -> None:
    assert list(normalizer.normalize("", [], SCHEMA)) == []
    assert normalizer.name == "linker"
    assert normalizer.model is not None
    assert "made-up@0" in normalizer.model


def test_a_threshold_of_ones_own_leaves_more_unknown() -> None:
    strict = LinkingNormalizer(small_terminology(ROWS, ADDED), threshold=1.0)
    found = link(strict, "zorkitis")
    assert found.concepts == ()
    assert "not likely enough" in found.reason


def test_what_annotators_chose_before_is_a_candidate() -> None:
    rows = [(document, ("DISO", NAME + "qzq", ("MESH:D990008",))) for document in ("1", "2")]
    weights = {"prior name: share": 5.0, "bias": -1.0}
    model = LinkingModel("by hand", weights, 0.5, priors=count_priors(rows, fewest=2))
    found = link(LinkingNormalizer(small_terminology(ROWS), model), "qzq")
    assert ids(found) == ["MESH:D990008"]
    assert found.reason == "annotated so before"


def test_the_shipped_model_is_small_and_readable() -> None:
    model = shipped_linking_model()
    assert 0 < model.threshold < 1
    assert model.weights["step exact"] > model.weights["step similar"]


def test_what_was_linked_before_changes_no_answer(normalizer: LinkingNormalizer) -> None:
    """What is remembered of names that are alike gives the answer of a linker that remembers nothing."""
    names = [name for row in ROWS for name in (row.name, row.name.upper(), *(name.text for name in row.names))]
    asked = [(name, kind) for name in names for kind in ("Problem", "Substance")]
    terminology = small_terminology(ROWS, ADDED)
    priors = count_priors([("d1", ("DISO", NAME + "snorf neoplasm", ("MESH:D990005",)))], fewest=1)
    model = replace(shipped_linking_model(), priors=priors)
    first = {one: link(LinkingNormalizer(terminology, model), *one) for one in asked}
    remembering = LinkingNormalizer(terminology, model)
    for order in (asked, asked[::-1]):
        for one in order:
            assert link(remembering, *one) == first[one]
