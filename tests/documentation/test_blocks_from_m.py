"""The blocks of the pages that `test_blocks.py` leaves."""

from __future__ import annotations

import pytest

from tests.documentation.conftest import Read
from tests.documentation.pages import Block, blocks

pytestmark = pytest.mark.slow

PLAIN = [block for block in blocks() if not block.lane and block.page >= "docs/m"]


@pytest.mark.parametrize("block", PLAIN, ids=lambda block: block.id)
def test_block(block: Block, read: Read) -> None:
    read(block)
