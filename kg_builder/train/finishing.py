"""After the last epoch: the second look, export with its check, figures of what is shipped, and the card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_builder.errors import InputError
from kg_builder.extract.tagger.decoding import Floats
from kg_builder.extract.tagger.model import MODEL
from kg_builder.model_folders import sha256
from kg_builder.train.card import CardFacts, Measured, measured, render_card
from kg_builder.train.documents import LoadedCorpus
from kg_builder.train.examples import TaggedDocument
from kg_builder.train.export import Drift, Run, check, onnx_run, write_model
from kg_builder.train.loop import scorer
from kg_builder.train.recipe import NerCorpus, NerRecipe
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.run_record import FIGURES, corpus_row, write_run
from kg_builder.train.scoring import by_window, count, judged, overall, predict
from kg_builder.train.second_look import LEAST, Weights, candidates, fit_second_look, held_out
from kg_builder.train.tagger_model import Tagger

_PROBED = 100
"""Training documents on which the export is checked where there are no evaluation documents."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A tagger with what is written beside it."""

    recipe: NerRecipe
    model: Tagger
    tokenizer_text: str

    @property
    def transitions(self) -> Floats:
        """types × 3 × 3, *inside* after *outside* forbidden."""
        found: Floats = self.model.allowed().detach().double().numpy()
        return found


def finish(
    trained: Trained,
    output: Path,
    *,
    corpora: Sequence[LoadedCorpus[NerCorpus]],
    evaluation: Sequence[TaggedDocument],
    probe: Sequence[TaggedDocument],
    history: Sequence[Mapping[str, Any]],
    encoder: Path,
    command: str,
    device: str,
) -> Path:
    """Write the model folder, its card and the run's figures; returns the folder."""
    recipe = trained.recipe
    weights = _second_look(trained, evaluation)
    model = output / "model"
    write_model(
        trained.model,
        model,
        tokenizer=trained.tokenizer_text,
        described={
            "name": recipe.name,
            "version": recipe.export.version,
            "second_look": weights,
            "least": LEAST if weights else 0.0,
        },
    )
    drift = _checked(trained, model, evaluation or probe[:_PROBED])
    figures = _measured(evaluation, trained, model) if evaluation else None
    facts = CardFacts(
        name=recipe.name,
        version=recipe.export.version,
        corpora=tuple(corpus_row(corpus, corpus.part.annotates) for corpus in corpora),
        recipe_yaml=recipe_yaml(recipe),
        command=command,
        device=device,
        encoder_sha256=sha256(encoder / "model.safetensors"),
        history=tuple(history),
        figures=figures,
        second_look=weights,
        second_look_from=recipe.second_look_from,
        earlier=_evaluation(recipe),
        drift=(drift.before, drift.after),
        model_sha256=sha256(model / MODEL),
        model_bytes=(model / MODEL).stat().st_size,
    )
    write_run(output, facts.as_json(), render_card(facts))
    return model


def _second_look(trained: Trained, evaluation: Sequence[TaggedDocument]) -> Weights:
    """Fitted on the evaluation documents, or that of the run that the recipe names, or none."""
    if evaluation:
        return fit_second_look(candidates(evaluation, scorer(trained.model), trained.transitions))
    if trained.recipe.second_look_from is not None:
        return read_second_look(Path(trained.recipe.second_look_from))
    return {}


def read_second_look(run: Path) -> Weights:
    """The weights in an earlier run's output folder. Raises InputError."""
    file = run / FIGURES
    try:
        content = json.loads(file.read_text(encoding="utf-8"))["second_look"]
        return {label: tuple(map(float, row)) for label, row in content.items()}
    except OSError as error:
        raise InputError(
            f"second_look_from: {file} can't be read ({error.strerror or 'I/O error'})",
            hint="Run that recipe first, or name its output folder in the recipe.",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"second_look_from: {file} isn't a training run's figures") from error


def _evaluation(recipe: NerRecipe) -> Mapping[str, Any] | None:
    """What the run that the second look is from measured."""
    if recipe.second_look_from is None:
        return None
    found: Mapping[str, Any] | None = json.loads(
        (Path(recipe.second_look_from) / FIGURES).read_text(encoding="utf-8")
    ).get("evaluation")
    return found


def _checked(trained: Trained, model: Path, documents: Sequence[TaggedDocument]) -> Drift:
    """The export's drift. Raises ModelError for too much of it."""

    def f1(run: Run) -> float:
        return overall(count(documents, predict(documents, by_window(run), trained.transitions))).f1

    return check(f1, trained.model, model / MODEL, most=trained.recipe.export.largest_shift)


def _measured(evaluation: Sequence[TaggedDocument], trained: Trained, model: Path) -> Measured:
    """Of the exported model, each document by a second look that was fitted on others."""
    read = candidates(evaluation, by_window(onnx_run(model / MODEL)), trained.transitions)
    found = held_out(read)
    return measured(count(evaluation, found), judged(evaluation, found))
