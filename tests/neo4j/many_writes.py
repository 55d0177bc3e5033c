"""One of several processes that write over the same concepts: ``python -m tests.neo4j.many_writes URI NUMBER``."""

from __future__ import annotations

import random
import sys

from kg_builder.records import Concept, DocumentGraph
from kg_builder.stores import open_store
from tests.conformance.conftest import sample_part

DOCUMENTS_EACH = 8
WORDS = [f"word{number:02}" for number in range(30)]


def part(name: str, seed: int, *, others: str = "") -> DocumentGraph:
    """A document over a few of the same thirty concepts, two of which are in each."""
    chosen = random.Random(seed).sample(WORDS[2:], 8)
    concepts = {
        # half of the documents know the concept by another description
        word: Concept(id=f"X:{word}", name=word.title() if seed % 2 else word, type=("Disease", "Chemical")[seed % 2])
        for word in [*WORDS[:2], *chosen]
    }
    relations = [(one, random.Random(seed).choice(["INDUCES", "TREATS", "OTHER"]), WORDS[0]) for one in chosen]
    return sample_part(name, " ".join([*reversed(chosen), *WORDS[:2], others]), *relations, concepts=concepts)


def write_many(uri: str, writer: int) -> None:
    """Write, replace and forget as one of several."""
    with open_store(uri) as store:
        for number in range(DOCUMENTS_EACH):
            store.write(part(f"{writer}-{number}", 100 * writer + number))
            store.write(part("shared", 7 * number, others=str(writer)))
            if number % 3 == 0:
                store.write(part(f"{writer}-{number}", 100 * writer + number, others="again"))
            if number % 4 == 0:
                store.forget(f"{writer}-{number}")


if __name__ == "__main__":
    write_many(sys.argv[1], int(sys.argv[2]))
