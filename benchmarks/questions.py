"""Questions about a graph of a corpus, answered by the tools with exactly what a separate script reads in its rows.

    python benchmarks/questions.py bc5cdr/dev.pubtator [--store PLACE]... [--questions FILE.yaml]

The file's annotations are imported into each store (a new file by default; Neo4j by its URI: an empty database), the
questions of `questions.yaml` are asked there through the toolkit, and `pubtator_answers.py`, which knows nothing of
kg_builder, computes the answers from the same file, in a process of its own. What a tool says to a model must name
the same concepts as its records. Prints a table; exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool

from kg_builder.corpora.reading import read
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.importing import import_annotations
from kg_builder.graphs.rolling_up import roll_up
from kg_builder.retrieve.facts import Fact
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.views import Statistics
from kg_builder.terminology.shipped import load_terminology
from kg_builder.tools import toolkit

HERE = Path(__file__).parent
ROOM = {"max_tokens": 20_000, "limit": 100}


class Answer(NamedTuple):
    """What a question was answered with."""

    question: str
    expected: frozenset[str]
    found: frozenset[str]
    """By the records of the answer."""
    untold: frozenset[str]
    """What of `found` the text for a model doesn't name, or "nothing known" where it should say so."""

    @property
    def right(self) -> bool:
        return self.expected == self.found and not self.untold


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--store", action="append", default=[], help="file or URI; repeat to compare several")
    parser.add_argument("--questions", default=str(HERE / "questions.yaml"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for place in arguments.store or [str(Path(folder) / "questions.kg")]:
            with open_store(place) as store:
                runs.append(answers(store, arguments.corpus, arguments.questions, settings=Settings()))
    show(runs)
    return 0 if all(answer.right for run in runs for answer in run) else 1


def answers(store: GraphStore, corpus: str, questions: str, *, settings: Settings) -> list[Answer]:
    """Import the corpus into an empty store, ask, compute, compare."""
    fill(store, corpus)
    asked = yaml.safe_load(Path(questions).read_text(encoding="utf-8"))
    tools = {tool.name: tool for tool in toolkit(store, settings=settings)}
    computed = from_rows(store, corpus, questions)
    return [_answer(tools, one, frozenset(wanted)) for one, wanted in zip(asked, computed, strict=True)]


def fill(store: GraphStore, corpus: str) -> None:
    """The corpus's annotations, and the hierarchy of the shipped terminology above them."""
    import_annotations(read([corpus], format="pubtator"), store=store)
    roll_up(store, load_terminology())


def from_rows(store: GraphStore, corpus: str, questions: str) -> list[list[str]]:
    """What the script makes of the file, and of the terminology's hierarchy, walked through afresh."""
    terminology, waiting = load_terminology(), [view.id for view in store.concepts()]
    edges: dict[str, Sequence[str]] = {}
    while waiting:
        if (child := waiting.pop()) not in edges:
            edges[child] = terminology.broader(child)
            waiting += edges[child]
    with tempfile.TemporaryDirectory() as folder:
        broader = Path(folder) / "broader.tsv"
        lines = [f"{child}\t{parent}\n" for child, above in edges.items() for parent in above]
        broader.write_text("".join(lines).replace("MESH:", ""), encoding="utf-8")
        command = [sys.executable, "-I", str(HERE / "pubtator_answers.py"), corpus, questions, str(broader)]
        answered = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: list[list[str]] = json.loads(answered)
    return found


def _answer(tools: dict[str, BaseTool], one: dict[str, Any], expected: frozenset[str]) -> Answer:
    name, given = one["tool"], one.get("with", {"question": one["question"]})
    room = {key: value for key, value in ROOM.items() if key in tools[name].args}
    message = tools[name].invoke({"type": "tool_call", "id": "1", "name": name, "args": {**given, **room}})
    assert isinstance(message, ToolMessage)
    if message.status == "error":
        return Answer(one["question"], expected, frozenset({f"error: {message.text}"}), frozenset())
    found = frozenset(READ[name](message.artifact, one))
    named = found if name != "graph_overview" else ()
    untold = {one for one in named if not any(text in message.text for text in _as_told(one))}
    untold |= (
        set() if found or re.match("Nothing|No |The graph has no|.*\nNothing", message.text) else {"nothing known"}
    )
    return Answer(one["question"], expected, found, frozenset(untold))


def _others(facts: Iterable[Fact], one: dict[str, Any]) -> set[str]:
    """The ends that weren't asked for."""
    direction = "in" if one["tool"].startswith("what_") else one["with"].get("direction")
    asked = {"in": "object", "out": "subject"}.get(direction)
    ends = [(fact.subject, fact.object) for fact in facts]
    if asked is not None:
        return {subject if asked == "object" else object_ for subject, object_ in ends}
    return {end for pair in ends for end in pair} - {f"MESH:{one['of'][0]}"}


def _statistics(counts: Statistics, _: Any) -> set[str]:
    sizes = {"documents": counts.documents, "mentions": counts.mentions, "relations": counts.relations}
    return {f"{size} {of}" for of, size in {**sizes, "ids": counts.concepts - counts.concepts_unlinked}.items()}


READ: dict[str, Callable[[Any, Any], set[str]]] = {
    **dict.fromkeys(("what_induces", "what_treats", "neighbours"), _others),
    "common_neighbours": lambda shared, _: {each.id for each in shared},
    "paths": lambda paths, _: {" ".join(path.concepts) for path in paths},
    "evidence": lambda fact, _: {item.document for item in fact.evidence} if fact else set(),
    "find_concepts": lambda hits, _: {hit.concept.id for hit in hits if hit.score == hits[0].score},
    "describe_concept": lambda view, _: {
        *view.synonyms_seen,
        f"{view.mentions} mentions",
        f"{view.documents} documents",
    },
    "graph_overview": _statistics,
    "facts_about": lambda found, _: {f"{fact.subject} {fact.predicate} {fact.object}" for fact in found.facts},
}
"""What each tool's records answer."""


def _as_told(found: str) -> Sequence[str]:
    """How the text for a model may name it: a concept by its id, a document by a source, a form of a name as it is."""
    if not found.startswith("MESH:"):
        return [f"[{found}:", found]
    subject, *rest = found.split()
    return [f"({subject}) {rest[0]} ", " -["] if rest else [f"({found})"]


def show(runs: Sequence[Sequence[Answer]]) -> None:
    for number, row in enumerate(zip(*runs, strict=True), start=1):
        sizes = " ".join(f"{len(answer.found):4}{'' if answer.right else ' WRONG'}" for answer in row)
        print(f"{number:3}  {sizes} of {len(row[0].expected):3}  {row[0].question}")
        for answer in row:
            if not answer.right:
                missing, extra = sorted(answer.expected - answer.found), sorted(answer.found - answer.expected)
                print(f"       missing {missing}, extra {extra}, untold {sorted(answer.untold)}")
    right = [sum(answer.right for answer in run) for run in runs]
    print(f"exactly what the rows say: {', '.join(map(str, right))} of {len(runs[0])}")


if __name__ == "__main__":
    sys.exit(main())
