"""Checkpoints in the published layouts, through the code that a user runs, into a graph."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from kg_builder import Settings, build
from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_classifiers import TokenClassifier, load_token_classifier, score_text
from kg_builder.errors import ModelError, SettingsError
from kg_builder.extract.token_classifier.extractor import TokenClassifierExtractor
from kg_builder.graphs.components import make_normalizer
from kg_builder.protocols import ExtractionRequest
from kg_builder.records import Concept, Mention
from kg_builder.schemas import builtin_schema
from kg_builder.testing import TableNormalizer

TEXT = "Cisplatin induced acute kidney injury in mice. No patient had apoptosis after heparin."
KIDNEY = Concept(id="MESH:D058186", name="Acute Kidney Injury", type="Disease")
TABLE = TableNormalizer({"acute kidney injury": KIDNEY})


def classifier(folder: Path, **more: object) -> TokenClassifier:
    return load_token_classifier(ModelSettings.model_validate({"source": f"hf:{folder}", "device": "cpu", **more}))


def extractor(folder: Path, **more: object) -> TokenClassifierExtractor:
    settings = ModelSettings(source=f"hf:{folder}")
    return TokenClassifierExtractor(classifier(folder, **more), settings, name="mine", normalizer=TABLE)


def spans(mentions: object) -> list[tuple[str, str]]:
    return [(mention.text, mention.type) for mention in mentions]  # type: ignore[attr-defined]


def test_the_published_labels_are_the_schemas_types(gatortron: Path) -> None:
    found = extractor(gatortron).extract(ExtractionRequest(TEXT, builtin_schema("medmentions-21")))
    assert spans(found.mentions) == [
        ("Cisplatin", "Chemical"),
        ("acute kidney injury", "BiologicFunction"),
        ("mice", "Eukaryote"),
        ("apoptosis", "BiologicFunction"),
        ("heparin", "Chemical"),
    ]
    assert not found.rejects
    assert all(mention.confidence is not None and mention.confidence > 0.8 for mention in found.mentions)
    assert all(TEXT[mention.start : mention.end] == mention.text for mention in found.mentions)


def test_a_function_is_a_disease_only_if_it_is_linked_to_one(gatortron: Path) -> None:
    found = extractor(gatortron).extract(ExtractionRequest(TEXT, builtin_schema("chemical-disease")))
    assert ("acute kidney injury", "BiologicFunction") in spans(found.mentions)
    assert "apoptosis" not in [mention.text for mention in found.mentions]
    assert [(reject.text, reject.type, reject.issues[0].code) for reject in found.rejects] == [
        ("apoptosis", "Disease", "type-mismatch")
    ]


def test_the_shipped_terminology_tells_diseases_from_functions(gatortron: Path) -> None:
    settings = ModelSettings(source=f"hf:{gatortron}")
    linker = make_normalizer(Settings())
    own = TokenClassifierExtractor(classifier(gatortron), settings, name="mine", normalizer=linker)
    found = own.extract(ExtractionRequest(TEXT, builtin_schema("chemical-disease")))
    functions = [one.text for one in found.mentions if one.type == "BiologicFunction"]
    assert (functions, [one.text for one in found.rejects]) == (["acute kidney injury"], ["apoptosis"])


@pytest.mark.parametrize("scheme", ["bio", "bioes"])
def test_begin_inside_and_end_labels(scheme: str, request: pytest.FixtureRequest) -> None:
    schema = builtin_schema("chemical-disease")
    own = extractor(request.getfixturevalue(scheme))
    found = own.extract(ExtractionRequest(TEXT, schema))
    labels = own.labels(schema, "en")
    typed = [(m.text, schema.entity_for_label(m.type, labels[m.type])) for m in found.mentions]
    assert [(text, entity.name if entity else None) for text, entity in typed] == [
        ("Cisplatin", "Chemical"),
        ("acute kidney injury", "Disease"),
        ("apoptosis", "Disease"),
        ("heparin", "Chemical"),
    ]


def test_a_graph_is_built(gatortron: Path) -> None:
    model = ModelSettings(source=f"hf:{gatortron}", family=Family.TOKENS)
    settings = Settings(extractors=("gatortron",), models={"gatortron": model}, schema_name="medmentions-21")
    built = build("Cisplatin induced acute kidney injury in mice.", settings=settings)
    assert {(found.text, found.type) for found in built.store.mentions()} == {
        ("Cisplatin", "Chemical"),
        ("acute kidney injury", "BiologicFunction"),
        ("mice", "Eukaryote"),
    }
    assert [(one.subject_name, one.predicate) for one in built.store.relations()] == [("Cisplatin", "INDUCES")]


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_long_texts_are_read_in_windows(gatortron: Path, batch: int) -> None:
    own = extractor(gatortron, batch_size=batch)
    single = own.extract(ExtractionRequest(TEXT, builtin_schema("medmentions-21")))
    many = own.extract(ExtractionRequest("\n\n".join([TEXT] * 20), builtin_schema("medmentions-21")))
    assert classifier(gatortron).window == 64
    right = [mention for mention in many.mentions if (mention.text, mention.type) in spans(single.mentions)]
    assert len(right) > 0.9 * 20 * len(single.mentions)
    assert len({mention.key for mention in many.mentions}) == len(many.mentions)


def test_batches_and_padding_change_nothing(gatortron: Path) -> None:
    windows = [[2, *range(5, 5 + size), 3] for size in (1, 30, 4, 17, 9)]
    together = classifier(gatortron, batch_size=4).scores(windows)
    alone = classifier(gatortron, batch_size=1).scores(windows)
    for one, other, window in zip(together, alone, windows, strict=True):
        assert one.shape == (len(window), 22)
        assert abs(one - other).max() < 1e-4


def test_the_tokenizers_limit_counts_and_none_is_no_limit(bio: Path, gatortron: Path) -> None:
    assert classifier(bio).window == 48
    assert classifier(gatortron).window == 64


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_any_text_gives_spans_of_the_text(gatortron: Path, form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, "Bệnh nhân: cisplatin 💊\u200b, mice\x07 \ud800 ﬁn — apoptosis.\r\n" * 3)
    for mention in extractor(gatortron).extract(ExtractionRequest(text, builtin_schema("medmentions-21"))).mentions:
        assert isinstance(mention, Mention)
        assert text[mention.start : mention.end] == mention.text
        assert mention.text.strip() == mention.text


def test_a_vocabulary_alone_is_a_tokenizer_too(gatortron: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(gatortron, tmp_path / "older")
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True}))
    assert classifier(folder).tokenizer.encode(TEXT).ids == classifier(gatortron).tokenizer.encode(TEXT).ids


def test_positions_that_begin_after_the_padding_and_pieces_of_bytes(tmp_path: Path) -> None:
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForTokenClassification

    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator([TEXT], 300, special_tokens=["<s>", "<pad>", "</s>"], show_progress=False)
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer._tokenizer, pad_token="<pad>").save_pretrained(tmp_path)
    torch.manual_seed(3)
    labels = {"id2label": {0: "O", 1: "B-Drug", 2: "I-Drug"}, "label2id": {"O": 0, "B-Drug": 1, "I-Drug": 2}}
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16}
    config = RobertaConfig(vocab_size=300, max_position_embeddings=34, pad_token_id=1, **sizes, **labels)
    RobertaForTokenClassification(config).save_pretrained(tmp_path)
    text = unicodedata.normalize("NFD", f"{TEXT} Thuốc hạ sốt 💊 ") * 5
    assert classifier(tmp_path).window == 32
    found = extractor(tmp_path).extract(ExtractionRequest(text, builtin_schema("clinical-note")))
    assert all(text[one.start : one.end] == one.text == one.text.strip() for one in found.mentions)


def test_half_precision_gives_the_same_mentions(gatortron: Path) -> None:
    schema = builtin_schema("medmentions-21")
    half = extractor(gatortron, dtype="bfloat16").extract(ExtractionRequest(TEXT, schema))
    assert spans(half.mentions) == spans(extractor(gatortron).extract(ExtractionRequest(TEXT, schema)).mentions)


def test_the_card_declares_languages(gatortron: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(gatortron, tmp_path / "carded")
    (folder / "README.md").write_text("---\nlanguage:\n- vi\n---\nText.\n", encoding="utf-8")
    assert classifier(gatortron).languages == frozenset()
    assert classifier(folder).languages == {"vi"}


def test_a_checkpoint_without_a_head_is_refused(gatortron: Path, tmp_path: Path) -> None:
    from transformers import MegatronBertModel

    folder = shutil.copytree(gatortron, tmp_path / "headless")
    MegatronBertModel.from_pretrained(gatortron, add_pooling_layer=False).save_pretrained(folder)
    with pytest.raises(SettingsError, match="no token classifier"):
        classifier(folder)


def test_labels_without_a_meaning_are_refused(gatortron: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(gatortron, tmp_path / "unnamed")
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {str(index): f"LABEL_{index}" for index in range(22)}
    config["label2id"] = {f"LABEL_{index}": index for index in range(22)}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(SettingsError, match="don't say what they mean"):
        extractor(folder)


def test_pickles_causal_models_and_missing_folders_are_refused(gatortron: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(gatortron, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(SettingsError, match="pickled"):
        classifier(folder)
    with pytest.raises(SettingsError, match="no checkpoint at"):
        classifier(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="half precision"):
        classifier(gatortron, quantization="4bit")


def test_a_text_of_nothing_has_no_mentions(gatortron: Path) -> None:
    assert not extractor(gatortron).extract(ExtractionRequest(" \n", builtin_schema("medmentions-21"))).mentions
    pieces, scores = score_text(classifier(gatortron), "\u200b")
    assert len(pieces.ids) == len(scores)


def test_a_model_that_was_made_for_something_else_is_refused(tiny_qwen: Path) -> None:
    with pytest.raises((SettingsError, ModelError)):
        classifier(tiny_qwen)
