"""``kg-builder terms`` as a user runs it, and a build with a terminology of one's own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]

FORMULARY = """id\tname\ttype\tsynonyms\txrefs
11\tZarbicor\tDrug\tzarbicor forte|ZBC-5\tMESH:D002945
12\tKidney Complaint X\tDisease\t\tMESH:D058186
13\tLocal mixture\tDrug\t\t
\tnameless\tDrug\t\t
"""


def as_json(run: Run, *arguments: str | Path, **options: Any) -> Any:
    return json.loads(run(*arguments, "--json", **options).stdout)


@pytest.fixture
def hospital(kg_builder_command: Run, tmp_path: Path) -> str:
    (tmp_path / "formulary.tsv").write_text(FORMULARY)
    kg_builder_command("terms", "load-tsv", "formulary.tsv", "--prefix", "HOSP", "-o", "hospital.terms")
    return "hospital.terms"


def test_loading_tells_what_was_loaded_and_skipped(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "formulary.tsv").write_text(FORMULARY)
    done = kg_builder_command("terms", "load-tsv", "formulary.tsv", "--prefix", "HOSP")
    assert "wrote formulary.terms: 3 concepts" in done.stdout
    assert "formulary.tsv:5: no id" in done.stderr
    assert "nameless" not in done.stderr + done.stdout
    told = as_json(kg_builder_command, "terms", "load-tsv", "formulary.tsv", "--prefix", "HOSP")
    assert (told["concepts"], told["skipped"]["lines"], told["skipped"]["first"][0]["number"]) == (3, 1, 5)


def test_a_wrong_file_ends_with_2_and_leaves_nothing(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "MRSTY.RRF").write_text("C0000001|T047|B2|Disease|AT1|256|\n")
    failed = kg_builder_command("terms", "load-umls", "MRSTY.RRF", "-o", "umls.terms", expect=2)
    assert "expected MRCONSO.RRF" in failed.stderr
    assert "as MRSTY has" in failed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["MRSTY.RRF"]
    kg_builder_command("terms", "info", "-t", "nowhere.terms", expect=2)


def test_info_and_search(kg_builder_command: Run, hospital: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(f"terminologies: [{hospital}, shipped]\n")
    told = as_json(kg_builder_command, "terms", "info", "--settings", "s.yaml")
    first, second = told["terminologies"]
    assert (first["concepts"], first["by_group"], first["by_language"]) == (3, {"CHEM": 2, "DISO": 1}, {"en": 5})
    assert second["sources"][0]["name"] == "MeSH"
    assert told["concepts"] == first["concepts"] + second["concepts"] - 2
    shown = kg_builder_command("terms", "info", "-t", "shipped").stdout
    assert "from MeSH 2024  (NLM terms)" in shown
    found = as_json(kg_builder_command, "terms", "search", "cisplatine", "--settings", "s.yaml")
    assert (found["concepts"][0]["id"], found["concepts"][0]["type"]) == ("HOSP:11", "Chemical")
    kg_builder_command("terms", "search", "qqqqqqqqqqqqqqqq", "-t", hospital, expect=1)


def test_link_gives_scores_and_reasons(kg_builder_command: Run, hospital: str) -> None:
    options = ("-t", hospital, "-t", "shipped", "--type", "Chemical")
    found = as_json(kg_builder_command, "terms", "link", "cisplatin", *options)
    best = found["candidates"][0]
    assert best["id"] == "HOSP:11"
    assert 0 < best["score"] <= 1
    assert best["reason"]
    kg_builder_command("terms", "link", "zorkitis", "-t", hospital, "--type", "Procedure", expect=1)


def test_a_build_links_local_names_to_the_hospitals_ids_joined_to_mesh(
    kg_builder_command: Run, hospital: str, tmp_path: Path
) -> None:
    note = "ZBC-5 was given. Later zarbicor forte induced acute kidney injury. Cisplatin was never repeated.\n"
    (tmp_path / "note.txt").write_text(note)
    environment = {"KG_BUILDER_TERMINOLOGIES": json.dumps([hospital, "shipped"])}
    arguments = ("build", "note.txt", "--store", "g.kg", "--schema", "chemical-disease", "--extractor", "lexicon")

    def build() -> Any:
        return as_json(kg_builder_command, *arguments, settings=environment)

    assert build()["failed"] == 0
    shown = as_json(kg_builder_command, "show", "g.kg", "HOSP:11")
    assert (shown["name"], shown["linked"]) == ("Zarbicor", True)
    assert set(shown["synonyms_seen"]) == {"ZBC-5", "zarbicor forte", "Cisplatin"}
    assert "MESH:D002945" in shown["xrefs"]
    assert [concept["id"] for concept in as_json(kg_builder_command, "show", "g.kg")["top"]] == ["HOSP:11", "HOSP:12"]
    assert build()["unchanged"] == 1
    (tmp_path / hospital).rename(tmp_path / "moved.terms")
    environment["KG_BUILDER_TERMINOLOGIES"] = json.dumps(["moved.terms", "shipped"])
    assert build()["unchanged"] == 1
    environment["KG_BUILDER_TERMINOLOGIES"] = json.dumps(["shipped"])
    assert build()["written"] == 1
