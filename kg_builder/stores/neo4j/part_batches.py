"""Parts that are written together: how many, and as the parameters of the statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kg_builder.records import DocumentGraph
from kg_builder.stores.neo4j.names import Names
from kg_builder.stores.neo4j.part_rows import PartRows, Row, described, part_rows, traces_of
from kg_builder.stores.neo4j.statements import MENTION, RELATION

MOST_DOCUMENTS = 100
MOST_EDGES = 10_000
"""Of one transaction, which the server has in memory; a document with more is written alone."""


def batches(parts: Iterable[DocumentGraph], names: Names) -> Iterator[list[PartRows]]:
    """Parts as rows, in order, as many together as one transaction takes. No document is in a batch twice."""
    batch: dict[str, PartRows] = {}
    edges = 0
    for part in parts:
        rows = part_rows(part, names)
        more = len(rows.mentions) + len(rows.relations) + len(rows.concepts)
        if batch and (rows.document_id in batch or len(batch) >= MOST_DOCUMENTS or edges + more > MOST_EDGES):
            yield list(batch.values())
            batch, edges = {}, 0
        batch[rows.document_id] = rows
        edges += more
    if batch:
        yield list(batch.values())


def insertion(batch: Sequence[PartRows], names: Names) -> dict[str, list[Row]]:
    """For the statement that inserts them: lists rather than maps where there are many, as the driver packs slowly."""
    concepts = together(row for rows in batch for row in rows.concepts)
    place = {row["id"]: number for number, row in enumerate(concepts)}
    documents = [_document(rows, concepts, place) for rows in batch]
    return {"concepts": [_concept(row, names) for row in concepts], "documents": documents}


def removal(present: Sequence[DocumentGraph]) -> tuple[list[Row], dict[str, list[Any]]]:
    """What parts left in the concepts (see `Traces`), and the parameters of the statement that takes them out."""
    traces = [traces_of(part) for part in present]
    documents = defaultdict(list)
    for part, of in zip(present, traces, strict=True):
        for subject in of.subjects:
            documents[subject].append(part.document.id)
    subjects = [{"id": subject, "documents": documents[subject]} for subject in sorted(documents)]
    concepts = together(row for of in traces for row in of.concepts)
    return concepts, {"documents": [part.document.id for part in present], "subjects": subjects}


def together(rows: Iterable[Row]) -> list[Row]:
    """What several parts say and call each concept, in order of id."""
    descriptions: defaultdict[str, set[str]] = defaultdict(set)
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        descriptions[row["id"]].update(row["descriptions"])
        forms[row["id"]].update(row["forms"])
    return [
        {"id": concept, "descriptions": sorted(descriptions[concept]), "forms": sorted(forms[concept])}
        for concept in sorted(descriptions)
    ]


def _concept(row: Row, names: Names) -> Row:
    merged = described(row["descriptions"], names)
    fresh = {name: merged.properties[name] for name in ("name", "type", "linked", "xrefs")}
    return {**row, "label": merged.label, "fresh": fresh}


def _document(rows: PartRows, concepts: Sequence[Row], place: Mapping[str, int]) -> Row:
    places = [place[row["id"]] for row in rows.concepts]
    return {
        "id": rows.document_id,
        "properties": _given(rows.document),
        "body": rows.body,
        "unreviewed": rows.unreviewed,
        "rejects": rows.rejects,
        "descriptions": [
            [places[row["c"]], _which(concepts[places[row["c"]]], row["description"])] for row in rows.descriptions
        ],
        "mentions": [
            _listed(
                MENTION, row["p"], places[row["c"]], _which(concepts[places[row["c"]]], row["p"].get("description"))
            )
            for row in rows.mentions
        ],
        "relations": [
            _listed(RELATION, row["p"], places[row["s"]], places[row["o"]], row["type"]) for row in rows.relations
        ],
    }


def _which(concept: Row, description: str | None) -> int | None:
    """Place of a description among those of its concept, which is sent once."""
    return None if description is None else concept["descriptions"].index(description)


def _given(properties: Row) -> Row:
    return {name: value for name, value in properties.items() if value is not None}


def _listed(names: Sequence[str], properties: Row, *first: Any) -> list[Any]:
    """The properties' values after others, less what is missing at the end."""
    values = [*first, *map(properties.get, names)]
    while values[-1] is None:
        values.pop()
    return values
