"""JSON Lines: one document a line, with gold annotations or without.

A row has ``id``, ``text``, metadata fields and, for gold, ``entities`` (``start``, ``end``, ``type``,
optional ``text``, ``id`` or ``concepts``, ``fragments``, ``assertion``) and ``relations``
(``subject``, ``predicate``, ``object``: each end a concept id, or the index of an entity). Metadata
may also be in an object ``metadata``, and the text be called ``page_content``: LangChain's documents
as JSON, and our own, are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kg_builder.corpora.fields import BadFieldError, read_document, reported_id
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.identifiers import curies
from kg_builder.corpora.json_lines import json_objects
from kg_builder.corpora.nested import flat_record
from kg_builder.corpora.records import GoldDocument, GoldRelation, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Assertion, Mention

_GOLD_FIELDS = frozenset({"entities", "relations"})


def read_jsonl(source: Source) -> Iterator[Row]:
    """One row a line; blank lines are skipped."""
    for found in json_objects(source):
        if isinstance(found, Unreadable):
            yield found
        else:
            yield from _read_record(found[1], found[0], source)


def _read_record(record: Mapping[str, Any], number: int, source: Source) -> Iterator[Row]:
    fallback = source.row_id(number)
    flat = flat_record(record, annotations=_GOLD_FIELDS)
    try:
        read = read_document(
            flat.fields, fallback_id=fallback, source=source.document_id, skip=_GOLD_FIELDS, extra=flat.extra
        )
    except BadFieldError as error:
        reported = reported_id(flat.fields.get("id"), fallback)
        yield source.problem(error.code, str(error), line=number, document_id=reported)
        return
    document = read.document
    for problem in (*flat.problems, *read.problems):
        yield Unreadable(source.name, number, "bad-metadata", problem, document.id, "metadata")
    if not _GOLD_FIELDS & record.keys():
        yield document
        return
    mentions, places, bad = _mentions(record.get("entities"), document.text)
    relations, bad_relations = _relations(record.get("relations"), mentions, places)
    yield GoldDocument(document, tuple(mentions), tuple(relations))
    for item in (*bad, *bad_relations):
        yield Unreadable(source.name, number, item.code, str(item), document.id, "annotation")


def _items(value: Any, name: str, bad: list[BadAnnotationError]) -> Sequence[Any]:
    if value is None or isinstance(value, list):
        return value or ()
    bad.append(BadAnnotationError("bad-annotation", f"the field '{name}' isn't a list"))
    return ()


def _mentions(value: Any, text: str) -> tuple[list[Mention], dict[int, int], list[BadAnnotationError]]:
    """Mentions, where each entity's index went, and what could not be used."""
    mentions: list[Mention] = []
    places: dict[int, int] = {}
    bad: list[BadAnnotationError] = []
    for index, entity in enumerate(_items(value, "entities", bad)):
        try:
            mentions.append(_mention(entity, text))
            places[index] = len(mentions) - 1
        except BadAnnotationError as error:
            bad.append(BadAnnotationError(error.code, f"entity {index}: {error}"))
    return mentions, places, bad


def _mention(entity: Any, text: str) -> Mention:
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        raise BadAnnotationError("bad-annotation", "it isn't an object with a 'type'")
    spans = entity.get("fragments") or [[entity.get("start"), entity.get("end")]]
    quoted = entity.get("text")
    return make_mention(
        text,
        _fragments(spans),
        entity["type"],
        # of a discontinuous mention some corpora quote the parts, others all between its ends
        quoted=quoted if isinstance(quoted, str) and len(spans) == 1 else None,
        concepts=_concepts(entity),
        assertion=_assertion(entity.get("assertion")),
    )


def _fragments(spans: Any) -> list[tuple[int, int]]:
    if not isinstance(spans, list) or not all(isinstance(span, list) and len(span) == 2 for span in spans):
        raise BadAnnotationError("bad-offsets", "'fragments' isn't a list of pairs")
    if any(isinstance(offset, bool) or not isinstance(offset, int) for span in spans for offset in span):
        raise BadAnnotationError("bad-offsets", "'start' and 'end' are missing or aren't whole numbers")
    return [(span[0], span[1]) for span in spans]


def _concepts(entity: Mapping[str, Any]) -> tuple[str, ...]:
    raw = entity.get("concepts", entity.get("id"))
    values = raw if isinstance(raw, list) else [raw]
    found = (curie for value in values if isinstance(value, str) for curie in curies(value, entity["type"]))
    return tuple(dict.fromkeys(found))


def _assertion(value: Any) -> Assertion:
    if value is None:
        return Assertion.PRESENT
    try:
        return Assertion(value)
    except ValueError:
        raise BadAnnotationError("bad-assertion", f"'assertion' is none of {', '.join(Assertion)}") from None


def _relations(
    value: Any, mentions: Sequence[Mention], places: Mapping[int, int]
) -> tuple[list[GoldRelation], list[BadAnnotationError]]:
    relations: list[GoldRelation] = []
    bad: list[BadAnnotationError] = []
    for index, item in enumerate(_items(value, "relations", bad)):
        try:
            relations.append(_relation(item, mentions, places))
        except BadAnnotationError as error:
            bad.append(BadAnnotationError(error.code, f"relation {index}: {error}"))
    return relations, bad


def _relation(item: Any, mentions: Sequence[Mention], places: Mapping[int, int]) -> GoldRelation:
    if not isinstance(item, dict) or not isinstance(item.get("predicate"), str):
        raise BadAnnotationError("bad-relation", "it isn't an object with a 'predicate'")
    subject, subject_mention = _end(item.get("subject"), mentions, places)
    target, object_mention = _end(item.get("object"), mentions, places)
    note = item.get("note")
    return GoldRelation(
        item["predicate"],
        subject,
        target,
        subject_mention,
        object_mention,
        note if isinstance(note, str) else None,
    )


def _end(value: Any, mentions: Sequence[Mention], places: Mapping[int, int]) -> tuple[tuple[str, ...], int | None]:
    if isinstance(value, int) and not isinstance(value, bool) and value in places:
        return mentions[places[value]].concepts, places[value]
    if isinstance(value, str) and (found := curies(value)):
        return found, None
    raise BadAnnotationError("bad-relation", "an end is neither a concept id nor the index of a usable entity")
