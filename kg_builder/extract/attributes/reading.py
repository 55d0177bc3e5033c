"""The attributes of a text under a schema: found, read as data, and attached to mentions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kg_builder.extract.attributes.attachment import attach
from kg_builder.extract.attributes.findings import Finding
from kg_builder.extract.attributes.laboratory import find_laboratory
from kg_builder.extract.attributes.medication import find_medication
from kg_builder.extract.attributes.tables import Kind, names_of
from kg_builder.records import Attribute, Mention, Provenance
from kg_builder.schema import EntityType, Role, Schema
from kg_builder.text.sentences import split_sentences

PROVENANCE = Provenance(extractor="attributes")
LANGUAGES = frozenset({"en", "vi"})

Span = tuple[int, int]


def attribute_types(schema: Schema, language: str) -> dict[Kind, str]:
    """The attribute type of the schema that takes each kind of finding; empty for a language without lists."""
    if language not in LANGUAGES and language != "und":
        return {}
    asked = {entity.name.lower(): entity.name for entity in schema.entities if entity.role is Role.ATTRIBUTE}
    taken = {kind: next((asked[name] for name in names_of(kind) if name in asked), None) for kind in Kind}
    return {kind: name for kind, name in taken.items() if name is not None}


def read_attributes(text: str, mentions: Sequence[Mention], *, schema: Schema, language: str) -> list[Attribute]:
    """Attributes of the schema's types, in order, with offsets in `text`; one for each mention it belongs to."""
    types = attribute_types(schema, language)
    if not types:
        return []
    concepts = [mention for mention in mentions if _role(schema, mention) is Role.CONCEPT]
    drugs = _spans(concepts, schema, "drug")
    tests = _spans(concepts, schema, "test")
    others = sorted({(m.start, m.end) for m in concepts} - set(drugs))
    read: list[Attribute] = []
    for finding in _findings(text, drugs, tests, others, language):
        if finding.kind in types:
            read += _attributes(text, finding, types[finding.kind])
    return read


def attribute_mentions(
    text: str, attributes: Sequence[Attribute], mentions: Sequence[Mention], *, schema: Schema, served: frozenset[str]
) -> list[Mention]:
    """Mentions to add: attributes of types that the extractor doesn't serve, and the tests that values belong to.

    A test is added where the schema has a type for tests and no mention shares a character with its name.
    """
    known = {(mention.start, mention.end, mention.type) for mention in mentions}
    added: dict[tuple[int, int, str], Mention] = {}
    test_type = next((entity.name for entity in schema.entities if _owns(entity, "test")), None)
    for attribute in attributes:
        wanted = [(attribute.start, attribute.end, attribute.type)] if attribute.type not in served else []
        owner = attribute.mention
        if (
            wanted
            and test_type
            and owner
            and "test" in attribute.value
            and not any(m.start < owner[1] and owner[0] < m.end for m in mentions)
        ):
            wanted.append((*owner, test_type))
        for start, end, type_name in wanted:
            if (start, end, type_name) not in known:
                # an unknown test becomes a local concept by its usual name, so that K and potassium are one
                usual = str(attribute.value["test"]) if (start, end) == owner else None
                made = Mention(
                    start=start,
                    end=end,
                    text=text[start:end],
                    type=type_name,
                    clean_text=usual,
                    provenance=PROVENANCE,
                )
                added.setdefault((start, end, type_name), made)
    return list(added.values())


def _role(schema: Schema, mention: Mention) -> Role | None:
    entity = schema.entity(mention.type)
    return entity.role if entity else None


def _spans(mentions: Sequence[Mention], schema: Schema, owner: str) -> list[Span]:
    """Places of the mentions of medicines, or of tests; of those that overlap the longest."""
    types = {entity.name for entity in schema.entities if _owns(entity, owner)}
    spans = sorted({(m.start, m.end) for m in mentions if m.type in types}, key=lambda span: (span[0], -span[1]))
    kept: list[Span] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _owns(entity: EntityType, owner: str) -> bool:
    return entity.role is Role.CONCEPT and (
        entity.name.lower() in names_of(owner) or (owner == "drug" and entity.semantic_group == "CHEM")
    )


def _findings(
    text: str, drugs: Sequence[Span], tests: Sequence[Span], others: Sequence[Span], language: str
) -> Iterator[Finding]:
    before: Span | None = None
    previous_end = 0
    for start, end in _stretches(text):
        own = _inside(drugs, start, end)
        values = find_laboratory(text, start, end, language=language, named=_inside(tests, start, end), measured=own)
        values = [_with_owner(value, own, _inside(others, start, end)) for value in values]
        medication = find_medication(text, start, end, language=language, claimed=values)
        levels = [value.test for value in values if value.test]
        takers = [drug for drug in own if not any(drug[0] < last and first < drug[1] for first, last in levels)]
        if before is not None and not _continues(text, before, previous_end, start):
            before = None
        yield from values
        yield from attach(
            text, (start, end), medication, drugs=takers, others=_inside(others, start, end), before=before
        )
        before = takers[-1] if len(takers) == 1 else None
        previous_end = end


def _continues(text: str, drug: Span, end: int, start: int) -> bool:
    """Whether a sentence may go on about the medicine of the one before: on the next line only right after its name."""
    gap = text[end:start]
    return ";" not in gap and ("\n" not in gap or end - drug[1] <= 2)


def _stretches(text: str) -> Iterator[Span]:
    """Sentences, cut at semicolons."""
    for start, end in split_sentences(text):
        place = start
        while (cut := text.find(";", place, end)) >= 0:
            if cut > place:
                yield place, cut
            place = cut + 1
        if place < end:
            yield place, end


def _inside(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    return [span for span in spans[bisect_left(spans, (start, -1)) :][: end - start] if span[0] < end] if spans else []


def _with_owner(value: Finding, drugs: Sequence[Span], others: Sequence[Span]) -> Finding:
    """With the mention that its test's name is, or is part of; else the name itself, which may become one."""
    if value.test is None:
        return value
    first, last = value.test
    shares = {span: min(last, span[1]) - max(first, span[0]) for span in (*others, *drugs)}
    owner = max(shares, key=lambda span: shares[span], default=value.test)
    return replace(value, owners=(owner if 2 * shares.get(owner, 0) >= last - first else value.test,))


def _attributes(text: str, finding: Finding, type_name: str) -> Iterator[Attribute]:
    value: Mapping[str, str | int | float | bool] = {"kind": finding.kind.value, **finding.value}
    for owner in finding.owners or (None,):
        yield Attribute(
            start=finding.start,
            end=finding.end,
            text=text[finding.start : finding.end],
            type=type_name,
            mention=owner,
            value=value,
            provenance=PROVENANCE,
        )
