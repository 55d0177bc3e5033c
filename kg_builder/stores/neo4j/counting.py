"""Counts over what a filter takes in."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kg_builder.stores.hierarchy import count_above
from kg_builder.stores.neo4j.asking import Conditions, Transaction, relations, rows
from kg_builder.stores.neo4j.broader import hierarchy_rows, rolled_up
from kg_builder.stores.neo4j.concepts import CHANGED, taken
from kg_builder.stores.neo4j.relations import changed_relations
from kg_builder.stores.views import Statistics

_DOCUMENTS = "MATCH (d:Document) WHERE {document} RETURN count(d)"
_MENTIONS = """
MATCH (d:Document)-[m:MENTIONS]->(:Concept) WHERE {mention} RETURN m.assertion, count(*)
"""
_RELATIONS = """
MATCH (:Concept)-[r:{types}]->(:Concept) WHERE {relation} RETURN r.predicate, r.assertion, count(*)
"""
_REJECTS = """
MATCH (d:Document) WHERE {document} MATCH (p:KgBuilderPart {{document: d.id}}) RETURN sum(p.rejects)
"""
_EVERY_REJECT = "MATCH (p:KgBuilderPart) RETURN sum(p.rejects)"
_FAILURES = """
MATCH (f:KgBuilderFailure) MATCH (d:Document {{id: f.document_id}}) WHERE {document} RETURN count(f)
"""
_EVERY_FAILURE = "MATCH (f:KgBuilderFailure) RETURN count(f)"


def statistics(tx: Transaction, passing: Conditions) -> Statistics:
    """Counts by type, predicate and assertion."""
    mentions: Counter[str] = Counter(dict(_rows(tx, _MENTIONS, passing)))
    predicates: Counter[str] = Counter()
    assertions: Counter[str] = Counter()
    for predicate, assertion, count in _rows(tx, _RELATIONS, passing):
        predicates[predicate] += count
        assertions[assertion] += count
    if any(CHANGED in predicate for predicate in predicates):
        predicates = Counter({name: n for name, n in predicates.items() if CHANGED not in name})
        predicates.update(item.relation.predicate for item in changed_relations(tx, passing))
    concepts = taken(tx, passing)
    ancestors, edges = count_above(hierarchy_rows(tx), set(concepts)) if rolled_up(tx) else (0, 0)
    whole = passing.where.every_document
    return Statistics(
        documents=_count(tx, _DOCUMENTS, passing),
        concepts=len(concepts),
        mentions=mentions.total(),
        relations=assertions.total(),
        concepts_by_type=_sorted(Counter(kind.type for kind in concepts.values())),
        concepts_unlinked=sum(not kind.linked for kind in concepts.values()),
        relations_by_predicate=_sorted(predicates),
        mentions_by_assertion=_sorted(mentions),
        relations_by_assertion=_sorted(assertions),
        rejects=_count(tx, _EVERY_REJECT if whole else _REJECTS, passing),
        failures=_count(tx, _EVERY_FAILURE if whole else _FAILURES, passing),
        ancestors=ancestors,
        broader=edges,
    )


def _rows(tx: Transaction, query: str, passing: Conditions) -> list[list[Any]]:
    text = query.format(
        types=relations(tx),
        document=passing.on_document,
        mention=passing.on_mention("m"),
        relation=passing.on_relation("r"),
    )
    return rows(tx, text, passing.parameters)


def _count(tx: Transaction, query: str, passing: Conditions) -> int:
    [[count]] = rows(tx, query.format(document=passing.on_document), passing.parameters)
    return int(count)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
