"""Trains a linking model by a recipe: priors, cross-validation, threshold, files, figures, card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg_builder.errors import InputError
from kg_builder.normalize.linking_model import DIGITS, PRIORS, WEIGHTS, LinkingModel, read_linking_model
from kg_builder.normalize.name_index import open_index
from kg_builder.normalize.priors import Priors, pack_priors
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.train.documents import LoadedCorpus, load_corpora, of_role
from kg_builder.train.linking_card import LinkingFacts, render_linking_card
from kg_builder.train.linking_examples import (
    GoldMention,
    Index,
    gold_mentions,
    hidden_by_hash,
    linking_examples,
    priors_of,
)
from kg_builder.train.linking_figures import LinkingFigures, figures, judged
from kg_builder.train.linking_fitting import FittedLinker, Judged, LinkerFitting, chosen_threshold
from kg_builder.train.linking_recipe import LinkingCorpus, LinkingRecipe
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.run_record import corpus_row, file_sizes, quoted_evaluation, renamed, write_run

_HIDDEN_IN_TEST = 0.1


def train_linker(
    recipe: LinkingRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    command: str = "",
    terminology: Terminology | None = None,
) -> Path:
    """Write ``output/model`` and ``output/figures.json``; returns the model folder. Raises InputError, ModelError."""
    known = terminology or load_terminology()
    index: Index = lru_cache(maxsize=1)(lambda: open_index(known))
    corpora = load_corpora(recipe.corpora, corpora_root or recipe.corpora_root, exclude_overlap=recipe.exclude_overlap)
    quoted = None if recipe.of_role("evaluate") else quoted_evaluation(recipe.figures_from)
    mentions = [one for corpus in of_role(corpora, "train") for one in _mentions(corpus, known)]
    if not any(one.gold for one in mentions):
        raise InputError("the training documents have no mention with an id")
    priors = priors_of(mentions, known, index, fewest=recipe.fewest_documents)
    held_out, fitted = _fitted(recipe, mentions, known, index, priors)
    folder = output / "model"
    write_linking_model(fitted, priors, folder, name=recipe.name)
    written = read_linking_model(folder)
    facts = LinkingFacts(
        name=recipe.name,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        terminology=known.version,
        corpora=tuple(corpus_row(corpus, renamed(corpus.part.types)) for corpus in corpora),
        threshold=fitted.threshold,
        cross_validation=figures(held_out, fitted.threshold),
        evaluation={
            corpus.part.path: _scored(corpus, written, known, index) for corpus in of_role(corpora, "evaluate")
        },
        quoted=quoted,
        rows=sum(map(len, priors.table.values())),
        file_bytes=file_sizes(folder),
    )
    write_run(output, facts.as_json(), render_linking_card(facts))
    return folder


def write_linking_model(fitted: FittedLinker, priors: Priors, folder: Path, *, name: str) -> None:
    """Write the folder that `read_linking_model` reads; equal models give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rounded = {feature: round(weight, DIGITS) for feature, weight in sorted(fitted.weights.items())}
    described: dict[str, Any] = {
        "format": 1,
        "name": name,
        "threshold": fitted.threshold,
        "slope": round(fitted.slope, DIGITS),
        "intercept": round(fitted.intercept, DIGITS),
        "weights": {feature: weight for feature, weight in rounded.items() if weight},
    }
    packed = pack_priors(priors)
    digest = sha256(json.dumps(described, sort_keys=True).encode() + packed)
    described["version"] = f"{name}@{digest.hexdigest()[:8]}"
    (folder / PRIORS).write_bytes(packed)
    (folder / WEIGHTS).write_text(json.dumps(described, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _mentions(corpus: LoadedCorpus[LinkingCorpus], terminology: Terminology) -> Iterator[GoldMention]:
    return gold_mentions(corpus.documents, corpus.part.types, terminology)


def _fitted(
    recipe: LinkingRecipe, mentions: Sequence[GoldMention], terminology: Terminology, index: Index, priors: Priors
) -> tuple[list[Judged], FittedLinker]:
    """The second pass hides concepts, so that a mention of an unknown one is known by what is found instead."""
    examples = list(linking_examples(mentions, terminology, index, priors, training=True))
    if recipe.hidden:
        hidden = hidden_by_hash(recipe.hidden, f"train {recipe.seed}")
        examples += linking_examples(mentions, terminology, index, priors, training=True, hidden=hidden)
    if len({label for one in examples for label in one.labels}) < 2:
        raise InputError("no training mention has both its own and another concept among its candidates")
    fitting = LinkerFitting(examples, strength=recipe.strength, hidden_weight=recipe.hidden_weight)
    held_out = fitting.cross_validate(folds=recipe.folds, seed=recipe.seed)
    threshold = chosen_threshold(held_out, most_wrong=recipe.most_wrong)
    return held_out, fitting.fit(held_out, threshold=threshold)


def _scored(
    corpus: LoadedCorpus[LinkingCorpus], model: LinkingModel, terminology: Terminology, index: Index
) -> Mapping[str, LinkingFigures]:
    """Figures of the written model on gold spans; then again with a tenth of the concepts hidden."""
    mentions = list(_mentions(corpus, terminology))
    examples = list(linking_examples(mentions, terminology, index, model.priors, training=False))
    hidden = hidden_by_hash(_HIDDEN_IN_TEST, "test")
    examples += linking_examples(mentions, terminology, index, model.priors, training=False, hidden=hidden)
    return figures([judged(one, model) for one in examples], model.threshold)
