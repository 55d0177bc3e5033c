"""Readers of pages: one a page and need, each in a folder of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.documentation.pages import Block, blocks
from tests.documentation.reader import Reader, make_reader
from tests.documentation.world import Graphs, furnish, shipped

Read = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Blocks may connect to servers on this machine that other blocks have started."""
    for item in items:
        if "read" in getattr(item, "fixturenames", ()):
            of_ray = "ray " in item.name  # its parts talk over sockets of this machine's own address
            loopback = pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])
            item.add_marker(pytest.mark.enable_socket if of_ray else loopback)


@pytest.fixture(scope="session")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Graphs:
    """The graphs that pages speak of, built once."""
    return Graphs(tmp_path_factory.mktemp("graphs")).build()


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory, graphs: Graphs) -> Iterator[Read]:
    """Reads a block, after those before it on its page that need the same."""
    readers: dict[tuple[str, str], Reader] = {}
    before = shipped()

    def read_block(block: Block, *, neo4j: str = "", prepare: Callable[[Reader], None] = lambda _: None) -> None:
        key = (block.page, block.lane)
        if key not in readers:
            of_page = [one for one in blocks() if (one.page, one.lane) == key]
            folder = tmp_path_factory.mktemp(re.sub(r"\W+", "-", "-".join(key)))
            furnish(folder, graphs, [one for one in blocks() if one.page == block.page])
            readers[key] = make_reader(of_page, folder, neo4j=neo4j)
            prepare(readers[key])
        readers[key].read(block)

    yield read_block
    for reader in readers.values():
        reader.close()
    assert shipped() == before, "a block has written into the repository"
