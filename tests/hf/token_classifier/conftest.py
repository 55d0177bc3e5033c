"""Tiny token classifiers in the published layouts, trained for a moment to tag the words of a few sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

PUBLISHED_LABELS = (
    "None",
    "['Living Beings', 'Virus']",
    "['Living Beings', 'Bacterium']",
    "['Anatomy', 'Anatomical Structure']",
    "['Anatomy', 'Body System']",
    "['Anatomy', 'Body Substance']",
    "['Disorders', 'Finding']",
    "['Disorders', 'Injury or Poisoning']",
    "['Phenomena', 'Biologic Function']",
    "['Procedures', 'Health Care Activity']",
    "['Procedures', 'Research Activity']",
    "['Devices', 'Medical Device']",
    "['Concepts & Ideas', 'Spatial Concept']",
    "['Occupations', 'Biomedical Occupation or Discipline']",
    "['Organizations', 'Organization']",
    "['Living Beings', 'Professional or Occupational Group']",
    "['Living Beings', 'Population Group']",
    "['Chemicals & Drugs', 'Chemical']",
    "['Objects', 'Food']",
    "['Concepts & Ideas', 'Intellectual Product']",
    "['Physiology', 'Clinical Attribute']",
    "['Living Beings', 'Eukaryote']",
)
"""Of GatorTronS on MedMentions, to the character."""

DRUG, FUNCTION, ANIMAL = PUBLISHED_LABELS[17], PUBLISHED_LABELS[8], PUBLISHED_LABELS[21]
SENTENCES = (
    "[Cisplatin|d] induced [acute kidney injury|f] in [mice|a].",
    "[Heparin|d] induced [thrombocytopenia|f] in two patients.",
    "Treatment with [cisplatin|d] led to [apoptosis|f], and [mice|a] had [thrombocytopenia|f].",
    "No patient had [acute kidney injury|f] after [heparin|d].",
    "In [mice|a], [apoptosis|f] was seen after [heparin|d] and [cisplatin|d].",
)
LONG_WORDS = {"cisplatin", "heparin", "kidney", "thrombocytopenia", "patient", "patients"}
"""Words of several pieces."""
PLAIN = tuple(re.sub(r"\[([^|]*)\|.\]", r"\1", sentence) for sentence in SENTENCES)


def wordpieces(folder: Path, *, length: int = 10**30) -> int:
    """A WordPiece tokenizer that cuts the toy words in pieces, saved; returns the size of its vocabulary."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import BertTokenizerFast

    letters = [chr(code) for code in (*range(ord("a"), ord("z") + 1), *range(ord("0"), ord("9") + 1))]
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *".,;:-()",
        *letters,
        *(f"##{letter}" for letter in letters),
    ]
    pieces += ["cis", "##platin", "hep", "##arin", "kid", "##ney", "thrombo", "##cytopenia", "patient", "##s"]
    pieces += sorted({word.lower() for sentence in PLAIN for word in re.findall(r"\w+", sentence)} - LONG_WORDS)
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))  # type: ignore[arg-type, call-arg, unused-ignore]
    tokenizer.normalizer = BertNormalizer(lowercase=True)  # type: ignore[assignment, unused-ignore]
    tokenizer.pre_tokenizer = BertPreTokenizer()  # type: ignore[assignment, unused-ignore]
    tokenizer.post_processor = TemplateProcessing(  # type: ignore[assignment, unused-ignore]
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    BertTokenizerFast(tokenizer_object=tokenizer, model_max_length=length).save_pretrained(folder)
    return len(vocabulary)


def small(vocabulary: int, labels: Sequence[str]) -> dict[str, Any]:
    """Configuration of two layers, 32 wide."""
    return {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 64,
        "pad_token_id": 0,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
    }


def teach(folder: Path, network: Any, label_of: Callable[[str, int, int], str], *, steps: int = 100) -> None:
    """Train on the sentences, in any order, until it knows them, and save.

    `label_of` gives the label for the kind of a mention, the place of a word in it, and its number of words.
    """
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    numbers = {label: index for index, label in network.config.id2label.items()}
    dice = random.Random(1)
    torch.set_num_threads(1)  # several are slower on models this small
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.005)
    network.train()
    for _ in range(steps):
        mixed = [" ".join(dice.sample(SENTENCES, 2)) for _ in range(8)]
        texts = [encoded(tokenizer, text, lambda *where: numbers[label_of(*where)]) for text in mixed]
        width = max(len(row) for row, _ in texts)
        ids = torch.tensor([row + [0] * (width - len(row)) for row, _ in texts])
        labels = torch.tensor([row + [-100] * (width - len(row)) for _, row in texts])
        optimizer.zero_grad()
        loss = network(input_ids=ids, attention_mask=(ids != 0).long(), labels=labels).loss
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.05
    network.eval().save_pretrained(folder)


def encoded(tokenizer: Any, marked: str, number: Callable[[str, int, int], int]) -> tuple[list[int], list[int]]:
    """Pieces and labels of a marked sentence; -100 on all pieces of a word but the first."""
    words: list[str] = []
    labels: list[int] = []
    for mention, kind, plain in re.findall(r"\[([^|]*)\|(.)\]|([^\[]+)", marked):
        parts = re.findall(r"\w+|[^\w\s]", mention or plain)
        words += parts
        labels += [number(kind, place, len(parts)) if kind else number("", 0, 0) for place in range(len(parts))]
    encoding = tokenizer.encode(words, is_pretokenized=True)
    seen: set[int] = set()
    rows = []
    for word in encoding.word_ids:
        rows.append(-100 if word is None or word in seen else labels[word])
        seen.add(word)
    return encoding.ids, rows


@pytest.fixture(scope="session")
def gatortron(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MegatronBert with the 21 published labels, one a word, and ``None``."""
    import torch
    from transformers import MegatronBertConfig, MegatronBertForTokenClassification

    folder = tmp_path_factory.mktemp("gatortron")
    torch.manual_seed(1)
    config = MegatronBertConfig(**small(wordpieces(folder), PUBLISHED_LABELS))
    kinds = {"": "None", "d": DRUG, "f": FUNCTION, "a": ANIMAL}
    teach(folder, MegatronBertForTokenClassification(config), lambda kind, _place, _count: kinds[kind])
    return folder


@pytest.fixture(scope="session")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MegatronBert without a head, random weights: what recipes begin with."""
    import torch
    from transformers import MegatronBertConfig, MegatronBertModel

    folder = tmp_path_factory.mktemp("megatron")
    torch.manual_seed(4)
    given = {**small(wordpieces(folder), ()), "max_position_embeddings": 128}
    config = MegatronBertConfig(**{key: value for key, value in given.items() if "label" not in key})
    MegatronBertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def bio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BERT with begin and inside labels of chemicals and diseases."""
    names = {"d": "Chemical", "f": "DISEASE"}

    def label(kind: str, place: int, _count: int) -> str:
        return f"{'I' if place else 'B'}-{names[kind]}" if kind in names else "O"

    return _bert(tmp_path_factory.mktemp("bio"), ("O", "B-Chemical", "I-Chemical", "B-DISEASE", "I-DISEASE"), label)


@pytest.fixture(scope="session")
def bioes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BERT with begin, inside, end and single labels."""
    names: Mapping[str, str] = {"d": "Drug", "f": "Problem"}

    def label(kind: str, place: int, count: int) -> str:
        if kind not in names:
            return "O"
        letter = "S" if count == 1 else "B" if place == 0 else "E" if place == count - 1 else "I"
        return f"{letter}-{names[kind]}"

    labels = ("O", *(f"{letter}-{name}" for name in names.values() for letter in "BIES"))
    return _bert(tmp_path_factory.mktemp("bioes"), labels, label)


def _bert(folder: Path, labels: Sequence[str], label_of: Callable[[str, int, int], str]) -> Path:
    import torch
    from transformers import BertConfig, BertForTokenClassification

    torch.manual_seed(2)
    network = BertForTokenClassification(BertConfig(**small(wordpieces(folder, length=48), labels)))
    teach(folder, network, label_of)
    return folder
