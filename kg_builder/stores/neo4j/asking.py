"""Asking the database, and filters as conditions of Cypher.

Queries are put together from constants alone: every value is a parameter. In them `d` is a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import neo4j

from kg_builder.stores.neo4j.bodies import carried
from kg_builder.stores.neo4j.names import RELATED, quoted
from kg_builder.stores.neo4j.part_rows import FACET_SEPARATOR, indexed
from kg_builder.stores.rows import wanted_facets
from kg_builder.stores.views import EVERYTHING, Filter

Transaction = neo4j.ManagedTransaction

NOT_RELATIONS = frozenset({"MENTIONS", "DESCRIBES", "IS_A"})

_ON_DOCUMENT = {
    "patient": "d.patient = $patient",
    "encounter": "d.encounter = $encounter",
    "kind": "d.kind = $kind",
    "language": "d.language = $language",
    "since": "d.date >= $since",
    "until": "d.date <= $until",
    "documents": "d.id IN $documents",
}
"""What a filter's fields ask of a document. Those that are facets too are here for the sake of their index."""
_FACETS = "all(wanted IN $facets WHERE any(facet IN wanted WHERE facet IN d.facets))"


class Conditions(NamedTuple):
    """A filter."""

    where: Filter
    parameters: Mapping[str, Any]

    @property
    def everything(self) -> bool:
        """Whether there is no condition."""
        return self.where == EVERYTHING

    @property
    def every_statement(self) -> bool:
        """Whether no condition is about statements."""
        return self.where.every_statement

    @property
    def on_document(self) -> str:
        """What must hold of a document `d`."""
        asked = [_ON_DOCUMENT[name] for name in _ON_DOCUMENT if name in self.parameters]
        return " AND ".join([*asked, _FACETS] if "facets" in self.parameters else asked) or "true"

    def on_statement(self, edge: str) -> str:
        """What must hold of a mention or relation, apart from its document."""
        asked = ["true"]
        if self.where.assertions is not None:
            asked.append(f"{edge}.assertion IN $assertions")
        if self.where.min_confidence is not None:
            asked.append(f"({edge}.confidence IS NULL OR {edge}.confidence >= $min_confidence)")
        if self.where.reviews is not None:
            asked.append(f"{edge}.review IN $reviews")
        return " AND ".join(asked)

    def on_mention(self, edge: str) -> str:
        """What must hold of a mention and of `d`, which it starts at."""
        return f"{self.on_statement(edge)} AND {self.on_document}"

    def on_relation(self, edge: str) -> str:
        """What must hold of a relation and of its document."""
        if self.where.every_document:
            return self.on_statement(edge)
        stating = f"EXISTS {{ MATCH (d:Document {{id: {edge}.document}}) WHERE {self.on_document} }}"
        return f"{self.on_statement(edge)} AND {stating}"


def conditions(where: Filter) -> Conditions:
    """A filter as conditions."""
    fields = {name: getattr(where, name) for name in _ON_DOCUMENT}
    parameters: dict[str, Any] = {
        name: indexed(value) if isinstance(value, str) else value for name, value in fields.items() if value is not None
    }
    if where.documents is not None:
        parameters["documents"] = sorted(where.documents)
    if facets := wanted_facets(where):
        parameters["facets"] = [[f"{name}{FACET_SEPARATOR}{value}" for value in values] for name, values in facets]
    if where.assertions is not None:
        parameters["assertions"] = sorted(where.assertions)
    if where.min_confidence is not None:
        parameters["min_confidence"] = where.min_confidence
    if where.reviews is not None:
        parameters["reviews"] = sorted(where.reviews)
    return Conditions(where, parameters)


def rows(tx: Transaction, query: str, parameters: Mapping[str, Any] | None = None, **others: Any) -> list[list[Any]]:
    """What a query returns, as lists of the values of its columns."""
    given = {**(parameters or {}), **others}
    return tx.run(query, {name: _sendable(value) for name, value in given.items()}).values()


def relations(tx: Transaction) -> str:
    """The relationship types of relations as a pattern has them: ```INDUCES`|`TREATS```.

    Those that the database has, whatever schemas this store was opened with.
    """
    [[found]] = rows(tx, "CALL db.relationshipTypes() YIELD relationshipType RETURN collect(relationshipType)")
    return "|".join(_quoted(found) or [quoted(RELATED)])


def _quoted(types: list[str]) -> list[str]:
    names = []
    for name in sorted(set(types) - NOT_RELATIONS):
        try:
            names.append(quoted(name))
        except ValueError:  # not of the names that a store writes
            continue
    return names


def _sendable(value: Any) -> Any:
    if isinstance(value, str):
        return carried(value)
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    return value
