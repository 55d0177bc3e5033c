"""``kg-builder train generative|denoising|tokens|vietnamese|identifiers`` and ``kg-builder export-model``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from kg_builder.cli.console import console
from kg_builder.cli.training import Config, Corpora, Output, Resume, command_of, require, train

HF = ("torch", "transformers", "safetensors")
Watch = Callable[[Mapping[str, Any]], None]


@train.command("generative")
def generative(config: Config, corpora: Corpora = None, output: Output = None, resume: Resume = True) -> None:
    """Fine-tune a language model that answers as JSON or lists, or edits texts; whole or by an adapter."""
    from kg_builder.train.generative.recipe import GenerativeRecipe
    from kg_builder.train.recipe_files import load_recipe

    recipe = load_recipe(config, GenerativeRecipe)
    require("Fine-tuning a language model", "hf", *HF, *(["peft"] if recipe.lora is not None else []))
    from kg_builder.train.generative.training import train_generative

    output = output or Path("runs") / recipe.name
    _run(partial(train_generative, recipe), output, corpora, resume=resume, command=command_of("generative", config))


@train.command("denoising")
def denoising(config: Config, corpora: Corpora = None, output: Output = None, resume: Resume = True) -> None:
    """Fine-tune a diffusion language model to tag texts."""
    from kg_builder.train.denoising.recipe import DenoisingRecipe
    from kg_builder.train.recipe_files import load_recipe

    recipe = load_recipe(config, DenoisingRecipe)
    require("Fine-tuning a diffusion language model", "hf", *HF)
    from kg_builder.train.denoising.training import train_denoising

    output = output or Path("runs") / recipe.name
    _run(partial(train_denoising, recipe), output, corpora, resume=resume, command=command_of("denoising", config))


@train.command("tokens")
def tokens(config: Config, corpora: Corpora = None, output: Output = None, resume: Resume = True) -> None:
    """Fine-tune a token classifier: macro precision, recall, F1 and Matthews correlation each epoch."""
    from kg_builder.train.recipe_files import load_recipe
    from kg_builder.train.token_classification.recipe import TokenClassificationRecipe

    recipe = load_recipe(config, TokenClassificationRecipe)
    require("Fine-tuning a token classifier", "hf", *HF)
    require("Fine-tuning a token classifier", "train", "sklearn")
    from kg_builder.train.token_classification.training import train_token_classifier

    output = output or Path("runs") / recipe.name
    _run(partial(train_token_classifier, recipe), output, corpora, resume=resume, command=command_of("tokens", config))


@train.command("vietnamese")
def vietnamese(config: Config, corpora: Corpora = None, output: Output = None) -> None:
    """Train the Vietnamese recognition model: cross-validation, calibration, baseline, model card."""
    from kg_builder.train.recipe_files import load_recipe
    from kg_builder.train.vietnamese.recipe import VietnameseRecipe

    recipe = load_recipe(config, VietnameseRecipe)
    require("Training the Vietnamese recognition model", "train", "pycrfsuite", "sklearn")
    from kg_builder.train.vietnamese.training import train_vietnamese

    model = train_vietnamese(
        recipe,
        output=output or Path("runs") / recipe.name,
        corpora_root=str(corpora) if corpora else None,
        command=command_of("vietnamese", config),
    )
    console().print(f"model: {model}", markup=False)


@train.command("identifiers")
def identifiers(config: Config, corpora: Corpora = None, output: Output = None, resume: Resume = True) -> None:
    """Train the model that finds what identifies people, on notes with made-up identifiers; export, figures, card."""
    from kg_builder.train.identifiers.recipe import IdentifierRecipe
    from kg_builder.train.recipe_files import load_recipe

    recipe = load_recipe(config, IdentifierRecipe)
    require("Training the model for identifiers", "train", "torch", "transformers", "safetensors", "onnx", "faker")
    from kg_builder.train.identifiers.training import train_identifiers

    output = output or Path("runs") / recipe.name
    _run(partial(train_identifiers, recipe), output, corpora, resume=resume, command=command_of("identifiers", config))


def export_model(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Token classifier: hf:FOLDER or hf:ID.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder for the exported model.")],
    revision: Annotated[str | None, typer.Option(help="Commit of a hub checkpoint.")] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run the Python code that comes with the checkpoint.")
    ] = False,
    quantized: Annotated[
        bool,
        typer.Option("--quantized", help="8-bit weights: a quarter of the size; about one mention in thirty differs."),
    ] = False,
) -> None:
    """Export a token classifier to ONNX, so that it runs without torch: --extractor onnx:FOLDER."""
    from kg_builder.settings import model_named

    model = model_named(source if ":" in source else f"hf:{source}")
    model = model.model_copy(update={"revision": revision, "trust_remote_code": trust_remote_code})
    require("Exporting a model", "hf", *HF)
    require("Exporting a model", "train", "onnx", "onnxscript")
    from kg_builder.train.onnx_checkpoints import export_token_classifier

    agreement = export_token_classifier(model, output, quantized=quantized)
    out = console()
    out.print(
        f"on sample texts {agreement.same:.1%} of {agreement.pieces} pieces have the same label as the checkpoint's; "
        f"largest shift of a probability {agreement.drift:.4f}",
        markup=False,
    )
    out.print(f"model: {output}    use it: --extractor onnx:{output}", markup=False)


def _run(train: Callable[..., Path], output: Path, corpora: Path | None, *, resume: bool, command: str) -> None:
    """Train with a bar, and say where the model is."""
    root = str(corpora) if corpora else None
    with _watching() as watch:
        model = train(output=output, corpora_root=root, resume=resume, command=command, watch=watch)
    console().print(f"model: {model}", markup=False)


@contextmanager
def _watching() -> Iterator[Watch]:
    """A bar over the steps on standard error, a line an epoch on standard output."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    out = console()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("steps", total=None, loss="")

        def watch(row: Mapping[str, Any]) -> None:
            if "epoch" in row:
                told = ", ".join(f"{name} {_shown(value)}" for name, value in row.items() if name != "epoch")
                out.print(f"epoch {row['epoch']}: {told}", markup=False)
            else:
                progress.update(task, advance=1, total=row.get("steps"), loss=f"loss {row['loss']:.3f}")

        yield watch


def _shown(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
