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

MENTION = (
    *("ordinal", "start", "end", "text", "type", "assertion", "extractor", "review"),
    *("model", "confidence", "section", "clean_text", "fragments"),
)
RELATION = (
    *("predicate", "document", "assertion", "evidence", "sentences", "words", "extractor", "settings_hash", "review"),
    *("model", "confidence"),
)
"""Properties in the order in which their values are sent; those that are most often there come first."""

LOOK = """
CYPHER replan=skip
UNWIND $documents AS row
MERGE (d:Document {id: row.id})
SET d.id = row.id
WITH row, d
OPTIONAL MATCH (f:KgBuilderFailure {document_id: row.id})
DELETE f
WITH row, d
OPTIONAL MATCH (p:KgBuilderPart {document: row.id})
OPTIONAL MATCH (lock:KgBuilderState {name: 'relinking lock'})
RETURN row.id AS id, d.fingerprint AS fingerprint,
  COLLECT { MATCH (x:KgBuilderDecision {document: row.id}) RETURN x.body } AS decisions,
  CASE d.fingerprint WHEN row.fingerprint THEN null ELSE p.body END AS body,
  lock {.token, .host, .process, age: timestamp() - lock.renewed} AS lock
"""
"""Locks documents, new or old, and answers what the store holds of each."""

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

DETACH = """
UNWIND $ids AS id
MERGE (c:Concept {id: id})
SET c.id = id
WITH count(*) AS locked
UNWIND $documents AS id
OPTIONAL MATCH (:Document {id: id})-[r:MENTIONS|DESCRIBES]->(:Concept)
DELETE r
WITH DISTINCT id
OPTIONAL MATCH (e:KgBuilderEarlierLinks {document: id})
DELETE e
WITH count(*) AS taken
UNWIND $subjects AS row
MATCH (:Concept {id: row.id})-[r]->()
WHERE r.document IN row.documents AND r.predicate IS NOT NULL
DELETE r
"""
"""Locks all concepts of the old parts and of the new ones, then takes the relationships of the old ones out."""

SETTLE = """
UNWIND $rows AS row
MATCH (c:Concept {id: row.id})
WITH c,
  [x IN row.descriptions WHERE NOT EXISTS { MATCH (c)<-[r:MENTIONS|DESCRIBES]-() WHERE r.description = x }] AS gone,
  [x IN row.forms WHERE NOT EXISTS { MATCH (c)<-[m:MENTIONS]-() WHERE coalesce(m.clean_text, m.text) = x }] AS unseen
SET c.synonyms_seen = [x IN c.synonyms_seen WHERE NOT x IN unseen]
WITH c, gone
WHERE size(gone) > 0
WITH c, [x IN c.descriptions WHERE NOT x IN gone] AS left
SET c.descriptions = CASE WHEN size(left) > 0 THEN left END
RETURN c.id AS id, left AS descriptions, c.upper AS upper
"""
"""What only old parts said or called a concept; answers those whose descriptions changed."""

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
SET p.body = $body, p.unreviewed = $unreviewed
"""


class Statements(NamedTuple):
    """Those with names in them."""

    insert: str
    """Writes parts whose documents are locked. Answers the concepts that were described otherwise so far."""
    refresh: str
    """Gives concepts what their descriptions come to, and the label of it."""


def statements_of(names: Names, *, dynamic: bool) -> Statements:
    """The statements for a store with these names. `dynamic`: the server takes names from parameters (5.26 and later),
    which it is much quicker to plan; without, each name has a clause of its own."""
    if dynamic:
        label = _once("row.label IS NOT NULL", "SET c:$(row.label)")
        new_label = _once("created AND row.label IS NOT NULL", "SET c:$(row.label)")
        relations = f"FOREACH (x IN row.relations | {_relation('$(x[2])')})"
    else:
        labels = [(f"row.label = '{name}'", f"SET c:{quoted(name)}") for name in names.labels]
        label = "\n".join(_once(condition, update) for condition, update in labels)
        new_label = "\n".join(_once(f"created AND {condition}", update) for condition, update in labels)
        relations = "\n".join(
            f"FOREACH (x IN [x IN row.relations WHERE x[2] = '{name}'] | {_relation(quoted(name))})"
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
    create = f"CREATE (s)-[:{name} {{{_properties(RELATION, 3)}}}]->(o)"
    return f"FOREACH (s IN [found[x[0]]] | FOREACH (o IN [found[x[1]]] | {create}))"


def _properties(names: tuple[str, ...], first: int) -> str:
    """The inside of a map of Cypher, with the values of a list `x` from one of its places on."""
    return ", ".join(f"{name}: x[{place}]" for place, name in enumerate(names, first))


_INSERT = f"""
CYPHER replan=skip
UNWIND $concepts AS row
MERGE (c:Concept {{id: row.id}})
SET c.id = row.id
WITH row, c, c.descriptions IS NULL AND c.upper IS NULL AS created,
  [x IN row.descriptions WHERE NOT x IN coalesce(c.descriptions, [])] AS unknown,
  [x IN row.forms WHERE NOT x IN coalesce(c.synonyms_seen, [])] AS unseen
FOREACH (_ IN CASE WHEN created THEN [1] ELSE [] END |
  SET c += row.fresh, c.descriptions = row.descriptions, c.synonyms_seen = row.forms)
NEW_LABEL
FOREACH (_ IN CASE WHEN created OR size(unseen) = 0 THEN [] ELSE [1] END |
  SET c.synonyms_seen = reduce(seen = coalesce(c.synonyms_seen, []), x IN unseen |
    [y IN seen WHERE y < x] + [x] + [y IN seen WHERE y > x]))
WITH collect(c) AS found,
  collect(CASE WHEN created OR size(unknown) = 0 THEN null
    ELSE {{id: row.id, descriptions: coalesce(c.descriptions, []) + unknown, upper: c.upper}} END) AS changed
UNWIND $documents AS row
MATCH (d:Document {{id: row.id}})
SET d = row.properties
MERGE (p:KgBuilderPart {{document: row.id}})
SET p.body = row.body, p.unreviewed = row.unreviewed, p.rejects = row.rejects
FOREACH (x IN row.descriptions | FOREACH (c IN [found[x[0]]] |
  CREATE (d)-[:DESCRIBES {{description: $concepts[x[0]].descriptions[x[1]]}}]->(c)))
FOREACH (x IN row.mentions | FOREACH (c IN [found[x[0]]] |
  CREATE (d)-[:MENTIONS {{description: $concepts[x[0]].descriptions[x[1]], {_properties(MENTION, 2)}}}]->(c)))
RELATIONS
RETURN head(collect(changed)) AS changed
"""

_REFRESH = """
UNWIND $rows AS row
MATCH (c:Concept {id: row.id})
REMOVE c:ANY_LABEL
SET c += row.properties
LABEL
"""
