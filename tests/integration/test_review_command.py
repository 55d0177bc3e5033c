"""``kg-builder review``, in this process, on a terminology of a few rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from kg_builder.cli import app
from kg_builder.errors import InputError
from kg_builder.stores import open_store
from kg_builder.terminology.rows import ConceptRow, TermName
from kg_builder.testing import small_terminology

TERMS = (
    ConceptRow("T:10", "CHEM", "Marbofen"),
    ConceptRow("T:2", "DISO", "Zolpid Nephropathy"),
    ConceptRow("T:3", "DISO", "Brindle Kidney", (TermName("brindled kidney"),)),
)
TEXTS = ("Marbofen induced zolpid nephropathy.", "Marbofen caused brindled kidney in two patients.")


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A graph of two texts; its settings are in the environment."""
    monkeypatch.chdir(tmp_path)
    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number}.txt").write_text(text)
    described = {
        "terminologies": [str(small_terminology(TERMS).path)],
        "schema_name": "chemical-disease",
        "extractors": ["lexicon"],
        "relation_extractor": "cooccurrence",
    }
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(described))
    done("build", "0.txt", "1.txt", "--store", "g.kg", "--settings", "s.yaml")
    return "g.kg"


def run(*arguments: str, keys: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=keys, catch_exceptions=True)


def done(*arguments: str, keys: str = "") -> str:
    result = run(*arguments, keys=keys)
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


def as_json(*arguments: str) -> Any:
    return json.loads(done(*arguments, "--json"))


def walk(graph: str, *keys: str, options: tuple[str, ...] = ()) -> str:
    return done("review", graph, "--by", "mai", "--settings", "s.yaml", *options, keys="".join(f"{k}\n" for k in keys))


def statuses(graph: str) -> list[tuple[str, str, str, str]]:
    with open_store(graph, read_only=True) as store:
        return [(view.document, view.text, view.concept, view.review.value) for view in store.mentions()]


def test_walking_the_queue_and_taking_it_all_back(graph: str) -> None:
    before = done("export", graph, "-o", "before.graphml") and Path("before.graphml").read_bytes()
    output = walk(graph, "a", "r a made-up disease", "a", "s", "l", "brindle", "1", "q")
    assert "⟦Marbofen⟧ induced zolpid nephropathy." in output
    assert "Marbofen T:10 -[INDUCES]-> Zolpid Nephropathy T:2" not in output, "it rests on what was rejected"
    assert "2 accepted, 1 rejected" in output
    assert statuses(graph)[:2] == [
        ("0.txt", "Marbofen", "T:10", "accepted"),
        ("0.txt", "zolpid nephropathy", "T:2", "rejected"),
    ]
    rows = as_json("review", graph, "--history")["decisions"]
    assert [(row["verdict"], row["by"], row["note"], row["state"]) for row in rows][:2] == [
        ("accepted", "mai", "", "counts"),
        ("rejected", "mai", "a made-up disease", "counts"),
    ]
    for row in rows:
        done("review", graph, "--undo", row["id"], "--by", "nam")
    done("export", graph, "-o", "after.graphml")
    assert Path("after.graphml").read_bytes() == before


def test_relinking_from_the_terminology_moves_the_relation(graph: str) -> None:
    output = walk(graph, "s", "l", "brindle kidny", "1", "q", options=("--where", "document=0.txt"))
    assert "1. Brindle Kidney T:3 [Disease]" in output
    assert ("0.txt", "zolpid nephropathy", "T:3", "accepted") in statuses(graph)
    found = as_json("query", "neighbours", graph, "T:3")["relations"]
    assert [relation["documents"] for relation in found] == [["0.txt", "1.txt"]]


def test_editing_asks_until_the_answer_fits(graph: str) -> None:
    keys = ("s", "e", "kidneys", "brindled kidney in two", "disease", "maybe", "possible", "q")
    output = walk(graph, *keys, options=("--where", "document=1.txt"))
    assert "this isn't in the sentence" in output
    assert "one of: present, negated" in output
    assert ("1.txt", "brindled kidney in two", "T:3", "accepted") in statuses(graph)
    [kept] = as_json("review", graph, "--history")["decisions"]
    assert kept["edit"]["assertion"] == "possible"


def test_the_last_decision_is_undone_and_asked_again(graph: str) -> None:
    output = walk(graph, "u", "r", "u", "a", options=("--type", "Chemical", "--where", "document=0.txt"))
    assert "nothing was decided yet" in output
    assert "1 accepted" in output
    assert "rejected" not in output.splitlines()[-1]
    assert statuses(graph)[0] == ("0.txt", "Marbofen", "T:10", "accepted")


def test_the_queue_is_listed_by_confidence_type_and_status(graph: str) -> None:
    everything = as_json("review", graph, "--list")["items"]
    assert {item["document"] for item in everything} == {"0.txt", "1.txt"}
    assert run("review", graph, "--list", "--threshold", "0").exit_code == 1
    walk(graph, "r", options=("--type", "INDUCES"))
    assert [
        item["reading"]["review"] for item in as_json("review", graph, "--list", "--status", "rejected")["items"]
    ] == ["rejected"]
    assert "(rejected)" in done("review", graph, "--list", "--status", "rejected")
    with pytest.raises(InputError, match="one of unreviewed, accepted, rejected"):
        raise run("review", graph, "--list", "--status", "wrong").exception or AssertionError


def test_decisions_go_to_another_graph_of_the_same_documents(graph: str) -> None:
    walk(graph, "r", "q")
    done("review", graph, "--export", "decisions.jsonl")
    done("build", "0.txt", "1.txt", "--store", "other.kg", "--settings", "s.yaml")
    assert "1 decision read, 1 of them new" in done("review", "other.kg", "--import", "decisions.jsonl")
    assert "1 decision read, 0 of them new" in done("review", "other.kg", "--import", "decisions.jsonl")
    assert statuses("other.kg") == statuses(graph)
    assert done("review", graph, "--export", "-") == Path("decisions.jsonl").read_text()
    Path("decisions.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(InputError, match=r"decisions.jsonl, line 1: document: Field required"):
        raise run("review", graph, "--import", "decisions.jsonl").exception or AssertionError


def test_exports_and_queries_filter_by_status(graph: str) -> None:
    walk(graph, "r", options=("--type", "INDUCES", "--where", "document=0.txt"))
    done("export", graph, "-o", "g.json")
    assert "rejected" not in Path("g.json").read_text()
    done("export", graph, "-o", "g.json", "--where", "review=any")
    assert '"review": "rejected"' in Path("g.json").read_text() or '"review":"rejected"' in Path("g.json").read_text()
    assert run("query", "neighbours", graph, "T:2").exit_code == 1
    assert "rejected in review" in done("query", "neighbours", graph, "T:2", "--where", "review=rejected")
    assert run("review", graph, "--list", "--where", "assertion=negated").exit_code == 1
    [relation] = as_json("query", "neighbours", graph, "T:2", "--where", "review=rejected")["relations"]
    assert relation["evidence"][0]["review"] == "rejected"


def test_what_a_terminal_would_act_on_is_shown_by_its_code(graph: str, tmp_path: Path) -> None:
    (tmp_path / "2.txt").write_text("Marbofen\x1b[2J was given; [bold]no\u202e relief[/bold].")
    done("build", "2.txt", "--store", "g.kg", "--settings", "s.yaml")
    output = walk(graph, "q", options=("--where", "document=2.txt"))
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "[bold]no" in output
