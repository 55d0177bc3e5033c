"""The default settings need nothing but the installed package: no network, no model downloaded, no identifier kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

NO_NETWORK = """
import socket, sys
from pathlib import Path

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        Path(__file__).with_name("attempts").open("a").write(f"{event}\\n")
        raise OSError("no network here")

sys.addaudithook(refuse)
"""
"""Imported by Python before anything else; an audit hook sees every connection that Python code makes."""

CASE = (
    "Cisplatin-induced acute kidney injury. A 61-year-old man received cisplatin for bladder cancer. "
    "On day six acute kidney injury induced by cisplatin was diagnosed."
)
NOTE = "The patient has hypertension and takes enalapril. Enalapril caused a dry cough. No chest pain."


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """An environment without network and with nothing in it: no home, and none of the switches (CI, offline modes)
    that keep libraries from reaching out by themselves.
    """
    (tmp_path / "site").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_NETWORK)
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "PYTHONPATH": str(tmp_path / "site")}


@pytest.mark.slow
def test_a_build_with_default_settings_works_without_network(
    kg_builder_command: Run, nowhere: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "case.txt").write_text(CASE)
    (tmp_path / "note.txt").write_text(NOTE)
    finished = kg_builder_command("build", "case.txt", "note.txt", "--store", "g.kg", "--json", env=nowhere)
    assert json.loads(finished.stdout)["written"] == 2
    shown = json.loads(kg_builder_command("show", "g.kg", "--json", env=nowhere).stdout)
    assert shown["mentions"] >= 6
    found = kg_builder_command(
        "query", "neighbours", "g.kg", "cisplatin", "--predicate", "INDUCES", "--json", env=nowhere
    )
    names = {relation["object_name"].casefold() for relation in json.loads(found.stdout)["relations"]}
    assert "acute kidney injury" in names
    assert not (tmp_path / "site" / "attempts").exists(), "nothing even tries to reach the network"
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path.suffix for path in kept if path.suffix != ".lock"] == [".sqlite"], "no identifier, model or telemetry"
    assert all(path.name.startswith("terminology-") and path.parent.name == "kg_builder" for path in kept)


def test_the_blocked_network_is_blocked(nowhere: dict[str, str], tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    finished = subprocess.run([sys.executable, "-c", code], env=nowhere, capture_output=True, text=True, check=False)
    assert "no network here" in finished.stderr
    assert (tmp_path / "site" / "attempts").exists()
