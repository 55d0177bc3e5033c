"""Lines, bullets and blanks. Joins what was hard-wrapped, never headings, list items or tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from kg_builder.clean.alignment import Edit
from kg_builder.clean.headings import label, looks_like_heading

_MARKS = "•●▪■◦○‣►▶➢➤❖◆♦⁃∙\uf0a7\uf0b7\uf076\uf0d8"
_NEXT_ITEM = rf"(?![{_MARKS}*·\s-]|\d{{1,2}}[.)])(?=\S)"
_BULLET = re.compile(
    rf"^[ \t]*(?:[{_MARKS}]|[*·–—](?=[ \t\n]))[ \t]*(?:(?=[^\s{_MARKS}])|\n[ \t]*{_NEXT_ITEM})", re.MULTILINE
)
_GLUED_DASH = re.compile(r"-(?<![\w)]-)(?=[A-Z][A-Za-z/]|[a-z]{3}|[a-z]/)")
_ITEM_START = re.compile(r"(?:^|\n)[ \t]*\Z|[.;:][ \t]?\Z")
_INNER_BULLET = re.compile(
    r"(?=[ \t•●▪\uf0b7])(?:(?<=[^\s\d])[ \t]*[•●▪\uf0b7][ \t]*(?=[^\s\d])|(?<=\S)[ \t]+[•●▪\uf0b7][ \t]+(?=\S))"
)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+>#|]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)][ \t]|\d{1,2}[.)])")
_TABLE_GAP = re.compile(r"\S(?:\t+| {3,}|\s*\|\s*)(?=\S)")
_BLANK_RUN = re.compile(r"[ \t]*\n[ \t\n]*|[ \t]{2,}|\t")
_OPENER = re.compile(r"(?:nil|no|not|denies|pt|patient|hx|h/o|c/o|o/e|for|plan|rx|f/u|d/w|imp)\b", re.IGNORECASE)

_SUSPENDED = re.compile(r"(?:and|or|to)\b")

_NARROWEST, _WIDEST = 50, 130
_LIKELY_WRAPPED = 60
_FITTING_SHARE = 0.6
_PAGE_NARROWEST, _PAGE_BREAKS, _PAGE_SHARE = 30, 6, 0.75


def bullets(text: str) -> list[Edit]:
    """Bullets of every make become ``- `` at the start of their own line; a glued dash gets its blank."""
    edits: list[Edit] = []
    if "*" in text or not text.isascii():
        edits += [Edit(m.start(), m.end(), "- ") for m in _BULLET.finditer(text)]
    if "-" in text:
        dashes = (m.start() for m in _GLUED_DASH.finditer(text))
        edits += [Edit(at + 1, at + 1, " ") for at in dashes if _ITEM_START.search(text[max(0, at - 20) : at])]
    if not text.isascii() and any(text.count(mark) > 1 for mark in "•●▪\uf0b7"):
        taken = {edit.start for edit in edits}
        inner = (m for m in _INNER_BULLET.finditer(text) if m.start() not in taken)
        edits += [Edit(m.start(), m.end(), "\n- ") for m in inner if _marks_on_line(text, m.start(), m.end()) > 1]
    return disjoint(sorted(edits))


def _marks_on_line(text: str, start: int, end: int) -> int:
    first = max(text.rfind("\n", max(0, start - 400), start), start - 400, 0)
    last = text.find("\n", end, end + 400)
    line = text[first : last if last >= 0 else end + 400]
    return sum(line.count(mark) for mark in "•●▪\uf0b7")


def disjoint(edits: list[Edit]) -> list[Edit]:
    """Sorted edits without those that overlap an earlier one."""
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def first_word(self) -> int:
        return len(self.text.split(maxsplit=1)[0])


def hard_wraps(text: str) -> list[Edit]:
    """Line breaks inside a sentence become a blank, where a whole block is seen to be wrapped at a width."""
    if "\n" not in text:
        return []
    edits: list[Edit] = []
    blocks = list(_blocks(text))
    page = _page_width(blocks)
    for block in blocks:
        for first, second in _wrapped(block) if page is None else _broken_by_page(block, page):
            glued = _is_broken_word(first.text, second.text)
            edits.append(Edit(first.end, second.start, "" if glued else " "))
    return edits


def _blocks(text: str) -> Iterator[list[_Line]]:
    """Runs of lines that could be one paragraph each; a list item or label may only be the first."""
    block: list[_Line] = []
    for match in re.finditer(r"[^\n]*\n?", text):
        line = match.group().rstrip()
        bare = line.lstrip()
        alone = not 0 < len(bare) <= _WIDEST or looks_like_heading(bare) or _TABLE_GAP.search(bare) is not None
        if block and (alone or _LIST_ITEM.match(bare) or label(bare)):
            yield block
            block = []
        if not alone:
            start = match.start() + len(line) - len(bare)
            block.append(_Line(start, match.start() + len(line), bare))
    if block:
        yield block


def _page_width(blocks: list[list[_Line]]) -> int | None:
    """The width that the whole text is wrapped at, also a narrow one, if nearly every line break obeys it."""
    junctions = [pair for block in blocks for pair in pairwise(block)]
    if len(junctions) < _PAGE_BREAKS:
        return None
    width = max(len(line.text) for block in blocks for line in block)
    full = _overfull(junctions, width)
    lower = sum(second.text[0].islower() for _, second in full)
    obeyed = len(full) >= _PAGE_SHARE * len(junctions) and 2 * lower >= len(full)
    return width if _PAGE_NARROWEST <= width <= _WIDEST and obeyed else None


def _broken_by_page(block: list[_Line], width: int) -> list[tuple[_Line, _Line]]:
    """In a text wrapped throughout, a line that begins in lower case goes on too, whatever room there was."""
    return [pair for pair in pairwise(block) if pair[1].text[0].islower() or _overfull([pair], width)]


def _overfull(junctions: Iterable[tuple[_Line, _Line]], width: int) -> list[tuple[_Line, _Line]]:
    """Those whose second line's first word had no room on the first."""
    return [pair for pair in junctions if len(pair[0].text) + 1 + pair[1].first_word > width]


def _wrapped(block: list[_Line]) -> list[tuple[_Line, _Line]]:
    """The junctions of a block to be joined, none if it doesn't look wrapped."""
    junctions = list(pairwise(block))
    if not junctions:
        return []
    width = max(len(line.text) for line in block)
    if width < _NARROWEST:
        return []
    if len(junctions) == 1:
        first, second = junctions[0]
        unfinished = first.text[-1].isalpha() or first.text[-1] in ",-"
        flows = unfinished and second.text[0].islower() and not _OPENER.match(second.text)
        return junctions if flows and len(first.text) >= _LIKELY_WRAPPED else []
    full = _overfull(junctions, width)
    running = [pair for pair in full if pair[0].text[-1] not in ".!?:;" or pair[1].text[0].islower()]
    lower = any(second.text[0].islower() for _, second in full) or all(line.text.isupper() for line in block)
    believable = len(full) >= _FITTING_SHARE * len(junctions) and 2 * len(running) >= len(full) and lower
    return full if believable else []


def _is_broken_word(first: str, second: str) -> bool:
    """Whether the break follows a hyphen between letters, which needs no blank."""
    hyphen = len(first) > 1 and first[-1] == "-" and first[-2].isalpha()
    return hyphen and second[0].isalnum() and not _SUSPENDED.match(second)


def blank_runs(text: str) -> list[Edit]:
    """Runs of blanks become one, runs of empty lines one empty line; ends are trimmed; table tabs stay."""
    if not text:
        return []
    core_start, core_end = len(text) - len(text.lstrip(" \t\n")), len(text.rstrip(" \t\n"))
    if core_start >= core_end:
        return [Edit(0, len(text), "")]
    edits = [Edit(0, core_start, "")] if core_start else []
    if "  " in text or "\t" in text or "\n" in text:
        for match in _BLANK_RUN.finditer(text, core_start, core_end):
            wanted = _blank(match.group(), text, match.start())
            if wanted != match.group():
                edits.append(Edit(match.start(), match.end(), wanted))
    if core_end < len(text):
        edits.append(Edit(core_end, len(text), ""))
    return edits


def _blank(found: str, text: str, start: int) -> str:
    if "\n" in found:
        return "\n" if found.count("\n") == 1 else "\n\n"
    return "\t" if "\t" in found and _has_columns(text, start) else " "


def _has_columns(text: str, start: int) -> bool:
    """Whether the line has several tabs (looked for within a screen's width)."""
    first = max(text.rfind("\n", max(0, start - 200), start), start - 200, 0)
    last = text.find("\n", start, start + 100)
    line = text[first : last if last >= 0 else start + 100].strip()
    return len(re.findall(r"\S[ ]*\t", line)) > 1
