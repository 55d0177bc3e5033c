"""brat stand-off: a ``.txt`` file and the ``.ann`` file beside it.

Kept: T (also discontinuous), R, N (ids), A and M (as assertion). E and everything else that is
no note is counted in `GoldDocument.skipped`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.identifiers import curies, known_prefix
from kg_builder.corpora.records import GoldDocument, GoldRelation, Row, Unreadable
from kg_builder.corpora.sources import Source, file_source
from kg_builder.corpora.text_files import text_document
from kg_builder.records import Assertion, Mention

ASSERTIONS: Mapping[str, Assertion] = {
    word: assertion
    for assertion, words in {
        Assertion.NEGATED: "negation negated negative absent denied",
        Assertion.POSSIBLE: "possible uncertain uncertainty speculation speculated hedged hedge suspected",
        Assertion.HISTORICAL: "historical history past",
        Assertion.FAMILY: "family family_history familial",
        Assertion.HYPOTHETICAL: "hypothetical conditional",
    }.items()
    for word in words.split()
}
"""Names and values of attributes that say how a mention is meant, in small letters."""

_OFF = frozenset({"no", "false", "0", "none", "present"})
_MENTION = re.compile(r"(\S+) ([0-9]{1,12} [0-9]{1,12}(?:;[0-9]{1,12} [0-9]{1,12})*)")
_RELATION = re.compile(r"(\S+) \S+?:(\S+) \S+?:(\S+)\s*")
_KINDS = {"E": "event", "*": "equivalence"}


@dataclass(slots=True)
class _Lines:
    """Lines of one kind each, by id of what they are about."""

    mentions: list[tuple[int, str, str, str]] = field(default_factory=list)
    relations: list[tuple[int, str]] = field(default_factory=list)
    concepts: dict[str, list[str]] = field(default_factory=dict)
    assertions: dict[str, Assertion] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)


def annotation_path(text: Path) -> Path:
    """The ``.ann`` file that belongs to a text file."""
    return text.with_suffix(".ann")


def read_brat(source: Source) -> Iterator[Row]:
    """One gold document a pair; `source` is either file of it."""
    path = source.path
    if path is None:
        yield source.problem("bad-format", "brat is a pair of files and can't be read from standard input")
        return
    if source.suffix == ".ann":
        name = source.document_id.removesuffix(path.suffix) + ".txt"
        path = path.with_suffix(".txt")
        source = file_source(path, name)
    document = text_document(source)
    if isinstance(document, Unreadable):
        yield document
        return
    annotations = file_source(annotation_path(path), source.document_id)
    gold = _Gold(document.text)
    with annotations.open() as stream:
        gold.read(lines_of(stream))
    yield GoldDocument(document, tuple(gold.mentions), tuple(gold.relations), gold.skipped)
    for line, error in gold.bad:
        yield Unreadable(annotations.name, line, error.code, str(error), document.id, "annotation")


class _Gold:
    """What an ``.ann`` file says of its text."""

    def __init__(self, text: str) -> None:
        self.mentions: list[Mention] = []
        self.relations: list[GoldRelation] = []
        self.bad: list[tuple[int, BadAnnotationError]] = []
        self.skipped: dict[str, int] = {}
        self._text = text

    def read(self, numbered: Iterator[tuple[int, str | None]]) -> None:
        """All lines: mentions come first, whatever the order, because the others are about them."""
        lines = _Lines()
        for number, line in numbered:
            with self._noting(number):
                _sort(line, number, lines)
        places: dict[str, int] = {}
        for number, handle, rest, quoted in lines.mentions:
            with self._noting(number):
                self.mentions.append(_mention(self._text, handle, rest, quoted, lines))
                places[handle] = len(self.mentions) - 1
        for number, rest in lines.relations:
            with self._noting(number):
                self.relations.append(_relation(rest, self.mentions, places))
        self.skipped = dict(sorted(lines.skipped.items()))

    @contextmanager
    def _noting(self, number: int) -> Iterator[None]:
        try:
            yield
        except BadAnnotationError as error:
            self.bad.append((number, error))


def _sort(line: str | None, number: int, lines: _Lines) -> None:
    """Put one line where it belongs. Raises BadAnnotationError."""
    if line is None:
        raise BadAnnotationError("undecodable", "the line isn't UTF-8 text")
    handle, _, rest = line.rstrip("\r\n").partition("\t")
    kind = handle[:1]
    if not handle.strip() or kind == "#":
        return
    if kind == "T":
        place, _, quoted = rest.partition("\t")
        lines.mentions.append((number, handle, place, quoted))
    elif kind == "R":
        lines.relations.append((number, rest))
    elif kind == "N":
        _add_concept(rest, lines)
    elif kind in {"A", "M"}:
        _add_attribute(rest, lines)
    else:
        lines.skipped[_KINDS.get(kind, "other")] += 1


def _add_concept(rest: str, lines: _Lines) -> None:
    """``Reference T1 MESH:D003000<TAB>name``."""
    columns = rest.partition("\t")[0].split(" ", 2)
    if len(columns) < 3 or ":" not in columns[2]:
        raise BadAnnotationError("bad-row", "a normalization that isn't 'Reference T… RESOURCE:ID'")
    resource, _, local = columns[2].partition(":")
    prefix = known_prefix(resource) or resource
    inner, colon, rest_of_id = local.partition(":")
    if colon and (known_prefix(inner) or inner) == prefix:
        local = rest_of_id
    lines.concepts.setdefault(columns[1], []).extend(curies(f"{prefix}:{local}"))


def _add_attribute(rest: str, lines: _Lines) -> None:
    """``Negation T1`` or ``Certainty T1 possible``."""
    name, _, about = rest.partition(" ")
    target, _, value = about.strip().partition(" ")
    value = value.strip().casefold()
    if not target:
        raise BadAnnotationError("bad-row", "an attribute that isn't about anything")
    assertion = ASSERTIONS.get(value) or (None if value in _OFF else ASSERTIONS.get(name.casefold()))
    if assertion is None:
        if value not in _OFF:
            lines.skipped["attribute"] += 1
    else:
        lines.assertions[target] = assertion


def _mention(text: str, handle: str, rest: str, quoted: str, lines: _Lines) -> Mention:
    found = _MENTION.fullmatch(rest)
    if found is None:
        raise BadAnnotationError("bad-row", "a mention that isn't 'TYPE START END[;START END]'")
    pairs = [pair.split(" ") for pair in found[2].split(";")]
    return make_mention(
        text,
        [(int(start), int(end)) for start, end in pairs],
        found[1],
        quoted=quoted,
        concepts=tuple(dict.fromkeys(lines.concepts.get(handle, ()))),
        assertion=lines.assertions.get(handle, Assertion.PRESENT),
    )


def _relation(rest: str, mentions: list[Mention], places: Mapping[str, int]) -> GoldRelation:
    found = _RELATION.fullmatch(rest)
    if found is None:
        raise BadAnnotationError("bad-row", "a relation that isn't 'TYPE Arg1:T… Arg2:T…'")
    predicate, first, second = found.groups()
    if first not in places or second not in places:
        raise BadAnnotationError("bad-relation", "a relation whose ends aren't both usable mentions")
    subject, target = places[first], places[second]
    return GoldRelation(predicate, mentions[subject].concepts, mentions[target].concepts, subject, target)
