"""Writing into Neo4j: ours against langchain-neo4j's and neo4j-graphrag's writers, on one and the same server.

    pip install -e '.[neo4j-interop]'
    python benchmarks/neo4j_writing.py [CORPUS...] [--documents 2000] [--first 1]

CORPUS is anything that ``kg-builder import`` reads; without one, graphs are made up. The server (5.26.2 with APOC,
which both others call) is started here with Java and Maven, afresh for each contestant, and warmed up. Everything is
written twice: what is there twice after that is told by the counts. Time is by the clock and, as a busy machine makes
that meaningless, in CPU seconds of both processes. Round trips are counted on the wire, over fewer documents.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from benchmarks.neo4j_contestants import Contestant, GraphRag, LangChain, Ours  # noqa: E402
from benchmarks.neo4j_round_trips import Counted  # noqa: E402
from kg_builder.records import Concept, Document, DocumentGraph, Evidence, Mention, Relation, Selection  # noqa: E402
from tests.neo4j.fixtures import ask, wipe  # noqa: E402
from tests.neo4j.server import Release, Server  # noqa: E402

VERSION = "5.26.2"
COUNTED = 100
"""Documents over which round trips are counted."""
WARM_UP = 2000
"""Documents that are written first and wiped: until then it is mostly the server's compiler that is measured."""
CONTESTANTS: dict[str, Callable[[str], Contestant]] = {
    "kg_builder": Ours,
    "kg_builder, 100 at once": lambda uri: Ours(uri, 100),
    "langchain-neo4j": LangChain,
    "neo4j-graphrag": GraphRag,
    "neo4j-graphrag, 100 at once": lambda uri: GraphRag(uri, 100),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="*")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--only", action="append", choices=CONTESTANTS)
    parser.add_argument("--first", type=int, default=0, help="which contestant begins")
    arguments = parser.parse_args()
    parts = imported(arguments.corpus, arguments.documents) if arguments.corpus else made_up(arguments.documents)
    mentions, relations = sum(len(part.mentions) for part in parts), sum(len(part.relations) for part in parts)
    concepts = len({concept.id for part in parts for concept in part.concepts})
    print(f"{len(parts)} documents: {mentions} mentions and {relations} relations of {concepts} concepts")
    names = arguments.only or list(CONTESTANTS)
    with tempfile.TemporaryDirectory() as folder:
        plugin = apoc(Path(folder))
        for name in names[arguments.first :] + names[: arguments.first]:
            measure(name, parts, plugin)


def measure(name: str, parts: Sequence[DocumentGraph], plugin: Path) -> None:
    """One contestant on a server of its own."""
    server = Server(Release(VERSION, 17), plugins=[plugin], optimized=True, heap="1g")
    server.start()
    try:
        print(f"\n{name}")
        with Counted(server.uri) as counted:
            contestant = CONTESTANTS[name](counted.uri)
            contestant.write(parts[:1])  # what is asked once
            before = counted.round_trips
            contestant.write(parts[1:COUNTED])
            trips = (counted.round_trips - before) / (len(parts[:COUNTED]) - 1)
            contestant.close()
        print(f"  {trips:.2f} round trips a document", flush=True)
        contestant = CONTESTANTS[name](server.uri)
        contestant.write(parts[COUNTED:WARM_UP])
        wipe(server.uri)
        for run in (1, 2):
            written = timed(lambda: contestant.write(parts), server)
            (nodes,), (edges,) = ask(server.uri, "MATCH (n) RETURN count(n)") + ask(
                server.uri, "MATCH ()-->() RETURN count(*)"
            )
            print(f"  run {run}: {written(len(parts))}; {nodes} nodes, {edges} relationships", flush=True)
        contestant.close()
    finally:
        server.remove()


def timed(work: Callable[[], None], server: Server) -> Callable[[int], str]:
    """Do it; answers what prints the figures for a number of documents."""
    own, other = psutil.Process(), psutil.Process(server.pid)
    begun, client, there = time.perf_counter(), cpu(own), cpu(other)
    work()
    spent, client, there = time.perf_counter() - begun, cpu(own) - client, cpu(other) - there
    return lambda documents: (
        f"{documents / spent:.0f} documents/s ({spent:.1f} s), "
        f"{documents / (client + there):.0f} a CPU second ({client:.1f} s here, {there:.1f} s in the server)"
    )


def cpu(process: psutil.Process) -> float:
    """CPU seconds so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def apoc(folder: Path) -> Path:
    """APOC's jar, from Maven."""
    artifact = f"org.neo4j.procedure:apoc-core:{VERSION}:jar:core"
    command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
    subprocess.run([*command, "-f", ROOT / "tests" / "neo4j" / "pom.xml"], check=True, stdin=subprocess.DEVNULL)
    return next(folder.glob("apoc-core-*.jar"))


def imported(paths: list[str], documents: int) -> list[DocumentGraph]:
    """The annotations of corpora as graphs."""
    from kg_builder.corpora.reading import read
    from kg_builder.graphs.importing import import_annotations

    return list(import_annotations(islice(read(paths), documents), store=":memory:").store.parts())


def made_up(documents: int) -> list[DocumentGraph]:
    """Twenty mentions and five relations a document; few concepts are in many documents, many in few."""
    chance = random.Random(3)
    kinds = {"Chemical": "substance", "Disease": "finding"}
    known = [
        Concept(id=f"MESH:{kind[0]}{n:06}", name=f"{word} {n}", type=kind)
        for kind, word in kinds.items()
        for n in range(2000)
    ]
    often = [1 / (1 + n % 2000) for n in range(4000)]
    return [_document(number, chance, known, often) for number in range(documents)]


def _document(number: int, chance: random.Random, known: Sequence[Concept], often: Sequence[float]) -> DocumentGraph:
    """Ten sentences of one substance and one finding."""
    text, mentions, relations = "", [], []
    concepts: dict[str, Concept] = {}
    for sentence in range(10):
        pair = chance.choices(known[:2000], often[:2000])[0], chance.choices(known[2000:], often[2000:])[0]
        start, spans = len(text), []
        for concept, after in zip(pair, (" was followed by ", " there. "), strict=True):
            spans.append((len(text), len(text) + len(concept.name)))
            concepts[concept.id] = concept
            span = {"start": spans[-1][0], "end": spans[-1][1]}
            mentions.append(Mention(**span, text=concept.name, type=concept.type, concepts=(concept.id,)))
            text += concept.name + after
        if sentence % 2:
            evidence = Evidence(sentence=(start, len(text) - 1), subject=spans[0], object=spans[1])
            relations.append(Relation(subject=pair[0].id, predicate="INDUCES", object=pair[1].id, evidence=(evidence,)))
    return DocumentGraph(
        document=Document(id=f"made-up {number}", text=text),
        selection=Selection(schema_name="chemical-disease", extractors=("made-up",), language="en", reason="made up"),
        settings_hash="made-up",
        mentions=tuple(mentions),
        concepts=tuple(concepts.values()),
        relations=tuple(relations),
    )


if __name__ == "__main__":
    main()
