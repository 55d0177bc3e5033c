"""The statements that write. Those with names of labels or relationship types in them are made once a store.

``SET c.id = …`` of the id that a node has changes nothing and locks the node until the end of the transaction. Every
writer locks the document first, then the concepts in order of id, so that writers wait for one another in one order.
Where all nodes are found by their unique ids, a plan stays good however the graph grows: ``replan=skip`` keeps it.
"""

from __future__ import annotations

from typing import NamedTuple

from kg_builder.stores.neo4j.names import Names, quoted

DYNAMIC_NAMES = (5, 26)
"""The first server that takes labels and relationship types from parameters."""

LOOK = """
CYPHER replan=skip
MERGE (d:Document {id: $id})
SET d.id = $id
WITH d
OPTIONAL MATCH (f:KgBuilderFailure {document_id: $id})
DELETE f
WITH d
OPTIONAL MATCH (p:KgBuilderPart {document: $id})
OPTIONAL MATCH (lock:KgBuilderState {name: 'relinking lock'})
RETURN d.fingerprint AS fingerprint, CASE d.fingerprint WHEN $fingerprint THEN null ELSE p.body END AS body,
  lock {.token, .host, .process, age: timestamp() - lock.renewed} AS lock
"""
"""Locks the document, new or old, and answers what the store holds of it."""

FIND = """
OPTIONAL MATCH (d:Document {id: $id})
SET d.id = $id
WITH d
OPTIONAL MATCH (f:KgBuilderFailure {document_id: $id})
WITH d, f, f IS NOT NULL AS failed
DELETE f
WITH d, failed
OPTIONAL MATCH (p:KgBuilderPart {document: $id})
OPTIONAL MATCH (lock:KgBuilderState {name: 'relinking lock'})
RETURN d IS NOT NULL AS found, failed, p.body AS body,
  lock {.token, .host, .process, age: timestamp() - lock.renewed} AS lock
"""
"""The same of a document that is to go; makes none."""

DETACH_PART = """
UNWIND $ids AS id
MERGE (c:Concept {id: id})
SET c.id = id
WITH count(*) AS locked
OPTIONAL MATCH (:Document {id: $id})-[r:MENTIONS|DESCRIBES]->(:Concept)
DELETE r
WITH count(*) AS taken
OPTIONAL MATCH (e:KgBuilderEarlierLinks {document: $id})
DELETE e
WITH count(*) AS taken
UNWIND $subjects AS id
MATCH (:Concept {id: id})-[r]->()
WHERE r.document = $id AND r.predicate IS NOT NULL
DELETE r
"""
"""Locks all concepts of the old part and of the new one, then takes the old one's relationships out."""

SETTLE = """
UNWIND $rows AS row
MATCH (c:Concept {id: row.id})
WITH c,
  [x IN row.descriptions WHERE NOT EXISTS { MATCH (c)<-[r:DESCRIBES]-() WHERE r.description = x }] AS gone,
  [x IN row.forms WHERE NOT EXISTS { MATCH (c)<-[m:MENTIONS]-() WHERE coalesce(m.clean_text, m.text) = x }] AS unseen
SET c.synonyms_seen = [x IN c.synonyms_seen WHERE NOT x IN unseen]
WITH c, gone
WHERE size(gone) > 0
WITH c, [x IN c.descriptions WHERE NOT x IN gone] AS left
SET c.descriptions = CASE WHEN size(left) > 0 THEN left END
RETURN c.id AS id, left AS descriptions, c.upper AS upper
"""
"""What only the old part said or called a concept; answers those whose descriptions changed."""

PRUNE = """
UNWIND $ids AS id
MATCH (c:Concept {id: id})
SET c.id = id
WITH c
WHERE NOT EXISTS { (c)<-[:IS_A]-() }
REMOVE c.upper
WITH c
WHERE c.descriptions IS NULL
WITH c, [(c)-[:IS_A]->(p) | p.id] AS parents
DETACH DELETE c
RETURN parents
"""
"""Takes out those that no document describes and that are broader than none; answers what they led up to."""

FORGET = """
MATCH (d:Document {id: $id})
DETACH DELETE d
WITH count(*) AS documents
OPTIONAL MATCH (p:KgBuilderPart {document: $id})
DELETE p
"""

UPDATE_HASH = """
MATCH (d:Document {id: $id})
SET d.settings_hash = $settings_hash, d.fingerprint = $fingerprint
WITH d
MATCH (p:KgBuilderPart {document: $id})
SET p.body = $body
"""


class Statements(NamedTuple):
    """Those with names in them."""

    insert: str
    """Writes a part whose document is locked. Answers the concepts that were described otherwise so far."""
    refresh: str
    """Gives concepts what their descriptions come to, and the label of it."""


def statements_of(names: Names, *, dynamic: bool) -> Statements:
    """The statements for a store with these names. `dynamic`: the server takes names from parameters (5.26 and later),
    which it is much quicker to plan; without, each name has a clause of its own."""
    if dynamic:
        label = _once("row.label IS NOT NULL", "SET c:$(row.label)")
        new_label = _once("created AND row.label IS NOT NULL", "SET c:$(row.label)")
        relations = f"FOREACH (row IN $relations | {_relation('$(row.type)')})"
    else:
        labels = [(f"row.label = '{name}'", f"SET c:{quoted(name)}") for name in names.labels]
        label = "\n".join(_once(condition, update) for condition, update in labels)
        new_label = "\n".join(_once(f"created AND {condition}", update) for condition, update in labels)
        relations = "\n".join(
            f"FOREACH (row IN [row IN $relations WHERE row.type = '{name}'] | {_relation(quoted(name))})"
            for name in names.relationship_types
        )
    any_label = "".join(f":{quoted(name)}" for name in names.labels)
    return Statements(
        _INSERT.replace("NEW_LABEL", new_label).replace("RELATIONS", relations),
        _REFRESH.replace(":ANY_LABEL", any_label).replace("LABEL", label),
    )


def _once(condition: str, update: str) -> str:
    return f"FOREACH (_ IN CASE WHEN {condition} THEN [1] ELSE [] END | {update})"


def _relation(name: str) -> str:
    create = f"CREATE (s)-[r:{name}]->(o) SET r = row.p"
    return f"FOREACH (s IN [found[row.s]] | FOREACH (o IN [found[row.o]] | {create}))"


_INSERT = """
CYPHER replan=skip
MATCH (d:Document {id: $id})
SET d = $document
MERGE (p:KgBuilderPart {document: $id})
SET p.body = $body, p.rejects = $rejects
WITH d
UNWIND $concepts AS row
MERGE (c:Concept {id: row.id})
SET c.id = row.id
WITH d, row, c, c.descriptions IS NULL AND c.upper IS NULL AS created,
  [x IN row.descriptions WHERE NOT x IN coalesce(c.descriptions, [])] AS unknown,
  [x IN row.forms WHERE NOT x IN coalesce(c.synonyms_seen, [])] AS unseen
FOREACH (_ IN CASE WHEN created THEN [1] ELSE [] END | SET c += row.fresh)
NEW_LABEL
FOREACH (_ IN CASE WHEN created OR size(unseen) = 0 THEN [] ELSE [1] END |
  SET c.synonyms_seen = reduce(seen = coalesce(c.synonyms_seen, []), x IN unseen |
    [y IN seen WHERE y < x] + [x] + [y IN seen WHERE y > x]))
FOREACH (x IN row.descriptions | CREATE (d)-[:DESCRIBES {description: x}]->(c))
WITH d, collect(c) AS found,
  collect(CASE WHEN created OR size(unknown) = 0 THEN null
    ELSE {id: row.id, descriptions: coalesce(c.descriptions, []) + unknown, upper: c.upper} END) AS changed
FOREACH (row IN $mentions | FOREACH (c IN [found[row.c]] | CREATE (d)-[m:MENTIONS]->(c) SET m = row.p))
RELATIONS
RETURN changed
"""

_REFRESH = """
UNWIND $rows AS row
MATCH (c:Concept {id: row.id})
REMOVE c:ANY_LABEL
SET c += row.properties
LABEL
"""
