"""Whether what a database says in several places agrees."""

from __future__ import annotations

from typing import Any

from tests.neo4j.fixtures import ask

_CONCEPTS = """
MATCH (c:Concept)
RETURN c.id AS id, coalesce(c.descriptions, []) AS descriptions, c.synonyms_seen AS forms, c.upper AS upper,
  c.type AS type, [label IN labels(c) WHERE label <> 'Concept'] AS labels,
  COLLECT { MATCH (c)<-[r:MENTIONS|DESCRIBES]-() WHERE r.description IS NOT NULL RETURN DISTINCT r.description }
    AS described,
  COLLECT { MATCH (c)<-[m:MENTIONS]-() RETURN DISTINCT coalesce(m.clean_text, m.text) } AS seen,
  EXISTS { (c)<-[:IS_A]-() } AS broader
"""
_LEFT_OVER = """
MATCH (n) WHERE (n:Document AND NOT EXISTS { (p:KgBuilderPart {document: n.id}) })
  OR (n:KgBuilderPart AND NOT EXISTS { (d:Document {id: n.document}) })
RETURN labels(n), coalesce(n.id, n.document)
"""
_STATED_BY_NONE = """
MATCH (a:Concept)-[r]->(b:Concept)
WHERE r.document IS NOT NULL AND NOT EXISTS { (d:Document {id: r.document})-[:MENTIONS|DESCRIBES]->(a) }
RETURN a.id, r.document
"""


def contradictions(uri: str) -> list[Any]:
    """What doesn't agree."""
    found: list[Any] = [*ask(uri, _LEFT_OVER), *ask(uri, _STATED_BY_NONE)]
    for id_, descriptions, forms, upper, type_, labels, described, seen, broader in ask(uri, _CONCEPTS):
        wrong = {
            "descriptions": sorted(descriptions) != sorted(described),
            "forms": forms != sorted(seen),
            "orphan": not described and not broader,
            "upper": (upper is not None) != broader,
            "label": labels not in ([], [type_]),
        }
        found += [(id_, name) for name, is_wrong in wrong.items() if is_wrong]
    return found
