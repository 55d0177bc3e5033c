"""Concepts by name: candidates from the full-text index, then the ranking of `stores.search` over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kg_builder.stores.neo4j.asking import Conditions, Transaction, rows
from kg_builder.stores.neo4j.concepts import concept_views
from kg_builder.stores.neo4j.name_query import name_query
from kg_builder.stores.rows import merged_description
from kg_builder.stores.search import CURIE, Match, Name, NameIndex, search_key
from kg_builder.stores.views import ConceptHit, ConceptView

CANDIDATES = 2000
"""How many concepts of the index are looked at, those that it ranks first."""
LOOKED_UP_AT_ONCE = 25
"""How many of the best are looked up under the filter at a time."""

_RETURN = "RETURN c.id, c.name, c.type, c.synonyms_seen, c.upper IS NOT NULL"
_LIKE = f"""
CALL db.index.fulltext.queryNodes('concept_names', $wanted, {{limit: $limit}}) YIELD node AS c {_RETURN}
"""
_BY_ID = f"MATCH (c:Concept) WHERE c.id STARTS WITH $text WITH c ORDER BY c.id LIMIT $limit {_RETURN}"
_GIVEN = """
UNWIND $ids AS id
MATCH (d:Document)-[x:MENTIONS|DESCRIBES]->(c:Concept {{id: id}}) WHERE {document}
RETURN id, collect(DISTINCT x.description)
"""


class _Candidate(NamedTuple):
    id: str
    name: str
    type: str
    forms: list[str] | None
    upper: bool

    @property
    def names(self) -> list[Name]:
        """All that any filter lets count."""
        return [Name(self.id, text) for text in (self.id, self.name, *(self.forms or ()))]

    def may_be(self, type_: str | None) -> bool:
        """Whether its type may be this one under some filter."""
        return type_ is None or self.upper or self.type.casefold() == type_.casefold()


def search(tx: Transaction, text: str, *, limit: int, type: str | None, passing: Conditions) -> list[ConceptHit]:
    """Concepts whose name, form seen or id is like the text, best first, then by id."""
    candidates = [candidate for candidate in _candidates(tx, text) if candidate.may_be(type)]
    at_best = list(NameIndex(name for candidate in candidates for name in candidate.names).matches(text))
    hits: list[ConceptHit] = []
    for start in range(0, len(at_best), LOOKED_UP_AT_ONCE):
        matches = at_best[start : start + LOOKED_UP_AT_ONCE]
        if len(hits) >= limit and (limit < 1 or _rank(hits[limit - 1]) <= _rank_at_best(matches[0])):
            break
        found = _hits(tx, text, [match.concept for match in matches], passing)
        hits += (hit for hit in found if type is None or hit.concept.type.casefold() == type.casefold())
        hits.sort(key=_rank)
    return hits[: max(limit, 0)]


def _candidates(tx: Transaction, text: str) -> Iterable[_Candidate]:
    if not (query := name_query(search_key(text))):
        return []
    found = rows(tx, _LIKE, wanted=query, limit=CANDIDATES)
    if CURIE.fullmatch(search_key(text)):
        found += rows(tx, _BY_ID, text=text.strip(), limit=CANDIDATES)
    return {row[0]: _Candidate(*row) for row in found}.values()


def _hits(tx: Transaction, text: str, concept_ids: Sequence[str], passing: Conditions) -> list[ConceptHit]:
    """Those of the concepts that pass, by the names that pass."""
    views = {view.id: view for view in concept_views(tx, concept_ids, passing)}
    given = {} if passing.where.every_document else _given_names(tx, list(views), passing)
    names = [name for view in views.values() for name in _names(view, given.get(view.id))]
    return [
        ConceptHit(concept=views[match.concept], score=match.score, matched=match.matched)
        for match in NameIndex(names).matches(text)
    ]


def _names(view: ConceptView, given: Iterable[str] | None) -> list[Name]:
    return [Name(view.id, text) for text in (view.id, *((view.name,) if given is None else given), *view.synonyms_seen)]


def _given_names(tx: Transaction, concept_ids: Sequence[str], passing: Conditions) -> dict[str, list[str]]:
    """The preferred names that passing documents give concepts."""
    found = rows(tx, _GIVEN.format(document=passing.on_document), passing.parameters, ids=list(concept_ids))
    return {concept_id: [merged_description([body]).name for body in bodies] for concept_id, bodies in found}


def _rank(hit: ConceptHit) -> tuple[float, str]:
    return -hit.score, hit.concept.id


def _rank_at_best(match: Match) -> tuple[float, str]:
    return -match.score, match.concept
