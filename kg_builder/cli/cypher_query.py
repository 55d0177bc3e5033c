"""``kg-builder query cypher``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kg_builder.cli.answers import print_table
from kg_builder.cli.console import AsJson, Graph, Where, nothing_found, open_for_reading, parse_where, print_json


def cypher(
    graph: Graph,
    statement: Annotated[str, typer.Argument(metavar="QUERY", help="One statement that only reads.")],
    where: Where = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many rows.")] = 100,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long it may take.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Rows of a Cypher query. It is checked before it runs: nothing is changed, no file is read."""
    from kg_builder.errors import StoreError
    from kg_builder.stores.cypher.answers import CypherStore

    store = open_for_reading(graph)
    if not isinstance(store, CypherStore):
        raise StoreError(f"{graph}: can't be asked in Cypher.")
    condition = parse_where(where, every_assertion=True) if where else None
    answer = store.cypher(statement, limit=limit, seconds=seconds, where=condition)
    if as_json:
        print_json({"columns": answer.columns, "rows": answer.rows, "cut": answer.cut})
    elif answer.rows:
        print_table(answer.columns, (tuple(map(_cell, row)) for row in answer.rows))
    for note in (*answer.warnings, *(["there are more rows"] if answer.cut else [])):
        print(f"note: {note}", file=sys.stderr)
    if not answer.rows:
        nothing_found()


def _cell(value: object) -> str:
    from kg_builder.tools.cypher_tools import value_text

    return value if isinstance(value, str) else value_text(value)
