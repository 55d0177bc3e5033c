"""Fine-tunes a diffusion language model on tagged answers: a checkpoint an epoch, held-out loss, card, figures."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import torch

from kg_builder.backends.diffusion_generator import load_diffusion_model, trusted_checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_loading import choose_device, weights_type, without_progress_bars
from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError, SettingsError
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.denoising.card import DenoisingFacts, render_denoising_card
from kg_builder.train.denoising.fitting import (
    Tokens,
    held_out_loss,
    make_optimizer,
    steps_an_epoch,
    train_denoising_epoch,
)
from kg_builder.train.denoising.recipe import DenoisingRecipe
from kg_builder.train.denoising.samples import Counted, Sample, annotated_chunks, make_samples
from kg_builder.train.documents import LoadedCorpus, load_corpora, of_role
from kg_builder.train.generative.checkpoints import Progress, read_progress, restore, save_progress
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.run_record import corpus_row, file_sizes, renamed, write_run

LOG = "log.jsonl"

Watch = Callable[[Mapping[str, Any]], None]
"""Called with a row after each step (``step``, ``steps``, ``loss``) and each epoch (``epoch``, …)."""


def train_denoising(
    recipe: DenoisingRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    resume: bool = True,
    command: str = "",
    watch: Watch = lambda _row: None,
) -> Path:
    """Write ``output/model`` and ``output/figures.json``; returns the model folder.

    Goes on after the last whole epoch in ``output/checkpoints``. Raises InputError, SettingsError unless the base's
    code may run, ModelError.
    """
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    root = corpora_root or recipe.corpora_root
    base = trusted_checkpoint(recipe.base, recipe.revision, trust_remote_code=recipe.trust_remote_code)
    corpora = load_corpora(recipe.corpora, root, exclude_overlap=recipe.exclude_overlap)
    device = choose_device(None)
    dtype = weights_type(ModelSettings(source=f"hf:{recipe.base}", dtype=recipe.dtype), device)
    model, tokenizer = load_diffusion_model(base, dtype=dtype, device=device)
    if recipe.gradient_checkpointing:
        _save_memory(model)
    counted = Counted()
    training = _samples(tokenizer, corpora, recipe, "train", counted)
    if not training:
        raise InputError("no sample is left to train on", hint="Is 'max_tokens' too small?")
    held_out = _samples(tokenizer, corpora, recipe, "evaluate", Counted())
    run = _Run(
        recipe=recipe,
        model=model,
        tokens=_tokens(model, tokenizer),
        training=training,
        held_out=held_out,
        output=output,
        digest=_digest(recipe, base.version, corpora),
        watch=watch,
    )
    history = run.train(resume=resume)
    folder = output / "model"
    with without_progress_bars():
        model.eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    facts = DenoisingFacts(
        name=recipe.name,
        base=base.label,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        corpora=tuple(corpus_row(corpus, renamed(recipe.types)) for corpus in corpora),
        device=device.type,
        samples=asdict(counted),
        history=history,
        file_bytes=file_sizes(folder),
    )
    write_run(output, facts.as_json(), render_denoising_card(facts))
    return folder


def _samples(
    tokenizer: Any,
    corpora: Sequence[LoadedCorpus[CorpusPart]],
    recipe: DenoisingRecipe,
    role: str,
    counted: Counted,
) -> list[Sample]:
    documents: Iterable[GoldDocument] = (document for corpus in of_role(corpora, role) for document in corpus.documents)
    chunks = annotated_chunks(documents, recipe.types, recipe.max_characters, counted)
    return make_samples(tokenizer, chunks, max_tokens=recipe.max_tokens, counted=counted)


def _save_memory(model: Any) -> None:
    enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
    try:
        enable()
    except ValueError as error:
        raise SettingsError(
            "the base's code has no gradient checkpointing", hint="Leave gradient_checkpointing out of the recipe."
        ) from error


def _tokens(model: Any, tokenizer: Any) -> Tokens:
    mask = getattr(model.config, "mask_token_id", None)
    if mask is None:
        mask = tokenizer.mask_token_id
    if mask is None or tokenizer.eos_token_id is None:
        raise InputError("the base names no mask token or no end token, without which denoising isn't possible")
    return Tokens(mask=mask, end=tokenizer.eos_token_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What stays the same while a run lasts."""

    recipe: DenoisingRecipe
    model: Any
    tokens: Tokens
    training: Sequence[Sample]
    held_out: Sequence[Sample]
    output: Path
    digest: str
    watch: Watch

    def train(self, *, resume: bool) -> tuple[Mapping[str, Any], ...]:
        """The epochs that are left to do; returns a row an epoch."""
        checkpoints = self.output / "checkpoints"
        optimizer = make_optimizer(self.model, self.recipe.training)
        trained = dict(self.model.named_parameters())
        progress = _begun(checkpoints, trained, optimizer, self.digest) if resume else Progress(self.digest)
        self.output.mkdir(parents=True, exist_ok=True)
        for epoch in range(len(progress.history), self.recipe.training.epochs):
            row = self._epoch(optimizer, epoch)
            progress = Progress(self.digest, row["steps"], (*progress.history, row))
            save_progress(checkpoints, trained, optimizer, progress)
            with (self.output / LOG).open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")
            self.watch(row)
        return progress.history

    def _epoch(self, optimizer: torch.optim.Optimizer, epoch: int) -> dict[str, Any]:
        settings, began = self.recipe.training, time.monotonic()
        steps = steps_an_epoch(len(self.training), settings)
        counter = count(epoch * steps + 1)

        def tell(loss: float) -> None:
            self.watch({"step": next(counter), "steps": steps * settings.epochs, "epoch": epoch + 1, "loss": loss})

        loss = train_denoising_epoch(
            self.model, optimizer, self.training, settings, self.tokens, epoch=epoch, after_step=tell
        )
        held_out = held_out_loss(self.model, self.held_out, settings, self.tokens) if self.held_out else None
        return {
            "epoch": epoch + 1,
            "steps": (epoch + 1) * steps,
            "loss": loss,
            "held_out_loss": held_out,
            "seconds": round(time.monotonic() - began, 1),
        }


def _begun(
    folder: Path, trained: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer, digest: str
) -> Progress:
    """Where the last checkpoint was; raises InputError for one of another recipe or other data."""
    found = read_progress(folder)
    if found is None:
        return Progress(digest)
    checkpoint, progress = found
    if progress.digest != digest:
        raise InputError(
            f"{checkpoint}: made by another recipe or from other data",
            hint="Begin again with --fresh, or name another output folder.",
        )
    restore(checkpoint, trained, optimizer)
    return progress


def _digest(recipe: DenoisingRecipe, base: str, corpora: Sequence[LoadedCorpus[CorpusPart]]) -> str:
    """Of all that decides the weights."""
    left_out = {"name", "threads", "corpora_root", "base", "trust_remote_code", "gradient_checkpointing"}
    kept = {name: value for name, value in recipe.model_dump(mode="json").items() if name not in left_out}
    kept |= {"base": base, "data": [corpus.sha256 for corpus in corpora]}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
