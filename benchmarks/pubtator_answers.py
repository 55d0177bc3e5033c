"""What the rows of a PubTator file answer to questions about them; reads the file by itself, without kg_builder.

    python benchmarks/pubtator_answers.py FILE.pubtator QUESTIONS.yaml [BROADER.tsv] > answers.json

QUESTIONS is a list; each has `rule`, the name of a method of `Rows`, and `of`, what that is called with. BROADER has
lines "narrower id, tab, broader id" for the rules about narrower concepts. Ids are written as in the rows, answers
are CURIEs.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import yaml

PREDICATES = {"CID": "INDUCES"}
"""What the corpus calls a relation, and what the graph does."""
NO_ID = "-1"


class Rows:
    """The mention rows and relation rows of a file."""

    def __init__(self, path: str, broader: str | None = None) -> None:
        self.stated: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self.written: dict[str, set[str]] = defaultdict(set)
        self.mentioned: list[tuple[str, str]] = []
        self.types: dict[str, str] = {}
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) == 4:
                self.stated[cells[2], PREDICATES.get(cells[1], cells[1]), cells[3]].add(cells[0])
            ids = set(cells[5].split("|")) - {NO_ID} if len(cells) > 5 else set()
            self.mentioned += [(cells[0], one) for one in ids or {NO_ID} if len(cells) > 4]
            for one in ids:
                self.written[one].add(cells[3])
                self.types[one] = cells[4]
        self.below: dict[str, set[str]] = defaultdict(set)
        for line in Path(broader).read_text(encoding="utf-8").splitlines() if broader else ():
            narrower, above = line.split("\t")
            self.below[above].add(narrower)

    def causes(self, disease: str, predicate: str = "INDUCES") -> set[str]:
        return {s for s, p, o in self.stated if p == predicate and o == disease}

    def effects(self, chemical: str) -> set[str]:
        return {o for s, p, o in self.stated if p == "INDUCES" and s == chemical}

    def treatments(self, disease: str) -> set[str]:
        return self.causes(disease, "TREATS")

    def neighbours(self, concept: str, type: str | None = None) -> set[str]:
        around = {s for s, _, o in self.stated if o == concept} | {o for s, _, o in self.stated if s == concept}
        return {one for one in around if type in {None, self.types[one]}}

    def narrower(self, concept: str) -> set[str]:
        found, waiting = {concept}, [concept]
        while waiting:
            waiting += (new := self.below[waiting.pop()] - found)
            found |= new
        return found

    def causes_of_narrower(self, disease: str) -> set[str]:
        return set().union(*map(self.causes, self.narrower(disease)))

    def causes_of_all(self, *diseases: str) -> set[str]:
        return set.intersection(*map(self.causes, diseases))

    def effects_of_all(self, *chemicals: str) -> set[str]:
        return set.intersection(*map(self.effects, chemicals))

    def related_to_all(self, *concepts: str) -> set[str]:
        return set.intersection(*map(self.neighbours, concepts)) - set(concepts)

    def facts_about(self, *concepts: str) -> set[str]:
        return {f"{curie(s)} {p} {curie(o)}" for s, p, o in self.stated if {s, o} & set(concepts)}

    def documents(self, subject: str, object: str) -> set[str]:
        return set(self.stated.get((subject, "INDUCES", object), ()))

    def paths(self, source: str, target: str, longest: int) -> set[str]:
        chains: list[tuple[str, ...]] = [(source,)]
        found: set[str] = set()
        for _ in range(longest):
            chains = [(*chain, one) for chain in chains for one in self.neighbours(chain[-1]) if one not in chain]
            found |= {" ".join(map(curie, chain)) for chain in chains if chain[-1] == target}
            chains = [chain for chain in chains if chain[-1] != target]
        return found

    def called(self, name: str) -> set[str]:
        return {one for one, forms in self.written.items() if name.casefold() in {form.casefold() for form in forms}}

    def described(self, concept: str) -> set[str]:
        where = [document for document, one in self.mentioned if one == concept]
        return {*self.written[concept], f"{len(where)} mentions", f"{len(set(where))} documents"}

    def counted(self) -> set[str]:
        edges = sum(map(len, self.stated.values()))
        documents = len({document for document, _ in self.mentioned})
        sizes = {"documents": documents, "mentions": len(self.mentioned), "relations": edges, "ids": len(self.written)}
        return {f"{size} {of}" for of, size in sizes.items()}


def curie(raw: str) -> str:
    """An id as the graph writes it: the corpus has MeSH's alone, without a prefix."""
    return f"MESH:{raw}" if raw[:1] in {"C", "D"} and raw[1:].isdigit() else raw


def main() -> None:
    rows = Rows(sys.argv[1], *sys.argv[3:])
    questions = yaml.safe_load(Path(sys.argv[2]).read_text(encoding="utf-8"))
    answers = [sorted(map(curie, getattr(rows, one["rule"])(*one.get("of", ())))) for one in questions]
    json.dump(answers, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
