"""What the words around a statement make of it: denied, doubted, or not stated at all.

The words are data, ``relation_hedges.tsv``; where each must stand to count is decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg_builder.records import Assertion
from kg_builder.relate.cues import Hedge, Reading
from kg_builder.relate.sentence_view import OBJECT, End, Line, SentenceView
from kg_builder.text.phrases import Found

_NEAR = 3
"""Words before a phrase in which a negation or doubt counts."""
_BEFORE = 80
"""Words before a statement in which a question ("whether") counts."""
_DENIED = 8
"""Words before a statement in which "none of" counts."""
_SHORT = 4
"""Words between "less" or "in patients with" and the disease that it is about."""
_COUNT = re.compile(r"\d+\s*(?:/|(?:out\s+)?of(?:\s+the)?\s)\s*\d+|\d\s*%")
_COMPARED = re.compile(
    r"\b(?:vs|versus|than|compared|comparison|control|controls|placebo|whereas|respectively|and\s+in)\b|\bp\s*[=<>]",
    re.I,
)


class Statement(NamedTuple):
    """A reading of a phrase that fits two mentions."""

    subject: End
    object: End
    reading: Reading
    gap: int
    first: int
    last: int

    @property
    def harms(self) -> bool:
        """Whether it says that the chemical causes the disease."""
        return self.reading.predicate == "INDUCES"


def asserted(text: str, view: SentenceView, statement: Statement, hedges: Sequence[Found[Hedge]]) -> Assertion | None:
    """The assertion of a statement; None where it is not stated. `hedges`: those of the whole text, in order."""
    hedges = _around(view, statement, hedges)
    assertion = _assertion(statement, _hedged(view.line, statement, hedges))
    if (
        assertion is None
        or any(_drops(view, statement, hedge) for hedge in hedges)
        or _caused_by_another(view, statement)
    ):
        return None
    if statement.harms and statement.reading.timing and _compares(text[slice(*view.span)]):
        more = [found for found in hedges if found.value.where == "more harm"]
        assertion = assertion if any(_is_more(view, statement, found) for found in more) else None
    if assertion is Assertion.PRESENT and text[slice(*view.span)].rstrip().endswith("?"):
        return Assertion.POSSIBLE
    return assertion


def before_population(view: SentenceView, reading: Reading, first: int, hedges: Sequence[Found[Hedge]]) -> int | None:
    """Where "in a patient with" begins that stands before a phrase about time: not his own disease came after it."""
    if not (reading.timing and reading.order == "D * C"):
        return None
    for found in reversed(hedges[: bisect_left(hedges, first, key=lambda hedge: hedge.first)]):
        distance = view.line.distance(found.last, first)
        if found.first < view.first or distance is None or distance > _SHORT:
            return None
        if found.value.where == "population":
            return found.first
    return None


def _around(view: SentenceView, statement: Statement, hedges: Sequence[Found[Hedge]]) -> Sequence[Found[Hedge]]:
    """The hedges of the sentence, as far as they can concern the statement."""
    subject, object_, phrase = statement.subject, statement.object, statement
    first = max(view.first, min(subject.first, object_.first, phrase.first) - _BEFORE)
    last = max(subject.last, object_.last, phrase.last)
    begin = bisect_left(hedges, first, key=lambda hedge: hedge.first)
    return hedges[begin : bisect_right(hedges, last, key=lambda hedge: hedge.first)]


def _drops(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    """Whether a phrase takes the statement away."""
    rule = (_HARM_RULES if statement.harms else _BENEFIT_RULES).get(found.value.where)
    return rule is not None and rule(view, statement, found)


def _after_subject(_: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    return found.first == statement.subject.last


def _before_subject(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    return view.line.distance(found.last, statement.subject.first) == 0


def _stopped(_: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    return found.first == statement.subject.last and statement.first <= statement.subject.first


def _wanting(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    wanting = found.value.assertion is None or statement.last <= found.first
    return wanting and view.line.distance(found.last, statement.subject.first) == 0


def _new_clause(_: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    return _names_cause(statement) and statement.last <= found.first and found.last <= statement.subject.first


def _between(_: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    subject, object_ = statement.subject, statement.object
    return min(subject.last, object_.last) <= found.first and found.last <= max(subject.first, object_.first)


def _after_object(_: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    subject, object_ = statement.subject, statement.object
    return found.first == object_.last and statement.first <= min(subject.first, object_.first)


def _less(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    """Few words before the disease, no other name between them."""
    subject, object_ = statement.subject, statement.object
    if found.last > object_.first or found.last <= subject.first < object_.first:
        return False
    distance = view.line.distance(found.last, object_.first)
    return distance is not None and distance <= _SHORT and view.line.one_list(found.last, object_.first)


def _prevented(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    return statement.subject.last <= found.first and _less(view, statement, found)


def _population(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    """Those who were ill before: another disease was named, or the effect is what chemical and phrase announce."""
    if not _less(view, statement, found):
        return False
    announced = statement.last <= found.first and statement.subject.last <= statement.object.first
    earlier = any(end.role == OBJECT and end.last <= found.first for end in view.ends)
    return announced or (statement.reading.timing and earlier)


_Rule = Callable[[SentenceView, Statement, Found[Hedge]], bool]
_HARM_RULES: Mapping[str, _Rule] = {
    "after subject": _after_subject,
    "stopped": _stopped,
    "before cause": _wanting,
    "new clause": _new_clause,
    "between harm": _between,
    "after object": _after_object,
    "before harm": _less,
    "prevented": _prevented,
    "population": _population,
}
"""By `Hedge.where`."""
_BENEFIT_RULES: Mapping[str, _Rule] = {
    "after subject": _after_subject,
    "after treating": _after_subject,
    "stopped": _stopped,
    "before subject": _before_subject,
    "more harm": _before_subject,
    "before cause": _wanting,
}


def _caused_by_another(view: SentenceView, statement: Statement) -> bool:
    """Whether "X due to" names another disease before the chemical, and that one isn't the chemical's doing."""
    if not _names_cause(statement):
        return False
    place = statement.subject.first
    others = [end for end in view.ends if end.role == OBJECT and statement.last <= end.first and end.last <= place]
    if not others:
        return False
    between = view.line.keys[others[-1].last : place]
    return len(others) > 1 or not ("by" in between or view.line.distance(others[-1].last, place) == 0)


def _is_more(view: SentenceView, statement: Statement, found: Found[Hedge]) -> bool:
    """Whether "more" is about the disease: "more rashes" or "rashes were more common"."""
    after = statement.object.last <= found.first and found.last <= statement.first
    return after or _less(view, statement, found)


def _names_cause(statement: Statement) -> bool:
    """Whether it is "disease due to chemical"."""
    ordered = statement.object.last <= statement.first and statement.last <= statement.subject.first
    return ordered and statement.harms and not statement.reading.timing


@lru_cache(maxsize=8)
def _compares(sentence: str) -> bool:
    """Whether the sentence sets the counts of two groups against each other."""
    counts = [match.start() for match in _COUNT.finditer(sentence)]
    return len(counts) > 1 and _COMPARED.search(sentence) is not None


def _hedged(line: Line, statement: Statement, hedges: Iterable[Found[Hedge]]) -> Assertion | None:
    """What the words around the phrase make of it; a negation outweighs a doubt."""
    opening = min(statement.subject.first, statement.object.first, statement.first)
    nearest = min(statement.subject.last, statement.object.last, statement.first - _NEAR)
    last = max(statement.subject.first, statement.object.first, statement.last)
    said = set()
    for first, after, hedge in hedges:
        if first >= last:
            break
        if hedge.where in ("near", "before cause"):
            counts = first >= nearest
        elif hedge.where == "shortly before":
            distance = line.distance(after, opening)
            counts = distance is not None and distance < _DENIED
        else:
            counts = hedge.where == "before"
        if counts:
            said.add(hedge.assertion)
    order = (Assertion.NEGATED, Assertion.HYPOTHETICAL, Assertion.POSSIBLE)
    return next((assertion for assertion in order if assertion in said), None)


def _assertion(statement: Statement, hedged: Assertion | None) -> Assertion | None:
    """The relation's assertion from the words beside it and from what is said of its ends; None: not stated.

    A treatment holds whatever is said of the disease, but is not stated for those who don't have it.
    """
    subject, object_ = statement.subject.mention.assertion, statement.object.mention.assertion
    if not statement.harms:
        if object_ is Assertion.NEGATED:
            return None
        object_ = Assertion.PRESENT
    if Assertion.NEGATED in (subject, object_, hedged):
        return Assertion.NEGATED
    if hedged is not None:
        return hedged
    if object_ is not Assertion.PRESENT:
        return object_
    return subject if subject is Assertion.HYPOTHETICAL else Assertion.PRESENT
