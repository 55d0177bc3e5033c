"""What the shipped terminology promises."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path

import pytest

from kg_builder.terminology import shipped
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.rows import RECOGNIZED, ConceptRow, read_added_names
from kg_builder.terminology.shipped import ADDED_FILES, load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.text.keys import name_key


@pytest.fixture(scope="module")
def table() -> Terminology:
    return load_terminology()


def found(table: Terminology, name: str, *groups: str) -> str:
    hits = table.lookup(name_key(name), frozenset(groups) or None)
    return hits[0].id if hits else ""


def test_it_is_loaded_once_and_names_its_sources(table: Terminology) -> None:
    assert load_terminology() is table
    assert re.fullmatch(r"kgb-\d{4}\.\d\d@[0-9a-f]{8}", table.version)
    assert {"MeSH", "MONDO", "Disease Ontology", "Human Phenotype Ontology", "UNII"} <= {
        source.name for source in table.sources
    }
    assert all(source.licence for source in table.sources)


@pytest.mark.parametrize(
    ("name", "group", "identifier"),
    [
        ("heart attacks", "DISO", "MESH:D009203"),
        ("tylenol", "CHEM", "MESH:D000082"),
        ("paracetamol", "CHEM", "MESH:D000082"),
        ("apixaban", "CHEM", "MESH:C522181"),
        ("eliquis", "CHEM", "MESH:C522181"),
        ("imatinib", "CHEM", "MESH:D000068877"),
        ("levofloxacin", "CHEM", "MESH:D064704"),
        ("Crigler Najjar syndrome", "DISO", "MESH:D003414"),
        ("congestive heart failure", "DISO", "MESH:D006333"),
        ("aching joints", "DISO", ""),
    ],
)
def test_names_lead_to_concepts(table: Terminology, name: str, group: str, identifier: str) -> None:
    assert found(table, name, group) == identifier


def test_retired_identifiers_lead_to_current_concepts(table: Terminology) -> None:
    assert table.current("MESH:C076029") == "MESH:D000077152"
    concept = table.concept(table.current("MESH:C076029"))
    assert concept is not None
    assert concept.name == "Olanzapine"


@pytest.fixture(scope="module")
def connection(table: Terminology) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(table.path)) as connection:
        yield connection


def test_no_licensed_codes_and_each_cross_reference_once(connection: sqlite3.Connection) -> None:
    assert connection.execute("SELECT curie FROM xref GROUP BY curie HAVING count(*) > 1").fetchall() == []
    query = "SELECT DISTINCT substr(curie, 1, instr(curie, ':') - 1) FROM xref"
    prefixes = {prefix for (prefix,) in connection.execute(query)}
    assert {"CHEBI", "DRUGBANK", "UNII", "UMLS", "MONDO", "DOID", "HP", "OMIM", "ICD10CM", "NCIT"} <= prefixes
    assert not {"SNOMEDCT_US", "SCTID", "SNOMEDCT", "MEDDRA", "MedDRA", "ICD10", "ICD-10", "CAS"} & prefixes


def test_what_is_broader_has_no_circle_but_the_one_in_mesh(connection: sqlite3.Connection) -> None:
    query = """SELECT lower.id, upper.id FROM broader JOIN concept AS lower USING (n)
        JOIN concept AS upper ON upper.n = above"""
    above: dict[str, set[str]] = {}
    for lower, upper in connection.execute(query):
        above.setdefault(lower, set()).add(upper)
    above["MESH:D015835"].remove("MESH:D013285")  # ocular motility disorders and strabismus: each above the other
    TopologicalSorter(above).prepare()


def test_roll_up_crosses_vocabularies_and_means_what_it_says(table: Terminology) -> None:
    assert "MESH:D058186" in table.descendants("MESH:D007674"), "acute kidney injury is a kidney disease"
    assert "MESH:D000013" not in table.ancestors("MESH:D058186"), "it is no congenital abnormality"
    assert "MESH:D006333" in table.ancestors("MONDO:0005009"), "congestive heart failure is heart failure"


def test_shipped_english_names_belong_to_the_concept_they_name(table: Terminology) -> None:
    for group in ("DISO", "CHEM"):
        for name in table.names(group, "en"):
            assert name.tier <= RECOGNIZED
            assert name.id == "" or table.group(name.id) == group


@pytest.mark.parametrize("name", ADDED_FILES["en"])
def test_hand_written_english_names_give_the_preferred_name_of_their_concept(table: Terminology, name: str) -> None:
    lines = files("kg_builder.models").joinpath(f"terminology/{name}").read_text(encoding="utf-8").splitlines()
    for added in read_added_names(lines, name):
        row = table.row(added.id) if added.id else None
        assert added.english == row.name if row is not None else added.id == "" != added.english, added.name


def test_without_a_folder_to_write_it_is_unpacked_for_one_process(tmp_path: Path) -> None:
    code = """
import warnings
from kg_builder.terminology import concept_file, shipped
shipped.unpack = lambda content: (concept_file.Preamble("r"), iter(()))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(shipped.load_terminology().version, len(caught))
"""
    (tmp_path / "file").write_text("")
    environment = os.environ | {"KG_BUILDER_CACHE": str(tmp_path / "file" / "cache")}
    command = [sys.executable, "-c", code]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert re.match(r"r@[0-9a-f]{8} 1", finished.stdout)


def test_who_waits_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def slowly(content: bytes) -> tuple[Preamble, Iterator[ConceptRow]]:
        time.sleep(0.1)
        return Preamble("r"), iter(())

    monkeypatch.setattr(shipped, "_PATIENCE", 0.01)
    monkeypatch.setattr(shipped, "unpack", slowly)
    monkeypatch.setenv("KG_BUILDER_CACHE", str(tmp_path))
    shipped.load_terminology.__wrapped__()
    assert [record.message for record in caplog.records] == ["Unpacking the terminology, once …"]
    shipped.load_terminology.__wrapped__()
    assert len(caplog.records) == 1
