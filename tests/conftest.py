"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

pytest_plugins = ["tests.neo4j.fixtures"]
ROOT = Path(__file__).parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def sample_texts() -> Path:
    """The bundled example texts."""
    return ROOT / "examples" / "texts"


@pytest.fixture
def kg_builder_command(tmp_path: Path) -> Run:
    """Runs the installed command in a temporary folder; returns the finished process.

    `settings`: ``KG_BUILDER_*`` variables by name; those of the caller's environment don't count, but for the cache.
    """

    def run(
        *arguments: str | Path,
        expect: int | Sequence[int] = 0,
        settings: Mapping[str, str] | None = None,
        **options: object,
    ) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("kg-builder")), *map(str, arguments)]
        outside = {key: value for key, value in os.environ.items() if not key.startswith("KG_BUILDER_")}
        cache = {key: value for key, value in os.environ.items() if key == "KG_BUILDER_CACHE"}
        environment = outside | cache | dict(settings or {})
        values: dict[str, object] = {"cwd": tmp_path, "env": environment | {"COLUMNS": "200"}} | options
        finished = subprocess.run(command, capture_output=True, text=True, check=False, **values)  # type: ignore[call-overload]
        expected = (expect,) if isinstance(expect, int) else expect
        assert finished.returncode in expected, f"{finished.args} → {finished.returncode}\n{finished.stderr}"
        result: subprocess.CompletedProcess[str] = finished
        return result

    return run
