"""Commands over annotated corpora: `import` and `evaluate`, read with the dictionary."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


DICTIONARY = {"KG_BUILDER_EXTRACTORS": '["lexicon"]', "KG_BUILDER_RELATION_EXTRACTOR": "cooccurrence"}


@pytest.fixture
def kg_builder_command(kg_builder_command: Run) -> Run:
    return partial(kg_builder_command, settings=DICTIONARY)


def as_json(run: Run, *arguments: str | Path, **options: Any) -> Any:
    return json.loads(run(*arguments, "--json", **options).stdout)


PUBTATOR = """1|t|Cisplatin and the kidney
1|a|Nephrotoxicity followed. The drug caused renal failure and deafness.
1\t0\t9\tCisplatin\tChemical\tD002945
1\t25\t39\tNephrotoxicity\tDisease\tD007674
1\t66\t79\trenal failure\tDisease\tD051437
1\t84\t92\tdeafness\tDisease\t-1
1\tCID\tD002945\tD051437
1\tCID\tD002945\tD000001

"""


def test_a_corpus_annotations_go_straight_into_a_store(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "gold.pubtator").write_text(PUBTATOR)
    run = as_json(kg_builder_command, "import", "gold.pubtator", "--store", "g.kg")
    assert (run["written"], run["items_extracted"], run["items_written"], run["items_rejected"]) == (1, 6, 5, 1)
    relations = as_json(kg_builder_command, "query", "neighbours", "g.kg", "MESH:D002945")["relations"]
    assert [(relation["predicate"], relation["object"]) for relation in relations] == [("INDUCES", "MESH:D051437")]
    assert relations[0]["evidence"][0]["object_text"] == "renal failure"
    unlinked = as_json(kg_builder_command, "query", "search", "g.kg", "deafness")["concepts"][0]["concept"]
    assert unlinked["linked"] is False
    assert as_json(kg_builder_command, "import", "gold.pubtator", "--store", "g.kg")["unchanged"] == 1


def test_evaluate_compares_with_a_corpus(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "gold.pubtator").write_text(PUBTATOR)
    report = as_json(kg_builder_command, "evaluate", "gold.pubtator", "--errors", "errors.tsv")
    assert report["documents"] == 1
    assert report["mentions"]["strict"]["by_type"]["Chemical"]["f1"] == 1.0
    for part in (
        report["normalization"]["gold_spans"]["accuracy"],
        report["concepts"]["f1"],
        report["relations"]["f1"],
    ):
        assert 0 <= part <= 1
    assert "gold_mentions" in report["relations"]
    assert (tmp_path / "errors.tsv").read_text().count("\n") > 1
