"""Examples in docstrings, which the reference shows: each is run; a result that isn't shown isn't compared."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.documentation.pages import ROOT


def with_examples() -> list[str]:
    """Modules whose docstrings hold some."""
    files = [path for folder in ("kg_builder", "graphs", "tools") for path in sorted((ROOT / folder).rglob("*.py"))]
    ours = [path for path in files if not {"graphs", "tools"} & set(path.relative_to(ROOT).parts[1:])]
    found = [path for path in ours if ">>> " in path.read_text(encoding="utf-8")]
    return [_name(path.relative_to(ROOT)) for path in found]


def _name(path: Path) -> str:
    parts = [*path.with_suffix("").parts]
    named = parts if parts[0] == "kg_builder" else ["kg_builder", *parts]
    return ".".join(named).removesuffix(".__init__")


class Shown(doctest.OutputChecker):
    """Holds a result only against one that is shown."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Whether they agree."""
        return not want or super().check_output(want, got, optionflags)


@pytest.mark.parametrize("name", with_examples())
def test_examples_in_docstrings_run(name: str) -> None:
    module = import_module(name)
    runner = doctest.DocTestRunner(Shown(), verbose=False, optionflags=doctest.ELLIPSIS)
    told: list[str] = []
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(test, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)
