"""What commands say where there is one of a thing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
DICTIONARY = {"KG_BUILDER_EXTRACTORS": '["lexicon"]', "KG_BUILDER_RELATION_EXTRACTOR": "cooccurrence"}
ONE_OF_MANY = re.compile(
    r"(?<![\d.,–-])1 (?:[a-z]+ )?(bytes|concepts|documents|edges|files|items|lines|mentions|names|relations|"
    r"requests|statements|times|tokens)\b"
)


@pytest.mark.slow
def test_one_is_not_said_to_be_many(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Nausea today.")
    (tmp_path / "own.tsv").write_text("id\tname\ttype\nx:1\tblue spell\tdisease\n")
    said = ""
    for command in (
        ("build", "note.txt", "--store", "g.kg", "--forecast"),
        ("build", "note.txt", "--store", "g.kg"),
        ("show", "g.kg"),
        ("show", "g.kg", "MESH:D009325"),
        ("explore", "g.kg", "-o", "g.html"),
        ("relink", "g.kg"),
        ("roll-up", "g.kg"),
        ("build", "note.txt", "--store", "g.kg"),
        ("terms", "load-tsv", "own.tsv", "-o", "own.terms"),
        ("terms", "info", "-t", "own.terms"),
    ):
        said += kg_builder_command(*command, settings=DICTIONARY).stdout

    assert "1 document read = 1 written + 0 unchanged + 0 failed\n1 item extracted = 1 written + 0 rejected" in said
    assert "forecast: 1 document to read" in said
    assert "wrote g.html: 1 concept, 0 relations, 1 document\n" in said
    assert ONE_OF_MANY.findall(said) == []
