"""CSV files for ``neo4j-admin database import``, and the command that imports them.

Lists are joined by the unit separator (U+001F), which no name has any use for; lists of lists and
evidence are JSON strings.
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from kg_builder.stores.export_content import (
    Content,
    Fields,
    broader_fields,
    concept_fields,
    document_fields,
    mention_fields,
    relation_fields,
)
from kg_builder.stores.export_files import json_text

PARTS = ("_documents.csv", "_concepts.csv", "_mentions.csv", "_relations.csv")
"""What the names of the four files end in."""

_SEPARATOR = "\x1f"
_DOCUMENT = {
    "id": "id:ID(Document)",
    **{name: f"{name}:string" for name in ("sha256", "language", "schema", "patient", "encounter")},
    "date": "date:date",
    "document_kind": "kind:string",
    "source": "source:string",
    "tags": "tags:string[]",
    "extra": "extra:string",
    "attributes": "attributes:string",
    "label": ":LABEL",
}
_CONCEPT = {
    "id": "id:ID(Concept)",
    **{name: f"{name}:string" for name in ("name", "type", "category")},
    "linked": "linked:boolean",
    "synonyms_seen": "synonyms_seen:string[]",
    "xrefs": "xrefs:string[]",
    "ancestor_only": "ancestor_only:boolean",
    "label": ":LABEL",
}
_PROVENANCE = {name: f"{name}:string" for name in ("extractor", "model", "review")}
_STATEMENT = {"assertion": "assertion:string", "confidence": "confidence:double"}
_MENTION = {
    "source": ":START_ID(Document)",
    "target": ":END_ID(Concept)",
    "predicate": ":TYPE",
    "start": "start:long",
    "end": "end:long",
    **{name: f"{name}:string" for name in ("text", "type", "fragments", "section")},
    **_STATEMENT,
    **_PROVENANCE,
}
_RELATION = {
    "source": ":START_ID(Concept)",
    "target": ":END_ID(Concept)",
    "predicate": ":TYPE",
    **{name: f"{name}:string" for name in ("biolink", "document", "sentence", "evidence")},
    **_STATEMENT,
    **_PROVENANCE,
}


def write_neo4j_csv(content: Content, files: Sequence[TextIO]) -> None:
    """Four files, in the order of `PARTS`."""
    documents, concepts, mentions, relations = files
    _write(documents, _DOCUMENT, _documents(content))
    _write(concepts, _CONCEPT, _concepts(content))
    _write(
        mentions,
        _MENTION,
        ({"source": view.document, "target": view.concept} | mention_fields(view) for _, view in content.mentions()),
    )
    _write(
        relations,
        _RELATION,
        _edges(content),
    )


def import_command(paths: Sequence[Path], *, database: str = "neo4j") -> str:
    """The command line that imports the four files into a new database."""
    options = [
        *(f"--nodes={path}" for path in paths[:2]),
        *(f"--relationships={path}" for path in paths[2:]),
        "--array-delimiter=U+001F",
        "--multiline-fields=true",
    ]
    return shlex.join(["neo4j-admin", "database", "import", "full", *options, database])


def _documents(content: Content) -> Iterator[Fields]:
    for view in content.documents():
        yield document_fields(view) | {"extra": dict(view.metadata.extra) or None, "label": "Document"}


def _concepts(content: Content) -> Iterator[Fields]:
    for view in content.concepts():
        yield concept_fields(view) | {"label": ["Concept", view.type]}


def _edges(content: Content) -> Iterator[Fields]:
    """What joins two concepts."""
    for view in content.relations():
        yield {"source": view.subject, "target": view.object} | relation_fields(view, content.predicate(view))
    for child, parent in content.broader():
        yield {"source": child, "target": parent} | broader_fields()


def _write(file: TextIO, columns: Mapping[str, str], rows: Iterator[Fields]) -> None:
    # with this line end the module quotes every field that has a line feed or a carriage return in it
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns.values())
    writer.writerows([_cell(name, columns[name], row.get(name)) for name in columns] for row in rows)


def _cell(name: str, column: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and (name == "label" or column.endswith("[]")):
        return _SEPARATOR.join(item.replace(_SEPARATOR, " ") for item in value)
    if isinstance(value, list | Mapping):
        return json_text(value)
    return value
