"""One run of ``kg-builder train tokens``: from a recipe to a checkpoint in the layout that published ones have.

The output folder holds ``recipe.yaml``, ``log.jsonl`` (a row an epoch), ``checkpoints/`` and, at the end,
``figures.json`` and ``model/``: config.json, model.safetensors, the tokenizer and the card README.md, used as
``hf:OUTPUT/model``.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.token_classifiers import window_of
from kg_builder.backends.torch_token_classifier import TorchTokenClassifier, load_tokenizer
from kg_builder.errors import InputError, MissingExtraError
from kg_builder.onnx_sessions import usable_cores
from kg_builder.train.batches import batch_count
from kg_builder.train.checkpoints import State, begin, remove_others, save_checkpoint
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.documents import LoadedCorpus, load_corpora, of_role
from kg_builder.train.encoder import encoder_directory
from kg_builder.train.loop import choose_device, fix_seed
from kg_builder.train.recipe_files import recipe_digest, recipe_yaml
from kg_builder.train.run_record import corpus_row, file_sizes, write_run
from kg_builder.train.token_classification.card import TokenClassifierFacts, render_token_classifier_card
from kg_builder.train.token_classification.examples import (
    Example,
    LabelledDocument,
    examples_of,
    label_document,
    label_names,
)
from kg_builder.train.token_classification.fitting import make_optimizer, train_epoch
from kg_builder.train.token_classification.recipe import TokenClassificationRecipe
from kg_builder.train.token_classification.scores import score_documents

Watch = Callable[[Mapping[str, Any]], None]
"""Called with a row after each batch (its ``loss``, and how many ``steps`` there are) and each epoch (``epoch``,
``loss``, ``seconds``, and of the evaluation documents macro ``precision``, ``recall``, ``f1`` and ``mcc`` of words and
the strict ``mention_f1``)."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What stays the same while a run lasts."""

    recipe: TokenClassificationRecipe
    output: Path
    digest: str
    training: Sequence[Example]
    evaluation: Sequence[LabelledDocument]
    classifier: TorchTokenClassifier
    """Runs the network that is trained as it will run later."""
    watch: Watch

    @property
    def checkpoints(self) -> Path:
        """Where they are."""
        return self.output / "checkpoints"


def train_token_classifier(
    recipe: TokenClassificationRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    resume: bool = True,
    command: str = "",
    watch: Watch = lambda _row: None,
) -> Path:
    """Train, score and describe; returns the checkpoint's folder.

    With `resume` a run of the same recipe and data goes on after its last whole epoch, and ends as it would have
    without the interruption; without, earlier checkpoints in `output` are removed first. Raises InputError,
    SettingsError, MissingExtraError, ModelError for what can't be used.
    """
    if any(corpus.role == "evaluate" for corpus in recipe.corpora) and find_spec("sklearn") is None:
        raise MissingExtraError("Scoring a token classifier", "train")  # better now than after the first epoch
    base = starting_checkpoint(recipe)
    corpora = load_corpora(recipe.corpora, corpora_root or recipe.corpora_root, exclude_overlap=recipe.exclude_overlap)
    names = label_names(recipe, (item for corpus in of_role(corpora, "train") for item in corpus.documents))
    device = choose_device()
    torch.set_num_threads(recipe.threads or usable_cores())
    fix_seed(recipe.seed)
    network = _network(base, names, recipe).to(device)
    tokenizer, limit = load_tokenizer(base, trust_remote_code=recipe.trust_remote_code)
    window = min(recipe.window, window_of(network.config.to_dict(), limit, base.name))
    training, evaluation = (
        [label_document(item, recipe, names, tokenizer) for part in of_role(corpora, role) for item in part.documents]
        for role in ("train", "evaluate")
    )
    run = _Run(
        recipe,
        output,
        _digest(recipe, base, corpora),
        [example for document in training for example in examples_of(document, tokenizer, window)],
        evaluation,
        TorchTokenClassifier(base, network, tokenizer, window=window, batch=16),
        watch,
    )
    history = _train(network, run, resume=resume)
    folder = output / "model"
    _save(network, base, folder, window, recipe)
    facts = TokenClassifierFacts(
        name=recipe.name,
        base_label=base.label,
        languages=recipe.languages,
        labels=names,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        corpora=tuple(corpus_row(corpus, sorted(recipe.labels or ())) for corpus in corpora),
        device=device.type,
        windows=len(run.training),
        unaligned=sum(document.unaligned for document in training),
        history=tuple(history),
        file_bytes=file_sizes(folder),
    )
    write_run(output, facts.as_json(), render_token_classifier_card(facts))
    return folder


def starting_checkpoint(recipe: TokenClassificationRecipe) -> Checkpoint:
    """The checkpoint to begin with: a folder, an installed package, or from a hub. Raises InputError, SettingsError."""
    if Path(recipe.base).is_dir() or "/" in recipe.base:
        return find_checkpoint(recipe.base, recipe.revision, code=recipe.trust_remote_code)
    return find_checkpoint(str(encoder_directory(recipe.base)))


def _network(base: Checkpoint, names: Sequence[str], recipe: TokenClassificationRecipe) -> Any:
    """The base with a new head for the labels, in single precision whatever it was saved in."""
    from transformers import AutoModelForTokenClassification
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # it would warn that the head is new
    transformers_logging.disable_progress_bar()
    base.require_safetensors()
    try:
        return AutoModelForTokenClassification.from_pretrained(
            base.folder,
            id2label=dict(enumerate(names)),
            label2id={name: number for number, name in enumerate(names)},
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=recipe.trust_remote_code,
            local_files_only=True,
            ignore_mismatched_sizes=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InputError(f"base '{recipe.base}' can't be made a token classifier: {first}") from error


def _train(network: Any, run: _Run, *, resume: bool) -> list[Mapping[str, Any]]:
    """All epochs that are left to do; returns the log's rows of all."""
    optimizer = make_optimizer(network, run.recipe)
    state = _begin(network, optimizer, run, resume=resume)
    history = list(state.history)
    log = run.output / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in history), encoding="utf-8")
    for epoch in range(state.epoch, run.recipe.epochs):
        row = _epoch(network, optimizer, run, epoch)
        history.append(row)
        save_checkpoint(run.checkpoints, network, optimizer, State(run.digest, epoch + 1, tuple(history)))
        remove_others(run.checkpoints, {epoch + 1})
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        run.watch(_shown(row))
    return history


def _begin(network: Any, optimizer: torch.optim.Optimizer, run: _Run, *, resume: bool) -> State:
    """The state to go on from, with the recipe written out. Raises InputError where the folder is another run's."""
    state = begin(run.output, network, optimizer, digest=run.digest, resume=resume)
    (run.output / "recipe.yaml").write_text(recipe_yaml(run.recipe), encoding="utf-8")
    return state


def _epoch(network: Any, optimizer: torch.optim.Optimizer, run: _Run, epoch: int) -> Mapping[str, Any]:
    """Train and score one epoch; the row of the log."""
    began = time.monotonic()
    steps = run.recipe.epochs * batch_count(len(run.training), run.recipe.batch_size)
    loss = train_epoch(
        network,
        optimizer,
        run.training,
        run.recipe,
        epoch=epoch,
        after_batch=lambda of_batch: run.watch({"loss": of_batch, "steps": steps}),
    )
    seconds = time.monotonic() - began
    network.eval()
    figures = score_documents(run.classifier, run.evaluation) if run.evaluation else None
    return {"epoch": epoch + 1, "loss": round(loss, 5), "seconds": round(seconds, 1), "figures": figures}


def _shown(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of the log with its main figures only."""
    figures = row["figures"]
    kept = {name: row[name] for name in ("epoch", "loss", "seconds")}
    if figures is None:
        return kept
    words = {name: figures["words"][name] for name in ("precision", "recall", "f1", "mcc")}
    return kept | words | {"mention_f1": figures["mentions"]["micro"]["f1"]}


def _save(network: Any, base: Checkpoint, folder: Path, window: int, recipe: TokenClassificationRecipe) -> None:
    """Write the checkpoint as transformers does, with the length that it was trained on as the tokenizer's."""
    from transformers import AutoTokenizer

    network.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(
        base.folder, trust_remote_code=recipe.trust_remote_code, local_files_only=True
    )
    tokenizer.model_max_length = window
    tokenizer.save_pretrained(folder)


def _digest(recipe: TokenClassificationRecipe, base: Checkpoint, corpora: Sequence[LoadedCorpus[CorpusPart]]) -> str:
    parts = [recipe_digest(recipe), base.version, *(corpus.sha256 for corpus in corpora)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
