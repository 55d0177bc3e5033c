"""After the last epoch: export with its check, figures of what is shipped on held-back notes, and the card."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_builder.errors import ModelError
from kg_builder.model_folders import sha256
from kg_builder.privacy.detector import Detector
from kg_builder.privacy.learned.features import WIDTHS
from kg_builder.privacy.learned.finder import LearnedFinder
from kg_builder.privacy.learned.model import MODEL, SETTINGS, TOKENIZER, Description, load_model
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.documents import LoadedCorpus
from kg_builder.train.export import MOST_BYTES, export_onnx, onnx_run, quantize, torch_run
from kg_builder.train.identifiers.card import IdentifierFacts, Measured, render_identifier_card
from kg_builder.train.identifiers.coverage import coverage
from kg_builder.train.identifiers.examples import Sources
from kg_builder.train.identifiers.made_up import Maker, VietnameseMaker
from kg_builder.train.identifiers.network import KINDS, IdentifierNetwork
from kg_builder.train.identifiers.planting import Planted, carriers, planted_note, whole_notes
from kg_builder.train.identifiers.recipe import IdentifierRecipe
from kg_builder.train.recipe_files import recipe_yaml
from kg_builder.train.run_record import corpus_row, file_sizes, write_run

_SEED = 60013
"""Of the values made up for the evaluation."""
_NOTES, _SENTENCES = 100, 8
"""Notes of each file of held-back sentences, and sentences put into each."""
_VIETNAMESE_ROUNDS = 3
_PROBED = 200
"""Windows on which torch and the exported file are compared."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A network with what is written beside it."""

    recipe: IdentifierRecipe
    network: IdentifierNetwork
    tokenizer_text: str
    sources: Sources


def finish(
    trained: Trained,
    output: Path,
    *,
    corpora: Sequence[LoadedCorpus[CorpusPart]],
    held_back: Sequence[str],
    history: Sequence[Mapping[str, Any]],
    command: str,
) -> Path:
    """Write the model folder, its card and the run's figures; returns the folder. Raises ModelError."""
    recipe = trained.recipe
    folder = output / "model"
    drift = _write(trained, folder)
    facts = IdentifierFacts(
        name=recipe.name,
        version=recipe.export.version,
        command=command,
        recipe_yaml=recipe_yaml(recipe),
        corpora=tuple(corpus_row(corpus, ()) for corpus in corpora),
        history=tuple(history),
        drift=drift,
        evaluation=_measured(trained, folder, held_back),
        file_bytes=file_sizes(folder),
        sha256=sha256(folder / MODEL),
    )
    write_run(output, facts.as_json(), render_identifier_card(facts))
    return folder


def _write(trained: Trained, folder: Path) -> float:
    """The files that `load_model` reads; returns the share of words that the export decides otherwise."""
    recipe = trained.recipe
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "fused.onnx"
        export_onnx(trained.network, full)
        quantize(full, folder / MODEL)
    if (size := (folder / MODEL).stat().st_size) > MOST_BYTES:
        raise ModelError(f"{folder / MODEL} has {size:,} bytes; at most {MOST_BYTES:,} are shipped")
    (folder / TOKENIZER).write_text(trained.tokenizer_text, encoding="utf-8")
    description = Description(
        name=recipe.name,
        version=recipe.export.version,
        kinds=KINDS,
        feature_values=WIDTHS,
        least=recipe.least,
        least_formed=recipe.least_formed,
        least_doubtful=recipe.least_doubtful,
        least_eponym=recipe.least_eponym,
        least_again=recipe.least_again,
        sha256={name: sha256(folder / name) for name in (MODEL, TOKENIZER)},
    )
    (folder / SETTINGS).write_text(description.model_dump_json(indent=1) + "\n", encoding="utf-8")
    drift = _drift(trained, folder / MODEL)
    if drift > recipe.export.largest_shift:
        raise ModelError(f"The export decides {drift:.2%} of words otherwise, more than {recipe.export.largest_shift}.")
    return drift


def _drift(trained: Trained, file: Path) -> float:
    before, after = torch_run(trained.network), onnx_run(file)
    differing = words = 0
    for example in trained.sources.examples(0)[:_PROBED]:
        one, other = (run(example.window).argmax(axis=1) for run in (before, after))
        differing += int((one != other).sum())
        words += len(one)
    return differing / max(1, words)


def _measured(trained: Trained, folder: Path, held_back: Sequence[str]) -> Sequence[Measured]:
    """Rules, the model, and both together, on each file of held-back carriers."""
    rules = Detector(trained.sources.recognize)
    both = Detector(trained.sources.recognize, LearnedFinder(load_model(folder)))
    found = []
    for name, notes in _evaluated(trained.recipe, held_back):
        systems = {
            title: coverage([(note, one.find(note.text, note.language)) for note in notes])[0]
            for title, one in (("rules", rules), ("rules and model", both))
        }
        found.append(Measured(name, len(notes), systems))
    return found


def _evaluated(recipe: IdentifierRecipe, held_back: Sequence[str]) -> Iterator[tuple[str, list[Planted]]]:
    make = Maker(recipe.held_back_locales, _SEED)
    for name in recipe.held_back:
        yield name, [planted_note(text, carriers(name), make, _SENTENCES) for text in held_back[:_NOTES]]
    vietnamese = VietnameseMaker(_SEED)
    for name in recipe.held_back_notes:
        yield name, [note for _ in range(_VIETNAMESE_ROUNDS) for note in whole_notes(carriers(name), vietnamese, "vi")]
