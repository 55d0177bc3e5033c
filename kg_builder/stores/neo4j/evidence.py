"""Evidence sentences by their words, from a full-text index of relationships."""

from __future__ import annotations

from collections.abc import Iterable

from kg_builder.stores.evidence_search import (
    CANDIDATES,
    asked_words,
    best_sentences,
    candidates,
    hits,
    wanted,
)
from kg_builder.stores.neo4j.asking import Conditions, Transaction, relations, rows
from kg_builder.stores.neo4j.names import Names, quoted
from kg_builder.stores.neo4j.relations import RETURN, Row, names_in, stated_in
from kg_builder.stores.views import SentenceHit

INDEX = "evidence_words"

_OPTIONS = "{indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: true}}"
"""Words are as `evidence_search` gives them. What is written is indexed a moment later, which a search waits for."""

_WAIT = "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()"
_COUNTS = """
UNWIND $words AS word
CALL db.index.fulltext.queryRelationships('evidence_words', '"' + word + '"', {limit: $limit}) YIELD relationship
RETURN word, count(relationship)
"""
_TOTAL = "MATCH (:Concept)-[r:{types}]->(:Concept) RETURN count(r)"
_WITH_WORDS = (
    """
CALL db.index.fulltext.queryRelationships('evidence_words', $wanted) YIELD relationship AS r
WITH r, startNode(r) AS s, endNode(r) AS o WHERE {passes}
WITH r, s, o LIMIT $limit
"""
    + RETURN
)
_COVERED = "SHOW FULLTEXT INDEXES YIELD name, labelsOrTypes WHERE name = 'evidence_words' RETURN labelsOrTypes"


def index(names: Names) -> str:
    """The definition of the index for relations of these names; ``$`` stands for its own name."""
    return _definition(names.relationship_types)


def covered(tx: Transaction) -> set[str]:
    """The relationship types that the index has."""
    return {name for (types,) in rows(tx, _COVERED) for name in types}


def replace_index(tx: Transaction, types: Iterable[str]) -> None:
    """Make the index again, for these types."""
    tx.run(f"DROP INDEX {INDEX} IF EXISTS").consume()
    tx.run(f"CREATE {_definition(sorted(types)).replace('$', INDEX)}").consume()


def sentences_with(tx: Transaction, text: str, *, limit: int, passing: Conditions) -> list[SentenceHit]:
    """Sentences behind relations that have words of the text, best first."""
    if not (words := asked_words(text)):
        return []
    rows(tx, _WAIT)
    counts = dict.fromkeys(words, 0) | dict(rows(tx, _COUNTS, words=words, limit=CANDIDATES))
    [[total]] = rows(tx, _TOTAL.format(types=relations(tx)))
    look_for = wanted(counts, total)
    if look_for is None:
        return []
    query = _WITH_WORDS.format(passes=passing.on_relation("r"))

    def ask(wanted_words: str, most: int) -> list[Row]:
        return [Row(*row) for row in rows(tx, query, passing.parameters, wanted=wanted_words, limit=most)]

    found = candidates(look_for.queries, ask, lambda row: row.place)
    best = best_sentences(stated_in(tx, found), look_for, limit)
    return hits(best, names_in(tx, found))


def _definition(types: Iterable[str]) -> str:
    named = "|".join(map(quoted, types))
    return f"FULLTEXT INDEX $ IF NOT EXISTS FOR ()-[r:{named}]-() ON EACH [r.words] OPTIONS {_OPTIONS}"
