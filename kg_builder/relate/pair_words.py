"""What the words say of a pair: features that are there or not, in families whose weights are summed apart.

A feature is a short text that people can read: ``C induced by`` is "induced by" between chemical and
disease, ``<1of`` is "of" right before a mention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from kg_builder.relate.pairs import Group, NearPair, Page
from kg_builder.relate.sentence_view import OBJECT, SUBJECT
from kg_builder.text.keys import singular
from kg_builder.text.phrases import split_words

BETWEEN, AROUND, TITLE = "between", "around", "title"
CONTEXT, NAME, TREE = "context", "name", "tree"
FAMILIES = (BETWEEN, AROUND, TITLE, *(f"{role} {kind}" for role in (SUBJECT, OBJECT) for kind in (CONTEXT, NAME, TREE)))
"""Of a pair: the first three are about both ends, the others about one, ``C name`` for example."""

APART = "apart"
"""Stands for the words between mentions that share no sentence."""

_WHOLE, _SHORT, _EDGE = 4, 14, 5
"""Words between two mentions: so few count as one feature, up to so many in runs, of more the outermost apart."""
_NEAREST = 4
"""Mention pairs looked at."""
_LEVELS = 3
"""Of the vocabulary's tree."""


def group_words(page: Page, group: Group, trees: Sequence[str]) -> dict[str, set[str]]:
    """The features of one end, by family."""
    return {
        f"{group.role} {CONTEXT}": _context(page, group),
        f"{group.role} {NAME}": _name(group),
        f"{group.role} {TREE}": {branch for tree in trees for branch in branches(tree)},
    }


def pair_words(page: Page, near: Sequence[NearPair]) -> dict[str, set[str]]:
    """The features of both ends together, by family; `near`: from `near_pairs`."""
    between, around = set[str](), set[str]()
    for pair in near[:_NEAREST]:
        between.update(words_between(page, pair))
        around.update(_words_around(page, pair))
    titled = [pair for pair in near if pair.subject.sentence == 0]
    title = {word for pair in titled[:_NEAREST] for word in words_between(page, pair)}
    return {BETWEEN: between or {APART}, AROUND: around, TITLE: title}


def words_between(page: Page, pair: NearPair) -> Iterator[str]:
    """Runs of the words between two mentions, with the role that comes first."""
    inside, order = page.tokens[pair.first + 1 : pair.last], _order(pair)
    if len(inside) <= _WHOLE:
        yield f"{order}={' '.join(inside)}"
    if len(inside) <= _SHORT:
        for length in (1, 2, 3):
            yield from (f"{order} {run}" for run in _runs(inside, length))
    else:
        yield from (f"{order}+{word}" for word in inside[:_EDGE])
        yield from (f"{order}-{word}" for word in inside[-_EDGE:])
        yield from (f"{order}*{word}" for word in inside)


def branches(tree: str) -> Iterator[str]:
    """A tree number's branches down from the top."""
    parts = tree.split(".")
    return (".".join(parts[: depth + 1]) for depth in range(min(_LEVELS, len(parts))))


def _words_around(page: Page, pair: NearPair) -> Iterator[str]:
    order = _order(pair)
    begin, end = page.starts[pair.subject.sentence], page.starts[pair.subject.sentence + 1]
    before = page.tokens[max(begin, pair.first - 4) : pair.first]
    after = page.tokens[pair.last + 1 : min(end, pair.last + 5)]
    yield from (f"{order}<{word}" for word in before)
    yield from (f"{order}>{word}" for word in after)
    yield from (f"{order}<2{run}" for run in _runs(before, 2))
    yield f"{order}>2{' '.join(after[:2])}"


def _context(page: Page, group: Group) -> set[str]:
    found = set[str]()
    for place in group.places:
        before, after = page.around(place, 3)
        found.update("<" + word for word in before)
        found.update(">" + word for word in after)
        if before:
            found.update(("<1" + before[-1], "<2" + " ".join(before[-2:]), "<3" + " ".join(before)))
        if after:
            found.update((">1" + after[0], ">2" + " ".join(after[:2])))
        if before and after:
            found.add(f"<>{before[-1]} {after[0]}")
    return found


def _name(group: Group) -> set[str]:
    """The concept itself, and the words of its names; of the last word also how it ends."""
    found = {"=" + group.key} if group.linked else set[str]()
    for text in {place.mention.text for place in group.places}:
        words = [singular(word) for word in split_words(text).keys if word.isalnum()]
        found.update(words)
        if words:
            found.update(("$" + words[-1], "~" + words[-1][-5:]))
    return found


def _runs(words: Sequence[str], length: int) -> Iterable[str]:
    if length == 1:
        return words
    if length == 2:
        return (f"{one} {other}" for one, other in pairwise(words))
    return (" ".join(words[place : place + length]) for place in range(len(words) - length + 1))


def _order(pair: NearPair) -> str:
    return SUBJECT if pair.subject.token < pair.object.token else OBJECT
