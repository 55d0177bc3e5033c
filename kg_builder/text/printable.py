"""Text of documents, models and people made fit to be shown: nothing in it steers a terminal or turns a line round."""

from __future__ import annotations

import re

SHOWN_AS = "\N{REPLACEMENT CHARACTER}"
_UNPRINTABLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed: escape sequences begin with them
    "\u2028\u2029"  # other ends of lines
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of writing direction
    "\ud800-\udfff"  # lone surrogates can't be written at all
    "\ufff9-\ufffb"  # interlinear annotation
    "\U000e0000-\U000e0fff"  # invisible tags and selectors, which hide words from people but not from models
    "]"
)


def printable(text: str) -> str:
    """Each character that isn't to be shown as U+FFFD; tabs and line feeds stay."""
    return _UNPRINTABLE.sub(SHOWN_AS, text)


def escaped_in_json(text: str) -> str:
    r"""A JSON text with such characters of its strings as ``\u…``, which reads the same."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
