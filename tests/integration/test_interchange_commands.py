"""The commands that find sentences by their words and that write FHIR."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.records import Assertion
from kg_builder.stores import open_store
from tests.conformance.conftest import sample_part

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Two documents."""
    path = tmp_path / "graph.kg"
    stated = ("aspirin", "INDUCES", "bleeding")
    with open_store(path) as store:
        store.write(sample_part("n1", "Gave aspirin; then [bold]bleeding.", stated, patient="p1"))
        denied = sample_part("n2", "No bleeding from aspirin.", stated, patient="p2", assertion=Assertion.NEGATED)
        store.write(denied)
    return path


def test_sentences_are_found_by_their_words(kg_builder_command: Run, graph: Path) -> None:
    shown = kg_builder_command("query", "text", graph, "bleeding")
    found = json.loads(kg_builder_command("query", "text", graph, "gave bleeding", "--json", "--limit", "1").stdout)[
        "sentences"
    ]

    assert "n1 0–34: Gave aspirin; then [bold]bleeding." in shown.stdout
    assert "Aspirin -[INDUCES]-> Hemorrhage  (negated)" in shown.stdout
    assert [(one["document"], one["sentence"]) for one in found] == [("n1", [0, 34])]
    assert "nothing found" in kg_builder_command("query", "text", graph, "helicopter", expect=1).stderr
    assert kg_builder_command("query", "text", graph, "gave", "--where", "patient=p2", expect=1).stdout == ""


def test_a_bundle_a_document_one_a_line(kg_builder_command: Run, graph: Path, tmp_path: Path) -> None:
    kg_builder_command("export", graph, "-o", tmp_path / "all.ndjson")
    kg_builder_command("export", graph, "-o", tmp_path / "one.json", "--format", "fhir", "--where", "patient=p1")

    bundles = [json.loads(line) for line in (tmp_path / "all.ndjson").read_text(encoding="utf-8").splitlines()]
    assert [bundle["identifier"]["value"] for bundle in bundles] == ["n1", "n2"]
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8")) == bundles[0]
