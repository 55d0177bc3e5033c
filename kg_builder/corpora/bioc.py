"""What BioC XML and BioC JSON have in common: one document, in the shape of BioC JSON, to rows.

Passages are joined by a line break, at the offset they declare where that leaves room for one, else
right after; annotations keep their place in their passage either way. Ids come from the infon
``identifier``, or from one named after a vocabulary (``MESH``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kg_builder.corpora.fields import BadFieldError, document_id, read_metadata
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.identifiers import curies, known_prefix
from kg_builder.corpora.records import GoldDocument, GoldRelation, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Document, Mention

Infons = Mapping[str, Any]

_WIDEST_GAP = 8
_OBJECT_ROLES = frozenset({"object", "target", "arg2", "theme"})
_SUBJECT_ROLES = frozenset({"subject", "source", "arg1", "agent", "cause"})
_ENDS = (("entity1", "entity2"), ("subject", "object"), ("chemical", "disease"))


class _Part(BaseModel):
    """What parts of a BioC document share: unknown fields are ignored, numbers may be written as strings."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    infons: dict[str, Any] = Field(default_factory=dict)


class BioCLocation(_Part):
    """A stretch of text; offsets count in the document."""

    offset: int
    length: int


class BioCAnnotation(_Part):
    """A mention; several locations: a discontinuous one."""

    id: str = ""
    text: str | None = None
    locations: list[BioCLocation] = Field(default_factory=list)


class BioCNode(_Part):
    """An end of a relation."""

    refid: str = ""
    role: str = ""


class BioCRelation(_Part):
    """A relation between annotations (nodes), or between concepts (infons)."""

    nodes: list[BioCNode] = Field(default_factory=list)


class BioCSentence(_Part):
    """A sentence, or what a passage has in common with one."""

    offset: int = 0
    text: str | None = None
    annotations: list[BioCAnnotation] = Field(default_factory=list)
    relations: list[BioCRelation] = Field(default_factory=list)


class BioCPassage(BioCSentence):
    """A title, a paragraph, a section."""

    sentences: list[BioCSentence] = Field(default_factory=list)


class BioCDocument(_Part):
    """One document of a collection."""

    id: str = ""
    passages: list[BioCPassage] = Field(default_factory=list)
    annotations: list[BioCAnnotation] = Field(default_factory=list)
    relations: list[BioCRelation] = Field(default_factory=list)


def read_bioc_document(data: Any, source: Source, number: int) -> Iterator[Row]:
    """The rows of one document; `number` (from 1) is its place in the collection."""
    try:
        found = BioCDocument.model_validate(data)
        known_id = document_id(found.id, source.row_id(number))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        message = f"document {number} isn't BioC: {place or 'it'} is missing or of the wrong kind"
        yield source.problem("bad-document", message, document_id=source.row_id(number))
        return
    except BadFieldError as error:
        yield source.problem(error.code, f"document {number}: {error}", document_id=source.row_id(number))
        return
    gold = _Gold(found)
    if not gold.text.strip():
        yield source.problem("empty-text", f"document {number} has no text", document_id=known_id)
        return
    metadata, problems = read_metadata(found.infons, source=source.document_id, skip=frozenset())
    for message in problems:
        yield Unreadable(source.name, None, "bad-metadata", f"document {number}: {message}", known_id, "metadata")
    document = Document(id=known_id, text=gold.text, metadata=metadata)
    yield GoldDocument(document, tuple(gold.mentions), tuple(gold.relations))
    for bad in gold.bad:
        yield Unreadable(source.name, None, bad.code, f"document {number}: {bad}", known_id, "annotation")


class _Gold:
    """Text, mentions and relations of one document."""

    def __init__(self, document: BioCDocument) -> None:
        self.text = ""
        self.mentions: list[Mention] = []
        self.relations: list[GoldRelation] = []
        self.bad: list[BadAnnotationError] = []
        self._places: dict[str, int] = {}
        pending: list[tuple[BioCAnnotation, int]] = []
        relations = list(document.relations)
        for passage in document.passages:
            first = passage.sentences[0] if passage.sentences and not passage.text else passage
            shift = self._place(first, "\n")
            relations += passage.relations
            pending += [(annotation, shift) for annotation in passage.annotations]
            for sentence in passage.sentences:
                if not (passage.text or sentence is first):
                    shift = self._place(sentence, " ")
                relations += sentence.relations
                pending += [(annotation, shift) for annotation in sentence.annotations]
        pending += [(annotation, 0) for annotation in document.annotations]
        for annotation, shift in pending:
            self._add(annotation, shift)
        for relation in relations:
            self._relate(relation)

    def _place(self, part: BioCSentence, separator: str) -> int:
        """Append a passage's or sentence's text; by how much its annotations' offsets move."""
        if not part.text:
            return 0
        if not self.text:
            start = 0
        elif 0 < part.offset - len(self.text) <= _WIDEST_GAP:
            start = part.offset
        else:
            start = len(self.text) + 1
        if self.text:
            self.text += separator.ljust(start - len(self.text))
        self.text += part.text
        return start - part.offset

    def _add(self, annotation: BioCAnnotation, shift: int) -> None:
        spans = [(place.offset + shift, place.offset + shift + place.length) for place in annotation.locations]
        label = str(annotation.infons.get("type", ""))
        quoted = annotation.text if len(spans) == 1 else None
        try:
            concepts = _concepts(annotation.infons, label)
            self.mentions.append(make_mention(self.text, spans, label, quoted=quoted, concepts=concepts))
        except BadAnnotationError as error:
            self.bad.append(error)
        else:
            self._places.setdefault(annotation.id, len(self.mentions) - 1)

    def _relate(self, relation: BioCRelation) -> None:
        infons = {name.casefold(): value for name, value in relation.infons.items()}
        predicate = str(infons.get("relation") or infons.get("type") or "")
        note = infons.get("novel") or infons.get("note")
        note = None if note is None else str(note)
        if not predicate:
            self.bad.append(BadAnnotationError("bad-relation", "a relation without a type"))
        elif len(relation.nodes) == 2:
            self._relate_mentions(relation.nodes, predicate, note)
        elif ends := next((pair for pair in _ENDS if pair[0] in infons and pair[1] in infons), None):
            subject, target = (self._resolve(str(infons[end])) for end in ends)
            self.relations.append(GoldRelation(predicate, subject, target, note=note))
        else:
            message = f"a relation with {len(relation.nodes)} nodes; only those with two can be used"
            self.bad.append(BadAnnotationError("bad-relation", message))

    def _relate_mentions(self, nodes: list[BioCNode], predicate: str, note: str | None) -> None:
        first, second = nodes
        if first.role.casefold() in _OBJECT_ROLES or second.role.casefold() in _SUBJECT_ROLES:
            first, second = second, first
        subject, target = self._places.get(first.refid), self._places.get(second.refid)
        if subject is None or target is None:
            self.bad.append(BadAnnotationError("bad-relation", "a relation whose ends aren't both usable annotations"))
            return
        ends = self.mentions[subject].concepts, self.mentions[target].concepts
        self.relations.append(GoldRelation(predicate, *ends, subject, target, note))

    def _resolve(self, raw: str) -> tuple[str, ...]:
        """Ids of a relation's end: one that a mention has (whose type tells what a bare number is), else by shape."""
        found = curies(raw)
        if any(curie.startswith("CORPUS:") for curie in found):
            known = {curie.partition(":")[2]: curie for mention in self.mentions for curie in mention.concepts}
            found = tuple(known.get(curie.partition(":")[2], curie) for curie in found)
        return found


def _concepts(infons: Infons, type: str) -> tuple[str, ...]:
    found: list[str] = []
    for name, value in infons.items():
        if not isinstance(value, str | int):
            continue
        if name.casefold() in {"identifier", "identifiers", "id", "concept", "conceptid"}:
            found += curies(str(value), type)
        elif prefix := known_prefix(name):
            bare = curies(str(value), type)
            found += (curie if known_prefix(curie.split(":")[0]) == prefix else _with(prefix, curie) for curie in bare)
    return tuple(dict.fromkeys(found))


def _with(prefix: str, curie: str) -> str:
    return f"{prefix}:{curie.partition(':')[2]}"
