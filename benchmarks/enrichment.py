"""How long a question takes on a large graph: enrichment, concept search, paths.

    python benchmarks/enrichment.py [--edges 100000] [--store PLACE] [--questions 300] [--seed 1]

The graph is made up: names of the shipped terminology, five relations and their sentences a document, few concepts in
many documents and many in few. A PLACE (file or URI) that isn't there yet or is empty is filled and kept, so that the
next run begins at once. Questions name concepts as often as documents do, some with a typo or with a name that the
graph doesn't have; they are read by the names of the graph alone and, as `kg-builder ask` does, by the workflow.
Prints median and 95th percentile in milliseconds of processor time of this process, and by the clock.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import make_components
from kg_builder.records import Concept, Document, DocumentGraph, Evidence, Mention, Relation, Selection
from kg_builder.retrieve.enriching import enrich
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.views import EVERYTHING
from kg_builder.terminology.shipped import load_terminology
from kg_builder.tools.text_tools import recognizer

CONCEPTS = {"Chemical": ("CHEM", 6000), "Disease": ("DISO", 4000)}
A_DOCUMENT = 5
"""Relations."""
MOST_MS = 100.0
ASKED = (
    "What induces {d}?",
    "What treats {d}?",
    "Does {c} cause {d}?",
    "Which adverse effects has {c}?",
    "{d} after {c}",
)
UNKNOWN = ("What is the capital of France?", "Does flumblezine help?", "Why is the sky blue?", "zorbitol")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=100_000)
    parser.add_argument("--store")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        place = arguments.store or str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "large.kg")
        store = open_store(place)
        stack.callback(store.close)
        return measure(store, arguments.edges, arguments.questions, arguments.seed)


def measure(store: GraphStore, edges: int, questions: int, seed: int) -> int:
    known = concepts()
    if not store.statistics(EVERYTHING).documents:
        fill(store, edges, known)
    counts = store.statistics(EVERYTHING)
    print(f"{counts.documents} documents, {counts.concepts} concepts, {counts.relations} relations")
    chance = random.Random(seed)
    asked = list(islice(draw_questions(known, chance), questions))
    names = [asked_name(known, chance) for _ in asked]
    ends = [(draw(known["Chemical"], chance).id, draw(known["Disease"], chance).id) for _ in asked[:100]]
    far = [(known["Chemical"][-1 - n].id, known["Disease"][-1 - n].id) for n in range(30)]
    components = make_components(Settings())
    recognize = recognizer(lambda: components)
    for way in (None, recognize):  # what is loaded once
        enrich(store, f"Does {known['Chemical'][0].name} cause {known['Disease'][0].name}?", recognize=way)
    slowest = [
        timed("enrichment, names of the graph", asked, lambda one: enrich(store, one)),
        timed("enrichment, read by the workflow", asked, lambda one: enrich(store, one, recognize=recognize)),
    ]
    timed("concept search", names, store.search)
    timed("paths of up to 3", ends, lambda one: store.paths(*one, max_length=3, limit=5))
    timed("paths of up to 4 between rare concepts", far, lambda one: store.paths(*one, max_length=4, limit=5))
    return 0 if max(slowest) < MOST_MS else 1


def concepts() -> dict[str, list[Concept]]:
    """Concepts of the terminology in an order that is neither the alphabet's nor its own."""
    terminology, found = load_terminology(), {}
    for kind, (group, wanted) in CONCEPTS.items():
        names: dict[str, str] = {}
        for name in terminology.all_names([group]):
            names.setdefault(name.id, name.text)
        ids = sorted(one for one, text in names.items() if len(text) < 60)
        chosen = random.Random(7).sample(ids, wanted)
        found[kind] = [Concept(id=one, name=names[one], type=kind) for one in chosen]
    return found


def draw(known: Sequence[Concept], chance: random.Random) -> Concept:
    """The first concepts more often than the later ones: the n-th in proportion to 1 / (5 + n)."""
    place = int(5 * ((1 + len(known) / 5) ** chance.random() - 1))
    return known[min(place, len(known) - 1)]


def fill(store: GraphStore, edges: int, known: dict[str, list[Concept]]) -> None:
    chance = random.Random(3)
    with store.writing():
        for number in range(edges // A_DOCUMENT):
            store.write(document(number, chance, known))


def document(number: int, chance: random.Random, known: dict[str, list[Concept]]) -> DocumentGraph:
    """Sentences that each relate a chemical and a disease; each concept is in one of them."""
    text, found, mentions = "", dict[str, Concept](), list[Mention]()
    relations: list[Relation] = []
    while len(relations) < A_DOCUMENT:
        pair = [draw(known[kind], chance) for kind in CONCEPTS]
        if any(one.id in found for one in pair):
            continue
        start, spans = len(text), []
        for concept, after in zip(
            pair, (" was given for some days, which was followed by ", ", as seen before. "), strict=True
        ):
            found[concept.id] = concept
            spans.append((len(text), len(text) + len(concept.name)))
            place: dict[str, Any] = {"start": spans[-1][0], "end": spans[-1][1], "text": concept.name}
            mentions.append(Mention(**place, type=concept.type, concepts=(concept.id,)))
            text += concept.name + after
        evidence = Evidence(sentence=(start, len(text) - 1), subject=spans[0], object=spans[1])
        predicate = "TREATS" if chance.random() < 0.3 else "INDUCES"
        relation = Relation(subject=pair[0].id, predicate=predicate, object=pair[1].id, evidence=(evidence,))
        relations.append(relation.model_copy(update={"confidence": round(chance.uniform(0.5, 1), 2)}))
    return DocumentGraph(
        document=Document(id=f"made-up-{number}", text=text),
        selection=Selection(schema_name="chemical-disease", extractors=("made-up",), language="en", reason="made up"),
        settings_hash="made-up",
        mentions=tuple(mentions),
        concepts=tuple(found.values()),
        relations=tuple(relations),
    )


def draw_questions(known: dict[str, list[Concept]], chance: random.Random) -> Iterator[str]:
    while True:
        if chance.random() < 0.1:
            yield chance.choice(UNKNOWN)
        else:
            names = {"c": asked_name(known, chance, "Chemical"), "d": asked_name(known, chance, "Disease")}
            yield chance.choice(ASKED).format(**names)


def asked_name(known: dict[str, list[Concept]], chance: random.Random, kind: str | None = None) -> str:
    """A name as people type it: one in five with a letter left out."""
    name = draw(known[kind or chance.choice(list(CONCEPTS))], chance).name
    if chance.random() < 0.2 and len(name) > 6:
        place = chance.randrange(1, len(name) - 1)
        name = name[:place] + name[place + 1 :]
    return name


def timed(label: str, cases: Sequence[Any], work: Callable[[Any], object]) -> float:
    """Time each case; answers the 95th percentile in milliseconds of processor time."""
    spent, clock = [], []
    for case in cases:
        begun, at = time.process_time(), time.perf_counter()
        work(case)
        spent.append(1000 * (time.process_time() - begun))
        clock.append(1000 * (time.perf_counter() - at))
    p95, by_clock = quantiles(spent, n=20)[-1], quantiles(clock, n=20)[-1]
    print(
        f"{label:42} median {median(spent):6.1f}  p95 {p95:6.1f}  most {max(spent):6.1f}  (clock p95 {by_clock:.1f}) ms"
    )
    return p95


if __name__ == "__main__":
    sys.exit(main())
