"""``kg-builder forget``, ``export``, ``schemas`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kg_builder.cli.console import AsJson, Graph, Where, console, open_for_reading, parse_where, print_json

EXTRAS: dict[str, tuple[str, str]] = {
    "dev": ("pytest", "tests, checks and benchmarks"),
}
"""Extra → (a module that tells whether it is there, what it is for)."""


def forget(
    graph: Graph,
    documents: Annotated[list[str], typer.Argument(metavar="ID...", help="Document ids.")],
    as_json: AsJson = False,
) -> None:
    """Remove documents and all that only they supported, down to the bytes of the file."""
    from kg_builder.errors import UnknownDocumentError
    from kg_builder.stores import open_store

    open_store(graph, read_only=True).close()  # a store that isn't there is an error, not a new one
    store = open_store(graph)
    known = {*store.fingerprints(documents), *(failure.document_id for failure in store.failures())}
    if unknown := [document_id for document_id in documents if document_id not in known]:
        raise UnknownDocumentError(f"{graph}: no document is called {', '.join(unknown)}; none was forgotten")
    with store.writing():
        for document_id in dict.fromkeys(documents):
            store.forget(document_id)
    store.close()
    if as_json:
        print_json({"store": graph, "forgotten": documents})
    else:
        console().print(f"forgotten: {', '.join(documents)}", markup=False)


def export(
    graph: Graph,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; its suffix tells the format.")],
    output_format: Annotated[
        str | None, typer.Option("--format", help="Format, where the suffix doesn't tell.")
    ] = None,
    where: Where = None,
    as_json: AsJson = False,
) -> None:
    """Write the graph: GraphML, node-link JSON, JSON-LD, neo4j-admin CSV, KGX, FHIR. All assertions, unless --where."""
    from kg_builder.stores.export import export as write_export

    condition = parse_where(where, every_assertion=not any(item.startswith("assertion=") for item in where or []))
    written = write_export(open_for_reading(graph), output, format=output_format, where=condition)
    if as_json:
        print_json({"files": [str(path) for path in written.files], "command": written.command})
        return
    for path in written.files:
        console().print(f"wrote {path}", markup=False)
    if written.command:
        console().print(f"import with:\n{written.command}", markup=False)


def schemas(
    name: Annotated[str | None, typer.Argument(help="Built-in name or YAML file: show it whole.")] = None,
    as_json: AsJson = False,
) -> None:
    """The built-in schemas; or check and show one of your own."""
    from kg_builder.schemas import builtin_names, load_schema

    chosen = [load_schema(name)] if name else [load_schema(each) for each in builtin_names()]
    if as_json:
        described = [schema.model_dump(mode="json") for schema in chosen]
        print_json(described[0] if name else {"schemas": described})
        return
    out = console()
    for schema in chosen:
        out.print(
            f"{schema.name}  ({', '.join(schema.languages) or 'any language'})  {schema.description}", markup=False
        )
        for entity in schema.entities if name else ():
            group = f", {entity.semantic_group}" if entity.semantic_group else ""
            out.print(f"  {entity.name} [{entity.role}{group}, {entity.category}]  {entity.description}", markup=False)
        for relation in schema.relations if name else ():
            ends = f"{' | '.join(relation.subject)} → {' | '.join(relation.object)}"
            out.print(f"  {relation.name}: {ends} [{relation.biolink}]  {relation.description}", markup=False)


def doctor(as_json: AsJson = False) -> None:
    """What is installed, which extras are missing, and the command that adds them."""
    import platform
    import sqlite3
    from importlib.metadata import version
    from importlib.util import find_spec

    from kg_builder.terminology.shipped import load_terminology

    packages = ("langgraph", "langchain-core", "networkx", "neo4j", "onnxruntime", "pydantic", "tokenizers")
    found: dict[str, Any] = {
        "clinical-kg-builder": version("clinical-kg-builder"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{package: version(package) for package in packages},
        "terminology": load_terminology().version,
    }
    extras = {name: find_spec(module) is not None for name, (module, _) in EXTRAS.items()}
    if as_json:
        print_json({"installed": found, "extras": extras})
        return
    out = console()
    for name, value in found.items():
        out.print(f"{name:<22}{value}", markup=False)
    for name, there in extras.items():
        state = "installed" if there else f"missing: in your clone run  pip install -e '.[{name}]'"
        out.print(f"extra {name:<16}{state}  ({EXTRAS[name][1]})", markup=False)
