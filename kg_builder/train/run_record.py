"""What every training run writes beside its model: figures as JSON, the card, and what it read of each corpus."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_builder.errors import InputError
from kg_builder.train.documents import LoadedCorpus, Part

FIGURES, CARD = "figures.json", "README.md"


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """What a run read of one corpus, and what it used."""

    path: str
    role: str
    annotates: tuple[str, ...]
    """Types or relations that count, as the card names them."""
    sha256: str
    read: int
    used: int
    unreadable: int = 0
    repeated: int = 0
    elsewhere: int = 0
    leaking: int = 0


def corpus_row(corpus: LoadedCorpus[Part], annotates: Sequence[str]) -> CorpusRow:
    """Of a loaded corpus."""
    return CorpusRow(
        path=corpus.part.path,
        role=corpus.part.role,
        annotates=tuple(annotates),
        sha256=corpus.sha256,
        read=corpus.read,
        used=len(corpus.documents),
        unreadable=corpus.unreadable,
        repeated=corpus.repeated,
        elsewhere=corpus.elsewhere,
        leaking=corpus.leaking,
    )


def renamed(names: Mapping[str, str]) -> list[str]:
    """``CID = INDUCES``: the corpus's names of what it annotates, and ours."""
    return [f"{theirs} = {ours}" for theirs, ours in names.items()]


def write_run(output: Path, figures: Mapping[str, Any], card: str) -> None:
    """Write the card into the model's folder and the figures beside it."""
    (output / "model" / CARD).write_text(card, encoding="utf-8")
    content = json.dumps(figures, indent=2, ensure_ascii=False)
    (output / FIGURES).write_text(content + "\n", encoding="utf-8")


def quoted_evaluation(figures_from: str | None) -> Mapping[str, Any] | None:
    """The figures of the run that a recipe takes over; None: it names none. Raises InputError."""
    if figures_from is None:
        return None
    file = Path(figures_from) / FIGURES
    try:
        content: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["evaluation"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"figures_from: {file} can't be read",
            hint="Run that recipe first, or name its output folder in the recipe.",
        ) from error
    return content


def card_sections(*parts: tuple[str, Iterable[str]]) -> Iterator[str]:
    """Lines of a card's sections: titles, and what stands under them."""
    for title, lines in parts:
        yield ""
        yield f"## {title}"
        yield ""
        yield from lines


def file_sizes(folder: Path) -> dict[str, int]:
    """Bytes of the model's files, the card left out."""
    return {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.name != CARD}


def corpus_table(rows: Iterable[CorpusRow]) -> Iterator[str]:
    """What was read of each corpus and what was left out, as a card's table."""
    yield "| corpus | role | read | used | left out: leaking | repeated | elsewhere | unreadable | SHA-256 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        counts = (row.read, row.used, row.leaking, row.repeated, row.elsewhere, row.unreadable)
        yield f"| {row.path} | {row.role} | {' | '.join(map(str, counts))} | {row.sha256[:16]} |"


def brief_corpus_table(rows: Iterable[CorpusRow], unit: str) -> Iterator[str]:
    """The same without what was unreadable or repeated; `unit`: what was read, ``documents``."""
    yield f"| corpus | role | {unit} read | used | in an earlier corpus | left out as leaks | sha256 |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for row in rows:
        counts = f"{row.read} | {row.used} | {row.elsewhere} | {row.leaking}"
        yield f"| `{row.path}` | {row.role} | {counts} | `{row.sha256[:16]}` |"


def file_table(sizes: Mapping[str, int]) -> Iterator[str]:
    """The model's files with their sizes in bytes."""
    yield "| file | bytes |"
    yield "| --- | ---: |"
    yield from (f"| `{name}` | {size:,} |" for name, size in sizes.items())
