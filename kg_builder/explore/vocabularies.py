"""Where a concept can be looked up in its own vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import quote


def link(concept_id: str) -> str | None:
    """Address of a concept's page in its vocabulary; None for local ids and vocabularies without one.

    What follows the colon is text of a graph: all but letters, digits and ``-._~`` is percent-encoded.
    """
    prefix, _, local = concept_id.partition(":")
    pattern = _patterns().get(prefix.upper())
    return None if pattern is None or not local else pattern.replace("{id}", _encoded(local))


def _encoded(local: str) -> str:
    return quote(local, safe="", errors="replace")


@cache
def _patterns() -> Mapping[str, str]:
    lines = files("kg_builder.explore").joinpath("vocabularies.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {prefix: pattern for prefix, _, pattern in rows}
