"""Trains a generative model by a recipe: answers only, checkpoints on the way, held-out loss, card, figures."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from kg_builder.errors import InputError
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.documents import LoadedCorpus, load_corpora, of_role
from kg_builder.train.generative.batches import Encoded, encode
from kg_builder.train.generative.card import GenerativeFacts, render_generative_card
from kg_builder.train.generative.checkpoints import Progress, read_progress, restore, save_progress
from kg_builder.train.generative.fitting import Fitting, groups_of
from kg_builder.train.generative.model import Trainee, load_trainee, save_model
from kg_builder.train.generative.recipe import GenerativeRecipe
from kg_builder.train.generative.samples import Corpus, counted, make_samples
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.run_record import corpus_row, file_sizes, write_run

LOG = "log.jsonl"

Watch = Callable[[Mapping[str, Any]], None]
"""Called with a row after each step (``step``, ``steps``, ``loss``) and each epoch (``epoch``, …)."""


def train_generative(
    recipe: GenerativeRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    resume: bool = True,
    command: str = "",
    watch: Watch = lambda _row: None,
) -> Path:
    """Write ``output/model`` and ``output/figures.json``; returns the model folder.

    Goes on after the newest checkpoint in ``output/checkpoints``. Raises InputError, SettingsError, ModelError.
    """
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    root = corpora_root or recipe.corpora_root
    unannotated = recipe.family == "copy-editor"
    corpora = load_corpora(recipe.corpora, root, exclude_overlap=recipe.exclude_overlap, unannotated=unannotated)
    trainee = load_trainee(recipe)
    run = _Run(recipe, trainee, corpora, output, watch)
    history = run.train(resume=resume)
    folder = output / "model"
    save_model(trainee, recipe, folder)
    facts = GenerativeFacts(
        name=recipe.name,
        family=recipe.family,
        base=recipe.base,
        base_label=trainee.label,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        corpora=tuple(corpus_row(corpus, sorted(_labels(corpus))) for corpus in corpora),
        device=trainee.device.type,
        trained_weights=sum(value.numel() for value in trainee.trained().values()),
        samples=run.samples,
        longer=run.longer,
        history=history,
        file_bytes=file_sizes(folder),
    )
    write_run(output, facts.as_json(), render_generative_card(facts))
    return folder


@dataclass
class _Run:
    """The loop over epochs, with what it counts."""

    recipe: GenerativeRecipe
    trainee: Trainee
    corpora: Sequence[LoadedCorpus[CorpusPart]]
    output: Path
    watch: Watch
    longer: int = 0
    """Samples left out for their length."""

    def __post_init__(self) -> None:
        self.samples: Mapping[str, int] = {}
        self._digest = _digest(self.recipe, self.corpora)

    def train(self, *, resume: bool) -> tuple[Mapping[str, Any], ...]:
        """A row of figures an epoch."""
        recipe, settings = self.recipe, self.recipe.training
        epochs = range(settings.epochs)
        sizes = [len(groups_of(self._encoded("train", epoch), recipe, epoch)) for epoch in self._distinct(epochs)]
        steps = sum(sizes) if len(sizes) > 1 else sizes[0] * settings.epochs
        steps = min(steps, settings.most_steps or steps)
        if not steps:
            raise InputError("no sample is left to train on", hint="Is 'max_tokens' too small?")
        fitting = Fitting(self.trainee, recipe, steps=steps)
        progress = self._resumed(fitting) if resume else self._fresh()
        held_out = self._encoded("evaluate", 0)[: recipe.evaluated]
        done = 0
        for epoch in epochs:
            groups = groups_of(self._encoded("train", epoch), recipe, epoch)[: steps - done]
            progress = self._epoch(fitting, groups, progress, held_out, epoch=epoch, done=done, steps=steps)
            done += len(groups)
            if done >= steps:
                break
        return progress.history

    def _epoch(
        self,
        fitting: Fitting,
        groups: Sequence[Sequence[Sequence[Encoded]]],
        progress: Progress,
        held_out: Sequence[Encoded],
        *,
        epoch: int,
        done: int,
        steps: int,
    ) -> Progress:
        """The steps of one epoch that aren't done yet."""
        began, losses = time.monotonic(), list(progress.losses)
        if progress.step >= done + len(groups) and len(progress.history) > epoch:
            return progress
        for number, group in enumerate(groups, start=done):
            if number < progress.step:
                continue
            losses.append(fitting.step(group, number))
            self._tell({"step": number + 1, "steps": steps, "loss": losses[-1]})
            if (number + 1) % self.recipe.training.checkpoint_steps == 0:
                now = Progress(self._digest, number + 1, progress.history, tuple(losses))
                save_progress(self.output / "checkpoints", self.trainee.trained(), fitting.optimizer, now)
        row = {
            "epoch": epoch + 1,
            "steps": done + len(groups),
            "loss": sum(losses) / len(losses),
            "held_out_loss": fitting.held_out_loss(held_out),
            "seconds": round(time.monotonic() - began, 1),
        }
        self._tell(row)
        found = Progress(self._digest, done + len(groups), (*progress.history, row))
        save_progress(self.output / "checkpoints", self.trainee.trained(), fitting.optimizer, found)
        return found

    def _distinct(self, epochs: range) -> range:
        """Epochs whose numbers of samples may differ: those of lists are the same each time."""
        drawn = self.recipe.family != "lists" or min(self.recipe.empty_share, self.recipe.lists.entity_share) < 1
        return epochs if drawn else epochs[:1]

    def _encoded(self, role: str, epoch: int) -> list[Encoded]:
        corpora = [Corpus(corpus.documents, _labels(corpus)) for corpus in of_role(self.corpora, role)]
        if not corpora:
            return []
        samples = make_samples(corpora, self.recipe, epoch=epoch, headers=self.trainee.knows_headers)
        encoded, longer = encode(samples, self.trainee.tokenizer, most=self.recipe.max_tokens)
        if role == "train" and epoch == 0:
            self.samples, self.longer = counted(samples), longer
        return encoded

    def _fresh(self) -> Progress:
        """Without what an earlier run has left, which an interrupted one would go on from."""
        shutil.rmtree(self.output / "checkpoints", ignore_errors=True)
        (self.output / LOG).unlink(missing_ok=True)
        return Progress(self._digest)

    def _resumed(self, fitting: Fitting) -> Progress:
        """Where the newest checkpoint was; raises InputError for one of another recipe or other data."""
        found = read_progress(self.output / "checkpoints")
        if found is None:
            return Progress(self._digest)
        checkpoint, progress = found
        if progress.digest != self._digest:
            raise InputError(
                f"{checkpoint}: made by another recipe or from other data",
                hint="Begin again with --fresh, or name another output folder.",
            )
        restore(checkpoint, self.trainee.trained(), fitting.optimizer)
        return progress

    def _tell(self, row: Mapping[str, Any]) -> None:
        self.output.mkdir(parents=True, exist_ok=True)
        with (self.output / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")
        self.watch(row)


def _labels(corpus: LoadedCorpus[CorpusPart]) -> frozenset[str]:
    return frozenset(mention.type for document in corpus.documents for mention in document.mentions)


def _digest(recipe: GenerativeRecipe, corpora: Sequence[LoadedCorpus[CorpusPart]]) -> str:
    """Of all that decides the weights."""
    left_out = {"name", "threads", "corpora_root", "evaluated"}
    kept = {name: value for name, value in recipe.model_dump(mode="json").items() if name not in left_out}
    kept["data"] = [corpus.sha256 for corpus in corpora]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
