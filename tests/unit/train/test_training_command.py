"""``kg-builder train``: wrong recipes and missing parts end with a message and a code."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run


def test_a_wrong_recipe_is_told_in_one_message(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\nepochs: none\n")
    finished = kg_builder_command("train", "ner", "--config", "mine.yaml", expect=2)
    assert "mine.yaml: corpora: is missing" in finished.stderr
    assert "mine.yaml: epochs: Input should be a valid integer" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_without_the_extra_the_command_says_what_to_install(kg_builder_command: Run) -> None:
    finished = kg_builder_command("train", "ner", "--config", "ner-dev", expect=4)
    assert "'train'" in finished.stderr
    assert "pip install" in finished.stderr
