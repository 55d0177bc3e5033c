"""A graph in Neo4j answers as the same graph in a file does, whatever is asked."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.graph_store import GraphStore
from kg_builder.records import Concept, DocumentGraph, Evidence, Relation
from kg_builder.stores.neo4j.store import Neo4jStore
from kg_builder.stores.networkx_store import NetworkxStore
from kg_builder.stores.views import EVERYTHING, Filter
from tests.conformance.conftest import parts, sample_part
from tests.neo4j.fixtures import wipe

FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
IDS = ["MESH:D1", "MESH:D10", "MESH:D2", "local:ho", "local:đau-đầu"]
ABOVE = ["U:1", "U:2"]
FILTERS = [
    Filter(),
    EVERYTHING,
    Filter(patient="p1"),
    Filter(kind="note", assertions=None),
    Filter(min_confidence=0.5, language="en"),
    Filter(tags=frozenset({"ü"}), since=dt.date(2000, 1, 1)),
    Filter(documents=frozenset({"a", "b"}), until=dt.date(2010, 1, 1), assertions=None),
]


@pytest.fixture
def pair(empty_neo4j: str) -> Iterator[tuple[GraphStore, GraphStore]]:
    """A store in Neo4j and one in memory, both empty."""
    with Neo4jStore(empty_neo4j) as store, NetworkxStore(":memory:") as other:
        yield store, other


def answers(store: GraphStore, where: Filter) -> Iterator[tuple[str, Any]]:
    """What a store says of everything, and of each concept there may be."""
    yield "documents", list(store.documents(where))
    yield "concepts", list(store.concepts(where))
    yield "ancestors", list(store.ancestors(where))
    yield "mentions", list(store.mentions(where))
    yield "relations", list(store.relations(where))
    yield "statistics", store.statistics(where)
    for one in (*IDS[1:3], *ABOVE[:1], "X:absent"):
        yield f"concept {one}", store.concept(one, where=where)
        yield f"descendants {one}", store.descendants(one)
        yield f"search {one}", store.search(one, where=where, limit=99)
        for direction in ("out", "in", "both"):
            yield f"neighbours {one} {direction}", store.neighbours(one, direction=direction, where=where)
        yield f"below {one}", store.neighbours(one, with_descendants=True, predicate="induces", where=where)
        yield f"near {one}", content(store.subgraph([one], hops=2, where=where))
        for other in IDS[:2]:
            yield f"relation {one} {other}", store.relation(one, "TREATS", other, where=where)
            yield f"paths {one} {other}", store.paths(one, other, where=where)


def content(graph: Any) -> tuple[Any, Any]:
    """Nodes and edges with all they carry."""
    return dict(graph.nodes(data=True)), {edge[:3]: edge[3] for edge in graph.edges(keys=True, data=True)}


def once(part: DocumentGraph) -> DocumentGraph:
    """Without relations listed twice: Neo4j has one edge of them, so that evidence has the higher confidence."""
    return part.model_copy(update={"relations": tuple({one.key: one for one in part.relations}.values())})


@FEW
@given(data=st.data())
def test_both_stores_answer_alike(data: st.DataObject, pair: tuple[GraphStore, GraphStore], empty_neo4j: str) -> None:
    drawn = data.draw(st.lists(parts(st.sampled_from(["a", "b", "c", "đ"])), max_size=4))
    ids = st.sampled_from([*IDS, *ABOVE])
    broader = data.draw(st.dictionaries(ids, st.lists(ids, max_size=2), max_size=5))
    where = data.draw(st.sampled_from(FILTERS))
    wipe(empty_neo4j)
    with Neo4jStore(empty_neo4j) as store, NetworkxStore(":memory:") as other:
        for each in (store, other):
            for part in drawn:
                each.write(once(part))
            each.roll_up(broader, [Concept(id=one, name=f"upper {one}", type="Disease") for one in (*IDS, *ABOVE)])
        found = dict(answers(store, where))
        for question, answer in answers(other, where):
            assert found[question] == answer, question
        assert list(store.parts()) == list(other.parts())
        assert list(store.rejects()) == list(other.rejects())


STEMS = ["cardio", "hepato", "nephro", "derma", "neuro", "gastro", "osteo", "pulmo", "thyro", "myelo"]
ENDS = ["pathy", "itis", "megaly", "sclerosis", "toxicity", "dysplasia", "carcinoma"]
FIRST = ["acute", "chronic", "primary", "familial", "drug-induced", "bệnh", "viêm", "type 2"]


CLEARLY = 0.7
"""Less alike than this, names may be missed: they share no more than the middle of a word, say."""


def names(random_: random.Random, count: int) -> list[str]:
    """Made-up names of diseases."""
    return [f"{random_.choice(FIRST)} {random_.choice(STEMS)}{random_.choice(ENDS)}" for _ in range(count)]


def typo(random_: random.Random, text: str) -> str:
    """With two letters changed places, one left out, one doubled or a blank put in."""
    place = random_.randrange(1, len(text) - 1)
    before, here, after = text[:place], text[place], text[place + 1 :]
    swapped = before + after[:1] + here + after[1:]
    return random_.choice([swapped, before + after, before + here + here + after, f"{before} {here}{after}"])


def test_search_finds_and_ranks_as_the_file_does(pair: tuple[GraphStore, GraphStore]) -> None:
    random_ = random.Random(7)
    known = list(dict.fromkeys(names(random_, 150)))
    for number in range(0, len(known), 10):
        concepts = {
            name: Concept(id=f"MESH:D{1000 + number + place}", name=name.title(), type="Disease")
            for place, name in enumerate(known[number : number + 10])
        }
        part = sample_part(f"d{number}", "; ".join(concepts), concepts=concepts, patient=f"p{number % 3}")
        for store in pair:
            store.write(part)
    asked = random_.sample(known, 12)
    asked += [typo(random_, name) for name in random_.sample(known, 12)]
    asked += [name[: random_.randrange(3, len(name))] for name in random_.sample(known, 8)]
    asked += [" ".join(reversed(name.split())) for name in random_.sample(known, 4)]
    asked += ["carcinoma", "derma", "mesh:d10", "MESH:D1004", "hepatotoxicty of drugs", "d1004", "*", "a"]
    for text in asked:
        for where in (None, Filter(patient="p1")):
            found, expected = (store.search(text, where=where) for store in pair)
            clear = [hit for hit in expected if hit.score > CLEARLY]
            assert found[: len(clear)] == clear, (text, where)


def test_what_bolt_cannot_carry_comes_back_as_it_was(pair: tuple[GraphStore, GraphStore]) -> None:
    odd = "ho\ud800"
    concept = Concept(id="local:ho", name=odd, type="Disease", linked=False)
    part = sample_part("d", f"There {odd}, a\udfff", concepts={odd: concept})
    inside = Evidence(sentence=(0, 9), subject=(6, 9), object=(2, 9), cue="\ud801")
    across = Evidence(sentence=(0, 4), subject=(6, 9), object=(2, 13))
    said = Relation(subject=concept.id, predicate="X\udc00", object=concept.id, evidence=(inside, across))
    for store in pair:
        store.write(part.model_copy(update={"relations": (said,)}))
    store, other = pair
    assert list(store.concepts()) == list(other.concepts())
    assert list(store.relations()) == list(other.relations())
    assert store.statistics() == other.statistics()
    assert store.neighbours(concept.id, predicate="x\udc00") == other.neighbours(concept.id, predicate="x\udc00")
    assert content(store.subgraph([concept.id])) == content(other.subgraph([concept.id]))
    assert [hit.concept for hit in store.search("ho")] == [hit.concept for hit in other.search("ho")]
    assert store.concept("local:\ud800") is None


def test_pages_follow_one_another(pair: tuple[GraphStore, GraphStore], monkeypatch: pytest.MonkeyPatch) -> None:
    from kg_builder.stores.neo4j import concepts, documents, relations

    for page in (concepts.concept_page, documents.document_page, relations.relation_page):
        monkeypatch.setattr(page, "__defaults__", (2,))
    triples = [(one, predicate, other) for one in "abc" for predicate in ("TREATS", "joins") for other in "abc"]
    vocabulary = {name: Concept(id=f"X:{name}", name=name, type="Disease") for name in "abc"}
    for number in range(5):
        part = sample_part(f"d{number}", "a b c", *triples[number::2], concepts=vocabulary)
        for store in pair:
            store.write(part)
    store, other = pair
    for where in (None, Filter(documents=frozenset({"d1", "d4"}))):
        assert list(store.relations(where)) == list(other.relations(where))
        assert list(store.concepts(where)) == list(other.concepts(where))
        assert list(store.mentions(where)) == list(other.mentions(where))


ODD = ['+-&&||!(){}[]^"~*?:\\/', "AND OR NOT", "a*b?c/d\\", "x" * 5000, "🫀 \x00", "'"]
ODD += [" ".join(f"w{number}ord" for number in range(300))]


def test_any_text_can_be_searched_for(pair: tuple[GraphStore, GraphStore]) -> None:
    for number, text in enumerate(ODD):
        name = text[:60]
        concept = Concept(id=f"local:odd-{number}", name=name, type="Disease", linked=False)
        for store in pair:
            store.write(sample_part(f"d{number}", f"It is {name}.", concepts={name: concept}))
    for text in ODD:
        found, expected = (store.search(text, where=EVERYTHING) for store in pair)
        assert found == expected or not any(map(str.isalnum, text)), text[:20]
