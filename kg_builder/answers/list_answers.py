"""Bullet lists and ``chemical | disease`` pairs, one a line, read leniently. Nothing here raises.

Models that were trained to answer so say nothing where there is nothing: an empty answer is a readable one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg_builder.answers.answer_start import answer_start, thinks_to_the_end
from kg_builder.answers.items import AnswerItem, AnswerPair, ReadAnswer
from kg_builder.answers.json_answers import read_json_items, read_json_relations
from kg_builder.answers.list_lines import Entry, says_nothing, split_entries, trimmed, without_explanation
from kg_builder.answers.reading_issues import PARTLY, REPEATING, TRUNCATED, unreadable, without_runaways
from kg_builder.records import Issue

_NO_LIST = unreadable("a list with one name a line")
_NO_PAIRS = unreadable("a list with one 'chemical | disease' a line")
_COMMA = re.compile(r"[,;\u3001\uff0c](?:\s+(?:and\s+|or\s+)?|(?<!,))")
_AND = re.compile(r"(?<=\s)(?:and|or|v\u00e0)(?=\s)")
_JSON_LINE = re.compile(r"^[ \t]*+(?:```\w*+\s{0,4}+)?[\[{]\s{0,20}+[\"'\[{\]}]", re.MULTILINE)
_EMPTY = frozenset({"", "-", "*", "\u2022", "- -", "```\n```"})
_BAR = re.compile(r"\||\uff5c|\t|\u2192|-[-=]{0,2}>|=[-=]{0,2}>")  # quick: each way begins with one character
_LONGEST_NAME = 15
"""Words. Longer lines are sentences."""
_WORDS_A_NAME = 4
"""At most on average, in a list between commas."""
_HEADINGS = frozenset({"chemical", "disease", "drug", "chemical name", "disease name", "subject", "object"})


def read_list(answer: str, *, complete: bool = True) -> ReadAnswer:
    """The names of an answer, one a line or between commas; without types.

    `complete`: False where the model stopped at its limit of tokens; the last name is then left out.
    """
    start = answer_start(answer)
    if _is_json(answer, start):
        read = read_json_items(answer, complete=complete)
        if read.route != "unreadable":
            return read
    lines = _Lines(answer, start, complete=complete)
    items, sentences = [], 0
    for begin, end in _names(answer, lines.entries):
        words = without_explanation(answer[begin:end])
        if len(words.split()) > _LONGEST_NAME:
            sentences += 1
        elif words and not says_nothing(words):
            items.append(AnswerItem(words, "", begin, begin + len(words)))
    kept = without_runaways(items, lambda item: item.text)
    lost = sentences > 0
    issues = lines.issues(lost=lost, found=bool(items), ran_away=len(kept) < len(items), nothing=_NO_LIST)
    return ReadAnswer(kept, issues=issues, route="unreadable" if _NO_LIST in issues else lines.route)


def read_pairs(answer: str, *, complete: bool = True) -> ReadAnswer:
    """The pairs of an answer, one a line; a third part between two bars is the predicate. Else like `read_list`."""
    start = answer_start(answer)
    if _is_json(answer, start):
        read = read_json_relations(answer, complete=complete)
        if read.route != "unreadable":
            return read
    lines = _Lines(answer, start, complete=complete)
    pairs, lost = [], False
    for entry in lines.entries:
        words = answer[entry.start : entry.end]
        if (pair := _pair(words, entry.start)) is not None:
            pairs.append(pair)
        else:
            lost = lost or not (says_nothing(words) or _is_heading(words))
    kept = without_runaways(pairs, lambda pair: (pair.subject, pair.predicate, pair.object))
    issues = lines.issues(lost=lost, found=bool(pairs), ran_away=len(kept) < len(pairs), nothing=_NO_PAIRS)
    return ReadAnswer(pairs=kept, issues=issues, route="unreadable" if _NO_PAIRS in issues else lines.route)


class _Lines:
    """The entries of an answer that count, and how they stood there."""

    def __init__(self, answer: str, start: int, *, complete: bool) -> None:
        entries = list(split_entries(answer, start))
        thinking = thinks_to_the_end(answer, start)
        self.cut = thinking or not complete
        words = [answer[entry.start : entry.end] for entry in entries]
        self.nothing = any(map(says_nothing, words)) or answer[start:].strip() in _EMPTY
        self.route = _route(entries)
        if self.cut and entries and "\n" not in answer[entries[-1].end :]:
            entries[-1:] = _without_cut_name(answer, entries[-1])
        self.entries: Sequence[Entry] = [] if thinking else _listed(answer, entries)

    def issues(self, *, lost: bool, found: bool, ran_away: bool, nothing: Issue) -> tuple[Issue, ...]:
        """What is to be said of an answer of which items were `found` or not."""
        if ran_away:
            return (REPEATING,)
        if found:
            return (TRUNCATED,) if self.cut else (PARTLY,) if lost else ()
        if self.cut:
            return (nothing, TRUNCATED)
        return (nothing,) if lost or not self.nothing else ()


def _route(entries: Sequence[Entry]) -> str:
    if any(entry.bulleted for entry in entries):
        return "bullets"
    return ("empty", "one-line")[len(entries)] if len(entries) < 2 else "lines"


def _without_cut_name(answer: str, entry: Entry) -> list[Entry]:
    """The last entry of an answer that stops amid it, up to its last comma."""
    cuts = list(_COMMA.finditer(answer, entry.start, entry.end))
    return [entry._replace(end=cuts[-1].start())] if len(cuts) > entry.bulleted else []


def _listed(answer: str, entries: list[Entry]) -> list[Entry]:
    """The entries with bullets, and those among them without; those around them introduce and explain."""
    bulleted = [place for place, entry in enumerate(entries) if entry.bulleted]
    if bulleted:
        first, last = bulleted[0], bulleted[-1]
        before = entries[:first]
        # a prompt may end with the first bullet
        return [*(before if _goes_on(answer, before) else ()), *entries[first : last + 1]]
    return [entry for entry in entries if not _is_heading(answer[entry.start : entry.end])]


def _goes_on(answer: str, before: list[Entry]) -> bool:
    if len(before) != 1:
        return False
    words = answer[before[0].start : before[0].end]
    return not _is_heading(words) and len(words.split()) <= 6 and not words.endswith(".")


def _names(answer: str, entries: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    """Offsets of the names. Commas separate names where there are no bullets, or several in an entry."""
    for entry in entries:
        words = answer[entry.start : entry.end]
        cuts = list(_COMMA.finditer(words))
        if not cuts or (entry.bulleted and len(cuts) < 2) or _is_sentence(words, commas=len(cuts)):
            yield entry.start, entry.end
            continue
        if not entry.bulleted and (final := _AND.search(words, cuts[-1].end())) is not None:
            cuts.append(final)
        begins = [0, *(cut.end() for cut in cuts)]
        ends = [*(cut.start() for cut in cuts), len(words)]
        for begin, end in zip(begins, ends, strict=True):
            if (name := trimmed(answer, entry.start + begin, entry.start + end)) is not None:
                yield name


def _is_sentence(words: str, *, commas: int) -> bool:
    """Whether commas divide a sentence, not a list: too many words between them."""
    return len(words.split()) > max(_LONGEST_NAME, _WORDS_A_NAME * (commas + 1))


def _pair(words: str, start: int) -> AnswerPair | None:
    lead = len(words) - len(words.lstrip("| \t"))
    parts = [part.strip(" \t\"'`*") for part in _BAR.split(words.strip("| \t"))]
    if not 2 <= len(parts) <= 3 or not all(parts) or all(part.casefold() in _HEADINGS for part in parts):
        return None
    object_ = without_explanation(parts[-1])
    if not object_ or len(object_.split()) > _LONGEST_NAME:
        return None
    predicate = parts[1] if len(parts) == 3 else ""
    end = words.rindex(object_) + len(object_)
    return AnswerPair(parts[0], predicate, object_, "", start + lead, start + end)


def _is_heading(words: str) -> bool:
    if words.endswith(":"):
        return True
    return all(part.strip().casefold() in _HEADINGS for part in _BAR.split(words.strip("| \t")))


def _is_json(answer: str, start: int) -> bool:
    """Whether a line of the answer begins like JSON."""
    return ("[" in answer or "{" in answer) and _JSON_LINE.search(answer, start) is not None
