"""``kg-builder train tokens``: a toy corpus learned, scored, resumed, and loaded as a user loads it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_classifiers import load_token_classifier
from kg_builder.errors import InputError
from kg_builder.extract.token_classifier.extractor import TokenClassifierExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.schemas import builtin_schema
from kg_builder.train.token_classification.recipe import TokenClassificationRecipe
from kg_builder.train.token_classification.training import train_token_classifier

LABELS = {"T103": "['Chemicals & Drugs', 'Chemical']", "T038": "['Phenomena', 'Biologic Function']"}
DRUGS, PROBLEMS = ("cisplatin", "heparin"), ("acute kidney injury", "thrombocytopenia", "apoptosis")


def document(number: int) -> str:
    """Two sentences that need not be true."""
    dice = random.Random(number)
    title, text, rows = f"Bed {number}.", f"Bed {number}.", []
    for _ in range(2):
        drug, problem = dice.choice(DRUGS), dice.choice(PROBLEMS)
        sentence = f"The patient {number + dice.randrange(900)} had {problem} after {drug}."
        for name, kind in ((drug, "T103"), (problem, "T038")):
            start = len(text) + 1 + sentence.index(name)
            rows.append(f"{number}\t{start}\t{start + len(name)}\t{name}\t{kind}\tUMLS:C0000001\n")
        text = f"{text} {sentence}"
    return f"{number}|t|{title}\n{number}|a|{text[len(title) + 1 :]}\n{''.join(rows)}"


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "train.pubtator").write_text("\n".join(map(document, range(1000, 1036))))
    (folder / "dev.pubtator").write_text("\n".join(map(document, range(5000, 5008))))
    return folder


def recipe(base: Path, **more: object) -> TokenClassificationRecipe:
    given: dict[str, object] = {
        "name": "toy",
        "base": str(base),
        "languages": ["en"],
        "corpora": [{"path": "train.pubtator"}, {"path": "dev.pubtator", "role": "evaluate"}],
        "exclude_overlap": "drop",
        "labels": LABELS,
        "outside": "None",
        "scheme": "IO",
        "epochs": 6,
        "learning_rate": 0.005,
        "threads": 1,
    }
    return TokenClassificationRecipe.model_validate_json(json.dumps(given | more))


def trained(output: Path, base: Path, root: Path, **more: object) -> tuple[Path, list[Mapping[str, Any]]]:
    rows: list[Mapping[str, Any]] = []
    folder = train_token_classifier(recipe(base, **more), output=output, corpora_root=str(root), watch=rows.append)
    return folder, [row for row in rows if "epoch" in row]


def test_a_trained_checkpoint_is_loaded_as_published_ones_are(headless: Path, corpora: Path, tmp_path: Path) -> None:
    folder, rows = trained(tmp_path / "run", headless, corpora)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert min(rows[-1][name] for name in ("precision", "recall", "f1", "mcc", "mention_f1")) > 0.9
    figures = json.loads((tmp_path / "run" / "figures.json").read_text())["history"][-1]["figures"]
    assert set(figures["mentions"]["types"]) == {"Chemical", "BiologicFunction"}
    settings = ModelSettings(source=f"hf:{folder}", device="cpu")
    extractor = TokenClassifierExtractor(load_token_classifier(settings), settings, name="toy")
    assert extractor.languages == {"en"}
    request = ExtractionRequest(
        "Bed 1007. The patient 1312 had acute kidney injury after heparin.", builtin_schema("medmentions-21")
    )
    assert [(one.text, one.type) for one in extractor.extract(request).mentions] == [
        ("acute kidney injury", "BiologicFunction"),
        ("heparin", "Chemical"),
    ]
    assert [json.loads(line)["epoch"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


def test_a_run_goes_on_where_it_was_cut_short(headless: Path, corpora: Path, tmp_path: Path) -> None:
    whole, _ = trained(tmp_path / "whole", headless, corpora, scheme="BIO", outside="O", epochs=2)
    cut = tmp_path / "cut"

    def interrupt(row: Mapping[str, Any]) -> None:
        if row.get("epoch") == 1:
            raise KeyboardInterrupt

    given = recipe(headless, scheme="BIO", outside="O", epochs=2)
    with pytest.raises(KeyboardInterrupt):
        train_token_classifier(given, output=cut, corpora_root=str(corpora), watch=interrupt)
    resumed = train_token_classifier(given, output=cut, corpora_root=str(corpora))
    weights = [(folder / "model.safetensors").read_bytes() for folder in (whole, resumed)]
    assert weights[0] == weights[1]
    with pytest.raises(InputError, match="another recipe"):
        trained(cut, headless, corpora, scheme="IO")


def test_documents_of_the_evaluation_are_kept_out_of_training(headless: Path, corpora: Path, tmp_path: Path) -> None:
    leaking = [{"path": "dev.pubtator"}, {"path": "train.pubtator", "role": "evaluate"}]
    (tmp_path / "dev.pubtator").write_text((corpora / "train.pubtator").read_text())
    (tmp_path / "train.pubtator").write_text((corpora / "train.pubtator").read_text())
    with pytest.raises(InputError, match="among the evaluation documents"):
        trained(tmp_path / "run", headless, tmp_path, corpora=leaking, exclude_overlap="refuse")
    with pytest.raises(InputError, match="no training document has a mention"):
        trained(tmp_path / "run", headless, corpora, labels={"Disease": "Disease"})
