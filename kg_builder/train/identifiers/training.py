"""One run of ``kg-builder train identifiers``: from a recipe to a model folder that the detector loads."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from transformers.utils import logging as transformers_logging

from kg_builder.corpora.records import GoldDocument
from kg_builder.extract.tagger.encoding import load_tokenizer
from kg_builder.onnx_sessions import usable_cores
from kg_builder.privacy.clinical import clinical_names
from kg_builder.terminology.shipped import load_terminology
from kg_builder.train.batches import batch_count
from kg_builder.train.checkpoints import State, begin, load_weights, remove_others, save_checkpoint
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.documents import LoadedCorpus, load_corpora
from kg_builder.train.encoder import encoder_directory
from kg_builder.train.identifiers.examples import Sources
from kg_builder.train.identifiers.finishing import Trained, finish
from kg_builder.train.identifiers.network import IdentifierNetwork
from kg_builder.train.identifiers.notes import notes_of
from kg_builder.train.identifiers.recipe import IdentifierRecipe
from kg_builder.train.loop import choose_device, fix_seed, make_optimizer, train_epoch
from kg_builder.train.recipe_files import recipe_yaml

Watch = Callable[[Mapping[str, Any]], None]
"""Is told of each step (`loss`, `steps`) and each epoch (`epoch`, `loss`, `seconds`)."""


def train_identifiers(
    recipe: IdentifierRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    resume: bool = True,
    command: str = "",
    watch: Watch | None = None,
) -> Path:
    """Train, export, score and describe; returns the model's folder.

    With `resume` a run of the same recipe and data goes on after its last whole epoch. Raises InputError for what
    can't be used, ModelError where the export isn't equal to what was trained.
    """
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    encoder = encoder_directory(recipe.encoder)
    wanted = (recipe.notes, recipe.texts, recipe.vietnamese_texts)
    parts = [part for part in wanted if part is not None]
    corpora = load_corpora(parts, corpora_root or recipe.corpora_root, exclude_overlap="refuse", unannotated=True)
    read = dict(zip(parts, map(_texts, corpora), strict=True))
    notes, texts, vietnamese_texts = (read[part] if part is not None else [] for part in wanted)
    sources = Sources(
        recipe,
        load_tokenizer(encoder / "tokenizer.json"),
        clinical_names(load_terminology()),
        notes_of(notes, "train"),
        texts,
        vietnamese_texts,
    )
    device = choose_device()
    torch.set_num_threads(recipe.threads or usable_cores())
    fix_seed(recipe.seed)
    network = IdentifierNetwork.from_directory(encoder, layers=recipe.layers, words_from=recipe.words_from)
    if recipe.start_from is not None:
        load_weights(Path(recipe.start_from), network)
    history = _train(
        network.to(device), sources, output, _digest(recipe, corpora), resume=resume, watch=watch or _unwatched
    )
    trained = Trained(recipe, network.cpu(), (encoder / "tokenizer.json").read_text(encoding="utf-8"), sources)
    return finish(
        trained, output, corpora=corpora, held_back=notes_of(notes, "held_back"), history=history, command=command
    )


def _train(
    network: IdentifierNetwork, sources: Sources, output: Path, digest: str, *, resume: bool, watch: Watch
) -> Sequence[Mapping[str, Any]]:
    """All epochs that are left to do; returns the rows of all."""
    recipe = sources.recipe
    optimizer = make_optimizer(network, recipe)
    state = begin(output, network, optimizer, digest=digest, resume=resume)
    (output / "recipe.yaml").write_text(recipe_yaml(recipe), encoding="utf-8")
    history = list(state.history)
    for epoch in range(state.epoch, recipe.epochs):
        began = time.monotonic()
        examples = sources.examples(epoch)
        steps = recipe.epochs * batch_count(len(examples), recipe.batch_size)

        def after_batch(loss: float, steps: int = steps) -> None:
            watch({"loss": loss, "steps": steps})

        loss = train_epoch(network, optimizer, examples, recipe, epoch=epoch, after_batch=after_batch)
        row = {
            "epoch": epoch + 1,
            "windows": len(examples),
            "loss": round(loss, 5),
            "seconds": round(time.monotonic() - began),
        }
        history.append(row)
        save_checkpoint(output / "checkpoints", network, optimizer, State(digest, epoch + 1, tuple(history)))
        remove_others(output / "checkpoints", {epoch + 1})
        watch(row)
    return history


def _unwatched(row: Mapping[str, Any]) -> None:
    pass


def _texts(corpus: LoadedCorpus[CorpusPart]) -> list[str]:
    return [_text(item) for item in corpus.documents]


def _text(item: GoldDocument) -> str:
    return item.document.text


def _digest(recipe: IdentifierRecipe, corpora: Sequence[LoadedCorpus[CorpusPart]]) -> str:
    """Of all that decides what comes out: recipe, data, carriers."""
    folder = files("kg_builder.train.identifiers").joinpath("carriers")
    written = [folder.joinpath(f"{name}.yaml").read_bytes() for name in (*recipe.carriers, *recipe.notes_with_slots)]
    parts = [
        json.dumps(recipe.of_training, sort_keys=True).encode(),
        *(corpus.sha256.encode() for corpus in corpora),
        *written,
    ]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
