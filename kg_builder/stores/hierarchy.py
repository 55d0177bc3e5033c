"""The hierarchy in the tables: IS_A edges from the documents' concepts up to everything broader."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kg_builder.records import Concept
from kg_builder.stores import sql
from kg_builder.stores.rows import description, dumps, merged_description
from kg_builder.stores.views import ConceptView

Broader = Mapping[str, Sequence[str]]
"""The next broader concepts of each concept, by id."""


class Rows(NamedTuple):
    """The whole of it, as the tables have it."""

    edges: list[tuple[str, str]]
    """(child, parent), sorted."""
    concepts: list[tuple[str, str]]
    """(id, description) of all that are broader than another, sorted."""


def exists(connection: sqlite3.Connection) -> bool:
    """Whether there is one, which may be empty."""
    return connection.execute("SELECT 1 FROM rolled_up").fetchone() is not None


def rows(connection: sqlite3.Connection) -> Rows:
    """What is there."""
    return Rows(
        connection.execute("SELECT child, parent FROM broader ORDER BY child, parent").fetchall(),
        connection.execute("SELECT id, description FROM upper_concepts ORDER BY id").fetchall(),
    )


def rows_of(broader: Broader, concepts: Iterable[Concept]) -> Rows:
    """A hierarchy as rows. An edge to a concept that isn't described, or that is part of a circle, is left out."""
    described = {concept.id: description(concept) for concept in concepts}
    edges = {(child, parent) for child, parents in broader.items() for parent in parents if parent in described}
    kept = sorted(_without_circles(edges))
    return Rows(kept, sorted((parent, described[parent]) for parent in {parent for _, parent in kept}))


def _without_circles(edges: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Merged vocabularies may call two concepts each broader than the other: then neither is."""
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph(edges)
    circle = {
        name: number for number, part in enumerate(networkx.strongly_connected_components(graph)) for name in part
    }
    return ((child, parent) for child, parent in edges if circle[child] != circle[parent])


def replace(connection: sqlite3.Connection, wanted: Rows | None) -> bool:
    """Make this the hierarchy, less what leads up from no concept of a document; None: there is to be none.

    Answers whether anything changed.
    """
    marked = exists(connection) != (wanted is not None)
    connection.execute("DELETE FROM rolled_up" if wanted is None else "INSERT OR IGNORE INTO rolled_up VALUES (1)")
    return _replace_rows(connection, wanted or Rows([], [])) or marked


def _replace_rows(connection: sqlite3.Connection, wanted: Rows) -> bool:
    wanted = leading_up(wanted, {row[0] for row in connection.execute("SELECT DISTINCT id FROM concepts")})
    if wanted == rows(connection):
        return False
    connection.execute("DELETE FROM broader")
    connection.execute("DELETE FROM upper_concepts")
    connection.executemany("INSERT INTO broader VALUES (?, ?)", wanted.edges)
    connection.executemany("INSERT INTO upper_concepts VALUES (?, ?)", wanted.concepts)
    return True


def prune(connection: sqlite3.Connection, gone: Iterable[str]) -> set[str]:
    """Take out what only these concepts, which documents may have left, held up. Answers the ids taken out."""
    taken: set[str] = set()
    waiting = list(gone)
    while waiting:
        concept = waiting.pop()
        if connection.execute("SELECT 1 FROM broader WHERE parent = ?", (concept,)).fetchone() is not None:
            continue
        connection.execute("DELETE FROM upper_concepts WHERE id = ?", (concept,))
        if connection.execute("SELECT 1 FROM concepts WHERE id = ?", (concept,)).fetchone() is None:
            parents = connection.execute("SELECT parent FROM broader WHERE child = ?", (concept,)).fetchall()
            connection.execute("DELETE FROM broader WHERE child = ?", (concept,))
            taken.add(concept)
            waiting += (parent for (parent,) in parents)
    return taken


def descendants(connection: sqlite3.Connection, concept_id: str) -> list[str]:
    """Ids of all concepts below one, sorted."""
    return [row[0] for row in connection.execute(sql.DESCENDANTS, {"concept": concept_id})]


def ancestor_views(hierarchy: Rows, passing: Iterable[str]) -> list[ConceptView]:
    """The concepts above these that aren't among them, in order of id."""
    below = set(passing)
    kept = leading_up(hierarchy, below)
    parents = parents_of(kept)
    return [
        view(concept_id, body, parents.get(concept_id, ()))
        for concept_id, body in kept.concepts
        if concept_id not in below
    ]


def ancestor_view(connection: sqlite3.Connection, concept_id: str) -> ConceptView | None:
    """A concept of the hierarchy as if no document mentioned it."""
    row = connection.execute("SELECT description FROM upper_concepts WHERE id = ?", (concept_id,)).fetchone()
    if row is None:
        return None
    parents = connection.execute("SELECT parent FROM broader WHERE child = ? ORDER BY parent", (concept_id,))
    return view(concept_id, row[0], [parent for (parent,) in parents])


def parents_of(hierarchy: Rows) -> dict[str, list[str]]:
    """The next broader ids of each concept, in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for child, parent in hierarchy.edges:
        found[child].append(parent)
    return dict(found)


def count_above(hierarchy: Rows, passing: set[str]) -> tuple[int, int]:
    """How many concepts stand above these without being among them, and how many edges lead there."""
    kept = leading_up(hierarchy, passing)
    return sum(concept_id not in passing for concept_id, _ in kept.concepts), len(kept.edges)


def packed_state(connection: sqlite3.Connection) -> str:
    """All of it as JSON, to be kept."""
    return dumps(rows(connection) if exists(connection) else None)


def unpacked_state(body: str) -> Rows | None:
    """Back from `packed_state`."""
    if (found := json.loads(body)) is None:
        return None
    edges, concepts = found
    return Rows([(child, parent) for child, parent in edges], [(name, described) for name, described in concepts])


def leading_up(hierarchy: Rows, bottom: set[str]) -> Rows:
    """What leads up from the concepts at the bottom."""
    parents = parents_of(hierarchy)
    reached: set[str] = set()
    waiting = list(bottom)
    while waiting:
        concept = waiting.pop()
        if concept not in reached:
            reached.add(concept)
            waiting += parents.get(concept, ())
    edges = [edge for edge in hierarchy.edges if edge[0] in reached]
    upper = {parent for _, parent in edges}
    return Rows(edges, [row for row in hierarchy.concepts if row[0] in upper])


def view(concept_id: str, body: str, broader: Sequence[str]) -> ConceptView:
    """A concept of the hierarchy as if no document mentioned it."""
    described = merged_description([body])
    return ConceptView(id=concept_id, **described._asdict(), broader=tuple(broader), ancestor_only=True)
