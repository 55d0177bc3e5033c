"""A filter, as parameters of the store's statements."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from kg_builder.stores import sql
from kg_builder.stores.rows import dumps, packed, wanted_facets
from kg_builder.stores.views import EVERYTHING, STANDING, Filter


class Choice(NamedTuple):
    """What of the graph counts."""

    chosen: str | None
    """Keys of the documents, as a JSON list; None: all of them."""
    assertions: str | None
    """As a JSON list; None: all of them."""
    min_confidence: float | None
    reviews: str | None
    """As a JSON list; None: whatever a person said."""

    @property
    def every_statement(self) -> bool:
        """Whether no condition is about statements."""
        return self.assertions is None and self.min_confidence is None and self.reviews is None

    @property
    def everything(self) -> bool:
        """Whether there is no condition."""
        return self == ALL

    def parameters(self, **others: Any) -> dict[str, Any]:
        """Parameters by name, with those that the statement takes besides."""
        return self._asdict() | others


ALL = Choice(None, None, None, None)


def choose(connection: sqlite3.Connection, where: Filter) -> Choice:
    """Find the documents that pass, and state what statements must meet."""
    where = without_vacuous(connection, where)
    if where == EVERYTHING:
        return ALL
    chosen = None if where.every_document else _chosen_documents(connection, where)
    return statements_only(where)._replace(chosen=chosen)


def without_vacuous(connection: sqlite3.Connection, where: Filter) -> Filter:
    """The filter, less the condition that nothing was rejected where nothing was."""
    if where.reviews != STANDING or connection.execute(sql.ANY_REJECTED).fetchone()[0]:
        return where
    return where.model_copy(update={"reviews": None})


def statements_only(where: Filter) -> Choice:
    """What statements must meet, in a document that is known to pass."""
    assertions = None if where.assertions is None else dumps(sorted(where.assertions))
    reviews = None if where.reviews is None else dumps(sorted(where.reviews))
    return Choice(None, assertions, where.min_confidence, reviews)


def _chosen_documents(connection: sqlite3.Connection, where: Filter) -> str:
    parameters = {
        "language": None if where.language is None else packed(where.language),
        "since": where.since and where.since.isoformat(),
        "until": where.until and where.until.isoformat(),
        "ids": None if where.documents is None else dumps(sorted(where.documents)),
        "facets": dumps(wanted_facets(where)),
    }
    return str(connection.execute(sql.CHOSEN_DOCUMENTS, parameters).fetchone()[0])
