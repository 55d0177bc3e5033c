"""What is on disk is in the wheel, and the import package is where static tools look for it."""

from __future__ import annotations

import fnmatch
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def setuptools_table() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    return table


def package_folders() -> dict[str, Path]:
    """Every package on disk by name, as the mapping of root folders makes it."""
    roots = {
        "kg_builder": ROOT / "kg_builder",
        "kg_builder.graphs": ROOT / "graphs",
        "kg_builder.tools": ROOT / "tools",
    }
    found = {}
    for name, root in roots.items():
        for init in root.rglob("__init__.py"):
            parts = init.parent.relative_to(root).parts
            if root.name == "kg_builder" and parts[:1] in {("graphs",), ("tools",)}:
                continue
            found[".".join((name, *parts))] = init.parent
    return found


def test_every_package_on_disk_is_listed(setuptools_table: dict[str, Any]) -> None:
    assert sorted(setuptools_table["packages"]) == sorted(package_folders())


def test_every_data_file_is_matched(setuptools_table: dict[str, Any]) -> None:
    patterns = setuptools_table["package-data"]["*"]
    for folder in package_folders().values():
        for file in folder.iterdir():
            if file.is_file() and file.suffix not in {".py", ".pyc"}:
                assert any(fnmatch.fnmatch(file.name, pattern) for pattern in patterns), file.relative_to(ROOT)


def test_no_data_lies_in_a_folder_that_is_no_package() -> None:
    packages = {folder.resolve() for folder in package_folders().values()}
    for root in (ROOT / "kg_builder", ROOT / "graphs", ROOT / "tools"):
        for file in root.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert file.parent.resolve() in packages, file.relative_to(ROOT)


@pytest.mark.parametrize("name", ["graphs", "tools"])
def test_links_point_to_the_root_folders(name: str) -> None:
    link = ROOT / "kg_builder" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..") / name


HEAVY = ("torch", "transformers", "onnxruntime", "tokenizers", "numpy", "networkx", "neo4j", "langgraph")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, kg_builder; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_importing_the_package_is_quick() -> None:
    code = "import time; t = time.perf_counter(); import kg_builder; print(time.perf_counter() - t)"
    times = sorted(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))
    assert times[2] < 0.25


def test_help_is_quick() -> None:
    import time

    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([str(Path(sys.executable).with_name("kg-builder")), "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    assert sorted(times)[2] < 0.4


def test_every_public_name_of_the_package_resolves() -> None:
    import kg_builder

    for name in kg_builder.__all__:
        assert getattr(kg_builder, name) is not None
