"""Who found what the database holds, and with which settings its documents were read."""

from __future__ import annotations

from collections import Counter

from kg_builder.stores.neo4j.asking import Transaction, rows
from kg_builder.stores.origins import merged_origins
from kg_builder.stores.views import Origins

_MENTIONS = "MATCH (:Document)-[m:MENTIONS]->(:Concept) RETURN m.extractor, m.model, count(*)"
_RELATIONS = """
MATCH (:Concept)-[r]->(:Concept) WHERE r.document IS NOT NULL RETURN r.extractor, r.model, count(*)
"""
_SETTINGS = "MATCH (d:Document) RETURN d.settings_hash, count(*)"


def origins(tx: Transaction) -> Origins:
    """Of everything that is there, whatever people said of it."""
    settings = dict(rows(tx, _SETTINGS))
    return merged_origins(_counted(tx, _MENTIONS), _counted(tx, _RELATIONS), settings)


def _counted(tx: Transaction, query: str) -> Counter[tuple[str, str | None]]:
    return Counter({(extractor, model): count for extractor, model, count in rows(tx, query)})
