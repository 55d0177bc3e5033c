"""Constraints and indexes, made when a store is first opened; and whether a database holds a store at all."""

from __future__ import annotations

import neo4j

from kg_builder.errors import StoreError, StoreVersionError
from kg_builder.stores.neo4j import evidence
from kg_builder.stores.neo4j.names import Names, names_of
from kg_builder.stores.neo4j.session import Neo4jSession

STORE_VERSION = 2
"""In `KgBuilderState`; raised with every change of what nodes and relationships carry."""

INDEX_SECONDS = 600
"""How long to wait for indexes over what is there already."""

UNIQUE = {
    "Document": "id",
    "Concept": "id",
    "KgBuilderPart": "document",
    "KgBuilderFailure": "document_id",
    "KgBuilderRun": "id",
    "KgBuilderState": "name",
    "KgBuilderEarlierLinks": "document",
    "KgBuilderDecision": "id",
}
"""Property by label."""

FILTERED = ("patient", "encounter", "kind", "language", "date")
"""Properties of documents with an index of their own."""

STATEMENTS = {
    **{
        f"kg_builder_{label.lower()}": f"CONSTRAINT $ IF NOT EXISTS FOR (n:{label}) REQUIRE n.{name} IS UNIQUE"
        for label, name in UNIQUE.items()
    },
    **{f"document_{name}": f"INDEX $ IF NOT EXISTS FOR (d:Document) ON (d.{name})" for name in FILTERED},
    evidence.INDEX: evidence.index(names_of()),
    "decision_document": "INDEX $ IF NOT EXISTS FOR (x:KgBuilderDecision) ON (x.document)",
    "concept_names": "FULLTEXT INDEX $ IF NOT EXISTS FOR (c:Concept) ON EACH [c.name, c.synonyms_seen, c.id]",
}
"""By name of the index, which is also that of its constraint."""

_ONLINE = "SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name"
_STATE = """
OPTIONAL MATCH (s:KgBuilderState {name: 'store'})
RETURN s.version AS version, EXISTS { (n:Document|Concept) } AS used,
  EXISTS { (lock:KgBuilderState {name: 'relinking lock'}) } AS complete
"""
_NAMES = """
MATCH (s:KgBuilderState {name: 'store'})
RETURN coalesce(s.labels, []) AS labels, coalesce(s.relationship_types, []) AS types
"""
_KEEP = """
MATCH (s:KgBuilderState {name: 'store'})
SET s.version = s.version
WITH s
SET s.labels = coalesce(s.labels, []) + [name IN $labels WHERE NOT name IN coalesce(s.labels, [])],
    s.relationship_types = coalesce(s.relationship_types, [])
      + [name IN $types WHERE NOT name IN coalesce(s.relationship_types, [])]
"""
"""Locks the node first, so that what several processes add at once is all there."""
_MARK = """
MERGE (:KgBuilderState {name: 'relinking lock'})
MERGE (s:KgBuilderState {name: 'store'})
ON CREATE SET s.version = $version
"""


def prepare(session: Neo4jSession, names: Names) -> Names:
    """Make the database a store if it is none, for these names. Several processes may do this at once.

    The answer is these names and those for which it was opened before: whoever writes without the schemas of the build
    writes as the build did. Raises StoreVersionError for a database of another version or another application,
    StoreError if there is none to read.
    """
    if _is_ready(session):
        known = session.read(lambda tx: tx.run(_NAMES).single(strict=True).values())
        together = names.with_more(*known)
        if together != names_of().with_more(*known) and not session.read_only:
            _extend(session, together)
        return together
    if session.read_only:
        raise StoreError(
            f"{session.location}: there is no graph of kg-builder in this database.",
            hint="Build one first: kg-builder build TEXTS --store URI",
        )
    session.write(_create)
    _cover(session, names)
    session.read(lambda tx: tx.run("CALL db.awaitIndexes($seconds)", seconds=INDEX_SECONDS).consume())
    session.write(lambda tx: tx.run(_MARK, version=STORE_VERSION).consume())
    if names != names_of():
        _keep(session, names)
    return names


def _extend(session: Neo4jSession, names: Names) -> None:
    """Add names of schemas of a user's own."""
    _cover(session, names)
    _keep(session, names)


def _cover(session: Neo4jSession, names: Names) -> None:
    """Have the index of evidence cover relations of these names."""
    covered = session.read(evidence.covered)
    if lacking := set(names.relationship_types) - covered:
        session.write(lambda tx: evidence.replace_index(tx, covered | lacking))


def _keep(session: Neo4jSession, names: Names) -> None:
    labels, types = list(names.labels), list(names.relationship_types)
    session.write(lambda tx: tx.run(_KEEP, labels=labels, types=types).consume())


def _create(tx: neo4j.ManagedTransaction) -> None:
    there = {record["name"] for record in tx.run(_ONLINE)}
    for name, statement in STATEMENTS.items():
        if name not in there:
            tx.run(f"CREATE {statement.replace('$', name)}").consume()


def _is_ready(session: Neo4jSession) -> bool:
    def state(tx: neo4j.ManagedTransaction) -> tuple[int | None, bool, bool]:
        version, used, complete = tx.run(_STATE).single(strict=True)
        return version, used, complete

    version, used, complete = session.read(state)
    if version is None and used:
        raise StoreVersionError(
            f"{session.location}: the database holds nodes called Document or Concept that kg-builder didn't write.",
            hint="Use another database: what a document leaves behind is removed with it, others' nodes included.",
        )
    if version not in {None, STORE_VERSION}:
        raise StoreVersionError(
            f"{session.location}: holds a graph of version {version}; this kg-builder reads and writes version "
            f"{STORE_VERSION}.",
            hint="Build the graph again from its documents, or use the kg-builder that made it.",
        )
    return version is not None and (complete or session.read_only)  # an imported one is not complete
