"""A copy of the text with entities marked in it: ``<SYMPTOM>…</SYMPTOM>``, nested or crossing, or brackets."""

from __future__ import annotations

import re
from typing import NamedTuple

from kg_builder.answers.copies import Copy
from kg_builder.answers.items import AnswerItem

_TAG = re.compile(r"<(/?)([^\W\d_][\w.&-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"\b(?:type|label|class|category)\s*=\s*[\"']?([^\"'<>]+)")
_WITH_ATTRIBUTE = frozenset({"entity", "ent", "span", "mark", "tag", "mention", "item"})
_NO_LABELS = frozenset(
    {
        "ner", "answer", "output", "text", "entities", "result", "results", "doc", "document", "sentence", "s",
        "p", "br", "b", "i", "u", "em", "strong", "html", "body", "think", "thinking", "thought", "reasoning",
        "input", "response", "xml",
    }
)  # fmt: skip
_LABEL = r"[A-Z][A-Z0-9]*(?:[_&/-][A-Z0-9]+)*"
_BRACKETS = re.compile(
    rf"[(\[](?:(?<=\[)(?P<before>{_LABEL})[ :|]\s*(?P<inside>[^\[\]]+)\]"
    rf"|(?P<first>[^()\[\]]+)[)\]]\s?[(\[](?P<after>{_LABEL})[)\]])"
)
_BLANKS = " \t\r\n"


class Tagged(NamedTuple):
    """What is marked in an answer."""

    items: list[AnswerItem]
    unclosed: bool
    """A tag isn't closed, or another is closed than was opened."""


class _Tag(NamedTuple):
    label: str
    answer: int
    """Where its text begins in the answer."""
    plain: int
    """The same in the plain text."""


def read_tags(answer: str, start: int) -> Tagged:
    """Entities between opening and closing tags, in order of their ends."""
    pieces: list[str] = []
    length, place, astray = 0, start, False
    opened: dict[str, list[_Tag]] = {}
    found: list[tuple[_Tag, int, int]] = []
    for match in _TAG.finditer(answer, start):
        begin, end = match.span()
        pieces.append(answer[place:begin])
        length += begin - place
        place = end
        closing, name, remark = match.groups()
        folded = name.casefold()
        if remark.endswith("/") or (folded in _NO_LABELS and not (len(name) == 1 and name.isupper())):
            continue
        if not closing:
            opened.setdefault(folded, []).append(_Tag(_label(name, remark), place, length))
        elif tags := opened.get(folded):
            found.append((tags.pop(), begin, length))
        else:
            astray = True
    pieces.append(answer[place:])
    copy = Copy("".join(pieces))
    items = [_item(copy, tag, end, plain_end) for tag, end, plain_end in found]
    return Tagged([item for item in items if item.text], unclosed=astray or any(opened.values()))


def read_brackets(answer: str, start: int) -> Tagged:
    """Entities as ``[SYMPTOM cough]``, ``(cough)[SYMPTOM]`` or ``[cough](SYMPTOM)``."""
    pieces: list[str] = []
    items, length, place = [], 0, start
    for match in _BRACKETS.finditer(answer, start):
        group = "inside" if match["inside"] else "first"
        tag = _Tag(match["before"] or match["after"], match.start(group), length + match.start() - place)
        pieces += (answer[place : match.start()], match[group])
        length += match.start() - place + len(match[group])
        place = match.end()
        items.append((tag, match.end(group), length))
    pieces.append(answer[place:])
    copy = Copy("".join(pieces))
    return Tagged([_item(copy, tag, end, plain_end) for tag, end, plain_end in items], unclosed=False)


def _label(name: str, remark: str) -> str:
    if remark and name.casefold() in _WITH_ATTRIBUTE and (given := _ATTRIBUTE.search(remark)) is not None:
        return given[1].strip()
    return name


def _item(copy: Copy, tag: _Tag, end: int, plain_end: int) -> AnswerItem:
    written = copy.text[tag.plain : plain_end]
    text = written.strip(_BLANKS)
    lead = len(written) - len(written.lstrip(_BLANKS)) if text != written else 0
    return AnswerItem(text, tag.label, tag.answer + lead, end, copy.occurrence(text, tag.plain + lead))
