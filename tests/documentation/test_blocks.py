"""Every block of the documentation that needs no server and no extra: run, or checked as what it is.

The pages of `docs` from m on are in a file of their own, so that two processes can share the work.
"""

from __future__ import annotations

import pytest

from tests.documentation.conftest import Read
from tests.documentation.pages import ROOT, Block, blocks
from tests.documentation.reader import is_of_the_gate

pytestmark = pytest.mark.slow

PLAIN = [block for block in blocks() if not block.lane and block.page < "docs/m"]


@pytest.mark.parametrize("block", PLAIN, ids=lambda block: block.id)
def test_block(block: Block, read: Read) -> None:
    read(block)


def test_the_gate_runs_the_first_two_blocks_of_commands_of_the_readme_itself() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [block.rank for block in PLAIN if is_of_the_gate(block)] == [1, 2]
    assert "readme_block 1 | tee /dev/stderr | bash -euo pipefail -s" in gate
    assert "readme_block 2 | tee /dev/stderr | bash -euo pipefail -s" in gate
