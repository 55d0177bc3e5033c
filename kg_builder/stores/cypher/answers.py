"""What a query answers, the same from every store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from kg_builder.stores.views import Filter

QUERY_SECONDS = 10.0
"""How long a query may run."""
MOST_ROWS = 1000
HIDDEN = frozenset({"descriptions", "facets", "fingerprint", "settings_hash", "sha256", "title", "upper", "words"})
"""Properties that a whole node or relation is shown without: the store's own."""

Value = Any
"""A string, number, truth value or None; a list or map of values; a node ``{"labels": […], "properties": {…}}``, a
relationship ``{"type": …, "properties": {…}}`` or a path ``{"nodes": […], "relationships": […], "forward": […]}``, of
which ``forward`` tells whether each relationship leads from the node before it to the one after."""


class CypherAnswer(NamedTuple):
    """Rows of a query."""

    columns: tuple[str, ...]
    rows: list[list[Value]]
    cut: bool = False
    """There were more rows."""
    warnings: tuple[str, ...] = ()
    """What the engine said of the query, such as a label that no node has."""


@runtime_checkable
class CypherStore(Protocol):
    """A store that can be asked in Cypher."""

    def asks_in_cypher(self, where: Filter | None = None) -> bool:
        """Whether queries under this filter can be run here."""
        ...

    def cypher(
        self, query: str, *, limit: int = 100, seconds: float = QUERY_SECONDS, where: Filter | None = None
    ) -> CypherAnswer:
        """Run one statement that only reads. A Filter of None lets everything pass.

        Raises InputError for a query that isn't run or that fails, StoreError for a filter that this store can't ask
        under, MissingExtraError where the engine isn't installed.
        """
        ...


def node(labels: Sequence[str], properties: dict[str, Any]) -> Value:
    """A node as a value."""
    return {"labels": sorted(labels), "properties": _shown(properties)}


def relationship(type: str, properties: dict[str, Any]) -> Value:
    """A relationship as a value."""
    return {"type": type, "properties": _shown(properties)}


def path(nodes: Sequence[Value], relationships: Sequence[Value], forward: Sequence[bool]) -> Value:
    """A path as a value."""
    return {"nodes": list(nodes), "relationships": list(relationships), "forward": list(forward)}


def _shown(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: properties[name] for name in sorted(properties) if name not in HIDDEN}
