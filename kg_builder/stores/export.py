"""A store's graph as files that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.stores import kgx, neo4j_csv
from kg_builder.stores.export_content import Content
from kg_builder.stores.export_files import written_whole
from kg_builder.stores.fhir.bundles import write_fhir
from kg_builder.stores.graphml import write_graphml
from kg_builder.stores.jsonld import write_jsonld
from kg_builder.stores.kgx import write_kgx
from kg_builder.stores.neo4j_csv import import_command, write_neo4j_csv
from kg_builder.stores.node_link import write_node_link
from kg_builder.stores.views import UNREJECTED, Filter

__all__ = ["FORMATS", "Exported", "Format", "export", "import_command"]


class Format(NamedTuple):
    """An export format."""

    suffix: str
    """Which it is chosen by."""
    description: str
    write: Callable[[Content, Sequence[TextIO]], None]
    parts: tuple[str, ...] = ()
    """What the names of its files end in, after the stem; none: one file of the name given."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    files: tuple[Path, ...]
    command: str | None = None
    """Command line that loads the files, for a format that has one."""


FORMATS: Mapping[str, Format] = {
    "graphml": Format(".graphml", "GraphML, for Gephi, Cytoscape, yEd and networkx", write_graphml),
    "json": Format(".json", "node-link JSON, for networkx and D3", write_node_link),
    "jsonld": Format(".jsonld", "JSON-LD with Biolink terms", write_jsonld),
    "neo4j-csv": Format(".csv", "four CSV files for neo4j-admin database import", write_neo4j_csv, neo4j_csv.PARTS),
    "kgx": Format(".tsv", "KGX nodes and edges (TSV) with Biolink categories and predicates", write_kgx, kgx.PARTS),
    "fhir": Format(".ndjson", "FHIR R4: a bundle of resources a document, one a line", write_fhir),
}
"""The formats by name."""


def export(
    store: GraphStore, path: str | Path, *, format: str | None = None, where: Filter | None = UNREJECTED
) -> Exported:
    """Write the graph, or what of it passes `where`; what a person rejected only where that asks for it.

    `format` is one of `FORMATS`; None: by suffix. Files appear whole or not at all, and equal graphs
    give equal bytes; a device or pipe is written to as it goes, and a link's target is what is written.
    Raises InputError for an unknown format, a path that can't be written, or one that is a database:
    an export never replaces a store.
    """
    target = Path(path)
    chosen = _format(target, format)
    with written_whole(paths := _paths(target, chosen)) as files:
        chosen.write(Content(store, where), files)
    return Exported(tuple(paths), import_command(paths) if chosen.write is write_neo4j_csv else None)


def _paths(target: Path, chosen: Format) -> list[Path]:
    """The files to write."""
    if not chosen.parts:
        return [target]
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise InputError(f"{target}: this format is of {len(chosen.parts)} files", hint="Give the name of a file.")
    stem = target.name[: -len(chosen.suffix)] if target.suffix.lower() == chosen.suffix else target.name
    return [target.with_name(stem + part) for part in chosen.parts]


def _format(path: Path, name: str | None) -> Format:
    if name is not None:
        if name not in FORMATS:
            raise InputError(f"unknown export format '{name}'", hint=f"One of {', '.join(FORMATS)}.")
        return FORMATS[name]
    for known in FORMATS.values():
        if path.suffix.lower() == known.suffix:
            return known
    listed = ", ".join(f"{known.suffix} ({name})" for name, known in FORMATS.items())
    raise InputError(f"{path}: no export format has the suffix '{path.suffix}'", hint=f"Known are {listed}.")
