"""The model card of a token classifier, written from the run that made it: use, data, recipe, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import yaml

from kg_builder.train.run_record import CorpusRow, corpus_table


@dataclass(frozen=True, slots=True)
class TokenClassifierFacts:
    """Everything that the card says of one model."""

    name: str
    base_label: str
    """The checkpoint it began with, and its version."""
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    command: str
    recipe_yaml: str
    corpora: tuple[CorpusRow, ...]
    device: str
    windows: int
    """Trained on."""
    unaligned: int
    """Gold mentions of the training documents that labels of whole words can't give."""
    history: tuple[Mapping[str, Any], ...]
    """A row an epoch."""
    file_bytes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def render_token_classifier_card(facts: TokenClassifierFacts) -> str:
    """The card as Markdown, with the head from which hubs and our extractor know the languages."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: TokenClassifierFacts) -> Iterator[str]:
    head: dict[str, Any] = {"pipeline_tag": "token-classification", "library_name": "transformers"}
    if facts.languages:
        head["language"] = list(facts.languages)
    yield f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n"
    yield f"# {facts.name}\n"
    yield f"A token classifier: {len(facts.labels)} labels, one a word. Base: `{facts.base_label}`.\n"
    yield "It extracts; it doesn't diagnose or advise. What it finds needs review.\n"
    yield "`kg-builder build TEXTS --extractor hf:FOLDER` uses it, `kg-builder export-model hf:FOLDER` makes it ONNX.\n"
    yield "## Data\n"
    yield from corpus_table(facts.corpora)
    yield f"\n{facts.windows} windows; {facts.unaligned} training mentions can't be given by labels of whole words.\n"
    yield "## Figures\n"
    yield from _figures(facts.history)
    yield f"\n## Training\n\nOn {facts.device}, by `{facts.command}`:\n\n```yaml\n{facts.recipe_yaml.rstrip()}\n```"


def _figures(history: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    yield "Words: macro over the labels without the one outside, Matthews correlation over all. Mentions: strict.\n"
    yield "| epoch | loss | words: P | R | F1 | MCC | mentions: micro F1 | macro F1 |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in history:
        scores = row["figures"]
        if scores is None:
            yield f"| {row['epoch']} | {row['loss']:.4f} | | | | | | |"
            continue
        words, mentions = scores["words"], scores["mentions"]
        shares = [words[name] for name in ("precision", "recall", "f1", "mcc")]
        shares += [mentions["micro"]["f1"], mentions["macro"]["f1"]]
        yield f"| {row['epoch']} | {row['loss']:.4f} | {' | '.join(f'{share:.4f}' for share in shares)} |"
