"""Properties of evaluation, and an independent count of concepts and relations."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg_builder.evaluate.results import Report
from kg_builder.records import (
    Mention,
)
from tests.unit.evaluate.annotated_texts import (
    Annotated,
    compare,
)

IDS = ("M:1", "M:2", "M:3", "M:4")
TEXT = "abcdefghij" * 3


@st.composite
def sides(draw: st.DrawFn, name: str = "1") -> Annotated:
    mentions = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, 25))
        end = start + draw(st.integers(1, 5))
        ids = tuple(sorted(draw(st.sets(st.sampled_from(IDS), max_size=2))))
        label = draw(st.sampled_from(["Chemical", "Disease"]))
        mentions.append(Mention(start=start, end=end, text=TEXT[start:end], type=label, concepts=ids))
    types = {curie: mention.type for mention in mentions for curie in mention.concepts}
    pairs = [(s, o) for s in types for o in types if types[s] == "Chemical" and types[o] == "Disease"]
    chosen = draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    return Annotated(name, TEXT, tuple(mentions), frozenset(chosen))


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[Annotated, Annotated]]:
    """(gold, predicted) of a few documents."""
    return [(draw(sides(str(i))), draw(sides(str(i)))) for i in range(draw(st.integers(1, 4)))]


SCORES = ("strict", "relaxed", "linked_spans", "concepts", "relations")


def figures(report: Report) -> Mapping[str, tuple[int, int, int]]:
    overall = {name: getattr(report, name).overall for name in SCORES}
    return {name: (score.tp, score.fp, score.fn) for name, score in overall.items()}


def both(corpus: list[tuple[Annotated, Annotated]], **options: Any) -> Report:
    return compare([gold for gold, _ in corpus], [predicted for _, predicted in corpus], **options)


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_perfect_predictions_score_one(corpus: list[tuple[Annotated, Annotated]]) -> None:
    same = [(gold, gold) for gold, _ in corpus]
    report = both(
        same,
        normalize_gold=lambda gold: [mention.concepts for mention in gold.mentions],
        relate_gold=lambda gold: {(s, "INDUCES", o) for relation in gold.relations for s, o in relation.concept_pairs},
    )
    for name in (*SCORES, "gold_mention_relations"):
        score = getattr(report, name).overall
        assert (score.fp, score.fn) == (0, 0)
        assert score.f1.value in {1.0, None}
        assert (score.f1.value is None) == (score.tp == 0)
    for share in (report.gold_spans.overall, report.found_spans.overall):
        assert share.correct == share.total


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_swapping_the_sides_swaps_precision_and_recall(corpus: list[tuple[Annotated, Annotated]]) -> None:
    there, back = both(corpus), both([(predicted, gold) for gold, predicted in corpus])
    for name in SCORES:
        one, other = getattr(there, name).overall, getattr(back, name).overall
        assert (one.tp, one.fp, one.fn) == (other.tp, other.fn, other.fp)
        if one.gold and other.gold:
            assert one.precision == other.recall
            assert one.recall == other.precision
            assert one.f1 == other.f1


@settings(max_examples=30, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_order_of_documents_and_mentions_does_not_matter(
    corpus: list[tuple[Annotated, Annotated]], order: random.Random
) -> None:
    def shuffled(side: Annotated) -> Annotated:
        mentions = order.sample(side.mentions, len(side.mentions))
        return Annotated(side.id, side.text, tuple(mentions), side.relations)

    mixed = [(shuffled(gold), shuffled(predicted)) for gold, predicted in corpus]
    order.shuffle(mixed)
    assert both(mixed).as_json() == both(corpus).as_json()


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_counts_of_parts_add_up_to_those_of_the_whole(corpus: list[tuple[Annotated, Annotated]]) -> None:
    assume(len(corpus) > 1)
    whole, parts = figures(both(corpus)), [figures(both([pair])) for pair in corpus]
    for name in SCORES:
        assert whole[name] == tuple(sum(part[name][i] for part in parts) for i in range(3))


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_agrees_with_an_independent_count(corpus: list[tuple[Annotated, Annotated]]) -> None:
    """BioCreative's way, straight from the annotations: sets over the whole corpus, compared as sets."""
    counted = figures(both(corpus))

    def check(name: str, items: Callable[[Annotated], set[Any]]) -> None:
        gold = {(side.id, item) for side, _ in corpus for item in items(side)}
        found = {(side.id, item) for _, side in corpus for item in items(side)}
        assert counted[name] == (len(gold & found), len(found - gold), len(gold - found)), name

    check("strict", lambda side: {(m.start, m.end, m.type) for m in side.mentions})
    check("linked_spans", lambda side: {(m.start, m.end, m.type, curie) for m in side.mentions for curie in m.concepts})
    check("concepts", lambda side: {(m.type, curie) for m in side.mentions for curie in m.concepts})
    check("relations", lambda side: set(side.relations))
