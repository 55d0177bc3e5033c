"""BioC XML, one document in memory at a time.

Read with the standard library's expat, which fetches nothing; a file that declares entities is
refused (they serve only to attack a reader here), the usual ``<!DOCTYPE … "BioC.dtd">`` is fine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder  # only types and tree building: expat below does the parsing
from xml.parsers import expat

from kg_builder.corpora.bioc import read_bioc_document
from kg_builder.corpora.records import Row
from kg_builder.corpora.sources import Source

_CHUNK = 65536
_DEEPEST = 64


class _RefusedError(ValueError):
    """The file isn't BioC, or not safe to read; the message says why."""


def read_bioc_xml(source: Source) -> Iterator[Row]:
    """One gold document each; a syntax error ends the file, the documents before it are kept."""
    splitter = _Splitter()
    number = 0
    with source.open() as stream:
        last = False
        while not last:
            data = stream.read(_CHUNK)
            last = not data
            problem = splitter.feed(data, last=last)
            for element in splitter.take():
                number += 1
                yield from read_bioc_document(_document(element), source, number)
            if problem is not None:
                line, message = problem
                yield source.problem("bad-xml", message, line=line)
                return
    if number == 0:
        yield source.problem("bad-format", "no BioC documents in it")


class _Splitter:
    """Feeds bytes to expat and collects whole ``document`` elements."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.EntityDeclHandler = self._refuse_entity
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._done: list[Element] = []

    def feed(self, data: bytes, *, last: bool) -> tuple[int, str] | None:
        """Parse on; line and message of what ended it, if anything did."""
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            return error.lineno, f"not valid XML: {expat.ErrorString(error.code)}"
        except (_RefusedError, LookupError, ValueError) as error:
            reason = str(error) if isinstance(error, _RefusedError) else "its encoding isn't known"
            return self._parser.CurrentLineNumber, reason
        return None

    def take(self) -> list[Element]:
        """Documents finished since the last call."""
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._builder is None and name == "document":
            self._builder, self._depth = TreeBuilder(), 0
        if self._builder is not None:
            self._depth += 1
            if self._depth > _DEEPEST:
                raise _RefusedError(f"elements nested more than {_DEEPEST} levels deep")
            self._builder.start(name, attributes)

    def _end(self, name: str) -> None:
        if self._builder is None:
            return
        self._builder.end(name)
        self._depth -= 1
        if self._depth == 0:
            self._done.append(self._builder.close())
            self._builder = None

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def _refuse_entity(self, *_: object) -> None:
        raise _RefusedError("it declares entities, which BioC files don't need")


def _document(element: Element) -> dict[str, Any]:
    """A ``document`` element in the shape of BioC JSON."""
    return {
        "id": _text(element, "id") or "",
        "infons": _infons(element),
        "passages": [_passage(passage) for passage in element.findall("passage")],
        "annotations": [_annotation(item) for item in element.findall("annotation")],
        "relations": [_relation(item) for item in element.findall("relation")],
    }


def _passage(element: Element) -> dict[str, Any]:
    return {
        "offset": _text(element, "offset") or 0,
        "text": _text(element, "text"),
        "infons": _infons(element),
        "annotations": [_annotation(item) for item in element.findall("annotation")],
        "relations": [_relation(item) for item in element.findall("relation")],
        "sentences": [_passage(sentence) for sentence in element.findall("sentence")],
    }


def _annotation(element: Element) -> dict[str, Any]:
    return {
        "id": element.get("id", ""),
        "infons": _infons(element),
        "text": _text(element, "text"),
        "locations": [dict(location.attrib) for location in element.findall("location")],
    }


def _relation(element: Element) -> dict[str, Any]:
    return {"infons": _infons(element), "nodes": [dict(node.attrib) for node in element.findall("node")]}


def _infons(element: Element) -> dict[str, str]:
    return {infon.get("key", ""): infon.text or "" for infon in element.findall("infon")}


def _text(element: Element, name: str) -> str | None:
    child = element.find(name)
    return None if child is None else child.text or ""
