"""A tiny random encoder with its tokenizer, and a tiny corpus of our own."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

DRUGS = ("aspirin", "lithium", "digoxin", "warfarin", "codeine")
PROBLEMS = ("rash", "nausea", "tremor", "seizures", "gastric bleeding")
FRAMES = (
    "After {drug} the patient had {problem} for two days.",
    "{problem} followed when {drug} was given again.",
    "No {problem} was seen under {drug}.",
)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers, 16 wide, random weights."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    letters = "abcdefghijklmnopqrstuvwxyz."
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    pieces += ["aspirin", "lithium", "digoxin", "rash", "nausea", "the", "patient"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))  # type: ignore[arg-type, call-arg, unused-ignore]
    tokenizer.normalizer = BertNormalizer(lowercase=True)  # type: ignore[assignment, unused-ignore]
    tokenizer.pre_tokenizer = BertPreTokenizer()  # type: ignore[assignment, unused-ignore]
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """train.pubtator and dev.pubtator."""
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "train.pubtator").write_text(corpus(range(100, 140)), encoding="utf-8")
    (folder / "dev.pubtator").write_text(corpus(range(200, 212)), encoding="utf-8")
    return folder


def corpus(ids: range) -> str:
    return "\n".join(_document(number) for number in ids)


def _document(number: int) -> str:
    dice = random.Random(number)
    title, rows = f"Case {number}.", []
    text = title
    for _ in range(2):
        drug, problem, frame = dice.choice(DRUGS), dice.choice(PROBLEMS), dice.choice(FRAMES)
        begin = len(text) + 1
        sentence = frame.format(drug=drug, problem=problem) + f" Bed {dice.randrange(10**6)}."
        for name, label in ((drug, "Chemical"), (problem, "Disease")):
            start = begin + sentence.index(name)
            rows.append(f"{number}\t{start}\t{start + len(name)}\t{name}\t{label}\t-1\n")
        text = f"{text} {sentence}"
    return f"{number}|t|{title}\n{number}|a|{text[len(title) + 1 :]}\n{''.join(rows)}"
