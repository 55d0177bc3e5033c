"""``kg-builder terms load-…``: from the files that vocabularies come in to one terminology file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli.console import AsJson, console, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.terminology.loaders.loading import Loading
    from kg_builder.terminology.loaders.reading import OnProgress, Reading

Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write, such as hospital.terms.")]
Release = Annotated[str | None, typer.Option(help="Name and version for the records; else from the file's name.")]
Type = Annotated[str | None, typer.Option("--type", help="Concept type of what has none, for example Disease.")]
Recognize = Annotated[
    bool,
    typer.Option("--recognize/--link-only", help="Look for the names in texts too, or only link what was found."),
]


def load_umls(
    mrconso: Annotated[Path, typer.Argument(help="MRCONSO.RRF, or the zip or folder that holds it.")],
    mrsty: Annotated[Path | None, typer.Option(help="MRSTY.RRF; else the one beside MRCONSO.RRF.")] = None,
    sab: Annotated[
        list[str] | None, typer.Option(help="Only names of this source, for example SNOMEDCT_US; repeat.")
    ] = None,
    lang: Annotated[list[str] | None, typer.Option(help="Language, for example ENG or es; repeat.")] = None,
    concept_type: Type = None,
    recognize: Recognize = False,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """UMLS Metathesaurus (MRCONSO, MRSTY), streamed."""
    from kg_builder.terminology.loaders.umls import load_umls as load

    languages = _several(lang) or ("ENG",)
    loading = partial(
        load, mrconso, mrsty, sources=_several(sab), languages=languages, group=concept_type, release=release
    )
    _write(loading, output or Path("umls.terms"), recognized=recognize, as_json=as_json)


def load_rxnorm(
    rxnconso: Annotated[Path, typer.Argument(help="RXNCONSO.RRF, or the zip or folder that holds it.")],
    recognize: Recognize = True,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """RxNorm ingredients and brands (RXNCONSO)."""
    from kg_builder.terminology.loaders.rxnorm import load_rxnorm as load

    _write(
        partial(load, rxnconso, release=release), output or Path("rxnorm.terms"), recognized=recognize, as_json=as_json
    )


def load_snomed(
    rf2: Annotated[Path, typer.Argument(help="Release in RF2: its zip, or the folder it was unpacked to.")],
    lang: Annotated[list[str] | None, typer.Option(help="Language of the names, for example en; repeat.")] = None,
    recognize: Recognize = False,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """SNOMED CT (RF2 snapshot)."""
    from kg_builder.terminology.loaders.snomed import load_snomed as load

    _write(
        partial(load, rf2, languages=_several(lang) or ("en",), release=release),
        output or Path("snomedct.terms"),
        recognized=recognize,
        as_json=as_json,
    )


def load_mesh(
    xml: Annotated[list[Path], typer.Argument(help="descYYYY.xml and, if wanted, suppYYYY.xml; .gz or .zip too.")],
    recognize: Recognize = True,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """MeSH descriptors and supplementary records (NLM's XML)."""
    from kg_builder.terminology.loaders.mesh import load_mesh as load

    _write(partial(load, xml, release=release), output or Path("mesh.terms"), recognized=recognize, as_json=as_json)


def load_obo(
    ontology: Annotated[Path, typer.Argument(help="Ontology in OBO format or OBO graphs JSON.")],
    concept_type: Type = None,
    prefix: Annotated[
        list[str] | None, typer.Option(help="Only terms with this prefix, for example MONDO; repeat.")
    ] = None,
    recognize: Recognize = False,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Open ontologies: Mondo, HPO, ChEBI, Uberon and the like."""
    from kg_builder.terminology.loaders.obo import load_obo as load

    _write(
        partial(load, ontology, group=concept_type, prefixes=_several(prefix), release=release),
        output or _beside(ontology),
        recognized=recognize,
        as_json=as_json,
    )


def load_icd10(
    titles: Annotated[Path, typer.Argument(help="Table with code and title, list of codes, or .po translation.")],
    lang: Annotated[str | None, typer.Option(help="Language of the titles, for example vi.")] = None,
    vocabulary: Annotated[str, typer.Option(help="ICD10, ICD10CM, …")] = "ICD10",
    recognize: Recognize = True,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """ICD-10 titles in any language."""
    from kg_builder.terminology.loaders.icd10 import load_icd10 as load

    _write(
        partial(load, titles, vocabulary=vocabulary, language=lang, release=release),
        output or _beside(titles),
        recognized=recognize,
        as_json=as_json,
    )


def load_tsv(
    table: Annotated[
        Path, typer.Argument(help="Table with the columns id, name, type, synonyms, xrefs, broader, language.")
    ],
    concept_type: Type = None,
    prefix: Annotated[str | None, typer.Option(help="For ids that have none, for example HOSP.")] = None,
    lang: Annotated[str, typer.Option(help="Language of rows that name none.")] = "en",
    licence: Annotated[str, typer.Option(help="For the records.")] = "",
    recognize: Recognize = True,
    release: Release = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """A list of your own, such as a hospital's formulary."""
    from kg_builder.terminology.loaders.lists import load_tsv as load

    loading = partial(load, table, group=concept_type, prefix=prefix, language=lang, release=release, licence=licence)
    _write(loading, output or _beside(table), recognized=recognize, as_json=as_json)


def _several(values: Sequence[str] | None) -> tuple[str, ...]:
    """Values given one by one or with commas between them."""
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _beside(source: Path) -> Path:
    """In the working folder, named like the source."""
    return Path(f"{source.name.partition('.')[0] or 'own'}.terms")


def _write(load: Callable[..., Loading], output: Path, *, recognized: bool, as_json: bool) -> None:
    """Load with a progress bar, and tell what came of it. `load` takes what it reads with as `reading`."""
    from kg_builder.terminology.loaders.loading import write_terminology
    from kg_builder.terminology.loaders.reading import Reading

    try:
        with _progress(quiet=as_json) as on_progress:
            reading = Reading(on_progress)
            loaded = load(reading=reading)
            count = write_terminology(loaded, output, recognized=recognized)
    except KeyboardInterrupt:
        print(f"interrupted: {output} was not written", file=sys.stderr)
        raise typer.Exit(130) from None
    if as_json:
        skipped = {
            "lines": reading.broken,
            "by_reason": dict(reading.by_reason),
            "first": [asdict(line) for line in reading.first],
        }
        release = loaded.preamble.release
        print_json({"terminology": str(output), "release": release, "concepts": count, "skipped": skipped})
        return
    out = console()
    out.print(f"wrote {output}: {counted(count, 'concept')} of {loaded.preamble.release}", markup=False)
    if reading.broken:
        _tell_skipped(reading)
    out.print(f"""use it: KG_BUILDER_TERMINOLOGIES='["{output}", "shipped"]'""", markup=False)


def _tell_skipped(reading: Reading) -> None:
    reasons = ", ".join(f"{reason} {count}" for reason, count in reading.by_reason.most_common())
    print(f"{counted(reading.broken, 'line')} skipped: {reasons}", file=sys.stderr)
    for line in reading.first:
        print(f"  {line.file}:{line.number}: {line.reason}", file=sys.stderr)
    if (rest := reading.broken - len(reading.first)) > 0:
        print(f"  … and {rest:,} more", file=sys.stderr)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[OnProgress]:
    """A bar on a terminal's standard error."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _all: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)
        before = ""

        def on_progress(what: str, done: int, total: int) -> None:
            nonlocal before
            if what != before:
                progress.reset(task, description=what, total=total)
                before = what
            progress.update(task, completed=done)
            if done >= total:
                progress.update(task, description=f"{what}: indexing")

        yield on_progress
