"""The MCP server over a graph in Neo4j."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from kg_builder.stores.neo4j.store import Neo4jStore
from tests.conformance.conftest import sample_part

mcp = pytest.importorskip("mcp")


def test_tools_are_served_over_neo4j(empty_neo4j: str) -> None:
    with Neo4jStore(empty_neo4j) as store:
        store.write(sample_part("n1", "Gave aspirin; then bleeding.", ("aspirin", "INDUCES", "bleeding")))

    async def ask() -> tuple[set[str], Any, Any]:
        command = str(Path(sys.executable).with_name("kg-builder"))
        passed = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "KG_BUILDER_CACHE"}}
        server = mcp.StdioServerParameters(command=command, args=["mcp", empty_neo4j], env=passed)
        with anyio.fail_after(120):
            async with mcp.Client(server) as client:
                names = {tool.name for tool in (await client.list_tools()).tools}
                query = {"query": "MATCH (:Chemical)-[r:INDUCES]->(:Disease) RETURN r"}
                rows = await client.call_tool("run_cypher", query)
                refused = await client.call_tool("run_cypher", {"query": "MATCH (n) RETURN n"})
        return names, rows, refused

    names, rows, refused = anyio.run(ask)

    assert {"run_cypher", "neighbours"} <= names
    assert "[n1:0-28]" in rows.content[0].text
    assert refused.is_error
    assert "Give each node a label" in refused.content[0].text
