"""Answers of models that mark entities: tagged text, token/tag lines, JSON or ``entity: type`` lines, told apart here.

Nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg_builder.answers.answer_start import answer_start, thinks_to_the_end
from kg_builder.answers.bio_lines import entities_of, tagged_lines
from kg_builder.answers.items import AnswerItem, ReadAnswer
from kg_builder.answers.json_answers import read_json_items
from kg_builder.answers.list_lines import says_nothing
from kg_builder.answers.reading_issues import PARTLY, REPEATING, TRUNCATED, unreadable, without_runaways
from kg_builder.answers.tagged_text import Tagged, read_brackets, read_tags
from kg_builder.answers.typed_lines import read_typed_lines

_NO_MARKS = unreadable("the text with its entities marked, nor a list of them")
_LIKE_JSON = re.compile(r"\s*(?:```\w*\s*)?\[(?=\s*[\[\]]|[^\"'\u201c]*[\"'\u201c])")
"""A list that is empty or may hold strings; one of bare words is no JSON that says anything."""


def read_tagged(answer: str, *, complete: bool = True, source: str = "") -> ReadAnswer:
    """The entities of an answer, in whichever of these formats it is.

    `complete`: False where the model stopped at its limit of tokens. `source`: the text that was asked about; a mere
    copy of it says that there are none.
    """
    start = answer_start(answer)
    if "{" in answer or _LIKE_JSON.match(answer, start) is not None:
        read = read_json_items(answer, complete=complete)
        if any(item.type for item in read.items) or (read.route in {"json", "fenced"} and not read.issues):
            return read
    if "</" in answer:
        tagged = read_tags(answer, start)
        if tagged.items or tagged.unclosed:
            return _marked(tagged, "tags", complete=complete)
    if (lines := tagged_lines(answer, start)) is not None:
        if not complete and not answer.endswith("\n"):
            lines.pop()
        return _read(entities_of(lines), "token-lines", cut=not complete)
    brackets = read_brackets(answer, start)
    if brackets.items:
        return _marked(brackets, "brackets", complete=complete)
    return _unmarked(answer, start, complete=complete, source=source)


def _unmarked(answer: str, start: int, *, complete: bool, source: str) -> ReadAnswer:
    """Lines with types, words that say that there is nothing, a mere copy, or JSON behind other words."""
    plain = answer[start:]
    if source and plain.split() == source.split():
        return ReadAnswer(route="copy")
    cut = not complete or thinks_to_the_end(answer, start)
    if "[" in plain:
        read = read_json_items(answer, complete=complete)
        if read.route not in {"unreadable", "repaired"} and not read.items:
            return read
    lines = read_typed_lines(answer, start)
    if not any(item.type for item in lines.items):
        if says_nothing(plain.strip()) or (lines.nothing and not lines.lost and not cut):
            return ReadAnswer(route="typed-lines")
        return ReadAnswer(issues=(_NO_MARKS, TRUNCATED) if cut else (_NO_MARKS,), route="unreadable")
    return _read(lines.items, "typed-lines", cut=cut, lost=lines.lost)


def _marked(tagged: Tagged, route: str, *, complete: bool) -> ReadAnswer:
    if not tagged.items:
        return ReadAnswer(issues=(_NO_MARKS, TRUNCATED), route="unreadable")
    return _read(tagged.items, route, cut=tagged.unclosed or not complete)


def _read(items: Sequence[AnswerItem], route: str, *, cut: bool, lost: bool = False) -> ReadAnswer:
    kept = without_runaways(items, lambda item: (item.text, item.type))
    issues = [REPEATING] if len(kept) < len(items) else [TRUNCATED] if cut else [PARTLY] if lost else []
    return ReadAnswer(kept, issues=tuple(issues), route=route)
