"""The full-text index of evidence: the file store's scores, predicates of one's own, and a server that dies."""

from __future__ import annotations

import random
from collections.abc import Callable

from kg_builder.schemas import parse_schema
from kg_builder.stores import open_store
from kg_builder.stores.neo4j.store import Neo4jStore
from kg_builder.stores.views import EVERYTHING
from tests.conformance.conftest import CONCEPTS, sample_part
from tests.neo4j.fixtures import ask
from tests.neo4j.server import Server

STATED = ("aspirin", "INDUCES", "bleeding")
OWN = "name: own\ndescription: d\nentities: [{name: Allergen, description: d}]\nrelations:"
TYPES = "SHOW FULLTEXT INDEXES YIELD name, labelsOrTypes WHERE name = 'evidence_words' RETURN labelsOrTypes"


def test_both_stores_find_and_rank_alike(empty_neo4j: str) -> None:
    chance = random.Random(8)
    words = [f"{start}{end}" for start in ("ho", "hồ", "β-", "Anaem", "rash") for end in ("ia", "es", " 5.5", "")]
    parts = []
    for number in range(40):
        text = f"{' '.join(chance.choices(words, k=8))} aspirin {' '.join(chance.choices(words, k=4))} bleeding stroke."
        parts.append(sample_part(f"d{number}", text, STATED, ("aspirin", "TREATS", "stroke")))
    found = []
    for location in (":memory:", empty_neo4j):
        with open_store(location) as store:
            for part in parts:
                store.write(part)
            texts = [" ".join(chance.choices(words, k=3)) for chance in map(random.Random, range(12))]
            found.append([store.search_evidence(text, limit=15, where=EVERYTHING) for text in texts])
    assert found[0] == found[1]
    assert all(found[0])


def test_relations_of_a_schema_of_ones_own_are_indexed(empty_neo4j: str) -> None:
    kinds = [
        f"{{name: {name}, description: d, subject: [Allergen], object: [Allergen]}}" for name in ("STIRS", "SOOTHES")
    ]
    with open_store(empty_neo4j) as store:
        store.write(sample_part("a", "aspirin caused bleeding", STATED))
    for number, kind in enumerate(kinds):
        with Neo4jStore(empty_neo4j, schemas=[parse_schema(f"{OWN} [{kind}]")]) as store:
            name = kind[7:].partition(",")[0]
            store.write(sample_part(f"b{number}", f"aspirin caused bleeding {number}", ("aspirin", name, "bleeding")))
    with open_store(empty_neo4j, read_only=True) as store:
        assert [hit.document for hit in store.search_evidence("caused")] == ["a", "b0", "b1"]
    [[types]] = ask(empty_neo4j, TYPES)
    assert {"INDUCES", "RELATED", "STIRS", "SOOTHES"} <= set(types)


def test_what_was_written_before_the_server_died_is_found(make_neo4j_server: Callable[[], Server]) -> None:
    server = make_neo4j_server()
    with open_store(server.uri) as store:
        for number in range(20):
            store.write(sample_part(f"d{number}", f"aspirin caused bleeding {number}", STATED))
        server.kill()
        server.start()
        assert len(store.search_evidence("caused", limit=100)) == 20
        assert [hit.document for hit in store.search_evidence("17")] == ["d17"]
        assert CONCEPTS["aspirin"].id in {one.subject for one in store.search_evidence("17")[0].relations}
