"""``kg-builder train``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg_builder.cli.console import console
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from kg_builder.train.documents import LoadedCorpus
    from kg_builder.train.recipe import NerCorpus

train = typer.Typer(help="Train our own models, or those of the model families, by a recipe.", no_args_is_help=True)

Config = Annotated[str, typer.Option(help="Recipe: one of the package's by name, or a YAML file.")]
Corpora = Annotated[Path | None, typer.Option(help="Folder that the recipe's corpora lie in.")]
Output = Annotated[Path | None, typer.Option(help="Folder for the run and its model. Default: runs/NAME.")]
Resume = Annotated[bool, typer.Option("--resume/--fresh", help="Go on after the last checkpoint, or begin again.")]


@train.command("ner")
def ner(config: Config, corpora: Corpora = None, output: Output = None, resume: Resume = True) -> None:
    """Train the recognition model: checkpoints, score each epoch, ONNX export, calibration, model card."""
    from kg_builder.train.recipe import NerRecipe
    from kg_builder.train.recipe_files import load_recipe

    recipe = load_recipe(config, NerRecipe)
    require("Training a recognition model", "train", "torch", "transformers", "safetensors", "onnx")
    from kg_builder.train.tagging import train_tagger

    out = console()
    with _progress() as progress:
        model = train_tagger(
            recipe,
            output=output or Path("runs") / recipe.name,
            watcher=_Screen(out, progress, recipe.epochs),
            corpora_root=str(corpora) if corpora else None,
            resume=resume,
            command=command_of("ner", config),
        )
    out.print(f"model: {model}", markup=False)


@train.command("relations")
def relations(config: Config, corpora: Corpora = None, output: Output = None) -> None:
    """Train the relation model: cross-validation, calibration, model card."""
    from kg_builder.train.recipe_files import load_recipe
    from kg_builder.train.relation_recipe import RelationRecipe

    recipe = load_recipe(config, RelationRecipe)
    require("Training a relation model", "train", "sklearn")
    from kg_builder.train.relations import train_relations

    model = train_relations(
        recipe,
        output=output or Path("runs") / recipe.name,
        corpora_root=str(corpora) if corpora else None,
        command=command_of("relations", config),
    )
    console().print(f"model: {model}", markup=False)


@train.command("linker")
def linker(config: Config, corpora: Corpora = None, output: Output = None) -> None:
    """Train the linking model: priors, cross-validation, threshold for what stays unknown, model card."""
    from kg_builder.train.linking_recipe import LinkingRecipe
    from kg_builder.train.recipe_files import load_recipe

    recipe = load_recipe(config, LinkingRecipe)
    require("Training a linking model", "train", "sklearn")
    from kg_builder.train.linking import train_linker

    model = train_linker(
        recipe,
        output=output or Path("runs") / recipe.name,
        corpora_root=str(corpora) if corpora else None,
        command=command_of("linker", config),
    )
    console().print(f"model: {model}", markup=False)


class _Screen:
    """A progress bar an epoch on standard error, a line an epoch on standard output."""

    def __init__(self, out: Console, progress: Progress, epochs: int) -> None:
        self._out, self._progress, self._epochs = out, progress, epochs
        self._task = progress.add_task("reading", total=None, loss="")

    def corpora_loaded(self, corpora: Sequence[LoadedCorpus[NerCorpus]], windows: int, device: str) -> None:
        for corpus in corpora:
            self._out.print(_described(corpus), markup=False)
        self._out.print(f"{counted(windows, 'window')} to train on, device {device}", markup=False)

    def epoch_begins(self, epoch: int, batches: int) -> None:
        self._progress.reset(self._task, total=batches, description=f"epoch {epoch}/{self._epochs}", loss="")

    def batch_done(self, loss: float) -> None:
        self._progress.update(self._task, advance=1, loss=f"loss {loss:.3f}")

    def epoch_done(self, row: Mapping[str, Any]) -> None:
        figures = "; ".join(
            f"{corpus}: " + ", ".join(f"{label} {counts['f1']:.4f}" for label, counts in types.items())
            for corpus, types in row["figures"].items()
        )
        overall = "" if row["f1"] is None else f", F1 {row['f1']:.4f} ({figures})"
        self._out.print(f"epoch {row['epoch']}: loss {row['loss']:.4f}, {row['seconds']:.0f} s{overall}", markup=False)


@contextmanager
def _progress() -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        yield progress


def _described(corpus: LoadedCorpus[NerCorpus]) -> str:
    left_out = (
        (corpus.unreadable, "unreadable"),
        (corpus.repeated, "repeated"),
        (corpus.elsewhere, "in an earlier corpus"),
        (corpus.leaking, "left out: among the evaluation documents"),
    )
    notes = "".join(f", {count} {what}" for count, what in left_out if count)
    return f"{corpus.part.path} ({corpus.part.role}): {counted(len(corpus.documents), 'document')}{notes}"


def require(purpose: str, extra: str, *modules: str) -> None:
    """Raise MissingExtraError for an extra unless all its modules can be imported; none is imported to find out."""
    from importlib.util import find_spec

    from kg_builder.errors import MissingExtraError

    if any(find_spec(module) is None for module in modules):
        raise MissingExtraError(purpose, extra)


def command_of(what: str, config: str) -> str:
    """The command as a card gives it: without the folders of this machine."""
    return f"kg-builder train {what} --config {Path(config).name} --corpora CORPORA"
