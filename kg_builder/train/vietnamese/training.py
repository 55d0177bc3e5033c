"""Trains the Vietnamese model by a recipe: cross-validation, calibration, files, figures beside a baseline, card."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.evaluate.calibration import at_thresholds, reliability
from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.vietnamese.model import DESCRIPTION, WEIGHTS, Description, load_model, pack_weights
from kg_builder.protocols import Extractor
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.documents import LoadedCorpus, load_corpora, of_role
from kg_builder.train.leakage import Guarded, find_leaks
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.run_record import corpus_row, file_sizes, quoted_evaluation, write_run
from kg_builder.train.vietnamese.card import VietnameseFacts, render_vietnamese_card
from kg_builder.train.vietnamese.decoding import (
    Calibration,
    calibrate,
    count_spans,
    held_out,
    held_out_counts,
    mentions,
    sequence_model,
)
from kg_builder.train.vietnamese.examples import Span, VietnameseExample, dictionary_spans, vietnamese_examples
from kg_builder.train.vietnamese.figures import Scored, SystemFigures
from kg_builder.train.vietnamese.fitting import FittedWeights, baseline_spans, fit_weights
from kg_builder.train.vietnamese.recipe import VietnameseRecipe

Found = list[list[tuple[Span, float]]]


def train_vietnamese(
    recipe: VietnameseRecipe,
    *,
    output: Path,
    corpora_root: str | None = None,
    command: str = "",
    terminology: Terminology | None = None,
) -> Path:
    """Write ``output/model`` and ``output/figures.json``; returns the model folder. Raises InputError, ModelError."""
    known = terminology or load_terminology()
    dictionary = LexiconExtractor(known)
    root = corpora_root or recipe.corpora_root
    corpora = load_corpora(recipe.corpora, root, exclude_overlap=recipe.exclude_overlap)
    quoted = None if recipe.of_role("evaluate") else quoted_evaluation(recipe.figures_from)
    training = [
        one for corpus in of_role(corpora, "train") for one in vietnamese_examples(corpus.documents, dictionary)
    ]
    if not any(example.gold for example in training):
        raise InputError("the training documents have no mention of the model's types")
    candidates = held_out(training, recipe)
    calibration = calibrate(training, candidates, named_cost=recipe.named_cost)
    folder = output / "model"
    fitted = fit_weights([one for example in training for one in example.sentences], recipe)
    write_vietnamese_model(fitted, calibration, folder, recipe=recipe, terminology=known.version)
    facts = VietnameseFacts(
        name=recipe.name,
        version=recipe.version,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        terminology=known.version,
        corpora=tuple(corpus_row(corpus, ()) for corpus in corpora),
        least=calibration.least,
        least_named=calibration.least_named,
        features=len(fitted.weights),
        cross_validation=SystemFigures.of(held_out_counts(training, candidates, calibration)),
        evaluation={
            corpus.part.path: _scored(
                corpus, folder, training=training, recipe=recipe, dictionary=dictionary, root=root
            )
            for corpus in of_role(corpora, "evaluate")
        },
        quoted=quoted,
        file_bytes=file_sizes(folder),
    )
    write_run(output, facts.as_json(), render_vietnamese_card(facts))
    return folder


def write_vietnamese_model(
    fitted: FittedWeights, calibration: Calibration, folder: Path, *, recipe: VietnameseRecipe, terminology: str
) -> None:
    """Write the folder that `load_model` reads; equal models give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = pack_weights(fitted.weights)
    model = sequence_model(
        fitted, name=recipe.name, version=recipe.version, terminology=terminology, calibration=calibration
    )
    described: Description = model.description.model_copy(update={"sha256": hashlib.sha256(packed).hexdigest()})
    (folder / WEIGHTS).write_bytes(packed)
    (folder / DESCRIPTION).write_text(described.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _scored(
    corpus: LoadedCorpus[CorpusPart],
    folder: Path,
    *,
    training: Sequence[VietnameseExample],
    recipe: VietnameseRecipe,
    dictionary: Extractor,
    root: str | None,
) -> Scored:
    """The written model, the dictionary and the baseline on the same documents."""
    examples = list(vietnamese_examples(corpus.documents, dictionary))
    model = load_model(folder)
    found: Found = [list(mentions(model, example.sentences)) for example in examples]
    spans = {
        "dictionary": [dictionary_spans(dictionary, item.document.text) for item in corpus.documents],
        "baseline": baseline_spans(
            [one for example in training for one in example.sentences],
            (example.sentences for example in examples),
            recipe,
        ),
        "model": [frozenset(span for span, _ in document) for document in found],
    }
    shared = _shared(corpus.documents, load_corpora(recipe.of_role("train"), root, exclude_overlap="refuse"))
    kept = [place for place, example in enumerate(examples) if example.id not in shared]
    judged = Counter(
        (round(probability, 4), span in example.gold)
        for example, document in zip(examples, found, strict=True)
        for span, probability in document
    )
    gold = [example.gold for example in examples]
    return Scored(
        documents=len(examples),
        shared=len(shared),
        whole={name: SystemFigures.of(count_spans(gold, given)) for name, given in spans.items()},
        deduplicated={
            name: SystemFigures.of(count_spans([gold[place] for place in kept], [given[place] for place in kept]))
            for name, given in spans.items()
        },
        reliability=reliability(judged),
        thresholds=at_thresholds(judged, gold=sum(map(len, gold))),
    )


def _shared(documents: Sequence[GoldDocument], training: Iterable[LoadedCorpus[CorpusPart]]) -> set[str]:
    """Ids of those that training documents hold, wholly or nearly."""
    ours = [Guarded(item.document.id, item.document.id, "evaluation", item.document.text) for item in documents]
    theirs = [
        Guarded(item.document.id, item.document.id, corpus.part.path, item.document.text)
        for corpus in training
        for item in corpus.documents
    ]
    return {leak.training.id for leak in find_leaks(ours, theirs)}
