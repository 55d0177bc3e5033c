"""Everything that is shown to users runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run_script(code: str, folder: Path) -> str:
    """Run Python code in a folder of its own; give its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_BUILDER_")}
    command = [sys.executable, "-W", "error", "-c", code]
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_run_and_are_short(path: Path, tmp_path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert len(code.splitlines()) < 60
    if "opentelemetry" in code:
        pytest.importorskip("opentelemetry.sdk")
    if "from mcp" in code:
        pytest.importorskip("mcp")
    assert "INDUCES" in run_script(code, tmp_path)


def python_blocks() -> Iterator[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    yield from re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("code", list(python_blocks()))
def test_the_readmes_python_runs(code: str, tmp_path: Path) -> None:
    assert "Cisplatin INDUCES Acute Kidney Injury" in run_script(code, tmp_path)


def test_langgraph_finds_the_workflow() -> None:
    described = json.loads((ROOT / "langgraph.json").read_text())
    for target in described["graphs"].values():
        module, name = target.split(":")
        assert hasattr(getattr(import_module(module), name), "invoke")


def test_nothing_sends_people_to_the_other_projects_package() -> None:
    """``kg-builder`` on the package index is somebody else's."""
    wrong = re.compile(r"pip install\s+(?:-\S+\s+)*['\"]?kg[-_]builder\b")
    for folder in ("kg_builder", "graphs", "tools", "examples", "benchmarks", "."):
        for path in (ROOT / folder).glob("*.md" if folder == "." else "**/*.*"):
            if path.suffix in {".py", ".md", ".yaml", ".tsv"}:
                assert not wrong.search(path.read_text(encoding="utf-8")), path
