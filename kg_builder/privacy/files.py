"""Texts in files: read, masked, written elsewhere, with kinds and counts for a report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.privacy.detector import Detector
from kg_builder.privacy.identifiers import counts
from kg_builder.privacy.masking import Masked
from kg_builder.select.language import detect_language

SUFFIXES = frozenset({".txt", ".text", ".md"})
"""Of the files that are read from a folder."""


@dataclass(frozen=True, slots=True)
class Deidentified:
    """What became of one file; no text of it."""

    source: str
    counts: dict[str, int]
    """Identifiers by kind."""
    error: str | None = None
    """Why nothing was written."""


def deidentify(text: str, detector: Detector, language: str | None = None) -> tuple[str, dict[str, int]]:
    """The masked text, and identifiers by kind. `language`: None finds out."""
    found = detector.find(text, language or detect_language(text).language)
    return Masked.of(text, found).text, counts(found)


def deidentify_files(
    sources: Sequence[tuple[Path, Path]], detector: Detector, language: str | None = None
) -> Iterator[Deidentified]:
    """Each file read and its masked text written to the path beside it, line ends as they were."""
    for source, target in sources:
        try:
            text = decoded(source.read_bytes())
            masked, tally = deidentify(text, detector, language)
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, masked)
            yield Deidentified(str(source), tally)
        except InputError as error:
            yield Deidentified(str(source), {}, error.message)
        except OSError as error:
            yield Deidentified(str(source), {}, error.strerror or "cannot be read or written")


def decoded(data: bytes) -> str:
    """UTF-8, with or without a byte-order mark. Raises InputError: a guess could hide a name from the rules."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text (byte {error.start})") from None


def targets(paths: Sequence[Path], folder: Path) -> list[tuple[Path, Path]]:
    """Text files with where their masked text goes; a folder's keep their places in it. Raises InputError where two
    would go to one place, or one over what is read.
    """
    pairs: list[tuple[Path, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = (found for found in sorted(path.rglob("*")) if found.is_file() and found.suffix in SUFFIXES)
            pairs += ((found, folder / found.relative_to(path)) for found in inside)
        else:
            pairs.append((path, folder / path.name))
    if not pairs:
        raise InputError(f"no text files ({', '.join(sorted(SUFFIXES))}) are there")
    read = {source.resolve() for source, _ in pairs}
    taken: set[Path] = set()
    for source, target in pairs:
        place = target.resolve()
        if place in read:
            raise InputError(f"{source}: its masked text would replace a file that is read; choose another folder")
        if place in taken:
            raise InputError(f"{source}: another file's masked text goes to {target}; take them one folder at a time")
        taken.add(place)
    return pairs


def total(done: Sequence[Deidentified]) -> dict[str, int]:
    """Identifiers by kind over all files."""
    tally: Counter[str] = Counter()
    for one in done:
        tally.update(one.counts)
    return dict(sorted(tally.items()))


def _write(target: Path, text: str) -> None:
    """Whole or not at all."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(text.encode("utf-8"))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
