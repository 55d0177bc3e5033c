"""Text made safe to stand in HTML, with nothing in it that the reader can't see."""

from __future__ import annotations

import html
import re

# Controls, zero-width characters, what turns the direction of text (UAX #9), lone surrogates and tag characters.
# U+200C and U+200D stay: several scripts are written with them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def escaped(text: str) -> str:
    """A name, id or label, for between tags or in a quoted attribute; what can't be seen becomes a symbol."""
    return html.escape(_UNSEEN.sub(_symbol, text))


def escaped_prose(text: str) -> str:
    """Text of a document: as `escaped`, but line breaks and tabs stay."""
    return html.escape(_UNSEEN.sub(_symbol_in_prose, text.replace("\r\n", "\n")))


def _symbol(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\u27e8U+{code:04X}\u27e9"


def _symbol_in_prose(found: re.Match[str]) -> str:
    return found[0] if found[0] in "\n\t" else _symbol(found)
