"""The model card of a generative model, written from the run that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.train.run_record import CorpusRow, corpus_table

_USES = {
    "json": "It finds mentions: asked for a list of types with their descriptions, it answers with JSON.",
    "lists": "It lists chemicals, diseases and `chemical | disease` influences of a text, one task a prompt.",
    "copy-editor": "It rewrites noisy clinical text as plain prose; what it writes must pass the fidelity check.",
}


@dataclass(frozen=True, slots=True)
class GenerativeFacts:
    """Everything that the card says of one model."""

    name: str
    family: str
    base: str
    base_label: str
    """With its version."""
    command: str
    recipe_yaml: str
    corpora: tuple[CorpusRow, ...]
    device: str
    trained_weights: int
    samples: Mapping[str, int]
    """Of the first epoch, by kind."""
    longer: int
    """Samples left out for their length."""
    history: tuple[Mapping[str, Any], ...]
    """A row an epoch."""
    file_bytes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def render_generative_card(facts: GenerativeFacts) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: GenerativeFacts) -> Iterator[str]:
    yield f"# {facts.name}\n"
    yield _USES[facts.family]
    yield f"\nBase: `{facts.base_label}`. {facts.trained_weights:,} weights were trained, on answers only.\n"
    yield "It extracts; it doesn't diagnose or advise. Its answers need to be aligned to the text and reviewed.\n"
    yield "## Data\n"
    yield from corpus_table(facts.corpora)
    listed = ", ".join(f"{kind} {count}" for kind, count in facts.samples.items())
    yield f"\nSamples of the first epoch: {listed}; {facts.longer} were too long and left out.\n"
    yield "## Training\n"
    yield "| epoch | steps | loss | held-out loss | seconds |"
    yield "|---|---|---|---|---|"
    for epoch in facts.history:
        held_out = epoch["held_out_loss"]
        shown = "–" if held_out is None else f"{held_out:.4f}"
        yield f"| {epoch['epoch']} | {epoch['steps']} | {epoch['loss']:.4f} | {shown} | {epoch['seconds']} |"
    yield f"\nDevice: {facts.device}. Made by `{facts.command or 'train_generative'}` with this recipe:\n"
    yield f"```yaml\n{facts.recipe_yaml.rstrip()}\n```"
