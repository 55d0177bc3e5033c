"""How a fact's sentence is cited: ``[document:start-end]``, offsets of the sentence in the document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from kg_builder.stores.views import EvidenceView

_CITED = re.compile(r"\[([^\[\]\s]+:\d+-\d+)\]")
_PLAIN = "".join(chr(code) for code in range(33, 127) if chr(code) not in "[]%")
"""What of an id is cited as it is: no blanks, no brackets, nothing that could pass for something else."""


def citation(evidence: EvidenceView) -> str:
    """The key of a sentence, without brackets."""
    return sentence_key(evidence.document, *evidence.sentence)


def sentence_key(document: str, start: int, end: int) -> str:
    """The key of these characters of a document, without brackets."""
    return f"{quoted(document)}:{start}-{end}"


def quoted(document: str) -> str:
    """A document's id as it stands in a key."""
    return quote(document, safe=_PLAIN)


def citations_in(text: str) -> tuple[str, ...]:
    """The keys that a text cites, each once, in order."""
    return tuple(dict.fromkeys(_CITED.findall(text)))


def cited_span(key: str) -> tuple[str, int, int]:
    """Document id and offsets of a key. Raises ValueError for anything else."""
    document, _, span = key.rpartition(":")
    start, _, end = span.partition("-")
    if not document:
        raise ValueError("not a citation")
    return unquote(document), int(start), int(end)


def keys_of(evidence: Iterable[EvidenceView]) -> frozenset[str]:
    """Keys of sentences."""
    return frozenset(map(citation, evidence))
