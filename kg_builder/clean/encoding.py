"""Characters that are not what the writer typed: mojibake, HTML remains, controls, invisible marks.

Every pass is a pure function from text to edits. None of them joins two numbers: a control character
becomes a blank, and a tag between two digits leaves a blank or a caret.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from html.entities import html5

from kg_builder.clean.alignment import Edit

_ANCHOR = re.compile(r"[!-~]+")
_PRIVATE = "\x00-\x08\x0e-\x1f\x7f"
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef"
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SWAPPED = rf"{_PRIVATE}\x0b\x0c\x80-\x9f{_BLANKS}\u2028\u2029\u2018-\u201f\uff01-\uff5e\ufffe\uffff\ud800-\udfff"
_ODD = re.compile(
    rf"(?=[\r\u200c\u200d\ufb00-\ufb06{_INVISIBLE}{_SWAPPED}])(?:"  # one look at each character, ten times faster
    r"(?P<escape>\x1b\[[0-9;]{0,20}[A-Za-z])"
    r"|(?P<newline>\r\n?)"
    rf"|(?P<hidden>[{_INVISIBLE}]+|(?<![\u0590-\U0010ffff])[\u200c\u200d]+)"
    r"|(?P<pair>[\ud800-\udbff][\udc00-\udfff])"
    rf"|(?P<swap>[{_SWAPPED}]+)"
    r"|(?P<ligature>[\ufb00-\ufb06]))"
)
_ODD_ASCII = re.compile(rf"[{_PRIVATE}\r\x0b\x0c]")
_CLUSTER = re.compile("[^\u0300-\u036f\\s][\u0300-\u036f]{1,6}(?![\u0300-\u036f])")

_ENTITY = re.compile(r"&(?:amp;){0,4}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|&nbsp\b")
_ATTRIBUTE = r"""\s++[\w:-]++\s*+=\s*+(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>]++)"""
_BLOCK = frozenset(
    (
        "p",
        "br",
        "div",
        "ul",
        "ol",
        "tr",
        "table",
        "tbody",
        "thead",
        "hr",
        "pre",
        "blockquote",
        "section",
        "article",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    )
)
_INLINE = frozenset(
    (
        "b",
        "i",
        "u",
        "s",
        "em",
        "strong",
        "span",
        "sub",
        "sup",
        "font",
        "a",
        "small",
        "big",
        "tt",
        "code",
        "html",
        "body",
        "head",
        "title",
        "img",
        "center",
        "mark",
    )
)
_NAMES = "|".join(sorted(_BLOCK | _INLINE | {"li", "td", "th"}))
_TAG = re.compile(
    rf"<!--.{{0,1000}}?-->|<(?P<close>/?)(?P<name>{_NAMES})(?:{_ATTRIBUTE})*+\s*+/?>",
    re.IGNORECASE | re.DOTALL,
)


def mojibake(text: str) -> list[Edit]:
    """Undo text decoded in the wrong encoding (``Ã©`` for ``é``), line by line, by ftfy."""
    if text.isascii():
        return []
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    edits: list[Edit] = []
    for start, line in _lines(text):
        if not line.isascii() and is_bad(line):
            fixed = fix_encoding(line)
            if fixed != line:
                edits += _gap_edits(line, fixed, start)
    return edits


def html_remains(text: str) -> list[Edit]:
    """Entities become their character, known tags a line break, a blank or nothing."""
    edits = [Edit(m.start(), m.end(), _tag_text(text, m)) for m in _TAG.finditer(text)] if "<" in text else []
    if "&" in text:
        covered = [(edit.start, edit.end) for edit in edits]
        entities = [Edit(m.start(), m.end(), char) for m in _ENTITY.finditer(text) if (char := _entity(m)) is not None]
        edits = sorted(edits + _outside(entities, covered)) if covered else entities
    return edits


def odd_characters(text: str) -> list[Edit]:
    """Control characters, invisible marks, bidi controls, odd blanks, curly quotes, ligatures, lone surrogates."""
    if text.isascii() and not _ODD_ASCII.search(text):
        return []
    return [Edit(m.start(), m.end(), _plain(m)) for m in _ODD.finditer(text)]


def composed(text: str) -> list[Edit]:
    """Letters followed by combining marks become one letter (NFC).

    Singletons such as the Kelvin, Ångström and Ohm signs are left: they are units.
    """
    if text.isascii():
        return []
    return [
        Edit(m.start(), m.end(), joined)
        for m in _CLUSTER.finditer(text)
        if (joined := unicodedata.normalize("NFC", m.group())) != m.group()
    ]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, text[start:end]
        start = end + 1


def _gap_edits(line: str, fixed: str, offset: int) -> list[Edit]:
    """Edits from a damaged line to its repair.

    The bytes of a UTF-8 sequence are never printable ASCII, so the repair changes only what stands
    between printable ASCII stretches, and these pair up one by one.
    """
    old, new = list(_gaps(line)), list(_gaps(fixed))
    if _ANCHOR.findall(line) != _ANCHOR.findall(fixed):
        old, new = [(0, len(line))], [(0, len(fixed))]
    edits: list[Edit] = []
    for (start, end), (new_start, new_end) in zip(old, new, strict=True):
        before, after = line[start:end], fixed[new_start:new_end]
        if before != after:
            edits += _piece_edits(before, after, offset + start)
    return edits


def _piece_edits(before: str, after: str, offset: int) -> Iterator[Edit]:
    """Word by word where the blanks pair up too, else as a whole."""
    old, new = before.split(" "), after.split(" ")
    if len(old) != len(new):
        old, new = [before], [after]
    for piece, fixed in zip(old, new, strict=True):
        if piece != fixed:
            yield trimmed(offset, piece, fixed)
        offset += len(piece) + 1


def _gaps(line: str) -> Iterator[tuple[int, int]]:
    done = 0
    for anchor in _ANCHOR.finditer(line):
        yield done, anchor.start()
        done = anchor.end()
    yield done, len(line)


def trimmed(start: int, before: str, after: str) -> Edit:
    """The edit from one text to another, without the characters both begin or end with."""
    shared = min(len(before), len(after))
    head = next((i for i in range(shared) if before[i] != after[i]), shared)
    tail = next((i for i in range(shared - head) if before[-1 - i] != after[-1 - i]), shared - head)
    return Edit(start + head, start + len(before) - tail, after[head : len(after) - tail])


def _entity(match: re.Match[str]) -> str | None:
    name = match.group(1)
    if name is None:
        return " "
    if name[0] != "#" and f"{name};" not in html5:
        return None
    return html.unescape(f"&{name};")


def _tag_text(text: str, match: re.Match[str]) -> str:
    name = (match.group("name") or "").lower()
    if name in _BLOCK:
        return "\n"
    if name in {"td", "th"}:
        return "\t" if match.group("close") else ""
    if name == "li":
        return "" if match.group("close") else "\n- "
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 2].lstrip("-+−")
    if before.isdigit() and after[:1].isdigit():
        return "^" if name == "sup" and not match.group("close") else " "
    return ""


def _outside(edits: list[Edit], covered: list[tuple[int, int]]) -> list[Edit]:
    """Edits that touch none of the covered stretches; both are sorted."""
    kept: list[Edit] = []
    rest = iter(covered)
    stretch = next(rest, None)
    for edit in edits:
        while stretch and stretch[1] <= edit.start:
            stretch = next(rest, None)
        if not stretch or edit.end <= stretch[0]:
            kept.append(edit)
    return kept


def _plain(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match.group()
    if kind == "newline":
        return "\n"
    if kind == "pair":
        return found.encode("utf-16", "surrogatepass").decode("utf-16")
    if kind == "swap":
        return found.translate(_SWAPS)
    if kind == "ligature":
        return unicodedata.normalize("NFKC", found)
    return ""


def _swaps() -> dict[int, str]:
    """Replacements of the same length."""
    table = dict.fromkeys([*range(0x20), 0x7F, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    table |= dict.fromkeys([0x0B, 0x0C, 0x2028, 0x2029], "\n")
    table |= {code: bytes([code]).decode("cp1252", "ignore") or " " for code in range(0x80, 0xA0)}
    table |= dict.fromkeys([0x2018, 0x2019, 0x201A, 0x201B, 0x91, 0x92], "'")
    table |= dict.fromkeys([0x201C, 0x201D, 0x201E, 0x201F, 0x93, 0x94], '"')
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys([0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "\ufffd")
    return table


_SWAPS = _swaps()
