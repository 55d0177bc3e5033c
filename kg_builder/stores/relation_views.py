"""Relations from the tables, with names and evidence sentences."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from kg_builder.stores import sql
from kg_builder.stores.choice import Choice
from kg_builder.stores.evidence_search import CANDIDATES, asked_words, best_sentences, candidates, hits, wanted
from kg_builder.stores.graph_loading import descriptions
from kg_builder.stores.rows import dumps, provenances_from_json, relation_from_row, unpacked
from kg_builder.stores.stated_relations import (
    Stated,
    best_first,
    in_document,
    merged_views,
    path,
    same_name,
    stated,
)
from kg_builder.stores.views import Path, RelationView, SentenceHit

RELATIONS_A_PAGE = 200

Ends = tuple[str, Any, str]
"""Subject, predicate (as the tables have it) and object: where a page of relations starts."""
START: Ends = ("", "", "")
PREDICATE = 4
"""Its column in the rows that relations are made from."""


def relation_page(
    connection: sqlite3.Connection, after: Ends, choice: Choice
) -> tuple[list[RelationView], Ends | None]:
    """One view a subject, predicate, object, document and assertion, in that order."""
    ends = connection.execute(sql.RELATION_PAGE, (*after, RELATIONS_A_PAGE)).fetchall()
    if not ends:
        return [], None
    return _views(connection, _between(connection, ends[0], ends[-1], choice), in_document), ends[-1]


def one_relation(connection: sqlite3.Connection, ends: Ends, choice: Choice) -> RelationView | None:
    """A relation over all documents that state it; the predicate as written before those that differ in case."""
    subject, predicate, object_ = ends
    spellings = {row[0] for row in connection.execute(sql.PREDICATES_JOINING, (subject, object_))}
    alike = (spelling for spelling in spellings if same_name(unpacked(spelling), predicate))
    for spelling in sorted(alike, key=lambda found: (unpacked(found) != predicate, unpacked(found))):
        key = (subject, spelling, object_)
        if views := _views(connection, _between(connection, key, key, choice)):
            return views[0]
    return None


def relations_of(
    connection: sqlite3.Connection, concepts: Sequence[str], *, predicate: str | None, direction: str, choice: Choice
) -> list[RelationView]:
    """Relations of these concepts over all documents, best supported first."""
    parameters = choice.parameters(
        concepts=dumps(concepts),
        out=direction in {"out", "both"},
        **{"in": direction in {"in", "both"}},
    )
    rows = connection.execute(sql.RELATIONS_OF, parameters)
    wanted = [row for row in rows if predicate is None or same_name(unpacked(row[PREDICATE]), predicate)]
    return sorted(_views(connection, _stated(connection, wanted)), key=best_first)


def paths(connection: sqlite3.Connection, chains: Sequence[tuple[str, ...]], choice: Choice) -> list[Path]:
    """Chains of concepts with their names and, for each step, the best supported relation that joins the two."""
    joining: dict[tuple[str, str], list[RelationView]] = {}
    for chain in chains:
        for one, other in pairwise(chain):
            if (one, other) not in joining:
                rows = connection.execute(sql.RELATIONS_JOINING, choice.parameters(one=one, other=other)).fetchall()
                joining[one, other] = _views(connection, _stated(connection, rows))
    names = _names(connection, {concept for chain in chains for concept in chain})
    return [path(chain, joining, names) for chain in chains]


def sentences_with(connection: sqlite3.Connection, text: str, *, limit: int, choice: Choice) -> list[SentenceHit]:
    """Sentences behind relations that have words of the text, best first."""
    counts = {
        word: connection.execute(sql.COUNT_WITH_WORD, (f'"{word}"', CANDIDATES)).fetchone()[0]
        for word in asked_words(text)
    }
    look_for = wanted(counts, connection.execute("SELECT count(*) FROM relations").fetchone()[0])
    if look_for is None:
        return []

    def ask(query: str, most: int) -> list[Any]:
        return connection.execute(sql.RELATIONS_WITH_WORDS, choice.parameters(wanted=query, limit=most)).fetchall()

    rows = candidates(look_for.queries, ask, lambda row: (row[1], row[2]))
    best = best_sentences(_stated(connection, rows), look_for, limit)
    ends = {end for one in best for item in one.items for end in (item.relation.subject, item.relation.object)}
    return hits(best, _names(connection, ends))


def _between(connection: sqlite3.Connection, first: Ends, last: Ends, choice: Choice) -> list[Stated]:
    bounds = dict(zip(("subject", "predicate", "object"), first, strict=True))
    bounds |= dict(zip(("last_subject", "last_predicate", "last_object"), last, strict=True))
    rows = connection.execute(sql.RELATIONS_BETWEEN, choice.parameters(**bounds)).fetchall()
    return _stated(connection, rows)


def _stated(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> list[Stated]:
    """The rows as relations with evidence, in the same order; each document's text is read once."""
    positions: defaultdict[int, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        positions[row[1]].append(position)
    found: dict[int, Stated] = {}
    for key, places in positions.items():
        text, provenances = connection.execute(
            "SELECT text, provenances FROM texts JOIN documents ON key = document WHERE document = ?", (key,)
        ).fetchone()
        whole, sources = unpacked(text), provenances_from_json(provenances)
        for place in places:
            document, relation = rows[place][0], relation_from_row(rows[place][1:], sources)
            found[place] = stated(document, relation, partial(_stretch, whole))
    return [found[place] for place in range(len(rows))]


def _stretch(text: str, _: int, span: tuple[int, int]) -> str:
    return text[slice(*span)]


def _views(
    connection: sqlite3.Connection, items: Sequence[Stated], apart: Callable[[Stated], Any] = lambda _: None
) -> list[RelationView]:
    """One view a relation, and one for each value of `apart` within it."""
    ends = {end for item in items for end in (item.relation.subject, item.relation.object)}
    return merged_views(items, _names(connection, ends), apart)


def _names(connection: sqlite3.Connection, concept_ids: Iterable[str]) -> dict[str, str]:
    return {concept_id: found.name for concept_id, found in descriptions(connection, concept_ids).items()}
