"""The command ``kg-builder deidentify``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
NOTE = "Patient: Tadeusz Okoro\r\nSeen 03/04/2021 by Dr. Parkinson for Parkinson disease. MRN: 4471982\n"
MASKED = "Patient: [NAME-1]\r\nSeen [DATE-1] by Dr. [NAME-2] for Parkinson disease. MRN: [RECORD-1]\n"
SECRETS = ("Okoro", "03/04", "4471982")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    (folder / "ward").mkdir(parents=True)
    (folder / "a.txt").write_bytes(NOTE.encode())
    (folder / "ward" / "b.md").write_text("Bệnh nhân Nguyễn Thị Sương nhập viện ngày 3/4/2021.\n")
    return folder


def test_a_folder_keeps_its_shape_and_the_report_tells_no_text(kg_builder_command: Run, notes: Path) -> None:
    done = kg_builder_command("deidentify", "notes", "-o", "out", "--report", "report.json")
    out = notes.parent / "out"
    assert (out / "a.txt").read_bytes().decode() == MASKED
    assert (out / "ward" / "b.md").read_text() == "Bệnh nhân [NAME-1] nhập viện [DATE-1].\n"
    report = json.loads((notes.parent / "report.json").read_text())
    assert report["identifiers"] == {"DATE": 2, "NAME": 3, "RECORD": 1}
    assert (report["files"], report["failed"]) == (2, 0)
    said = done.stdout + done.stderr + json.dumps(report)
    assert not [secret for secret in SECRETS if secret in said]


def test_standard_input_to_standard_output(kg_builder_command: Run) -> None:
    done = kg_builder_command("deidentify", "-", input=NOTE.replace("\r", ""))
    assert done.stdout == MASKED.replace("\r", "")
    assert "2 NAME, 1 DATE, 1 RECORD" in done.stderr


def test_a_file_that_cannot_be_read_fails_alone(kg_builder_command: Run, notes: Path) -> None:
    (notes / "c.txt").write_bytes(b"\xff\xfe\x00")
    done = kg_builder_command("deidentify", "notes", "-o", "out", "--json", expect=1)
    told = json.loads(done.stdout)
    assert (told["files"], told["failed"]) == (3, 1)
    assert not (notes.parent / "out" / "c.txt").exists()
    assert (notes.parent / "out" / "a.txt").exists()


@pytest.mark.parametrize(
    "arguments",
    [("notes",), ("notes", "-o", "notes"), ("nowhere.txt", "-o", "out"), ("notes/a.txt", "notes/a.txt"), ("-", "-")],
)
def test_usage_that_cannot_be_meant(kg_builder_command: Run, notes: Path, arguments: tuple[str, ...]) -> None:
    kg_builder_command("deidentify", *arguments, expect=2)
    assert (notes / "a.txt").read_bytes() == NOTE.encode()
