"""A checkpoint exported to ONNX gives what the checkpoint gives, and needs no torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxscript")

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_classifiers import load_token_classifier
from kg_builder.errors import SettingsError
from kg_builder.extract.token_classifier.extractor import TokenClassifierExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.schemas import builtin_schema
from kg_builder.train.onnx_checkpoints import Agreement, export_token_classifier

TEXT = "Cisplatin induced acute kidney injury in mice. " * 9
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = sys.modules["transformers"] = None
from kg_builder import Settings, build
from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
model = ModelSettings(source="onnx:" + sys.argv[1], family=Family.TOKENS)
settings = Settings(extractors=("own",), models={"own": model}, schema_name="medmentions-21")
built = build("Cisplatin induced acute kidney injury in mice.", settings=settings)
print([(one.text, one.type) for one in built.store.mentions()])
"""


@pytest.fixture(scope="module")
def exported(gatortron: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Agreement]:
    folder = tmp_path_factory.mktemp("exports") / "gatortron-onnx"
    return folder, export_token_classifier(ModelSettings(source=f"hf:{gatortron}"), folder)


def mentions(source: str) -> list[tuple[int, int, str, float]]:
    settings = ModelSettings(source=source, device="cpu")
    extractor = TokenClassifierExtractor(load_token_classifier(settings), settings, name="own")
    found = extractor.extract(ExtractionRequest(TEXT, builtin_schema("medmentions-21"))).mentions
    return [(one.start, one.end, one.type, round(one.confidence or 0, 4)) for one in found]


def test_torch_and_onnx_agree(gatortron: Path, exported: tuple[Path, Agreement]) -> None:
    folder, agreement = exported
    assert agreement.same == 1
    assert agreement.drift < 1e-4
    assert mentions(f"onnx:{folder}") == mentions(f"hf:{gatortron}")


def test_it_builds_a_graph_without_torch(exported: tuple[Path, Agreement]) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, str(exported[0])]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    wanted = [("Cisplatin", "Chemical"), ("acute kidney injury", "BiologicFunction"), ("mice", "Eukaryote")]
    assert finished.stdout.strip() == str(wanted)


def test_8_bit_weights_make_it_smaller(gatortron: Path, exported: tuple[Path, Agreement], tmp_path: Path) -> None:
    agreement = export_token_classifier(ModelSettings(source=f"hf:{gatortron}"), tmp_path / "small", quantized=True)
    assert agreement.same > 0.97
    sizes = [(folder / "model.onnx").stat().st_size for folder in (tmp_path / "small", exported[0])]
    assert sizes[0] < sizes[1]


def test_nothing_is_overwritten_and_only_checkpoints_are_exported(gatortron: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(SettingsError, match="isn't empty"):
        export_token_classifier(ModelSettings(source=f"hf:{gatortron}"), tmp_path)
    with pytest.raises(SettingsError, match="Hugging Face layout"):
        export_token_classifier(ModelSettings(source="onnx:somewhere"), tmp_path / "new")


def test_a_folder_that_doesnt_fit_together_is_refused(exported: tuple[Path, Agreement], tmp_path: Path) -> None:
    folder = shutil.copytree(exported[0], tmp_path / "changed")
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "O", "1": "Disease"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(SettingsError, match="22 labels"):
        mentions(f"onnx:{folder}")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(SettingsError, match=r"lacks tokenizer\.json"):
        load_token_classifier(ModelSettings(source=f"onnx:{folder}", batch_size=3))
