"""Lines that give each entity with its type: ``cough: SYMPTOM``, ``SYMPTOM: cough, fever``, or types as headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kg_builder.answers.items import AnswerItem
from kg_builder.answers.json_fields import LABEL_LIKE
from kg_builder.answers.list_lines import says_nothing, split_entries, trimmed

_SEPARATOR = re.compile(
    r"[|\t\u2192:\uff1a=\u2013\u2014-](?:(?<=[|\t\u2192])|(?<=[-=])[-=]{0,2}>"
    r"|(?<=[:\uff1a])(?:(?=\s)|(?<=\s.))|(?<=\s[-\u2013\u2014])(?=\s))"
)
_COMMA = re.compile(r"[,;\u3001\uff0c]\s+|;")
_LONGEST_LABEL = 4
"""Words."""


class _Line(NamedTuple):
    """Half-open offsets of two parts in the answer; the second is empty for a heading."""

    left: tuple[int, int]
    right: tuple[int, int]


class TypedLines(NamedTuple):
    """What the lines hold."""

    items: list[AnswerItem]
    lost: bool
    """A line is neither."""
    nothing: bool
    """A line says that there is none."""


def read_typed_lines(answer: str, start: int) -> TypedLines:
    """Entities in order. Which side the types are on is told by how they are written."""
    lines: list[_Line] = []
    alone: list[tuple[int, int]] = []
    nothing = False
    entries = list(split_entries(answer, start))
    for entry in entries:
        begin, end = _unbarred(answer, entry.start, entry.end)
        if says_nothing(answer[begin:end]):
            nothing = True
        elif (line := _parts(answer, begin, end)) is not None:
            lines.append(line)
        else:
            alone.append((begin, end))
    types_first = _types_first(answer, lines)
    if types_first:
        items = [*_grouped(answer, lines, alone)]
        lost = not items and bool(entries) and not nothing
    else:
        items = [item for line in lines if (item := _forward(answer, line)) is not None]
        lost = len(items) < len(lines) + len(alone)
    return TypedLines(items, lost, nothing)


def _unbarred(answer: str, start: int, end: int) -> tuple[int, int]:
    """Without the bars at the ends of a table's row."""
    while start < end and answer[start] in "| \t":
        start += 1
    while start < end and answer[end - 1] in "| \t":
        end -= 1
    return start, end


def _parts(answer: str, start: int, end: int) -> _Line | None:
    if start == end:
        return None
    if answer[end - 1] in ":\uff1a":
        left = trimmed(answer, start, end - 1)
        return _Line(left, (end, end)) if left else None
    separators = list(_SEPARATOR.finditer(answer, start, end))
    if separators:
        last = separators[-1]
        if LABEL_LIKE.fullmatch(answer[start : separators[0].start()].strip("*_` ")):
            last = separators[0]
        left, right = trimmed(answer, start, last.start()), trimmed(answer, last.end(), end)
        if left and right is None and LABEL_LIKE.fullmatch(answer, *left):
            return _Line(left, (end, end))
        return _Line(left, right) if left and right else None
    if answer[end - 1] == ")" and (bracket := answer.rfind("(", start, end)) > start:
        left, right = trimmed(answer, start, bracket), trimmed(answer, bracket + 1, end - 1)
        return _Line(left, right) if left and right else None
    return None


def _types_first(answer: str, lines: Sequence[_Line]) -> bool:
    balance = 0
    for left, right in lines:
        balance += LABEL_LIKE.fullmatch(answer, *left) is not None
        balance -= LABEL_LIKE.fullmatch(answer, *right) is not None
    return balance > 0


def _forward(answer: str, line: _Line) -> AnswerItem | None:
    start, end = line.left
    right = answer[slice(*line.right)]
    if not right or len(right.split()) > _LONGEST_LABEL:
        return None
    return AnswerItem(answer[start:end], right, start, end)


def _grouped(answer: str, lines: Sequence[_Line], alone: Sequence[tuple[int, int]]) -> Iterator[AnswerItem]:
    """Types with the entities behind them, or below them on lines of their own."""
    label = ""
    parts = sorted([(line.left[0], line) for line in lines] + [(span[0], _Line((0, 0), span)) for span in alone])
    for _, (left, right) in parts:
        label = answer[slice(*left)] if left[1] else label
        if not label:
            continue
        begin = right[0]
        for comma in [*_COMMA.finditer(answer, *right), None]:
            end = comma.start() if comma else right[1]
            name = trimmed(answer, begin, end)
            if name is not None and not says_nothing(answer[slice(*name)]):
                yield AnswerItem(answer[slice(*name)], label, *name)
            begin = comma.end() if comma else end
