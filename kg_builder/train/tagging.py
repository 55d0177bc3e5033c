"""One run of ``kg-builder train ner``: from a recipe to a model folder that the extractor loads.

The output folder holds ``recipe.yaml``, ``log.jsonl`` (a row an epoch), ``checkpoints/`` and, at the
end, ``figures.json`` and ``model/``: model.onnx, tokenizer.json, tagger.json and the card README.md.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from transformers.utils import logging as transformers_logging

from kg_builder.extract.tagger.encoding import load_tokenizer
from kg_builder.onnx_sessions import usable_cores
from kg_builder.train.checkpoints import State, begin, load_average, load_weights, remove_others, save_checkpoint
from kg_builder.train.documents import LoadedCorpus, load_corpora
from kg_builder.train.encoder import encoder_directory
from kg_builder.train.examples import Dictionary, Example, TaggedDocument, shipped_dictionary, tagged_documents
from kg_builder.train.finishing import Trained, finish, read_second_look
from kg_builder.train.loop import choose_device, fix_seed, make_optimizer, scorer, train_epoch
from kg_builder.train.recipe import NerCorpus, NerRecipe
from kg_builder.train.recipe_files import recipe_digest, recipe_yaml
from kg_builder.train.scoring import count, overall, predict
from kg_builder.train.tagger_model import Tagger


class Watcher(Protocol):
    """Is told how a run goes."""

    def corpora_loaded(self, corpora: Sequence[LoadedCorpus[NerCorpus]], windows: int, device: str) -> None:
        """Before the first epoch."""
        ...

    def epoch_begins(self, epoch: int, batches: int) -> None:
        """`epoch` counts from 1."""
        ...

    def batch_done(self, loss: float) -> None:
        """After each batch."""
        ...

    def epoch_done(self, row: Mapping[str, Any]) -> None:
        """The row of the log; also for the epochs of an earlier run that this one goes on with."""
        ...


@dataclass(frozen=True, slots=True)
class _Run:
    """What stays the same while a run lasts."""

    recipe: NerRecipe
    output: Path
    digest: str
    training: Sequence[Example]
    evaluation: Sequence[TaggedDocument]
    watcher: Watcher

    @property
    def checkpoints(self) -> Path:
        """Where they are."""
        return self.output / "checkpoints"

    @property
    def log(self) -> Path:
        """A JSON object an epoch."""
        return self.output / "log.jsonl"


def train_tagger(
    recipe: NerRecipe,
    *,
    output: Path,
    watcher: Watcher,
    corpora_root: str | None = None,
    resume: bool = True,
    command: str = "",
    dictionary: Dictionary | None = None,
) -> Path:
    """Train, score, fit the second look, export and describe; returns the model's folder.

    With `resume` a run of the same recipe and data goes on after its last whole epoch, and ends as it
    would have without the interruption; without, what is in `output` is removed first. Raises
    InputError for what can't be used, ModelError where the export isn't equal to what was trained.
    """
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    encoder = encoder_directory(recipe.encoder)
    if recipe.second_look_from is not None:
        read_second_look(Path(recipe.second_look_from))  # better refused now than after hours
    corpora = load_corpora(recipe.corpora, corpora_root or recipe.corpora_root, exclude_overlap=recipe.exclude_overlap)
    tokenizer = load_tokenizer(encoder / "tokenizer.json")
    documents = list(tagged_documents(corpora, tokenizer, dictionary or shipped_dictionary()))
    evaluated = {corpus.path for corpus in recipe.of_role("evaluate")}
    training = [document for document in documents if document.corpus not in evaluated]
    run = _Run(
        recipe,
        output,
        _digest(recipe, corpora),
        [example for document in training for example in document.examples],
        [document for document in documents if document.corpus in evaluated],
        watcher,
    )
    device = choose_device()
    torch.set_num_threads(recipe.threads or usable_cores())
    watcher.corpora_loaded(corpora, len(run.training), str(device))
    fix_seed(recipe.seed)
    model = Tagger.from_directory(encoder, layers=recipe.layers, words_from=recipe.words_from)
    if recipe.start_from is not None:
        load_weights(Path(recipe.start_from), model)
    history = _train(model.to(device), run, resume=resume)
    load_average(run.checkpoints, _kept(recipe), model)
    trained = Trained(recipe, model.cpu(), tokenizer_text=(encoder / "tokenizer.json").read_text(encoding="utf-8"))
    return finish(
        trained,
        output,
        corpora=corpora,
        evaluation=run.evaluation,
        probe=training,
        history=history,
        encoder=encoder,
        command=command,
        device=str(device),
    )


def _train(model: Tagger, run: _Run, *, resume: bool) -> list[Mapping[str, Any]]:
    """All epochs that are left to do; returns the log's rows of all."""
    optimizer = make_optimizer(model, run.recipe)
    state = _begin(model, optimizer, run, resume=resume)
    history = list(state.history)
    for row in history:
        run.watcher.epoch_done(row)
    run.log.write_text("".join(_line(row) for row in history), encoding="utf-8")
    for epoch in range(state.epoch, run.recipe.epochs):
        row = _epoch(model, optimizer, run, epoch)
        history.append(row)
        save_checkpoint(run.checkpoints, model, optimizer, State(run.digest, epoch + 1, tuple(history)))
        remove_others(run.checkpoints, {epoch + 1, *_kept(run.recipe)})
        with run.log.open("a", encoding="utf-8") as log:
            log.write(_line(row))
        run.watcher.epoch_done(row)
    return history


def _begin(model: Tagger, optimizer: torch.optim.Optimizer, run: _Run, *, resume: bool) -> State:
    """The state to go on from, with the recipe written out. Raises InputError where the folder is another run's."""
    state = begin(run.output, model, optimizer, digest=run.digest, resume=resume)
    (run.output / "recipe.yaml").write_text(recipe_yaml(run.recipe), encoding="utf-8")
    return state


def _epoch(model: Tagger, optimizer: torch.optim.Optimizer, run: _Run, epoch: int) -> Mapping[str, Any]:
    """Train and score one epoch; the row of the log."""
    began = time.monotonic()
    run.watcher.epoch_begins(epoch + 1, -(-len(run.training) // run.recipe.batch_size))
    loss = train_epoch(model, optimizer, run.training, run.recipe, epoch=epoch, after_batch=run.watcher.batch_done)
    trained = time.monotonic()
    transitions = model.allowed().detach().double().cpu().numpy()
    counted = count(run.evaluation, predict(run.evaluation, scorer(model), transitions))
    return {
        "epoch": epoch + 1,
        "loss": round(loss, 5),
        "seconds": round(trained - began, 1),
        "scoring_seconds": round(time.monotonic() - trained, 1),
        "f1": round(overall(counted).f1, 5) if run.evaluation else None,
        "figures": {
            corpus: {label: counts.as_json() for label, counts in types.items()} for corpus, types in counted.items()
        },
    }


def _kept(recipe: NerRecipe) -> range:
    """The epochs (from 1) that the export is made of."""
    return range(recipe.epochs - recipe.average_last + 1, recipe.epochs + 1)


def _digest(recipe: NerRecipe, corpora: Sequence[LoadedCorpus[NerCorpus]]) -> str:
    parts = [recipe_digest(recipe), *(corpus.sha256 for corpus in corpora)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row) + "\n"
