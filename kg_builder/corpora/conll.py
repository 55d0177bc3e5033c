"""A word and its tag a line, a blank line after each sentence: CoNLL files, PhoNER_COVID19's and VietBioNER's.

Columns are parted by tabs or blanks; the first is the word, the last its tag. Each sentence is a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.records import Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.corpora.tagged_words import tagged_spans, word_document

_GAP = re.compile(r"[ \t]+")
_DIVIDER = "-DOCSTART-"


@dataclass(slots=True)
class _Sentence:
    """The lines of one sentence, as they come in."""

    line: int
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    bad: list[Unreadable] = field(default_factory=list)


def read_conll(source: Source) -> Iterator[Row]:
    """One gold document a sentence; a word without a tag counts as outside and is reported."""
    sentence: _Sentence | None = None
    with source.open() as stream:
        for number, raw in lines_of(stream):
            line = "" if raw is None else raw.strip()
            if raw is not None and (not line or line.startswith(_DIVIDER)):
                yield from _finish(sentence, source)
                sentence = None
                continue
            sentence = sentence or _Sentence(number)
            if raw is None:
                _lose(sentence, source, number, "undecodable", "the line isn't UTF-8 text")
            else:
                _add(sentence, source, number, line)
    yield from _finish(sentence, source)


def _add(sentence: _Sentence, source: Source, number: int, line: str) -> None:
    columns = line.split("\t") if "\t" in line else _GAP.split(line)
    if len(columns) < 2:
        _lose(sentence, source, number, "bad-row", "a word without a tag")
    sentence.words.append(columns[0])
    sentence.tags.append(columns[-1].strip() if len(columns) > 1 else "O")


def _lose(sentence: _Sentence, source: Source, number: int, code: str, message: str) -> None:
    owner = source.row_id(sentence.line)
    sentence.bad.append(Unreadable(source.name, number, code, message, owner, "annotation"))


def _finish(sentence: _Sentence | None, source: Source) -> Iterator[Row]:
    """The document, then what could not be used of it."""
    if sentence is None:
        return
    if sentence.words:
        known_id = source.row_id(sentence.line)
        yield word_document(sentence.words, tagged_spans(sentence.tags), id=known_id, source=source.document_id)
        yield from sentence.bad
    else:
        yield source.problem("empty-text", "no line of the sentence could be read", line=sentence.line)
