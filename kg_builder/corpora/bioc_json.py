"""BioC JSON: a collection, a list of documents, or one document. The file is held in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kg_builder.corpora.bioc import read_bioc_document
from kg_builder.corpora.records import Row
from kg_builder.corpora.sources import Source


def read_bioc_json(source: Source) -> Iterator[Row]:
    """One gold document each."""
    with source.open() as stream:
        data = stream.read()
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        yield source.problem("bad-json", f"not valid JSON: {error.msg}", line=error.lineno)
        return
    except (ValueError, RecursionError):
        yield source.problem("bad-json", "not usable JSON: wrong encoding, a number too long or too many levels")
        return
    documents = _documents(found)
    if documents is None:
        yield source.problem("bad-format", "no BioC documents in it (a list of objects with 'passages')")
        return
    for number, document in enumerate(documents, start=1):
        yield from read_bioc_document(document, source, number)


def _documents(found: Any) -> list[Any] | None:
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        return None
    if "passages" in found:
        return [found]
    # PubTator's server names the list after itself
    documents = found.get("documents", found.get("PubTator3"))
    return documents if isinstance(documents, list) else None
