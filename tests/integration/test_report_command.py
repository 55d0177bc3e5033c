"""The command ``kg-builder report``, and the page of ``kg-builder evaluate``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.reports.page_reading import check_page, read_page, tables

Run = Callable[..., subprocess.CompletedProcess[str]]

PUBTATOR = """\
1|t|Lithium and tremor
1|a|A man took lithium and had a tremor & <b>fever</b>.
1\t0\t7\tLithium\tChemical\tD008094
1\t12\t18\ttremor\tDisease\tD014202
1\t30\t37\tlithium\tChemical\tD008094
1\t48\t54\ttremor\tDisease\tD014202
1\tCID\tD008094\tD014202

"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("Aspirin caused gastrointestinal bleeding. She takes warfarin against stroke.")
    (folder / "<b>.txt").write_text("No fever after aspirin.")
    return folder


def test_the_page_of_a_build(kg_builder_command: Run, notes: Path, tmp_path: Path) -> None:
    built = json.loads(kg_builder_command("build", notes, "--store", "g.kg", "--json").stdout)
    done = kg_builder_command("report", "g.kg")
    assert done.stdout == f"wrote report.html, of run {built['id'][:8]}\n"
    page = read_page((tmp_path / "report.html").read_text(encoding="utf-8"))
    check_page(page)
    assert f"{built['items_extracted']} items extracted = {built['items_written']} written" in page.text
    assert "2 documents read = 2 written + 0 unchanged + 0 failed ✓ adds up" in page.text
    counts = json.loads(kg_builder_command("show", "g.kg", "--json").stdout)["concepts_by_type"]
    assert {row[0]: int(row[1]) for row in tables(page)["Concepts by type"][1:]} == counts
    assert ["store", "g.kg"] in tables(page)["Versions"]
    assert str(tmp_path) not in page.text


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "dev.pubtator"
    path.write_text(PUBTATOR)
    return path


def test_a_run_of_before_by_its_id(kg_builder_command: Run, corpus: Path, tmp_path: Path) -> None:
    first, second = (
        json.loads(kg_builder_command("import", corpus, "--store", "g.kg", "--json").stdout)["id"] for _ in range(2)
    )
    told = kg_builder_command("report", "g.kg", "--run", first[:10], "-o", "first.html", "--json")
    assert json.loads(told.stdout) == {"file": "first.html", "run": first}
    page = (tmp_path / "first.html").read_text(encoding="utf-8")
    assert "This isn't the latest run" in page
    assert second[:8] in page
    latest = json.loads(kg_builder_command("report", "g.kg", "--json").stdout)
    assert latest["run"] == second


def test_what_cannot_be_reported(kg_builder_command: Run, corpus: Path, tmp_path: Path) -> None:
    kg_builder_command("report", "nowhere.kg", expect=3)
    kg_builder_command("import", corpus, "--store", "g.kg")
    before = (tmp_path / "g.kg").read_bytes()
    for arguments in (("--run", "zz"), ("-o", "g.kg"), ("-o", "nowhere/report.html")):
        done = kg_builder_command("report", "g.kg", *arguments, expect=2)
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr
    assert (tmp_path / "g.kg").read_bytes() == before
    assert not list(tmp_path.glob("*.html"))


def test_a_password_in_the_environment_reaches_no_page(kg_builder_command: Run, notes: Path, tmp_path: Path) -> None:
    settings = {"KG_BUILDER_NEO4J": json.dumps({"uri": "neo4j://neo4j:hunter2-4711@db"})}
    kg_builder_command("build", notes, "--store", "g.kg", settings=settings)
    kg_builder_command("report", "g.kg", settings=settings)
    assert "hunter2-4711" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert b"hunter2-4711" not in (tmp_path / "g.kg").read_bytes()


def test_the_page_of_an_evaluation(kg_builder_command: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = ("evaluate", corpus, "--resamples", "10", "--html", "page.html", "--errors", "errors.tsv")
    done = kg_builder_command(*arguments)
    assert "page: page.html" in done.stdout
    page = read_page((tmp_path / "page.html").read_text(encoding="utf-8"))
    check_page(page)
    assert page.all("h1")[0].text == "Evaluation: dev.pubtator"
    rows = (tmp_path / "errors.tsv").read_text().splitlines()[1:]
    listed = [item for item in page.all("li") if (item.attributes.get("class") or "").startswith("type-")]
    assert len(rows) == len(listed)
    if any("fever" in row for row in rows):
        assert "<b>fever</b>" in page.text
    assert ["extract", "tagger"] in [row[:2] for row in tables(page)["Parts that were ready"]]


def test_the_list_metric_has_no_page(kg_builder_command: Run, corpus: Path, tmp_path: Path) -> None:
    kg_builder_command("evaluate", corpus, "--metric", "list", "--html", "page.html", expect=2)
    assert not (tmp_path / "page.html").exists()
