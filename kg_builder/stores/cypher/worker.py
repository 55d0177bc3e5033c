"""Runs queries in a process of its own: ``python -m kg_builder.stores.cypher.worker``.

What it is asked is read from standard input and answered on standard output, one JSON object a line: first batches of
the graph (see `kg_builder.stores.cypher.natural_graph`), then queries. Once the graph is there, the process may open
no more files and takes no more memory than it is given: whatever a query tries, the process alone suffers.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import kglite

from kg_builder.stores.cypher.answers import node, path, relationship

MEMORY_BYTES = 1 << 30
"""For queries, beyond what the graph takes."""
LONGEST_ANSWER = 4_000_000
"""Characters of JSON."""


def main() -> None:
    """Take the graph, then answer queries until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    graph = kglite.KnowledgeGraph()
    frozen: Any = None
    for line in sys.stdin:
        message = json.loads(line)
        if "kind" in message:
            _add(graph, message)
            continue
        if frozen is None:
            frozen = graph.freeze()
            _confine()
        told = json.dumps(_answer(frozen, message), default=str)
        print(told if len(told) < LONGEST_ANSWER else '{"failed": "size"}', file=answers, flush=True)


def _add(graph: Any, batch: Mapping[str, Any]) -> None:
    rows = batch["rows"]
    if batch["kind"] == "nodes":
        for row in rows:
            if "date" in row:
                row["date"] = dt.date.fromisoformat(row["date"])
        labels = ":".join(f"`{name}`" for name in batch["names"])
        graph.cypher(f"UNWIND $rows AS row CREATE (n:{labels}) SET n += row", params={"rows": rows})
        return
    start, type_ = batch["names"]
    statement = (
        f"UNWIND $rows AS row MATCH (a:{start} {{id: row.subject}}), (b:Concept {{id: row.object}}) "
        f"CREATE (a)-[r:`{type_}`]->(b) SET r += row.properties"
    )
    graph.cypher(statement, params={"rows": rows})


def _confine() -> None:
    """No files, no more memory than `MEMORY_BYTES`; where the system knows no such limits, without."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _answer(graph: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    limit = asked["limit"]
    try:
        result = graph.cypher(asked["query"], timeout_ms=int(asked["seconds"] * 1000), row_limit=limit + 1)
        rows = [[_value(row[name]) for name in result.columns] for row in result.to_list()]
    except kglite.CypherTimeoutError:
        return {"failed": "time"}
    except Exception as error:  # noqa: BLE001 - of the query, whatever the engine calls it
        return {"failed": "query", "message": str(error)[:500]}
    warnings = [warning for warning in result.warnings if "row_limit" not in warning]
    return {"columns": result.columns, "rows": rows[:limit], "cut": len(rows) > limit, "warnings": warnings[:5]}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_value, value))
    if isinstance(value, dict):
        return _of_map(value)
    return value


def _of_map(value: dict[str, Any]) -> Any:
    if value.keys() == {"id", "labels", "properties"}:
        carried = value["properties"]
        label = set(value["labels"])
        return node(
            value["labels"], {name: carried[name] for name in carried if (name, label) != ("type", {"Document"})}
        )
    if value.keys() == {"id", "start", "end", "type", "properties"}:
        return relationship(value["type"], value["properties"])
    if value.keys() == {"nodes", "relationships"}:
        nodes, edges = value["nodes"], value["relationships"]
        forward = [edge["start"] == start["id"] for start, edge in zip(nodes, edges, strict=False)]
        return path(list(map(_value, nodes)), list(map(_value, edges)), forward)
    return {name: _value(one) for name, one in value.items()}


if __name__ == "__main__":
    main()
