"""PubTator: title and abstract lines, mention rows, relation rows.

The text is title, one blank, abstract, which is what the format's offsets count in. Relation rows
have a predicate in the second column where mention rows have a number; BioRED's fifth column
(novel or not) becomes the relation's note. A row's ids resolve as those of the mentions do, so a
bare number that is a gene there is a gene here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.fields import BadFieldError, document_id
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.identifiers import curies, is_handle
from kg_builder.corpora.records import GoldDocument, GoldRelation, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Document, Mention, Metadata

TEXT_LINE = re.compile(r"([^|\t\n]+)\|([ta])\|(.*)", re.DOTALL)
_OFFSET = re.compile(r" *[0-9]{1,12} *")


@dataclass(slots=True)
class _Block:
    """The lines of one document, as they come in."""

    id: str
    line: int
    title: str | None = None
    abstract: str | None = None
    rows: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the offsets count in."""
        return f"{self.title or ''} {self.abstract}" if self.abstract else self.title or ""


def read_pubtator(source: Source) -> Iterator[Row]:
    """One gold document a block; a row that can't be used is reported, the rest kept."""
    block: _Block | None = None
    with source.open() as stream:
        for number, raw in lines_of(stream, guess=True):
            if raw is None:
                owner = block.id if block else source.row_id(number)
                yield _lost(source, number, owner, "undecodable", "the line isn't text in the file's encoding")
                continue
            line = raw.removesuffix("\n").removesuffix("\r")
            if not line.strip():
                yield from _finish(block, source)
                block = None
            elif text_line := TEXT_LINE.fullmatch(line):
                if block is not None and not _continues(block, *text_line.group(1, 2)):
                    yield from _finish(block, source)
                    block = None
                block = block or _Block(text_line[1].strip(), number)
                _add_text(block, text_line[2], text_line[3])
            elif block is None:
                yield _lost(source, number, source.row_id(number), "stray-row", "a row outside any document")
            else:
                block.rows.append((number, line))
    yield from _finish(block, source)


def _continues(block: _Block, id: str, part: str) -> bool:
    return id.strip() == block.id and (block.title if part == "t" else block.abstract) is None


def _add_text(block: _Block, part: str, text: str) -> None:
    if part == "t":
        block.title = text
    else:
        block.abstract = text


def _lost(source: Source, line: int, id: str, code: str, message: str) -> Unreadable:
    return Unreadable(source.name, line, code, message, id, "annotation")


def _finish(block: _Block | None, source: Source) -> Iterator[Row]:
    """The document, then what could not be used of it."""
    if block is None:
        return
    try:
        known_id = document_id(block.id, source.row_id(block.line))
    except BadFieldError as error:
        yield source.problem(error.code, str(error), line=block.line)
        return
    if not block.text.strip():
        yield source.problem("empty-text", "title and abstract are empty", line=block.line, document_id=known_id)
        return
    annotations = _Annotations(block.text)
    bad: list[Unreadable] = []
    for number, row in block.rows:
        try:
            annotations.add(row, block.id)
        except BadAnnotationError as error:
            bad.append(_lost(source, number, known_id, error.code, str(error)))
    document = Document(id=known_id, text=block.text, metadata=Metadata(source=source.document_id))
    yield GoldDocument(document, tuple(annotations.mentions), tuple(annotations.relations()))
    yield from bad


class _Annotations:
    """Mention and relation rows of one document."""

    def __init__(self, text: str) -> None:
        self.mentions: list[Mention] = []
        self._text = text
        self._relations: list[tuple[str, str, str, str | None]] = []
        self._concepts: dict[str, tuple[str, ...]] = {}
        self._handles: dict[str, int] = {}

    def add(self, row: str, id: str) -> None:
        """One row. Raises BadAnnotationError."""
        columns = row.split("\t", 3)
        if columns[0].strip() != id:
            raise BadAnnotationError("stray-row", "a row of another document")
        if len(columns) < 4:
            raise BadAnnotationError("bad-row", "a row with fewer than four columns")
        if _OFFSET.fullmatch(columns[1]) and _OFFSET.fullmatch(columns[2]):
            self._add_mention(int(columns[1]), int(columns[2]), columns[3])
        else:
            target, *rest = columns[3].split("\t")
            self._relations.append((columns[1].strip(), columns[2], target, rest[0].strip() or None if rest else None))

    def _add_mention(self, start: int, end: int, rest: str) -> None:
        quoted, columns = _split_quoted(rest, self._text[start:end])
        label = columns[0].strip() if columns else ""
        raw = columns[1].strip() if len(columns) > 1 else ""
        concepts = curies(raw, label)
        self.mentions.append(make_mention(self._text, [(start, end)], label, quoted=quoted, concepts=concepts))
        if is_handle(raw):
            self._handles.setdefault(raw, len(self.mentions) - 1)
        elif len(concepts) == 1:
            self._concepts.setdefault(raw, concepts)
        else:
            for part in re.split(r"[|+,;]", raw):
                self._concepts.setdefault(part.strip(), curies(part, label))

    def relations(self) -> Iterator[GoldRelation]:
        """Relations, their ids resolved with those of all mentions."""
        for predicate, subject, target, note in self._relations:
            subject_mention, object_mention = self._handles.get(subject.strip()), self._handles.get(target.strip())
            yield GoldRelation(
                predicate, self._resolve(subject), self._resolve(target), subject_mention, object_mention, note
            )

    def _resolve(self, raw: str) -> tuple[str, ...]:
        return self._concepts.get(raw.strip()) or curies(raw)


def _split_quoted(rest: str, found: str) -> tuple[str, list[str]]:
    """The quoted text and the columns after it; the quoted text may itself hold tabs."""
    if found and rest.startswith(found + "\t"):
        return found, rest[len(found) + 1 :].split("\t")
    quoted, *columns = rest.split("\t")
    return quoted, columns
