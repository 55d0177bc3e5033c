"""The error list: mistakes written to a file as they come, with a summary of the commonest.

The file holds words of the documents: it is made only where the user asks for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from kg_builder.errors import InputError
from kg_builder.evaluate.mistake_counts import MistakeCounts
from kg_builder.evaluate.mistakes import Kind, Mistake

COLUMNS = (
    "document",
    "kind",
    "gold type",
    "predicted type",
    "gold offsets",
    "predicted offsets",
    "gold text",
    "predicted text",
    "gold ids",
    "predicted ids",
    "context",
)
SUMMARY_COLUMNS = ("kind", "type", "text", "count")
MOST = 30
"""Surface forms a kind in the Markdown summary; the TSV summary has all."""


class ErrorList:
    """Writes ``.md`` as one file, anything else as TSV with a second file ``NAME.summary.tsv`` beside it.

    Use it as a context manager; nothing appears under the final name if it is left by an exception.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.markdown = self.path.suffix.lower() in {".md", ".markdown"}
        self.counts = MistakeCounts()
        self._part = self.path.with_name(f"{self.path.name}.part")
        self._rows: TextIO

    @property
    def summary_path(self) -> Path:
        """Where the summary is."""
        return self.path if self.markdown else self.path.with_name(f"{self.path.stem}.summary.tsv")

    def __enter__(self) -> Self:
        try:
            self._rows = self._part.open("w", encoding="utf-8", errors="replace", newline="\n")
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({error.strerror or 'I/O error'})") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()
        try:
            if kind is None:
                self._publish()
        finally:
            with suppress(FileNotFoundError):
                self._part.unlink()

    def add(self, mistake: Mistake) -> None:
        """Write one row."""
        self.counts.add(mistake)
        self._rows.write(self._line(_cells(mistake)))

    def _publish(self) -> None:
        if not self.markdown:
            with self.summary_path.open("w", encoding="utf-8", newline="\n") as target:
                target.writelines(self._line(row) for row in (SUMMARY_COLUMNS, *self._summary_rows()))
        staged = self.path.with_name(f"{self.path.name}.new")
        with staged.open("w", encoding="utf-8", newline="\n") as target, self._part.open(encoding="utf-8") as rows:
            target.writelines(self._preface())
            shutil.copyfileobj(rows, target)
        staged.replace(self.path)

    def _preface(self) -> Iterator[str]:
        """All that stands above the rows."""
        if not self.markdown:
            yield self._line(COLUMNS)
            return
        yield "# Errors\n"
        for kind in Kind:
            rows = [row for row in self._summary_rows() if row[0] == kind]
            if rows:
                yield f"\n## {kind}: {sum(int(row[-1]) for row in rows)}\n\n"
                yield from (self._line(row) for row in (SUMMARY_COLUMNS[1:], _rule(3), *(r[1:] for r in rows[:MOST])))
        yield "\n## All\n\n"
        yield from (self._line(row) for row in (COLUMNS, _rule(len(COLUMNS))))

    def _summary_rows(self) -> list[tuple[str, ...]]:
        return [(kind, label, text, str(count)) for kind, label, text, count in self.counts.rows()]

    def _line(self, cells: Sequence[str]) -> str:
        if self.markdown:
            return f"| {' | '.join(_escaped(cell) for cell in cells)} |\n"
        return "\t".join(cells) + "\n"


def _cells(mistake: Mistake) -> tuple[str, ...]:
    return (
        " ".join(mistake.document.split()),
        mistake.kind,
        mistake.gold_type,
        mistake.predicted_type,
        _offsets(mistake.gold_span),
        _offsets(mistake.predicted_span),
        mistake.gold_text,
        mistake.predicted_text,
        " ".join(mistake.gold_ids),
        " ".join(mistake.predicted_ids),
        mistake.context,
    )


def _offsets(span: tuple[int, int] | None) -> str:
    return f"{span[0]}-{span[1]}" if span else ""


def _rule(columns: int) -> tuple[str, ...]:
    return ("---",) * columns


def _escaped(cell: str) -> str:
    """A cell whose text can't be read as Markdown or HTML structure."""
    for character in "\\`*_[]|~":
        cell = cell.replace(character, f"\\{character}")
    return cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
