"""The documents of a recipe: read, rid of repetitions, and kept apart by the leakage guard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument, Unreadable
from kg_builder.errors import InputError
from kg_builder.records import Document
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.leakage import Guarded, find_leaks, refuse
from kg_builder.train.recipe import Overlap

Part = TypeVar("Part", bound=CorpusPart)


@dataclass(frozen=True, slots=True)
class LoadedCorpus(Generic[Part]):
    """A corpus's documents that the run uses, and what became of the others."""

    part: Part
    documents: tuple[GoldDocument, ...]
    sha256: str
    """Of the file; of a folder, of its files' names and contents."""
    read: int
    """Documents in the file."""
    unreadable: int = 0
    """Documents that couldn't be read."""
    repeated: int = 0
    """Documents of an id that the same corpus had before."""
    elsewhere: int = 0
    """Training documents whose source an earlier training corpus has."""
    leaking: int = 0
    """Training documents left out because evaluation documents hold them."""


def load_corpora(
    parts: Sequence[Part], root: str | Path | None, *, exclude_overlap: Overlap, unannotated: bool = False
) -> tuple[LoadedCorpus[Part], ...]:
    """The corpora in the recipe's order. Raises InputError for a missing file, and for leaks that aren't dropped.

    `unannotated`: documents without annotations are read too, as they are.
    """
    loaded = _without_sources_twice([_load(part, root, unannotated=unannotated) for part in parts])
    training = [guarded for corpus in loaded if corpus.part.role == "train" for guarded in _guarded(corpus)]
    evaluation = [guarded for corpus in loaded if corpus.part.role == "evaluate" for guarded in _guarded(corpus)]
    leaks = find_leaks(training, evaluation)
    if exclude_overlap == "refuse":
        refuse(leaks)
    leaking = {(leak.training.corpus, leak.training.id) for leak in leaks}
    found = tuple(_without(corpus, leaking) if corpus.part.role == "train" else corpus for corpus in loaded)
    if not any(corpus.documents for corpus in found if corpus.part.role == "train"):
        raise InputError("no training document is left", hint="All of them are among the evaluation documents.")
    return found


def of_role(corpora: Sequence[LoadedCorpus[Part]], role: str) -> Iterator[LoadedCorpus[Part]]:
    """The corpora of one role, in order."""
    return (corpus for corpus in corpora if corpus.part.role == role)


def _load(part: Part, root: str | Path | None, *, unannotated: bool) -> LoadedCorpus[Part]:
    path = Path(root or "") / part.path
    if not path.exists():
        hint = "Name the folder that the recipe's paths start from with --corpora."
        raise InputError(f"{path}: no such file or folder", hint=None if root else hint)
    documents: dict[str, GoldDocument] = {}
    unreadable = repeated = 0
    for found in read(path, format=part.format):
        row = GoldDocument(found) if unannotated and isinstance(found, Document) else found
        if isinstance(row, GoldDocument):
            repeated += row.document.id in documents
            documents.setdefault(row.document.id, row)
        elif isinstance(row, Unreadable):
            unreadable += row.lost == "document"
    if not documents:
        raise InputError(f"{path}: no {'' if unannotated else 'annotated '}documents in it")
    return LoadedCorpus(
        part,
        tuple(documents.values()),
        _digest(path),
        len(documents) + repeated + unreadable,
        unreadable=unreadable,
        repeated=repeated,
    )


def _without_sources_twice(corpora: Sequence[LoadedCorpus[Part]]) -> list[LoadedCorpus[Part]]:
    """Of training corpora that share sources the first one keeps them; within a corpus they may repeat (sentences)."""
    seen: set[str] = set()
    found = []
    for corpus in corpora:
        if corpus.part.role == "train":
            kept = tuple(item for item in corpus.documents if corpus.part.source_id(item.document.id) not in seen)
            found.append(replace(corpus, documents=kept, elsewhere=len(corpus.documents) - len(kept)))
            seen.update(corpus.part.source_id(item.document.id) for item in kept)
        else:
            found.append(corpus)
    return found


def _without(corpus: LoadedCorpus[Part], leaking: set[tuple[str, str]]) -> LoadedCorpus[Part]:
    kept = tuple(item for item in corpus.documents if (corpus.part.path, item.document.id) not in leaking)
    return replace(corpus, documents=kept, leaking=len(corpus.documents) - len(kept))


def _guarded(corpus: LoadedCorpus[Part]) -> Iterator[Guarded]:
    for item in corpus.documents:
        document = item.document
        yield Guarded(document.id, corpus.part.source_id(document.id), corpus.part.path, document.text)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(f"{file.relative_to(path)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
