"""What linking does with mentions whose concept the terminology lacks, and with the others meanwhile.

    python benchmarks/hidden_concepts.py CORPUS... [--share 0.1] [--seed 5] [--folds 1] [--model FOLDER] [--show 20]

CORPUS has gold ids (BC5CDR, NCBI Disease) and should be new to the model: the shipped one has seen all of both. A
seeded tenth of all concepts is hidden: no look-up, list of names, cross-reference or approximate index gives them.
Then every gold mention is linked from its gold span. Of the mentions with a hidden concept those that get a link at
all are counted, all of them wrong by the corpus; how many of them went to the next thing (a broader or a narrower
concept), and to what they were linked to with nothing hidden, is told beside. The second table has the same at other
thresholds than the default. ``--folds 10`` hides one tenth after the other, so that each concept is hidden once.
Composites of hidden and other concepts are left out; ids are made current first.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.facts import is_linked
from kg_builder.evaluate.labels import type_map
from kg_builder.evaluate.survey import survey
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.normalize.linking_model import LinkingModel, read_linking_model, shipped_linking_model
from kg_builder.protocols import Link, Normalizer
from kg_builder.records import Concept, Mention
from kg_builder.schema import Schema
from kg_builder.schemas import builtin_schema
from kg_builder.terminology.rows import ConceptRow, Source
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Hit, Matching, Name, Terminology

THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class WithoutConcepts:
    """A terminology as if it had never heard of some of its concepts."""

    path = None
    """There is no file of it, and no index beside one."""

    def __init__(self, terminology: Terminology, hidden: Collection[str]) -> None:
        self._whole = terminology
        self._hidden = frozenset(hidden)
        self.version = f"{terminology.version} without {len(self._hidden)} concepts"

    def __len__(self) -> int:
        return len(self._whole) - len(self._hidden)

    @property
    def sources(self) -> tuple[Source, ...]:
        return self._whole.sources

    def lookup(self, key: str, groups: frozenset[str] | None = None, how: Matching = Matching.NAME) -> tuple[Hit, ...]:
        return tuple(hit for hit in self._whole.lookup(key, groups, how) if hit.id not in self._hidden)

    def concept(self, identifier: str) -> Concept | None:
        return None if identifier in self._hidden else self._whole.concept(identifier)

    def row(self, identifier: str) -> ConceptRow | None:
        return None if identifier in self._hidden else self._whole.row(identifier)

    def group(self, identifier: str) -> str | None:
        return None if identifier in self._hidden else self._whole.group(identifier)

    def trees(self, identifier: str) -> tuple[str, ...]:
        return () if identifier in self._hidden else self._whole.trees(identifier)

    def names_of(self, identifier: str) -> Sequence[str]:
        return () if identifier in self._hidden else self._whole.names_of(identifier)

    def current(self, identifier: str) -> str:
        return self._whole.current(identifier)

    def by_xref(self, curie: str) -> tuple[str, ...]:
        return tuple(found for found in self._whole.by_xref(curie) if found not in self._hidden)

    def broader(self, identifier: str) -> tuple[str, ...]:
        return tuple(found for found in self._whole.broader(identifier) if found not in self._hidden)

    def ancestors(self, identifier: str) -> frozenset[str]:
        return self._whole.ancestors(identifier) - self._hidden

    def descendants(self, identifier: str) -> frozenset[str]:
        return self._whole.descendants(identifier) - self._hidden

    def languages(self) -> frozenset[str]:
        return self._whole.languages()

    def covers(self, group: str, language: str) -> bool:
        return self._whole.covers(group, language)

    def names(self, group: str, language: str) -> Iterator[Name]:
        return (name for name in self._whole.names(group, language) if name.id not in self._hidden)

    def all_names(self, groups: Collection[str] | None = None) -> Iterator[Name]:
        return (name for name in self._whole.all_names(groups) if name.id not in self._hidden)


class Answer(NamedTuple):
    """Of a gold mention whose concept is hidden, or of another."""

    score: float
    """0: no link at all."""
    right: bool
    """Exactly the gold ids; of a hidden concept: one broader or narrower than it."""
    same: bool
    """What it was linked to with every concept there."""


@dataclass
class Tally:
    """Gold mentions of one type."""

    hidden: Counter[Answer] = field(default_factory=Counter)
    others: Counter[Answer] = field(default_factory=Counter)
    before: Counter[Answer] = field(default_factory=Counter)
    """The others with every concept there."""
    taken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(surface, hidden id, id it was linked to): for reading."""

    def add(self, other: Tally) -> None:
        for mine, more in zip(self._counters, other._counters, strict=True):
            mine.update(more)

    @property
    def _counters(self) -> tuple[Counter[Any], ...]:
        return self.hidden, self.others, self.before, self.taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="+")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--folds", type=int, default=1)
    parser.add_argument("--model", type=Path, help="folder of a linking model; without it the shipped one")
    parser.add_argument("--show", type=int, default=0, help="print the commonest mentions that were linked elsewhere")
    arguments = parser.parse_args()
    schema = builtin_schema("chemical-disease")
    documents = [row for row in read(arguments.corpus) if isinstance(row, GoldDocument)]
    types = type_map(survey(documents).types, schema)
    terminology = load_terminology()
    model = read_linking_model(arguments.model) if arguments.model else shipped_linking_model()
    linking, least = linker(terminology, model), model.threshold
    before = [links(linking, document, types, schema) for document in documents]
    tallies: dict[str, Tally] = {}
    for hidden in folds(terminology, arguments.share, arguments.seed)[: arguments.folds]:
        linking = linker(WithoutConcepts(terminology, hidden), model)
        for document, known in zip(documents, before, strict=True):
            now = links(linking, document, types, schema)
            count(tallies, asked(document, types), (known, now), hidden=hidden, terminology=terminology, least=least)
    together = Tally()
    for one in tallies.values():
        together.add(one)
    report({**dict(sorted(tallies.items())), "all": together}, least)
    for (surface, gold, given), times in together.taken.most_common(arguments.show):
        print(f"  {times:4d}  {surface}  {gold} {name(terminology, gold)}  →  {given} {name(terminology, given)}")


def linker(terminology: Any, model: LinkingModel) -> Normalizer:
    """The normalizer that a build uses, which here gives every link with its score, however unsure."""
    return LinkingNormalizer(terminology, model, threshold=0.0)


def folds(terminology: Terminology, share: float, seed: int) -> list[frozenset[str]]:
    """The concepts of the terminology, shuffled and dealt out in parts of that share."""
    concepts = sorted({name.id for name in terminology.all_names()})
    random.Random(seed).shuffle(concepts)
    size = max(1, round(len(concepts) * share))
    return [frozenset(concepts[start : start + size]) for start in range(0, len(concepts), size)]


def links(linking: Normalizer, gold: GoldDocument, types: dict[str, str], schema: Schema) -> Sequence[Link]:
    return linking.normalize(gold.document.text, [mention for mention, _ in asked(gold, types)], schema)


def asked(gold: GoldDocument, types: dict[str, str]) -> Iterable[tuple[Mention, tuple[str, ...]]]:
    """Linked gold mentions of the schema's types without their ids, and the ids."""
    for mention in gold.mentions:
        ids = tuple(filter(is_linked, mention.concepts))
        if ids and mention.type in types:
            yield mention.model_copy(update={"type": types[mention.type], "concepts": ()}), ids


def count(
    tallies: dict[str, Tally],
    mentions: Iterable[tuple[Mention, tuple[str, ...]]],
    answers: tuple[Sequence[Link], Sequence[Link]],
    *,
    hidden: frozenset[str],
    terminology: Terminology,
    least: float,
) -> None:
    """Add one document: its links with everything there, and with some concepts hidden."""
    for (mention, ids), whole, link in zip(mentions, *answers, strict=True):
        expected = frozenset(map(terminology.current, ids))
        known, given = current_ids(whole, terminology), current_ids(link, terminology)
        tally, score = tallies.setdefault(mention.type, Tally()), score_of(link)
        if expected <= hidden:
            kin = any(related(terminology, one, other) for one in expected for other in given)
            tally.hidden[Answer(score, kin, known == given)] += 1
            if score and score >= least:
                tally.taken[mention.text, " ".join(sorted(expected)), " ".join(sorted(given))] += 1
        elif expected.isdisjoint(hidden):
            tally.others[Answer(score, given == expected, known == given)] += 1
            tally.before[Answer(score_of(whole), known == expected, same=True)] += 1


def score_of(link: Link) -> float:
    return round(1.0 if link.score is None else link.score, 4) if link.concepts else 0.0


def current_ids(link: Link, terminology: Terminology) -> frozenset[str]:
    return frozenset(terminology.current(concept.id) for concept in link.concepts)


def related(terminology: Terminology, one: str, other: str) -> bool:
    return other in terminology.ancestors(one) or one in terminology.ancestors(other)


def report(tallies: dict[str, Tally], least: float) -> None:
    print(f"Default threshold {least:g}:\n")
    print("| | mentions of hidden concepts | linked to something else | of these broader or narrower "
          "| linked there before too | other mentions | right with every concept | right now |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for label, one in tallies.items():
        linked, others = above(one.hidden, least), one.others.total()
        print(
            f"| {label} | {one.hidden.total()} | {linked.total()} ({share(linked.total(), one.hidden.total())}) "
            f"| {right(linked)} | {sum(times for answer, times in linked.items() if answer.same)} | {others} "
            f"| {share(right(above(one.before, least)), others)} | {share(right(above(one.others, least)), others)} |"
        )
    print("\n| | score at least | hidden: linked | others: linked | others: precision | others: right |")
    print("|---|---|---|---|---|---|")
    for label, one in tallies.items():
        for threshold in sorted({*THRESHOLDS, least}):
            linked, kept = above(one.hidden, threshold), above(one.others, threshold)
            print(
                f"| {label} | {threshold:g} | {share(linked.total(), one.hidden.total())} "
                f"| {share(kept.total(), one.others.total())} | {share(right(kept), kept.total())} "
                f"| {share(right(kept), one.others.total())} |"
            )


def above(answers: Counter[Answer], least: float) -> Counter[Answer]:
    return Counter({one: times for one, times in answers.items() if one.score and one.score >= least})


def right(answers: Counter[Answer]) -> int:
    return sum(times for one, times in answers.items() if one.right)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def name(terminology: Terminology, identifiers: str) -> str:
    found = (terminology.concept(one) for one in identifiers.split(" "))
    return " + ".join(one.name for one in found if one is not None)


if __name__ == "__main__":
    main()
