"""Who found what the file holds, and with which settings its documents were read."""

from __future__ import annotations

import sqlite3
from collections import Counter

from kg_builder.stores.rows import provenances_from_json
from kg_builder.stores.views import FoundBy, Origins

_MENTIONS = """
SELECT d.provenances, m.provenance, sum(length(m.concepts) - length(replace(m.concepts, ' ', '')) - 1)
FROM mentions m JOIN documents d ON d.key = m.document GROUP BY 1, 2
"""
"""Concepts are listed with a space before, between and after them."""
_RELATIONS = """
SELECT d.provenances, r.provenance, count(*)
FROM relations r JOIN documents d ON d.key = r.document GROUP BY 1, 2
"""
_SETTINGS = "SELECT settings_hash, count(*) FROM documents GROUP BY 1"


def origins(connection: sqlite3.Connection) -> Origins:
    """Of everything that is there, whatever people said of it."""
    settings = dict(connection.execute(_SETTINGS).fetchall())
    return merged_origins(_counted(connection, _MENTIONS), _counted(connection, _RELATIONS), settings)


def merged_origins(
    mentions: Counter[tuple[str, str | None]], relations: Counter[tuple[str, str | None]], settings: dict[str, int]
) -> Origins:
    """From counts by (extractor, model), the most first."""
    found = [
        FoundBy(extractor=who[0], model=who[1], mentions=mentions[who], relations=relations[who])
        for who in {*mentions, *relations}
    ]
    found.sort(key=lambda one: (-one.mentions - one.relations, one.extractor, one.model or ""))
    return Origins(found=tuple(found), settings=dict(sorted(settings.items(), key=lambda item: (-item[1], item[0]))))


def _counted(connection: sqlite3.Connection, query: str) -> Counter[tuple[str, str | None]]:
    counts: Counter[tuple[str, str | None]] = Counter()
    for body, position, count in connection.execute(query):
        who = provenances_from_json(body)[position]
        counts[who.extractor, who.model] += count
    return counts
