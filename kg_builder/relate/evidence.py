"""The place of a text that best shows a pair's relation, and what to tell people of why it was stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import fsum

from kg_builder.records import Assertion, Mention, RelationMention
from kg_builder.relate.pair_features import PairValues
from kg_builder.relate.pair_words import words_between
from kg_builder.relate.pairs import NearPair, Page, Place
from kg_builder.schema import RelationType

_COMPARED = 6
"""Mention pairs of one sentence among which the best is looked for, nearest first."""
_PER_TOKEN = 0.05
"""What a word of distance takes from a mention pair's weight of words."""
_CLEAR = 0.1
"""Least weight of words that are told to people."""
_UNSURE = (Assertion.POSSIBLE, Assertion.HISTORICAL)


@dataclass(frozen=True, slots=True)
class Shown:
    """Where and why."""

    subject: Mention
    object: Mention
    sentence: tuple[int, int]
    """A sentence that names both, or the stretch over the sentences of the two nearest mentions."""
    cue: str
    assertion: Assertion


def best_evidence(
    page: Page,
    pair: PairValues,
    relation: RelationType,
    statements: Sequence[RelationMention],
    weights: Mapping[str, float],
) -> Shown | None:
    """A cue statement of that relation, else the mentions that the words between speak for, else the nearest ones.

    `weights`: of the words between, by feature. None where no two mentions have types that the relation takes.
    """
    stated = [one for one in statements if one.predicate == relation.name]
    if stated:
        best = max(stated, key=lambda one: (one.confidence or 0.0, -one.sentence[0], -one.subject.start))
        return Shown(best.subject, best.object, best.sentence, best.cue or "", best.assertion)
    near = [one for one in pair.near if _allowed(one.subject, one.object, relation)]
    if near:
        return _in_sentence(page, near, weights)
    places = [ends for ends in product(pair.subject.places, pair.object.places) if _allowed(*ends, relation)]
    return _across(page, *min(places, key=_apart)) if places else None


def _in_sentence(page: Page, near: Sequence[NearPair], weights: Mapping[str, float]) -> Shown:
    reasons = [_reason(page, one, weights) for one in near[:_COMPARED]]
    ranks = [weight - _PER_TOKEN * one.distance for (weight, _), one in zip(reasons, near, strict=False)]
    place = max(range(len(ranks)), key=lambda at: (ranks[at], -at))
    found, words = near[place], reasons[place][1]
    sentences = len({one.subject.sentence for one in near})
    cue = words or ("named together in the title" if near[0].subject.sentence == 0 else _together(sentences))
    return _shown(page, found.subject, found.object, cue)


def _across(page: Page, subject: Place, object_: Place) -> Shown:
    apart = abs(subject.sentence - object_.sentence)
    return _shown(page, subject, object_, f"named {apart} sentence{'s' if apart > 1 else ''} apart")


def _shown(page: Page, subject: Place, object_: Place, cue: str) -> Shown:
    first, last = sorted((subject.sentence, object_.sentence))
    ends = (subject.mention, object_.mention)
    stretch = (
        min(page.sentences[first][0], *(one.start for one in ends)),
        max(page.sentences[last][1], *(one.end for one in ends)),
    )
    said = (object_.mention.assertion, subject.mention.assertion)
    assertion = next((one for one in said if one in _UNSURE), Assertion.PRESENT)
    return Shown(*ends, stretch, cue, assertion)


def _reason(page: Page, pair: NearPair, weights: Mapping[str, float]) -> tuple[float, str]:
    """Summed weight of the words between, and those of them that say most."""
    known = [(weights[word], word) for word in set(words_between(page, pair)) if word in weights]
    weight, word = max(known, default=(0.0, ""))
    text = word[2:].strip(" -,.()") if weight >= _CLEAR else ""
    return fsum(weight for weight, _ in known), text


def _together(sentences: int) -> str:
    return "named in one sentence" if sentences == 1 else f"named together in {sentences} sentences"


def _allowed(subject: Place, object_: Place, relation: RelationType) -> bool:
    return subject.mention.type in relation.subject and object_.mention.type in relation.object


def _apart(ends: tuple[Place, Place]) -> tuple[int, int]:
    return abs(ends[0].token - ends[1].token), ends[0].token
