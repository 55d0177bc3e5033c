"""CSV files from which ``neo4j-admin database import full`` makes a store, for graphs of many millions.

Everything is streamed but the concepts, which are gathered until the last document. The hierarchy and the ledger aren't
in the files: an ordinary copy into the imported store adds them, passing over the documents.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from kg_builder.errors import InputError
from kg_builder.records import DocumentGraph
from kg_builder.stores.neo4j.names import Names, names_of
from kg_builder.stores.neo4j.part_rows import PartRows, described, part_rows

SEPARATOR = "\x1e"
"""Between the items of a list. Where one has it itself it is replaced, as what Bolt can't carry is."""
LARGEST_FIELD = 1 << 22
"""Bytes that the import reads at once unless it is told otherwise; no field may be larger."""
AFTER_IMPORT = "after-import.cypher"

_TEXT, _WHOLE, _LIST, _SHARE = "string", "long", "string[]", "double"
_PROVENANCE = {"extractor": _TEXT, "model": _TEXT, "review": _TEXT}
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "documents": {
        "id": "ID(Document)",
        **dict.fromkeys(("sha256", "fingerprint", "settings_hash", "schema"), _TEXT),
        **dict.fromkeys(("language", "patient", "encounter", "kind", "source"), _TEXT),
        "date": "date",
        **dict.fromkeys(("tags", "facets"), _LIST),
        "": "LABEL",
    },
    "parts": {"document": _TEXT, "body": "byte[]", "rejects": _WHOLE, "": "LABEL"},
    "concepts": {
        "id": "ID(Concept)",
        **dict.fromkeys(("name", "type"), _TEXT),
        "linked": "boolean",
        **dict.fromkeys(("xrefs", "descriptions", "synonyms_seen"), _LIST),
        "ancestor_only": "boolean",
        "": "LABEL",
    },
    "mentions": {
        "s": "START_ID(Document)",
        "o": "END_ID(Concept)",
        **dict.fromkeys(("ordinal", "start", "end"), _WHOLE),
        **dict.fromkeys(("text", "clean_text", "type", "assertion", "section", "fragments", "description"), _TEXT),
        "confidence": _SHARE,
        **_PROVENANCE,
        "": "TYPE",
    },
    "descriptions": {"s": "START_ID(Document)", "o": "END_ID(Concept)", "description": _TEXT, "": "TYPE"},
    "relations": {
        "s": "START_ID(Concept)",
        "o": "END_ID(Concept)",
        **dict.fromkeys(("predicate", "document", "assertion", "evidence", "words", "settings_hash"), _TEXT),
        "confidence": _SHARE,
        "sentences": _LIST,
        **_PROVENANCE,
        "": "TYPE",
    },
}
"""Type of each property by file. The nameless one is the label or the relationship type; ids of ends have no name."""
_NODES = ("documents", "parts", "concepts")


class BulkFiles(NamedTuple):
    """What was written."""

    documents: int
    import_command: str
    """Makes a database of the files. The server must be stopped, and the database not there yet or empty."""
    after: Path
    """Cypher to run then: constraints, indexes, and the mark that makes the database a store."""


def write_bulk(
    parts: Iterable[DocumentGraph], folder: Path, *, on_document: Callable[[int], None] = lambda _: None
) -> BulkFiles:
    """Write the files into a folder, which is made. Raises InputError where they can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            tables = {name: _Table(name, folder, stack) for name in _FIELDS}
            documents = _write(parts, tables, on_document)
        after = folder / AFTER_IMPORT
        after.write_text(_after_import())
    except OSError as error:
        raise InputError(f"{folder}: can't be written to ({error.strerror})") from error
    return BulkFiles(documents, _command(tables.values()), after)


def _write(parts: Iterable[DocumentGraph], tables: Mapping[str, _Table], on_document: Callable[[int], None]) -> int:
    names, concepts, number = names_of(), _Concepts(), 0
    for number, part in enumerate(parts, 1):
        rows = part_rows(part, names)
        concepts.add(rows)
        for name, table in tables.items():
            for row in _rows(name, rows):
                table.write(row)
        on_document(number)
    for row in concepts.rows(names):
        tables["concepts"].write(row)
    return number


@dataclass
class _Concepts:
    """What all documents together say of each concept."""

    _descriptions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _forms: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, rows: PartRows) -> None:
        for row in rows.concepts:
            self._descriptions[row["id"]].update(row["descriptions"])
            self._forms[row["id"]].update(row["forms"])

    def rows(self, names: Names) -> Iterator[dict[str, Any]]:
        for concept, descriptions in self._descriptions.items():
            merged = described(descriptions, names)
            labels = ["Concept", *([] if merged.label is None else [merged.label])]
            yield {"id": concept, **merged.properties, "synonyms_seen": sorted(self._forms[concept]), "": labels}


def _rows(name: str, rows: PartRows) -> Iterator[dict[str, Any]]:
    """Of one document, those of one file."""
    if name == "documents":
        yield {**rows.document, "": "Document"}
    elif name == "parts":
        yield {"document": rows.document_id, "body": rows.body, "rejects": rows.rejects, "": "KgBuilderPart"}
    elif name == "mentions":
        for row in rows.mentions:
            yield {"s": rows.document_id, "o": rows.concepts[row["c"]]["id"], **row["p"], "": "MENTIONS"}
    elif name == "descriptions":
        for row in rows.descriptions:
            concept = rows.concepts[row["c"]]["id"]
            yield {"s": rows.document_id, "o": concept, "description": row["description"], "": "DESCRIBES"}
    elif name == "relations":
        for row in rows.relations:
            ends = {end: rows.concepts[row[end]]["id"] for end in ("s", "o")}
            yield {**ends, **row["p"], "": row["type"]}


class _Table:
    """One file, and one with its header."""

    def __init__(self, name: str, folder: Path, stack: ExitStack) -> None:
        self.is_nodes = name in _NODES
        self.paths = [folder / f"{name}-header.csv", folder / f"{name}.csv"]
        self.largest = 0
        self._fields = _FIELDS[name]
        heads = (f"{'' if key in {'s', 'o'} else key}:{kind}" for key, kind in self._fields.items())
        self.paths[0].write_text(",".join(heads) + "\n")
        self._file: TextIO = stack.enter_context(self.paths[1].open("w", encoding="utf-8", newline=""))

    def write(self, row: dict[str, Any]) -> None:
        """A line. Raises ValueError for a property that has no column."""
        if unknown := row.keys() - self._fields.keys():
            raise ValueError(f"no column for {', '.join(unknown)}")
        cells = [_cell(row.get(key)) for key in self._fields]
        self.largest = max(self.largest, *map(len, cells))
        self._file.write(",".join(cells) + "\n")


_SIGNED = [str(byte - 256 if byte > 127 else byte) for byte in range(256)]


def _cell(value: Any) -> str:
    """Nothing where there is no value: an empty text is two quotation marks."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return SEPARATOR.join(_SIGNED[byte] for byte in value)
    if isinstance(value, list):
        value = SEPARATOR.join(item.replace(SEPARATOR, "\N{REPLACEMENT CHARACTER}") for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)


def _command(tables: Iterable[_Table]) -> str:
    options, largest = [], 0
    for table in tables:
        kind = "nodes" if table.is_nodes else "relationships"
        options.append(f"--{kind}={','.join(str(path) for path in table.paths)}")
        largest = max(largest, 4 * table.largest)  # of a character, at most so many bytes
    options += ["--array-delimiter=U+001E", "--multiline-fields=true"]
    if largest > LARGEST_FIELD:
        options.append(f"--read-buffer-size={largest}")
    return shlex.join(["neo4j-admin", "database", "import", "full", *options, "neo4j"])


def _after_import() -> str:
    from kg_builder.stores.neo4j.schema_setup import STATEMENTS, STORE_VERSION

    made = [f"CREATE {statement.replace('$', name)};" for name, statement in STATEMENTS.items()]
    mark = f"MERGE (s:KgBuilderState {{name: 'store'}}) SET s.version = {STORE_VERSION};"
    return "\n".join([*made, "CALL db.awaitIndexes(3600);", mark]) + "\n"
