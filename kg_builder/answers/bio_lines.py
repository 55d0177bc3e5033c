"""One token a line with its tags: BIO, BIOES or BILOU, several columns where entities are nested."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from kg_builder.answers.copies import Copy
from kg_builder.answers.items import AnswerItem

_TAG = re.compile(r"(?:[BIESLU][-_]\S+|O)")
_TAG_WITH_BLANKS = re.compile(r"(?:[BIESLU][-_]\S.*|O)")
_TAGS_BEHIND = re.compile(r"\t(?:[BIESLU][-_]\S|O\s*$)| (?:[BIESLU][-_]\S+|O)[ \t\r]*$", re.MULTILINE)


class TokenLine(NamedTuple):
    """A token with its tags, one a level of nesting; offsets of the token in the answer."""

    token: str
    tags: Sequence[str]
    start: int
    end: int


@dataclass(slots=True)
class _Entity:
    label: str
    first: int
    last: int


def tagged_lines(answer: str, start: int) -> list[TokenLine | None] | None:
    """The lines, None for those that end a sentence; None for an answer that isn't written so for the most part."""
    if _TAGS_BEHIND.search(answer, start) is None:
        return None
    lines: list[TokenLine | None] = []
    place, written = start, 0
    for line in answer[start:].splitlines(keepends=True):
        lines.append(_token_line(line, place))
        written += bool(line.strip()) and "```" not in line
        place += len(line)
    read = sum(line is not None for line in lines)
    return lines if 2 * read > written and (read > 1 or written == 1) else None


def _token_line(line: str, place: int) -> TokenLine | None:
    token, tab, rest = line.strip().partition("\t")
    columns = [token.strip(), *rest.split()] if tab else line.split()
    tags: list[str] = []
    while len(columns) > 1 and _TAG.fullmatch(columns[-1]):
        tags.append(columns.pop())
    if tab and not tags and _TAG_WITH_BLANKS.fullmatch(rest.strip()):
        tags = [rest.strip()]
    if not tags or not columns[0]:
        return None
    token = columns[0]
    begin = place + line.index(token)
    return TokenLine(token, tags[::-1], begin, begin + len(token))


def entities_of(lines: Sequence[TokenLine | None]) -> list[AnswerItem]:
    """The entities of all levels, in order of their beginning, the longer first."""
    tokens = [line for line in lines if line is not None]
    starts = list(accumulate((len(line.token) + 1 for line in tokens), initial=0))
    copy = Copy(" ".join(line.token for line in tokens))
    breaks = _breaks(lines)
    found = [
        entity
        for level in range(max((len(line.tags) for line in tokens), default=0))
        for entity in _level([line.tags[level] if level < len(line.tags) else "O" for line in tokens], breaks)
    ]
    found.sort(key=lambda entity: (entity.first, -entity.last))
    return [_item(entity, tokens, starts, copy) for entity in found]


def _breaks(lines: Sequence[TokenLine | None]) -> frozenset[int]:
    """Numbers of the tokens before which a sentence ends."""
    found, count = set(), 0
    for line in lines:
        if line is None:
            found.add(count)
        else:
            count += 1
    return frozenset(found)


def _level(tags: Sequence[str], breaks: frozenset[int]) -> list[_Entity]:
    found: list[_Entity] = []
    going_on = False
    for place, tag in enumerate(tags):
        mark, label = tag[:1], tag[2:]
        if mark == "O":
            going_on = False
            continue
        joined = going_on and mark in "IEL" and place not in breaks and found[-1].label == label
        if joined:
            found[-1].last = place
        else:
            found.append(_Entity(label, place, place))
        going_on = mark in "BI"
    return found


def _item(entity: _Entity, tokens: Sequence[TokenLine], starts: Sequence[int], copy: Copy) -> AnswerItem:
    first, last = tokens[entity.first], tokens[entity.last]
    text = copy.text[starts[entity.first] : starts[entity.last] + len(last.token)]
    return AnswerItem(text, entity.label, first.start, last.end, copy.occurrence(text, starts[entity.first]))
