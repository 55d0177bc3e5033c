"""Strings that try to be more than data, on the command line and in exported files."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kg_builder.cli import app
from kg_builder.errors import InputError
from kg_builder.records import DocumentGraph
from kg_builder.stores import open_store
from kg_builder.stores.export import export
from kg_builder.text.printable import escaped_in_json, printable
from tests.conformance.conftest import sample_part
from tests.conformance.injections import INJECTIONS, MARKUP, TERMINAL
from tests.conformance.test_injections import stored

MakePart = Callable[..., DocumentGraph]
Say = Callable[..., str]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every string in everything that a document can bring along."""
    place = str(tmp_path_factory.mktemp("graph") / "poisoned.kg")
    with open_store(place) as store, store.writing():
        for number, text in enumerate(INJECTIONS):
            store.write(stored(sample_part, number, text))
    return place


@pytest.fixture
def say(graph: str, tmp_path: Path) -> Iterator[Say]:
    """Runs a command over the graph in this process; its whole output, with what isn't to be shown looked for."""
    settings = tmp_path / "settings.yaml"
    settings.write_text("extractors: [lexicon]\nrelation_extractor: cooccurrence\n")
    before = Path(graph).read_bytes()

    def run(*command: str, given: str | None = None) -> str:
        words = [graph if word == "GRAPH" else str(settings) if word == "SETTINGS" else word for word in command]
        result: Result = CliRunner().invoke(app, words, input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            assert isinstance(result.exception, InputError), result.exception
            return ""
        assert result.output == printable(result.output)
        return result.output

    yield run
    assert Path(graph).read_bytes() == before


@pytest.mark.parametrize(
    "command",
    [
        ("show", "GRAPH"),
        ("show", "GRAPH", "--json"),
        ("show", "GRAPH", "MESH:D001241"),
        ("show", "GRAPH", "MESH:D001241", "--json"),
        ("show", "GRAPH", "--ledger"),
        ("query", "neighbours", "GRAPH", "MESH:D001241", "--limit", "200"),
        ("query", "neighbours", "GRAPH", "MESH:D001241", "--limit", "200", "--json"),
        ("query", "search", "GRAPH", "aspirin"),
        ("query", "paths", "GRAPH", "local:injection-0", "local:injection-1"),
        ("ask", "GRAPH", "What does aspirin do?", "--settings", "SETTINGS", "--max-tokens", "9000"),
        ("ask", "GRAPH", "What does aspirin do?", "--settings", "SETTINGS", "--json"),
    ],
    ids=" ".join,
)
def test_what_is_stored_does_not_steer_the_terminal(say: Say, command: tuple[str, ...]) -> None:
    shown = say(*command)

    assert shown
    if "--json" in command:
        assert json.loads(shown)


def test_what_is_asked_does_not_steer_the_terminal(say: Say) -> None:
    for text in TERMINAL + MARKUP:
        if text.encode(errors="replace").decode() == text:
            say("query", "search", "GRAPH", text)
            say("show", "GRAPH", text)


def test_a_chat_takes_every_string_for_a_question(say: Say) -> None:
    lines = [" ".join(text.encode(errors="replace").decode().split()) for text in INJECTIONS]

    shown = say("chat", "GRAPH", "--settings", "SETTINGS", given="\n".join(lines))

    begins = ("Asked about: ", "Nothing is known that this question names")
    assert sum(line.startswith(begins) for line in shown.split("\n")) == len(lines)


def exported(graph: str, folder: Path, name: str) -> list[Path]:
    with open_store(graph, read_only=True) as store:
        return [Path(path) for path in export(store, folder / name).files]


def test_files_for_other_programs_are_well_formed(graph: str, tmp_path: Path) -> None:
    [graphml] = exported(graph, tmp_path, "g.graphml")
    [jsonld] = exported(graph, tmp_path, "g.jsonld")

    assert len(ET.parse(graphml).findall(".//{*}node")) == 2 * len(INJECTIONS) + 1
    assert json.loads(jsonld.read_text(encoding="utf-8"))


def test_tables_keep_their_columns(graph: str, tmp_path: Path) -> None:
    for path in exported(graph, tmp_path, "g.tsv"):
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        assert len({line.count("\t") for line in lines}) == 1


@pytest.mark.parametrize("text", INJECTIONS)
def test_json_reads_the_same_after_escaping(text: str) -> None:
    written = escaped_in_json(json.dumps({"text": text}, ensure_ascii=False))

    assert json.loads(written) == {"text": text}
    assert written == printable(written)
