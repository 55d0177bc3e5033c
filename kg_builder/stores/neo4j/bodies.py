"""Parts as bytes that lose nothing, and text as Bolt can carry it."""

from __future__ import annotations

import json
import re
import zlib

from kg_builder.records import DocumentGraph
from kg_builder.stores.rows import dumps

LEVEL = 6
"""Of compression: zlib's own default."""

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def packed_part(part: DocumentGraph) -> bytes:
    """A whole part as compressed JSON, escaped to ASCII so that lone surrogates survive."""
    return zlib.compress(dumps(part.model_dump(mode="json")).encode("ascii"), LEVEL)


def unpacked_part(body: bytes) -> DocumentGraph:
    """Back from `packed_part`."""
    return DocumentGraph.model_validate(json.loads(zlib.decompress(body)))


def carried(text: str) -> str:
    """With U+FFFD in the place of each lone surrogate, which no UTF-8 string has."""
    if text.isascii():
        return text
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
