"""Concepts with what the documents that pass made of them. In the queries `c` is a concept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from kg_builder.stores import hierarchy
from kg_builder.stores.neo4j import broader
from kg_builder.stores.neo4j.asking import Conditions, Transaction, relations, rows
from kg_builder.stores.neo4j.documents import document_fields
from kg_builder.stores.rows import merged_description
from kg_builder.stores.views import ConceptView

CONCEPTS_A_PAGE = 500
CHANGED = "\N{REPLACEMENT CHARACTER}"
"""In text that has it, it may stand for what Bolt can't carry: what the text was is in the document's body."""

_PAGE = """
MATCH (c:Concept) WHERE c.id > $after AND c.descriptions IS NOT NULL
RETURN c.id ORDER BY c.id LIMIT $limit
"""
_VIEWS = """
UNWIND $ids AS id
MATCH (c:Concept {{id: id}})
OPTIONAL MATCH (c)<-[m:MENTIONS]-(d:Document) WHERE {mention}
WITH c, count(m) AS mentions, count(DISTINCT d) AS documents,
    collect(DISTINCT coalesce(m.clean_text, m.text)) AS forms
RETURN c.id, c.descriptions, c.upper, documents, mentions, forms,
    COLLECT {{ MATCH (c)-[:IS_A]->(parent:Concept) RETURN parent.id }} AS broader,
    CASE WHEN mentions > 0 THEN true ELSE {taken} END AS taken
"""
_CHANGED_FORMS = """
MATCH (c:Concept {{id: $concept}})<-[m:MENTIONS]-(d:Document)
WHERE coalesce(m.clean_text, m.text) CONTAINS $changed AND {mention}
RETURN d.id, m.ordinal
"""
_ABOVE_TAKEN = """
UNWIND $ids AS id
MATCH (top:Concept {{id: id}})<-[:IS_A*1..]-(c:Concept)
WITH DISTINCT id, c WHERE {taken}
RETURN DISTINCT id
"""
_NAMES = "UNWIND $ids AS id MATCH (c:Concept {id: id}) RETURN id, c.descriptions, c.upper"
_TYPES = "RETURN DISTINCT c.id, c.type, c.linked, CASE WHEN c.type CONTAINS $changed THEN c.descriptions END"
_ALL_TAKEN = f"MATCH (c:Concept) WHERE c.descriptions IS NOT NULL {_TYPES}"
_DESCRIBED = "MATCH (d:Document)-[:MENTIONS|DESCRIBES]->(c:Concept) WHERE {document} " + _TYPES
_MENTIONED = "MATCH (d:Document)-[m:MENTIONS]->(c:Concept) WHERE {mention} " + _TYPES
_RELATED = "MATCH (s:Concept)-[r:{types}]->(o:Concept) WHERE {relation} UNWIND [s, o] AS c " + _TYPES


class Kind(NamedTuple):
    """What a concept is counted as."""

    type: str
    linked: bool


class _Row(NamedTuple):
    id: str
    descriptions: list[str] | None
    upper: str | None
    documents: int
    mentions: int
    forms: list[str]
    broader: list[str]
    taken: bool


def concept_page(
    tx: Transaction, after: str, passing: Conditions, limit: int = CONCEPTS_A_PAGE
) -> tuple[list[ConceptView], str | None]:
    """Concepts that the filter takes in, in order of id, and where the next page starts (None: there is none)."""
    ids = [row[0] for row in rows(tx, _PAGE, after=after, limit=limit)]
    return taken_views(tx, ids, passing), ids[-1] if len(ids) == limit else None


def taken_views(tx: Transaction, concept_ids: Sequence[str], passing: Conditions) -> list[ConceptView]:
    """Those of these that the filter takes in, in order of id."""
    return [_view(tx, row, passing) for row in _rows(tx, concept_ids, passing) if row.taken]


def concept_views(tx: Transaction, concept_ids: Sequence[str], passing: Conditions) -> list[ConceptView]:
    """Those of these that the filter takes in, or that stand above one that it takes in, in order of id."""
    found = _rows(tx, concept_ids, passing)
    upper = [row.id for row in found if not row.taken and row.upper is not None]
    above = set(upper) if passing.everything else _above_taken(tx, upper, passing)
    views = []
    for row in found:
        if row.taken:
            views.append(_view(tx, row, passing))
        elif row.upper is not None and row.id in above:
            views.append(hierarchy.view(row.id, row.upper, sorted(row.broader)))
    return views


def ancestors(tx: Transaction, passing: Conditions) -> list[ConceptView]:
    """What stands above what the filter takes in, in order of id."""
    if not broader.rolled_up(tx):
        return []
    return hierarchy.ancestor_views(broader.hierarchy_rows(tx), taken(tx, passing))


def taken(tx: Transaction, passing: Conditions) -> dict[str, Kind]:
    """All concepts that the filter takes in, by id."""
    kinds: dict[str, Kind] = {}
    for query in _taking(tx, passing):
        for concept_id, type_, linked, descriptions in rows(tx, query, passing.parameters, changed=CHANGED):
            described = merged_description(descriptions) if descriptions else None
            kinds[concept_id] = Kind(type_, linked) if described is None else Kind(described.type, described.linked)
    return kinds


def exact_names(tx: Transaction, concept_ids: Collection[str]) -> dict[str, str]:
    """Preferred names, as documents or the hierarchy give them; of concepts that are there."""
    found = rows(tx, _NAMES, ids=sorted(concept_ids))
    return {id_: merged_description(descriptions or [upper]).name for id_, descriptions, upper in found}


def exact_forms(tx: Transaction, concept_id: str, forms: Iterable[str], passing: Conditions) -> set[str]:
    """A concept's forms as the documents have them."""
    query = _CHANGED_FORMS.format(mention=passing.on_mention("m"))
    places = rows(tx, query, passing.parameters, concept=concept_id, changed=CHANGED)
    parts = document_fields(tx, (document for document, _ in places))
    mentions = [parts[document]["mentions"][ordinal] for document, ordinal in places if document in parts]
    exact = {item["text"] if item["clean_text"] is None else item["clean_text"] for item in mentions}
    return exact | {form for form in forms if CHANGED not in form}


def _taking(tx: Transaction, passing: Conditions) -> Iterable[str]:
    """Queries that together find all that the filter takes in."""
    if passing.everything:
        return [_ALL_TAKEN]
    if passing.every_statement:
        return [_DESCRIBED.format(document=passing.on_document)]
    related = _RELATED.format(types=relations(tx), relation=passing.on_relation("r"))
    return [_MENTIONED.format(mention=passing.on_mention("m")), related]


def _taken(tx: Transaction, passing: Conditions) -> str:
    """The condition that the filter takes in `c`, which may be mentioned or not."""
    if passing.everything:
        return "c.descriptions IS NOT NULL"
    if passing.every_statement:
        return f"EXISTS {{ MATCH (c)<-[:MENTIONS|DESCRIBES]-(d:Document) WHERE {passing.on_document} }}"
    return f"EXISTS {{ MATCH (c)-[r:{relations(tx)}]-(:Concept) WHERE {passing.on_relation('r')} }}"


def _rows(tx: Transaction, concept_ids: Sequence[str], passing: Conditions) -> list[_Row]:
    query = _VIEWS.format(mention=passing.on_mention("m"), taken=_taken(tx, passing))
    return sorted((_Row(*row) for row in rows(tx, query, passing.parameters, ids=list(concept_ids))), key=_by_id)


def _by_id(row: _Row) -> str:
    return row.id


def _view(tx: Transaction, row: _Row, passing: Conditions) -> ConceptView:
    changed = any(CHANGED in form for form in row.forms)
    forms = exact_forms(tx, row.id, row.forms, passing) if changed else row.forms
    return ConceptView(
        id=row.id,
        **merged_description(row.descriptions or ())._asdict(),
        synonyms_seen=tuple(sorted(forms)),
        documents=row.documents,
        mentions=row.mentions,
        broader=tuple(sorted(row.broader)),
    )


def _above_taken(tx: Transaction, concept_ids: Sequence[str], passing: Conditions) -> set[str]:
    """Those of these that stand above a concept that the filter takes in."""
    if not concept_ids:
        return set()
    mentioned = f"EXISTS {{ MATCH (c)<-[m:MENTIONS]-(d:Document) WHERE {passing.on_mention('m')} }}"
    query = _ABOVE_TAKEN.format(taken=f"{mentioned} OR {_taken(tx, passing)}")
    return {row[0] for row in rows(tx, query, passing.parameters, ids=list(concept_ids))}
