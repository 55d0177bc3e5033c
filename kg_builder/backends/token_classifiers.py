"""Token classifiers as users name them: a Hugging Face checkpoint run by torch, or an exported one without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import yaml

from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_windows import (
    OVERLAP,
    Pieces,
    Scores,
    join_windows,
    marks_of,
    place_windows,
    split_pieces,
)
from kg_builder.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST_WINDOW = 512
"""Pieces, special tokens among them: models with more positions weren't trained for tagging with more, and the cost
of a window grows with its square."""

_SHIFTED = ("roberta", "camembert", "data2vec-text", "ibert", "longformer", "mpnet", "xmod", "luke", "esm")
"""Kinds of model whose positions begin after the padding token's id."""
_NO_LIMIT = 1_000_000
"""Tokenizers that know no limit give a number above this one."""
_PUBLISHED_LANGUAGES = {"Clinical-NER-MedMentions-GatorTronS": frozenset({"en"})}
"""Of published checkpoints by the last part of their names, under which copies lie in folders too."""


class TokenClassifier(Protocol):
    """A model that gives every piece of a text the probabilities of its labels. Safe to call from several threads."""

    model: str
    """Checkpoint with its revision or digest, for provenance."""
    labels: Sequence[str]
    """In the order of the columns, as the checkpoint writes them."""
    tokenizer: Tokenizer
    window: int
    """Most pieces that it reads at once, special tokens among them."""
    languages: frozenset[str]
    """ISO 639-1 codes that its card declares; empty: it declares none."""

    def scores(self, windows: Sequence[Sequence[int]]) -> Sequence[Scores]:
        """Log probabilities, pieces × labels, of each window of vocabulary ids. Raises ModelError."""
        ...


@lru_cache(maxsize=4)
def load_token_classifier(settings: ModelSettings) -> TokenClassifier:
    """The classifier that the settings name, loaded once in a process. Raises SettingsError, MissingExtraError."""
    if settings.quantization != "none":
        raise SettingsError(
            "quantization is for models that write; a token classifier runs in half precision on a GPU",
            hint="For 8-bit weights on a CPU, export it: kg-builder export-model SOURCE -o FOLDER --quantized.",
        )
    if settings.scheme == "hf":
        from kg_builder.backends.torch_token_classifier import load_torch_classifier

        return load_torch_classifier(settings)
    if settings.scheme == "onnx":
        from kg_builder.backends.onnx_token_classifier import load_onnx_classifier

        return load_onnx_classifier(find_checkpoint(settings.place, settings.revision))
    raise SettingsError(f"'{settings.source}': a token classifier comes from hf: or onnx:, not from {settings.scheme}:")


def score_text(classifier: TokenClassifier, text: str) -> tuple[Pieces, Scores]:
    """The pieces of a text of any length, and the log probabilities of each one's labels."""
    return score_texts(classifier, [text])[0]


def score_texts(classifier: TokenClassifier, texts: Sequence[str]) -> list[tuple[Pieces, Scores]]:
    """The same of several texts, whose windows are read together."""
    cut = [split_pieces(classifier.tokenizer, text) for text in texts]
    marks = marks_of(classifier.tokenizer)
    size = classifier.window - marks.count
    placed = [list(place_windows(len(pieces.ids), size, int(size * OVERLAP))) for pieces in cut]
    ids = [
        [*marks.before, *pieces.ids[first:last], *marks.after]
        for pieces, windows in zip(cut, placed, strict=True)
        for first, last in windows
    ]
    scored = iter(classifier.scores(ids))
    inner = slice(len(marks.before), -len(marks.after) or None)
    return [
        (pieces, join_windows((window, next(scored)[inner]) for window in windows))
        for pieces, windows in zip(cut, placed, strict=True)
    ]


def labels_of(config: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The labels of a configuration in the order of the columns. Raises SettingsError where it names none."""
    given = config.get("id2label")
    try:
        numbered = {int(key): str(value) for key, value in (given or {}).items()}
    except (ValueError, AttributeError) as error:
        raise SettingsError(
            f"checkpoint '{name}': id2label in config.json isn't a map from numbers to labels"
        ) from error
    if not numbered or sorted(numbered) != list(range(len(numbered))):
        raise SettingsError(f"checkpoint '{name}': config.json has no id2label that numbers its labels from 0")
    return tuple(numbered[place] for place in range(len(numbered)))


def window_of(config: Mapping[str, Any], tokenizer_limit: object, name: str) -> int:
    """Most pieces that a model takes at once. Raises SettingsError where its configuration leaves no room for any."""
    positions = config.get("max_position_embeddings")
    limits = [LONGEST_WINDOW]
    if isinstance(positions, int) and positions > 0:
        shifted = any(kind in str(config.get("model_type")) for kind in _SHIFTED)
        limits.append(positions - ((config.get("pad_token_id") or 0) + 1 if shifted else 0))
    if isinstance(tokenizer_limit, int | float) and 0 < tokenizer_limit < _NO_LIMIT:
        limits.append(int(tokenizer_limit))
    if min(limits) < 8:
        raise SettingsError(
            f"checkpoint '{name}': it takes {min(limits)} tokens at once, which is too few to read text"
        )
    return min(limits)


def languages_of(checkpoint: Checkpoint) -> frozenset[str]:
    """Those in the head of the model card (``language: en``), where there is one."""
    known = _PUBLISHED_LANGUAGES.get(checkpoint.name.rpartition("/")[2], frozenset())
    card = checkpoint.folder / "README.md"
    text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    if not text.startswith("---"):
        return known
    try:
        head = yaml.safe_load(text.split("---", 2)[1])
    except yaml.YAMLError:
        return known
    given = head.get("language") if isinstance(head, dict) else None
    # YAML reads the code of Norwegian as false
    codes = given if isinstance(given, list) else [given]
    return known or frozenset(code for code in codes if isinstance(code, str) and len(code) == 2)


def checked_scores(rows: Scores, name: str) -> Scores:
    """The same, unless half precision ran over. Raises ModelError."""
    if not np.isfinite(rows).all():
        raise ModelError(
            f"model '{name}' gave scores that are no numbers",
            hint="Set dtype: float32 for it; half precision ran over.",
        )
    return rows
