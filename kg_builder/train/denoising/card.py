"""The model card of a diffusion model that tags mentions, written from the run that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.train.run_record import CorpusRow, corpus_table


@dataclass(frozen=True, slots=True)
class DenoisingFacts:
    """Everything that the card says of one model."""

    name: str
    base: str
    """With its version."""
    command: str
    recipe_yaml: str
    corpora: tuple[CorpusRow, ...]
    device: str
    samples: Mapping[str, int]
    """The fields of `denoising_samples.Counted`."""
    history: tuple[Mapping[str, Any], ...]
    """A row an epoch."""
    file_bytes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def render_denoising_card(facts: DenoisingFacts) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: DenoisingFacts) -> Iterator[str]:
    counted = facts.samples
    yield f"# {facts.name}\n"
    yield "A diffusion language model that writes a text with tags around its mentions, one within another too."
    yield f"\nBase: `{facts.base}`. Its Python code runs with it: read that before you trust it.\n"
    yield "It extracts; it doesn't diagnose or advise. Its answers need to be aligned to the text and reviewed.\n"
    yield "## Data\n"
    yield from corpus_table(facts.corpora)
    yield (
        f"\n{counted['samples']} samples with {counted['mentions']} mentions, {counted['nested']} of them nested or "
        f"crossing. Left out: {counted['too_long']} samples for their length, {counted['cut']} mentions that a cut "
        f"between chunks runs through, and what tags can't show: {counted['discontinuous']} discontinuous mentions, "
        f"{counted['crossing']} that cross one of their own type.\n"
    )
    yield "## Training\n"
    yield "| epoch | steps | loss | held-out loss | seconds |"
    yield "|---|---|---|---|---|"
    for epoch in facts.history:
        held_out = epoch["held_out_loss"]
        shown = "–" if held_out is None else f"{held_out:.4f}"
        yield f"| {epoch['epoch']} | {epoch['steps']} | {epoch['loss']:.4f} | {shown} | {epoch['seconds']} |"
    yield f"\nDevice: {facts.device}. Made by `{facts.command or 'train_denoising'}` with this recipe:\n"
    yield f"```yaml\n{facts.recipe_yaml.rstrip()}\n```"
