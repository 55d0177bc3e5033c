"""The benchmark ``questions.py`` on a small corpus of our own: tools answer with exactly what its rows say."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from kg_builder.graph_store import GraphStore
from kg_builder.settings import Settings

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")
NAMES = {
    "Lithium": ("Chemical", "D008094"),
    "digoxin": ("Chemical", "D004077"),
    "nausea": ("Disease", "D009325"),
    "bradycardia": ("Disease", "D001919"),
    "atrial fibrillation": ("Disease", "D001281"),
    "sluggish mood": ("Disease", "-1"),
}
DOCUMENTS = {
    "1": ("Lithium brought nausea and then bradycardia.", ["Lithium nausea", "Lithium bradycardia"]),
    "2": ("Nobody felt well: digoxin, nausea, bradycardia.", ["digoxin nausea"]),
    "3": ("Lithium and digoxin; atrial fibrillation, sluggish mood.", ["digoxin atrial fibrillation"]),
}
QUESTIONS = """
- {question: "What induces nausea?", tool: what_induces, with: {concept: nausea}, rule: causes, of: [D009325]}
- {question: "What treats nausea?", tool: what_treats, with: {concept: nausea}, rule: treatments, of: [D009325]}
- {question: "Any arrhythmia?", tool: what_induces, with: {concept: "MESH:D001145", with_narrower: true},
   rule: causes_of_narrower, of: [D001145]}
- {question: "Of which type?", tool: neighbours, with: {concept: lithium, type: disease},
   rule: neighbours, of: [D008094, Disease]}
- {question: "In which direction?", tool: neighbours, with: {concept: digoxin, direction: out},
   rule: effects, of: [D004077]}
- {question: "Both?", tool: common_neighbours, with: {concepts: [nausea, bradycardia], direction: in},
   rule: causes_of_all, of: [D009325, D001919]}
- {question: "A chain?", tool: paths, with: {source: lithium, target: digoxin}, rule: paths, of: [D008094, D004077, 3]}
- {question: "Where?", tool: evidence, with: {subject: lithium, predicate: induces, object: nausea},
   rule: documents, of: [D008094, D009325]}
- {question: "A typo?", tool: find_concepts, with: {text: digoxine}, rule: called, of: [digoxin]}
- {question: "Forms?", tool: describe_concept, with: {concept: bradycardia}, rule: described, of: [D001919]}
- {question: "How much?", tool: graph_overview, with: {}, rule: counted}
- {question: "What caused the bradycardia?", tool: facts_about, rule: facts_about, of: [D001919]}
- {question: "And Prague?", tool: facts_about, rule: facts_about, of: []}
"""


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("questions")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "own.pubtator"
    path.write_text("\n".join(map(block, DOCUMENTS)), encoding="utf-8")
    return path


def block(document: str) -> str:
    """The lines of a document."""
    text, stated = DOCUMENTS[document]
    places = [(text.index(name), name) for name in NAMES if name in text]
    rows = ["\t".join((str(at), str(at + len(name)), name, *NAMES[name])) for at, name in sorted(places)]
    rows += ["\t".join(("CID", *(NAMES[name][1] for name in pair.split(" ", 1)))) for pair in stated]
    lines = [f"{document}|t|{text}", f"{document}|a|", *(f"{document}\t{row}" for row in rows)]
    return "\n".join(lines) + "\n"


def questions(tmp_path: Path, text: str = QUESTIONS) -> str:
    path = tmp_path / "questions.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_question_is_answered_with_what_the_rows_say(
    benchmark: Any, corpus: Path, tmp_path: Path, store: GraphStore
) -> None:
    answers = benchmark.answers(store, str(corpus), questions(tmp_path), settings=DICTIONARY)

    assert [answer.question for answer in answers if not answer.right] == []
    assert answers[0].found == {"MESH:D008094", "MESH:D004077"}
    assert answers[2].found == {"MESH:D008094", "MESH:D004077"}
    assert answers[6].found == {"MESH:D008094 MESH:D009325 MESH:D004077"}


def test_a_difference_is_noticed(
    benchmark: Any, corpus: Path, tmp_path: Path, store: GraphStore, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = '- {question: "What?", tool: what_induces, with: {concept: nausea}, rule: causes, of: [D001919]}'

    [answer] = benchmark.answers(store, str(corpus), questions(tmp_path, asked), settings=DICTIONARY)
    benchmark.show([[answer]])

    assert not answer.right
    assert "missing [], extra ['MESH:D004077']" in capsys.readouterr().out
