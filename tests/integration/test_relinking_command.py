"""``kg-builder relink``, ``roll-up`` and queries with descendants, in this process, on a terminology of a few rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from kg_builder.cli import app
from kg_builder.errors import InputError, StoreError
from kg_builder.stores import open_store
from kg_builder.stores.views import EVERYTHING
from kg_builder.terminology.rows import ConceptRow, TermName
from kg_builder.testing import small_terminology

KIDNEY = (
    ConceptRow("T:1", "DISO", "Kidney Diseases"),
    ConceptRow("T:2", "DISO", "Zolpid Nephropathy", broader=("T:1",)),
)
POOR = (ConceptRow("T:10", "CHEM", "Marbofen"), *KIDNEY)
RICH = (
    ConceptRow("T:10", "CHEM", "Marbofen"),
    *KIDNEY,
    ConceptRow("T:3", "DISO", "Brindle Kidney", (TermName("brindled kidney"),), broader=("T:1",)),
)
TEXTS = ("Marbofen induced zolpid nephropathy.", "Marbofen caused brindled kidney in two patients.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two texts and the settings for a poor and a rich terminology."""
    monkeypatch.chdir(tmp_path)
    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number}.txt").write_text(text)
    for name, rows in (("poor", POOR), ("rich", RICH)):
        described = {
            "terminologies": [str(small_terminology(rows, release=name).path)],
            "schema_name": "chemical-disease",
            "extractors": ["lexicon"],
            "relation_extractor": "cooccurrence",
        }
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(described))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


def as_json(*arguments: str) -> Any:
    return json.loads(done(*arguments, "--json"))


def build(*options: str) -> None:
    """With the rich terminology's names in the extractor, and then the poor one's links."""
    done("build", "0.txt", "1.txt", "--store", "g.kg", "--settings", "rich.yaml", *options)
    done("relink", "g.kg", "--settings", "poor.yaml")


def test_relinking_from_the_first_dry_run_to_the_way_back(folder: Path) -> None:
    build()
    done("export", "g.kg", "-o", "before.json")
    shown = done("relink", "g.kg", "--settings", "rich.yaml", "--dry-run", "--report", "changes.tsv")
    assert "1 changed, in 1 document (dry run: nothing was written)" in shown
    assert "local:Disease/brindled_kidney" in shown
    header, row = [line.split("\t") for line in (folder / "changes.tsv").read_text().splitlines()]
    change = dict(zip(header, row, strict=True))
    assert (change["document"], change["old"], change["new"], change["reason"]) == (
        "1.txt",
        "local:Disease/brindled_kidney",
        "T:3",
        "linked",
    )
    assert TEXTS[1][int(change["start"]) : int(change["end"])] == "brindled kidney"
    done("export", "g.kg", "-o", "same.json")
    assert (folder / "same.json").read_bytes() == (folder / "before.json").read_bytes()

    shown = done("relink", "g.kg", "--settings", "rich.yaml", "--report", "changes.json")
    assert "take it back: kg-builder relink g.kg --undo" in shown
    assert [item["new"] for item in json.loads((folder / "changes.json").read_text())] == [["T:3"]]
    assert "(unlinked)" not in done("show", "g.kg", "T:3")

    assert "linked as before the last relinking" in done("relink", "g.kg", "--undo")
    done("export", "g.kg", "-o", "after.json")
    assert (folder / "after.json").read_bytes() == (folder / "before.json").read_bytes()
    assert "no relinking to undo" in done("relink", "g.kg", "--undo")
    assert "(unlinked)" in done("show", "g.kg", "brindled kidney")


def test_the_counts_as_data(folder: Path) -> None:
    build()
    counts = as_json("relink", "g.kg", "--settings", "rich.yaml")
    assert (counts["documents"], counts["documents_changed"], counts["mentions_changed"]) == (2, 1, {"linked": 1})
    assert as_json("relink", "g.kg", "--forget-undo") == {"store": "g.kg", "kept": ["0.txt", "1.txt"]}
    assert as_json("relink", "g.kg", "--undo") == {"store": "g.kg", "undone": []}


def test_which_chemicals_induce_any_kidney_disease(folder: Path) -> None:
    done("build", "0.txt", "--store", "g.kg", "--settings", "rich.yaml")
    asked = ("query", "neighbours", "g.kg", "kidney diseases", "--predicate", "INDUCES", "--with-descendants")
    result = run("query", "neighbours", "g.kg", "marbofen", "--with-descendants")
    assert isinstance(result.exception, InputError)
    assert result.exception.hint == "Add it first: kg-builder roll-up g.kg"
    shown = done("roll-up", "g.kg", "--settings", "rich.yaml")
    assert shown.startswith("1 IS_A edge written: 1 concept of the documents and 1 broader")
    assert "as before" in done("roll-up", "g.kg", "--settings", "rich.yaml")
    done("build", "1.txt", "--store", "g.kg", "--settings", "rich.yaml")  # kept up without being asked again
    lines = done(*asked).splitlines()
    assert lines[0] == "Kidney Diseases T:1 and 2 narrower concepts:"
    assert sorted(line.split("  under ")[1] for line in lines[2:]) == ["Brindle Kidney T:3", "Zolpid Nephropathy T:2"]
    found = as_json(*asked)["relations"]
    assert {(item["subject"], item["under"], item["under_name"]) for item in found} == {
        ("T:10", "T:2", "Zolpid Nephropathy"),
        ("T:10", "T:3", "Brindle Kidney"),
    }
    shown = done("show", "g.kg", "kidney diseases")
    assert "no document mentions it" in shown
    assert "narrower: Zolpid Nephropathy T:2; Brindle Kidney T:3" in shown
    assert "is a: Kidney Diseases T:1" in done("show", "g.kg", "T:2")
    assert "1 broader concept that no document mentions, 2 IS_A edges" in done("show", "g.kg")
    assert "none, only narrower" in done("query", "search", "g.kg", "kidney diseases")
    done("forget", "g.kg", "0.txt", "1.txt")
    with open_store("g.kg", read_only=True) as store:
        assert store.statistics(EVERYTHING).ancestors == 0


def test_rolling_up_in_a_build_and_taking_it_out(folder: Path) -> None:
    done("build", "0.txt", "--store", "plain.kg", "--settings", "rich.yaml")
    done("build", "0.txt", "--store", "g.kg", "--settings", "rich.yaml", "--roll-up")
    done("export", "plain.kg", "-o", "plain.json")
    done("export", "g.kg", "-o", "rolled.json")
    edges = [edge for edge in json.loads((folder / "rolled.json").read_text())["edges"] if edge["key"] == "IS_A"]
    assert [(edge["source"], edge["target"], edge["biolink"]) for edge in edges] == [
        ("T:2", "T:1", "biolink:subclass_of")
    ]
    assert as_json("roll-up", "g.kg", "--remove") == {"store": "g.kg", "removed": True}
    done("export", "g.kg", "-o", "removed.json")
    assert (folder / "removed.json").read_bytes() == (folder / "plain.json").read_bytes()


def test_what_is_not_there_is_said(folder: Path) -> None:
    for arguments in (("relink", "no.kg"), ("relink", "no.kg", "--undo"), ("roll-up", "no.kg")):
        assert isinstance(run(*arguments).exception, StoreError)
    assert not (folder / "no.kg").exists()
    done("build", "0.txt", "--store", "g.kg", "--settings", "poor.yaml")
    assert isinstance(run("relink", "g.kg", "--undo", "--dry-run").exception, InputError)
