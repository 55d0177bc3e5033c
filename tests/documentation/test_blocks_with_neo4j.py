"""Blocks that need a Neo4j server: run on the one that the tests of the store start."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.documentation.conftest import Read
from tests.documentation.pages import Block, blocks
from tests.documentation.reader import Reader
from tests.neo4j.fixtures import Servers, wipe

ON_A_SERVER = [block for block in blocks() if block.lane == "neo4j"]


def prepare(reader: Reader) -> None:
    """The server holds graph.kg, and nothing else."""
    wipe(reader.neo4j)
    reader.shell.run(f"kg-builder copy graph.kg {reader.neo4j}")


@pytest.mark.filterwarnings("default")  # those of other libraries are their own
@pytest.mark.parametrize("block", ON_A_SERVER, ids=lambda block: block.id)
def test_block(block: Block, read: Read, neo4j_servers: Servers) -> None:
    if block.notes.get("extra") == "neo4j-interop" and find_spec("langchain_neo4j") is None:
        pytest.skip("langchain_neo4j not installed (extra 'neo4j-interop')")
    read(block, neo4j=neo4j_servers.uris()[0], prepare=prepare)
