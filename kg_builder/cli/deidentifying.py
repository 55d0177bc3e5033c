"""``kg-builder deidentify``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg_builder.cli.console import AsJson, must_exist, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.privacy.detector import Detector
    from kg_builder.privacy.files import Deidentified


def deidentify(
    files: Annotated[list[str], typer.Argument(help="UTF-8 text files, folders of them (.txt, .text, .md), or -.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the masked texts; without it one text goes out.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="JSON file for kinds and counts by file.")] = None,
    language: Annotated[str | None, typer.Option(help="en or vi. [default: found out for each text]")] = None,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings: the terminologies are used.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put placeholders such as [NAME-1] in the place of what identifies people. Not everything is found: read
    docs/privacy.md before you give a text away.
    """
    from kg_builder.errors import InputError

    if output is None and len(files) != 1:
        raise InputError("Several texts need a folder to go to.", hint="Name it: -o FOLDER")
    if "-" in files and len(files) > 1:
        raise InputError("Standard input (-) is read alone.")
    must_exist([path for path in files if path != "-"])
    detector = _detector(settings)
    if output is None or files == ["-"]:
        done = [_one(files[0], output, detector, language, quiet=as_json)]
    else:
        from kg_builder.privacy.files import deidentify_files, targets

        done = list(deidentify_files(targets([Path(path) for path in files], output), detector, language))
    told = _told(done)
    if report is not None:
        report.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _print(done, told, as_json=as_json, beside=output is None)
    if any(one.error for one in done):
        raise typer.Exit(1)


def _detector(settings: Path | None) -> Detector:
    from kg_builder.graphs.components import make_detector
    from kg_builder.settings import load_settings

    return make_detector(load_settings(settings))


def _one(path: str, folder: Path | None, detector: Detector, language: str | None, *, quiet: bool) -> Deidentified:
    """A text to standard output, or standard input to ``standard-input.txt`` in the folder."""
    from kg_builder.errors import InputError
    from kg_builder.privacy.files import Deidentified, decoded, deidentify

    if path != "-" and Path(path).is_dir():
        raise InputError(f"{path}: a folder needs a folder to go to.", hint="Name it: -o FOLDER")
    if folder is None and quiet:
        raise InputError("--json needs -o FOLDER: the masked text would go to standard output too.")
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    try:
        masked, counts = deidentify(decoded(data), detector, language)
    except InputError as error:
        return Deidentified(path, {}, error.message)
    if folder is None:
        sys.stdout.buffer.write(masked.encode("utf-8"))
        sys.stdout.flush()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "standard-input.txt").write_bytes(masked.encode("utf-8"))
    return Deidentified(path, counts)


def _told(done: list[Deidentified]) -> dict[str, Any]:
    from kg_builder.privacy.files import total

    failed = sum(one.error is not None for one in done)
    return {
        "files": len(done),
        "failed": failed,
        "identifiers": total(done),
        "by_file": [{key: value for key, value in asdict(one).items() if value is not None} for one in done],
    }


def _print(done: list[Deidentified], told: dict[str, Any], *, as_json: bool, beside: bool) -> None:
    """`beside`: the text itself is on standard output."""
    if as_json:
        print_json(told)
        return
    stream = sys.stderr if beside else sys.stdout
    for one in done:
        found = one.error or ", ".join(f"{count} {kind}" for kind, count in one.counts.items()) or "nothing found"
        print(f"{one.source}: {found}", file=stream)
    if len(done) > 1:
        found = ", ".join(f"{count} {kind}" for kind, count in told["identifiers"].items()) or "nothing found"
        print(f"{counted(told['files'], 'file')}, {told['failed']:,} failed: {found}", file=stream)
