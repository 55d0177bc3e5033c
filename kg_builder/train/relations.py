"""Trains a relation model by a recipe: cross-validation, calibration, export with its check, figures, card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.evaluate.calibration import Judged, at_thresholds, reliability
from kg_builder.relate.document_classifier import likeliest
from kg_builder.relate.pair_model import PairModel, read_pair_model
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.train.documents import LoadedCorpus, load_corpora, of_role
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.relation_recipe import RelationCorpus, RelationRecipe
from kg_builder.train.relations_card import PredicateFigures, RelationFacts, render_relation_card
from kg_builder.train.relations_examples import PageExample, corpus_examples, gold_pairs
from kg_builder.train.relations_export import Exported, largest_shift, write_relation_model
from kg_builder.train.relations_fitting import HeldOut, TrainingSet
from kg_builder.train.run_record import corpus_row, file_sizes, quoted_evaluation, renamed, write_run


def train_relations(
    recipe: RelationRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    command: str = "",
    terminology: Terminology | None = None,
) -> Path:
    """Write ``output/model`` and ``output/figures.json``; returns the model folder. Raises InputError, ModelError."""
    terminology = terminology or load_terminology()
    root = corpora_root or recipe.corpora_root
    corpora = load_corpora(recipe.corpora, root, exclude_overlap=recipe.exclude_overlap)
    quoted = None if recipe.of_role("evaluate") else quoted_evaluation(recipe.figures_from)
    models: dict[str, Exported] = {}
    held_out: dict[str, HeldOut] = {}
    for predicate in sorted({name for part in recipe.of_role("train") for name in part.predicates.values()}):
        training = _training(recipe, predicate, root, terminology)
        if _trainable(training, predicate):
            fitting = TrainingSet(training, predicate)
            found = fitting.cross_validate(folds=recipe.folds, seed=recipe.seed)
            fitted = fitting.fit(range(len(training)), folds=recipe.folds, seed=recipe.seed)
            models[predicate], held_out[predicate] = Exported(fitted, found.platt, found.threshold), found
    if not models:
        raise InputError("the training documents annotate no pair of a chemical and a disease that is related")
    folder = output / "model"
    write_relation_model(models, folder, name=recipe.name)
    shift = largest_shift(models, folder, _training(recipe, min(models), root, terminology))
    written = read_pair_model(folder)
    facts = RelationFacts(
        name=recipe.name,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        corpora=tuple(corpus_row(corpus, renamed(corpus.part.predicates)) for corpus in corpora),
        cross_validation={predicate: _held_out_figures(found) for predicate, found in held_out.items()},
        evaluation={corpus.part.path: _scored(corpus, written, terminology) for corpus in of_role(corpora, "evaluate")},
        quoted=quoted,
        thresholds={predicate: one.threshold for predicate, one in models.items()},
        shift=shift,
        file_bytes=file_sizes(folder),
    )
    write_run(output, facts.as_json(), render_relation_card(facts))
    return folder


def _training(recipe: RelationRecipe, predicate: str, root: str | None, terminology: Terminology) -> list[PageExample]:
    """Of documents that several corpora hold, the annotation of one that marks the predicate is used."""
    parts = sorted(recipe.corpora, key=lambda part: predicate not in part.predicates.values())
    corpora = load_corpora(parts, root, exclude_overlap=recipe.exclude_overlap)
    return [one for corpus in of_role(corpora, "train") for one in corpus_examples(corpus, terminology)]


def _trainable(training: Sequence[PageExample], predicate: str) -> bool:
    """Whether there are examples for and against."""
    seen = Counter(labels[predicate] for one in training for labels in one.labels if predicate in labels)
    return min(seen[True], seen[False]) >= 2


def _held_out_figures(found: HeldOut) -> dict[str, PredicateFigures]:
    """By corpus, and for all together."""
    probabilities, figures = found.probabilities, {}
    for corpus in (*sorted(set(found.corpora)), "all"):
        inside = np.array([corpus in ("all", one) for one in found.corpora])
        stated = (probabilities >= found.threshold) & inside
        judged = Counter(zip(probabilities[inside].tolist(), found.right[inside].tolist(), strict=True))
        right, gold = int((stated & found.right).sum()), int((inside & found.right).sum())
        figures[corpus] = _figures(right, int(stated.sum()), gold, judged)
    return figures


def _scored(
    corpus: LoadedCorpus[RelationCorpus], model: PairModel, terminology: Terminology
) -> dict[str, PredicateFigures]:
    """Figures of the written model on gold mentions, by the predicates that the corpus annotates."""
    gold = _gold(corpus.documents, corpus.part.predicates)
    judged: dict[str, Counter[tuple[float, bool]]] = {}
    stated: dict[str, set[tuple[str, str, str, str]]] = {}
    for example in corpus_examples(corpus, terminology):
        scored = model.score(example.page, example.statements, example.trees, tuple(model.predicates))
        for one, key, labels in zip(scored, example.keys, example.labels, strict=True):
            chosen = likeliest(one, model)
            for predicate in set[str](corpus.part.predicates.values()) & one.probabilities.keys() & labels.keys():
                fact = (example.document_id, key[0], predicate, key[1])
                right = fact in gold
                judged.setdefault(predicate, Counter())[one.probabilities[predicate], right] += 1
                if chosen == predicate:
                    stated.setdefault(predicate, set()).add(fact)
    figures = {}
    for predicate, answers in sorted(judged.items()):
        wanted, found = {fact for fact in gold if fact[2] == predicate}, stated.get(predicate, set())
        figures[predicate] = _figures(len(wanted & found), len(found), len(wanted), answers)
    return figures


def _gold(documents: Sequence[GoldDocument], predicates: Mapping[str, str]) -> set[tuple[str, str, str, str]]:
    return {(gold.document.id, *fact) for gold in documents for fact in gold_pairs(gold, predicates)}


def _figures(right: int, stated: int, gold: int, judged: Judged) -> PredicateFigures:
    return PredicateFigures(right, stated, gold, reliability(judged), at_thresholds(judged, gold=gold))
