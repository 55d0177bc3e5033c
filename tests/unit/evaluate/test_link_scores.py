"""Precision and coverage of links on gold mentions, from each score on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.bootstrap import Resampling
from kg_builder.evaluate.evaluation import evaluate
from kg_builder.evaluate.link_scores import AtScore, JudgedLinks, link_score_figures
from kg_builder.evaluate.matching import TypedSpan
from kg_builder.evaluate.report import notes, render_confidences
from kg_builder.evaluate.results import Report
from kg_builder.protocols import Link
from kg_builder.records import Concept, Document, Mention
from kg_builder.schema import EntityType, Schema

SCHEMA = Schema(
    name="small",
    description="For these tests.",
    entities=(
        EntityType(name="Chemical", description="A drug.", semantic_group="CHEM"),
        EntityType(name="Disease", description="A disease.", semantic_group="DISO"),
    ),
)
WORDS = ("gold", "rash", "kidney and liver damage", "illness", "gout")
TYPES = ("Chemical", "Disease", "Disease", "Disease", "Disease")
IDS = (("M:1",), ("M:2",), ("M:3", "M:4"), (), ("M:5",))


def link(*ids: str, score: float | None = None) -> Link:
    return Link(tuple(Concept(id=one, name=one, type="Thing") for one in ids), score)


def report(
    answers: Sequence[Link | Sequence[str]], ids: Sequence[Sequence[str]] = IDS, types: Sequence[str] = TYPES
) -> Report:
    text, mentions = "", []
    for word, label, concepts in zip(WORDS, types, ids, strict=True):
        mentions.append(
            Mention(start=len(text), end=len(text) + len(word), text=word, type=label, concepts=tuple(concepts))
        )
        text += f"{word}, "
    return evaluate(
        [GoldDocument(Document(id="a", text=text), tuple(mentions), ())],
        lambda document: None,
        schema=SCHEMA,
        normalize_gold=lambda gold: answers,
        relate_gold=lambda gold: set(),
        type_map={"Chemical": "Chemical", "Disease": "Disease"},
        relation_map={},
        resampling=Resampling(resamples=20),
    )


ANSWERS = (
    link("M:1", score=0.95),
    link("M:9", score=0.55),
    link("M:3", score=0.85),
    link("M:7", score=0.35),
    Link((), 0.2, "unknown"),
)


def at(found: Report, threshold: float, label: str = "all") -> AtScore:
    return next(row for row in found.link_scores[label].at_scores if row.threshold == threshold)


def test_worked_example() -> None:
    found = report(ANSWERS)
    every = at(found, 0.0)
    assert (every.links, every.right) == (4, 1), "rash wrong, half of a composite is wrong, illness has no id"
    assert every.precision == 0.25
    assert every.coverage == 0.75, "gout is left out: a score without a concept is no link"
    assert every.recall == 0.25
    assert every.unknown_unlinked == 0
    half = at(found, 0.5)
    assert (half.links, half.coverage, half.unknown_unlinked) == (3, 0.75, 1)
    assert half.precision == pytest.approx(1 / 3)
    assert at(found, 0.9).precision == 1
    assert at(found, 0.99).precision is None
    assert at(found, 0.8, "Disease").coverage == pytest.approx(1 / 3)
    assert found.link_scores["Disease"].unknown == 1


def test_json_and_text_have_it() -> None:
    found = report(ANSWERS)
    scores = json.loads(json.dumps(found.as_json(), allow_nan=False))["normalization"]["gold_spans"]["scores"]
    assert list(scores) == ["all", "Chemical", "Disease"]
    assert scores["Chemical"]["at_score"][0]["recall"] == 1
    assert scores["all"]["expected_calibration_error"] == pytest.approx((0.05 + 0.55 + 0.85 + 0.35) / 4)
    console = Console(width=160)
    with console.capture() as shown:
        console.print(*render_confidences(found))
    assert "scores of links on gold mentions" in shown.get()
    assert "Gold mentions that the corpus links to nothing: 1; 0 were left unlinked." in notes(found)


def test_answers_without_scores_count_where_any_link_does() -> None:
    found = report([["M:1"], ["M:2"], ["M:4", "M:3"], [], []])
    assert at(found, 0.0).recall == 0.75
    assert at(found, 0.3).links == 0
    assert found.gold_spans.overall.correct == 3


def test_types_for_which_the_corpus_has_no_ids_are_left_out() -> None:
    found = report(ANSWERS, ids=(("M:1",), (), (), (), ()))
    assert list(found.link_scores) == ["all", "Chemical"]
    assert at(found, 0.0).links == 1
    assert report([[]] * 5, ids=[()] * 5).link_scores == {}


SPANS = st.builds(lambda start: TypedSpan("Disease", start, start + 1), st.integers(0, 30))
SETS = st.frozensets(st.sampled_from(("M:1", "M:2")), max_size=2)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(SPANS, st.tuples(SETS, SETS, st.floats(0, 1))))
def test_a_higher_threshold_leaves_less(
    mentions: dict[TypedSpan, tuple[frozenset[str], frozenset[str], float]],
) -> None:
    judged = JudgedLinks()
    judged.take(
        {span: gold for span, (gold, _, _) in mentions.items()},
        {span: answer for span, (_, answer, _) in mentions.items()},
        {span: score for span, (_, _, score) in mentions.items()},
    )
    figures = link_score_figures(judged)
    if not any(gold for gold, _, _ in mentions.values()):
        assert figures == {}
        return
    rows = figures["all"].at_scores
    assert rows[0].links == sum(bool(answer) for _, answer, _ in mentions.values())
    for row in rows:
        assert (row.recall or 0) <= (row.coverage or 0) <= 1
        assert row.precision is None or row.precision == row.right / row.links
    for before, after in pairwise(rows):
        assert after.links <= before.links
        assert (after.coverage or 0) <= (before.coverage or 0)
        assert (after.unknown_unlinked or 0) >= (before.unknown_unlinked or 0)
