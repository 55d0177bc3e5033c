"""What writing leaves in a Neo4j database, and what it does when something goes wrong."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import Any

import neo4j
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j.exceptions import IncompleteCommit

from kg_builder.errors import StoreError, StoreLockedError, UnknownDocumentError
from kg_builder.graph_store import WriteResult
from kg_builder.records import Concept
from kg_builder.schemas import parse_schema
from kg_builder.stores.neo4j import relinking_lock
from kg_builder.stores.neo4j.connection import Neo4jConnection
from kg_builder.stores.neo4j.names import names_of, quoted
from kg_builder.stores.neo4j.store import Neo4jStore
from tests.conformance.conftest import CONCEPTS, parts, sample_part
from tests.neo4j.fixtures import ask, wipe
from tests.neo4j.integrity import contradictions

pytestmark = pytest.mark.neo4j

TEXT = "Gave aspirin; then bleeding."
STATED = ("aspirin", "INDUCES", "bleeding")


@pytest.fixture
def store(empty_neo4j: str) -> Iterator[Neo4jStore]:
    with Neo4jStore(empty_neo4j) as opened:
        yield opened


def test_the_graph_reads_naturally(store: Neo4jStore, empty_neo4j: str) -> None:
    metadata: dict[str, Any] = {"patient": "p1", "date": "2024-01-05", "tags": ("ward",), "extra": {"beds": 3}}
    store.write(sample_part("n1", TEXT, STATED, confidence=0.5, **metadata))
    [[document]] = ask(empty_neo4j, "MATCH (d:Document {id: 'n1'}) RETURN properties(d)")
    assert document.pop("date") == neo4j.time.Date.from_native(dt.date(2024, 1, 5))
    assert {name: document[name] for name in ("language", "patient", "tags", "schema", "settings_hash")} == {
        "language": "en",
        "patient": "p1",
        "tags": ["ward"],
        "schema": "chemical-disease",
        "settings_hash": "s1",
    }
    assert document["facets"] == ['extra "beds"\x1f3', 'patient\x1f"p1"', 'tag\x1f"ward"']
    [[concept]] = ask(empty_neo4j, "MATCH (c:Concept:Chemical) RETURN properties(c)")
    assert {name: concept[name] for name in ("id", "name", "type", "linked", "xrefs", "synonyms_seen")} == {
        "id": "MESH:D001241",
        "name": "Aspirin",
        "type": "Chemical",
        "linked": True,
        "xrefs": ["CHEBI:15365"],
        "synonyms_seen": ["aspirin"],
    }
    [[mention]] = ask(empty_neo4j, "MATCH (:Document)-[m:MENTIONS]->(:Disease {name: 'Hemorrhage'}) RETURN m {.*}")
    assert (mention["start"], mention["end"], mention["text"], mention["confidence"]) == (19, 27, "bleeding", 0.5)
    [[relation]] = ask(empty_neo4j, "MATCH (:Chemical)-[r:INDUCES]->(:Disease) RETURN r {.*}")
    assert (relation["document"], relation["sentences"], relation["extractor"]) == ("n1", [TEXT], "lexicon")


def test_names_of_documents_and_models_are_data(store: Neo4jStore, empty_neo4j: str) -> None:
    odd = "X`) DETACH DELETE (n) //"
    concepts = {name: concept.model_copy(update={"type": odd}) for name, concept in CONCEPTS.items()}
    store.write(sample_part("a", TEXT, ("aspirin", odd, "bleeding"), concepts=concepts))
    assert ask(empty_neo4j, "MATCH (c:Concept) RETURN DISTINCT labels(c), c.type") == [[["Concept"], odd]]
    assert ask(empty_neo4j, "MATCH (:Concept)-[r]->(:Concept) RETURN type(r), r.predicate") == [["RELATED", odd]]
    store.forget("a")
    assert ask(empty_neo4j, "MATCH (n) RETURN DISTINCT labels(n)") == [[["KgBuilderState"]]]


def test_names_of_a_schema_become_labels_and_types(empty_neo4j: str) -> None:
    schema = parse_schema(
        "name: own\ndescription: d\nentities: [{name: Allergen, description: d}, {name: Document, description: d}]\n"
        "relations: [{name: TRIGGERS, description: d, subject: [Allergen], object: [Allergen]},"
        " {name: MENTIONS, description: d, subject: [Allergen], object: [Allergen]}]"
    )
    concepts = {
        "nuts": Concept(id="A:1", name="Nuts", type="Allergen"),
        "eggs": Concept(id="A:2", name="E", type="Document"),
    }
    with Neo4jStore(empty_neo4j, schemas=[schema]) as store:
        triggers, mentions = ("nuts", "TRIGGERS", "eggs"), ("eggs", "MENTIONS", "nuts")
        store.write(sample_part("a", "nuts, eggs", triggers, mentions, concepts=concepts))
        assert len(list(store.relations())) == 2
    assert ask(empty_neo4j, "MATCH (c:Concept) RETURN labels(c) ORDER BY c.id") == [
        [["Concept", "Allergen"]],
        [["Concept"]],
    ]
    assert ask(empty_neo4j, "MATCH (:Concept)-[r]->(:Concept) RETURN type(r) ORDER BY type(r)") == [
        ["RELATED"],
        ["TRIGGERS"],
    ]


def test_who_opens_it_later_without_the_schema_writes_the_same_names(empty_neo4j: str) -> None:
    schema = parse_schema(
        "name: own\ndescription: d\nentities: [{name: Allergen, description: d}]\n"
        "relations: [{name: TRIGGERS, description: d, subject: [Allergen], object: [Allergen]}]"
    )
    concepts = {name: Concept(id=f"A:{name}", name=name, type="Allergen") for name in ("nuts", "eggs")}
    Neo4jStore(empty_neo4j, schemas=[schema]).close()
    with Neo4jStore(empty_neo4j) as store:
        store.write(sample_part("a", "nuts, eggs", ("nuts", "TRIGGERS", "eggs"), concepts=concepts))
    assert ask(empty_neo4j, "MATCH (c:Concept)-[r]->(:Concept) RETURN labels(c), type(r)") == [
        [["Concept", "Allergen"], "TRIGGERS"]
    ]


@given(st.text(max_size=8))
def test_only_plain_identifiers_are_put_into_statements(name: str) -> None:
    if name.isascii() and name.isidentifier() and not name.startswith("_"):
        assert quoted(name) == f"`{name}`"
    else:
        with pytest.raises(ValueError, match="identifier"):
            quoted(name)
    assert names_of().relationship_type(name) == "RELATED"


def test_what_bolt_cannot_carry_is_replaced_in_the_graph_alone(store: Neo4jStore, empty_neo4j: str) -> None:
    odd = {"a\ud800b": Concept(id="X:1", name="n\udfff", type="Disease")}
    part = sample_part("a", "Has a\ud800b.", patient="p\ud83d", concepts=odd)
    store.write(part)
    assert list(store.parts()) == [part]
    assert ask(empty_neo4j, "MATCH (:Document)-[m:MENTIONS]->(c) RETURN m.text, c.name") == [["a\ufffdb", "n\ufffd"]]


def test_a_concept_is_what_those_say_that_are_left(store: Neo4jStore, empty_neo4j: str) -> None:
    unlinked = {"ho": Concept(id="local:ho", name="ho", type="Chemical", linked=False, xrefs=("B:1",))}
    linked = {"ho": Concept(id="local:ho", name="Ho", type="Disease", xrefs=("A:1",))}
    ask_concept = "MATCH (c:Concept) RETURN c.name, labels(c), c.linked, c.xrefs"
    store.write(sample_part("a", "ho", concepts=unlinked))
    assert ask(empty_neo4j, ask_concept) == [["ho", ["Concept", "Chemical"], False, ["B:1"]]]
    store.write(sample_part("b", "ho", concepts=linked))
    assert ask(empty_neo4j, ask_concept) == [["Ho", ["Concept", "Disease"], True, ["A:1", "B:1"]]]
    store.forget("b")
    assert ask(empty_neo4j, ask_concept) == [["ho", ["Concept", "Chemical"], False, ["B:1"]]]
    assert contradictions(empty_neo4j) == []


def test_a_new_document_takes_three_trips_to_the_server(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(sample_part("a", TEXT, STATED))
    statements: list[str] = []
    run = neo4j.ManagedTransaction.run

    def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        statements.append(str(query))
        return run(self, query, *args, **kwargs)

    monkeypatch.setattr(neo4j.ManagedTransaction, "run", counted)
    store.write(sample_part("b", f"{TEXT} Or a stroke under warfarin.", STATED, ("warfarin", "NEW", "stroke")))
    assert len(statements) == 2, "and the commit"
    store.write_many(sample_part(f"n{number}", TEXT, STATED) for number in range(150))
    assert len(statements) == 6, "a hundred documents at once"


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_servers_without_dynamic_names_get_the_same_graph(data: st.DataObject, empty_neo4j: str) -> None:
    drawn = data.draw(st.lists(parts(st.sampled_from(["a", "b"])), max_size=3))
    graphs = []
    for version in ((5, 7), (5, 26)):
        wipe(empty_neo4j)
        with Neo4jStore(empty_neo4j) as store:
            store._writer = type(store._writer)(store._writer.names, store._lock, dynamic=version >= (5, 26))
            for part in drawn:
                store.write(part)
        nodes = ask(empty_neo4j, "MATCH (c:Concept) RETURN labels(c), properties(c) ORDER BY c.id")
        edges = "MATCH (a)-[r]->(b) RETURN a.id, type(r), properties(r), b.id ORDER BY a.id, b.id, toString(r.ordinal),"
        graphs.append((nodes, ask(empty_neo4j, f"{edges} r.predicate, r.assertion, r.description")))
        assert contradictions(empty_neo4j) == []
    assert graphs[0] == graphs[1]


# when something goes wrong


def test_a_broken_statement_quotes_no_text(store: Neo4jStore) -> None:
    def fail(tx: neo4j.ManagedTransaction) -> None:
        tx.run("RETURN 1 / size($text) + date($text)", text="aspirin for Mr Smith").consume()

    with pytest.raises(StoreError) as raised:
        store._session.read(fail)
    assert "Smith" not in f"{raised.value}{raised.value.hint}"
    assert raised.value.__cause__ is None


def lose_the_next_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next commit succeeds, but its sender doesn't hear of it."""
    commit: Any = neo4j.ManagedTransaction._commit

    def lost(self: Any) -> None:
        monkeypatch.setattr(neo4j.ManagedTransaction, "_commit", commit)
        commit(self)
        raise IncompleteCommit("connection lost")

    monkeypatch.setattr(neo4j.ManagedTransaction, "_commit", lost)


def test_what_was_committed_unheard_is_not_done_twice(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    part = sample_part("a", TEXT, STATED)
    lose_the_next_answer(monkeypatch)
    assert store.write(part) == WriteResult(written=True)
    assert list(store.parts()) == [part]
    lose_the_next_answer(monkeypatch)
    assert store.write(part.model_copy(update={"settings_hash": "s2"})) == WriteResult(written=True, replaced=True)
    lose_the_next_answer(monkeypatch)
    assert store.roll_up({"MESH:D006470": ["X:1"]}, [Concept(id="X:1", name="Signs", type="Disease")])
    before = list(store.parts())
    with store.relinking("other links"):
        lose_the_next_answer(monkeypatch)
        store.relink(before[0].model_copy(update={"relations": (), "settings_hash": "s3"}))
        lose_the_next_answer(monkeypatch)
        store.relink(before[0].model_copy(update={"mentions": (), "relations": (), "settings_hash": "s4"}))
    lose_the_next_answer(monkeypatch)
    assert store.undo_relinking() == ["a"]
    assert list(store.parts()) == before
    lose_the_next_answer(monkeypatch)
    store.forget("a")
    with pytest.raises(UnknownDocumentError):
        store.forget("a")


def test_a_server_that_stays_away_is_an_error_in_the_end(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from neo4j.exceptions import ServiceUnavailable

    with Neo4jStore(store.location, connection=Neo4jConnection(retry_seconds=0.3)) as other:
        tries = []

        def away(*_: Any, **__: Any) -> None:
            tries.append(1)
            raise ServiceUnavailable("gone")

        monkeypatch.setattr(neo4j.ManagedTransaction, "run", away)
        with pytest.raises(StoreError, match="can't be reached"):
            other.write(sample_part("a", TEXT))
        assert len(tries) > 2


# relinking keeps others out


def test_others_do_not_write_while_one_relinks(store: Neo4jStore, empty_neo4j: str) -> None:
    part = sample_part("a", TEXT, STATED)
    store.write(part)
    with Neo4jStore(empty_neo4j) as other:
        with store.relinking("s2"):
            store.write(sample_part("mine", TEXT))
            changes: tuple[Callable[[], object], ...] = (
                lambda: other.write(part.model_copy(update={"settings_hash": "s2"})),
                lambda: other.forget("a"),
                lambda: other.writing().__enter__(),
                lambda: other.relinking("s3").__enter__(),
                other.undo_relinking,
            )
            for change in changes:
                with pytest.raises(StoreLockedError, match="is relinking") as raised:
                    change()
            assert str(os.getpid()) in str(raised.value)
        assert other.write(part.model_copy(update={"settings_hash": "s2"})).written


def test_the_lock_of_a_killed_process_is_void(
    store: Neo4jStore, empty_neo4j: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Neo4jStore(empty_neo4j) as killed:
        killed._lock._process = 2**22 + 1  # no system has so many
        killed._lock.acquire()
        assert store.write(sample_part("a", TEXT)).written
        killed._lock._host = "another machine"
        killed._lock.acquire()
        with pytest.raises(StoreLockedError, match="another machine"):
            store.write(sample_part("b", TEXT))
        monkeypatch.setattr(relinking_lock, "LEASE_MILLISECONDS", -1)
        assert store.write(sample_part("b", TEXT)).written
        with store.relinking("s2"), pytest.raises(StoreLockedError, match="stood still"):
            killed.relink(sample_part("a", TEXT))
