"""``kg-builder ask``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg_builder.cli.console import AsJson, Graph, Where, nothing_found, open_for_reading, parse_where, print_json


def ask(
    graph: Graph,
    question: Annotated[str, typer.Argument(help="In plain words; a name is enough.")],
    where: Where = None,
    max_tokens: Annotated[int, typer.Option(min=50, help="Length of the answer, in tokens of four characters.")] = 1000,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings: how the question is read.")] = None,
    as_json: AsJson = False,
) -> None:
    """What the graph knows about a question: facts with their sources, ready for a prompt. It extracts, it doesn't
    advise.
    """
    from kg_builder.graphs.components import make_components
    from kg_builder.retrieve.enriching import enrich
    from kg_builder.settings import load_settings
    from kg_builder.tools.text_tools import recognizer

    store = open_for_reading(graph)
    chosen = load_settings(settings)
    found = enrich(
        store,
        question,
        recognize=recognizer(lambda: make_components(chosen)),
        where=parse_where(where),
        max_tokens=max_tokens,
    )
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print(found.context)
        if found.left_out:
            print(f"… and {found.left_out} more: ask with a larger --max-tokens.")
    if not found.facts:
        nothing_found()
