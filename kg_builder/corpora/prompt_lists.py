"""JSON Lines of ``prompt`` and ``completion``, as list models are trained on: an article with the names found in it.

A prompt has the article between ``… mentioned.`` and ``List of extracted chemicals:`` (or diseases, influences); its
completion is a bullet list of names, or of ``chemical | disease`` pairs. The rows of one article become one document,
with a mention wherever a listed name stands in it, case aside. Held in memory: an article's rows may be far apart.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.records import GoldDocument, GoldRelation, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Document, Metadata

_TYPES = {"chemicals": "Chemical", "diseases": "Disease"}
_PREDICATE = "CID"
"""What BC5CDR, from which such prompts were made, calls its chemical-induced diseases."""
_BEFORE = "mentioned."
_AFTER = re.compile(r"list of extracted (chemicals|diseases|influences):\s*", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t]*[-*•][ \t]*", re.MULTILINE)
_SENTENCE = re.compile(r"chemical (.+?) influences disease (.+)", re.IGNORECASE)


@dataclass(slots=True)
class _Article:
    """What all rows say of one article."""

    line: int
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    """(type, name) with the line that lists it."""
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)


def read_prompt_lists(source: Source) -> Iterator[Row]:
    """One gold document an article, in order of their first rows, after whatever rows can't be read."""
    articles: dict[str, _Article] = {}
    with source.open() as stream:
        for number, line in lines_of(stream):
            if line is None:
                yield source.problem("undecodable", "the line isn't UTF-8 text", line=number)
            elif line.strip():
                yield from _take(line, number, source, articles)
    for text, article in articles.items():
        yield from _document(text, article, source)


def _take(line: str, number: int, source: Source, articles: dict[str, _Article]) -> Iterator[Unreadable]:
    """Add one row to its article; what of it can't be used."""
    try:
        task, text, answers = _row(json.loads(line))
    except BadAnnotationError as error:
        yield source.problem(error.code, str(error), line=number)
        return
    except (ValueError, RecursionError):
        yield source.problem("bad-json", "not valid JSON", line=number)
        return
    article = articles.setdefault(text, _Article(number))
    for answer in answers:
        if task in _TYPES:
            article.names.setdefault((_TYPES[task], answer), number)
        elif (pair := _pair(answer)) is not None:
            article.pairs.setdefault(pair, number)
        else:
            message = "an answer is no pair 'chemical | disease'"
            yield source.problem("bad-relation", message, line=number, document_id=_id(text, source), lost="annotation")


def _row(record: Any) -> tuple[str, str, list[str]]:
    """Task, article and answers. Raises BadAnnotationError."""
    prompt, completion = (record.get(name) if isinstance(record, dict) else None for name in ("prompt", "completion"))
    if not isinstance(prompt, str) or not isinstance(completion, str):
        raise BadAnnotationError("bad-row", "it has no strings 'prompt' and 'completion'")
    ends = list(_AFTER.finditer(prompt))
    begins = prompt.find(_BEFORE) + len(_BEFORE)
    if not ends or begins < len(_BEFORE) or not (text := prompt[begins : ends[-1].start()].strip()):
        raise BadAnnotationError("bad-row", "its prompt isn't one that asks for a list of an article")
    answers = (_BULLET.sub("", answer).strip() for answer in completion.splitlines())
    return ends[-1][1].lower(), text, [answer for answer in answers if answer]


def _pair(answer: str) -> tuple[str, str] | None:
    chemical, bar, disease = (part.strip() for part in answer.partition("|"))
    if not bar and (sentence := _SENTENCE.fullmatch(answer)):
        chemical, disease = sentence.groups()
    return (chemical, disease) if chemical and disease else None


def _id(text: str, source: Source) -> str:
    return f"{source.document_id}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _document(text: str, article: _Article, source: Source) -> Iterator[Row]:
    """The document, then what of the lists isn't in it."""
    for (chemical, disease), line in article.pairs.items():
        article.names.setdefault(("Chemical", chemical), line)
        article.names.setdefault(("Disease", disease), line)
    found = _own_places({name: _places(name[1], text) for name in article.names})
    spans = sorted({(start, end, label) for (label, _), places in found.items() for start, end in places})
    index = {span: place for place, span in enumerate(spans)}
    first = {name: index[(*min(places), name[0])] for name, places in found.items() if places}
    relations = tuple(
        GoldRelation(_PREDICATE, subject_mention=first["Chemical", pair[0]], object_mention=first["Disease", pair[1]])
        for pair in article.pairs
        if ("Chemical", pair[0]) in first and ("Disease", pair[1]) in first
    )
    mentions = tuple(make_mention(text, [(start, end)], label) for start, end, label in spans)
    document = Document(id=_id(text, source), text=text, metadata=Metadata(source=source.document_id))
    yield GoldDocument(document, mentions, relations)
    for name, line in article.names.items():
        if name not in first:
            message = "a listed name isn't in the article"
            yield source.problem("not-in-text", message, line=line, document_id=document.id, lost="annotation")


Places = dict[tuple[str, str], list[tuple[int, int]]]
"""Spans of each (type, name)."""


def _places(name: str, text: str) -> list[tuple[int, int]]:
    """Where the name stands as words of its own, case and the kind of white space aside."""
    words = r"\s+".join(map(re.escape, name.split()))
    return [found.span() for found in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)]


def _own_places(places: Places) -> Places:
    """Without those within a longer name of the same type, where a name has others."""
    found: Places = {}
    for (label, name), spans in places.items():
        longer = [
            span
            for (other, its_name), theirs in places.items()
            if other == label and len(its_name) > len(name)
            for span in theirs
        ]
        free = [(start, end) for start, end in spans if not any(a <= start and end <= b for a, b in longer)]
        found[label, name] = free or spans
    return found
