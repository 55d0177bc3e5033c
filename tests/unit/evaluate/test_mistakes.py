"""Differences between gold and prediction, named and shown."""

from __future__ import annotations

from kg_builder.evaluate.facts import Facts
from kg_builder.evaluate.matching import TypedSpan, strict_pairs
from kg_builder.evaluate.mistakes import LONGEST, Kind, Mistake, Page

TEXT = "Gold gave bad rash , gout and tin ; no pain . Zinc"


def facts(*mentions: tuple[str, str, str], relations: tuple[tuple[str, str, str], ...] = (), text: str = TEXT) -> Facts:
    """From (text, type, ids)."""
    return Facts(
        {
            TypedSpan(label, text.index(words), text.index(words) + len(words)): frozenset(ids.split())
            for words, label, ids in mentions
        },
        frozenset(relations),
    )


GOLD = facts(
    ("Gold", "Chemical", "M:1"),
    ("bad rash", "Disease", "M:2"),
    ("gout", "Disease", "M:3"),
    ("tin", "Chemical", "M:4"),
    ("Zinc", "Chemical", "M:6"),
    relations=(("M:1", "INDUCES", "M:2"),),
)
FOUND = facts(
    ("Gold", "Chemical", "M:1"),
    ("rash", "Disease", "M:2"),
    ("tin", "Disease", "M:4"),
    ("pain", "Disease", "M:5"),
    ("Zinc", "Chemical", "M:7"),
    relations=(("M:1", "INDUCES", "M:5"),),
)


def mistakes(gold: Facts, predicted: Facts, relinked: Facts | None = None, *, text: str = TEXT) -> list[Mistake]:
    strict = strict_pairs(gold.mentions, predicted.mentions)
    return list(Page("7", text).mistakes(gold, predicted, strict, (relinked or gold).mentions))


def test_every_kind() -> None:
    relinked = facts(
        ("Gold", "Chemical", "M:1"),
        ("bad rash", "Disease", "M:2"),
        ("gout", "Disease", "M:3"),
        ("tin", "Chemical", "M:4"),
    )
    seen = mistakes(GOLD, FOUND, relinked)
    assert [(mistake.kind, mistake.gold_text, mistake.predicted_text) for mistake in seen] == [
        (Kind.TYPE, "tin", "tin"),
        (Kind.BOUNDARY, "bad rash", "rash"),
        (Kind.MISSED, "gout", ""),
        (Kind.SPURIOUS, "", "pain"),
        (Kind.WRONG_CONCEPT, "Zinc", "Zinc"),
        (Kind.GOLD_SPAN_CONCEPT, "Zinc", ""),
        (Kind.RELATION_MISSED, "Gold → bad rash", ""),
        (Kind.RELATION_SPURIOUS, "", "Gold → pain"),
    ]
    assert all(mistake.document == "7" for mistake in seen)


def test_a_mistake_says_where_and_what_on_both_sides() -> None:
    boundary = next(mistake for mistake in mistakes(GOLD, FOUND) if mistake.kind is Kind.BOUNDARY)
    assert boundary == Mistake(
        "7",
        Kind.BOUNDARY,
        gold_type="Disease",
        predicted_type="Disease",
        gold_span=(10, 18),
        predicted_span=(14, 18),
        gold_text="bad rash",
        predicted_text="rash",
        gold_ids=("M:2",),
        predicted_ids=("M:2",),
        context="Gold gave [[bad rash]] , gout and tin ; no pain . Zinc",
    )


def test_a_relation_is_shown_where_its_ends_stand_closest() -> None:
    text = "Gold was given . The rash came ; gold causes rash ."
    mentions = {
        TypedSpan("Chemical", 0, 4): frozenset({"M:1"}),
        TypedSpan("Disease", 21, 25): frozenset({"M:2"}),
        TypedSpan("Chemical", 33, 37): frozenset({"M:1"}),
        TypedSpan("Disease", 45, 49): frozenset({"M:2"}),
    }
    gold = Facts(mentions, frozenset({("M:1", "INDUCES", "M:2"), ("M:1", "INDUCES", "M:9")}))
    here, nowhere = mistakes(gold, Facts(mentions), text=text)
    assert (here.gold_text, here.gold_span) == ("gold → rash", (21, 37))
    assert here.gold_ids == ("M:1", "M:2")
    assert (nowhere.gold_text, nowhere.gold_span, nowhere.context) == ("M:1 → M:9", None, "")


def test_the_same_is_no_mistake() -> None:
    assert mistakes(GOLD, GOLD) == []


def test_a_document_without_gold_ids_has_no_wrong_concepts() -> None:
    assert mistakes(facts(("gout", "Disease", "")), facts(("gout", "Disease", "M:3"))) == []


def test_an_overlap_of_another_type_is_a_type_error() -> None:
    (mistake,) = mistakes(facts(("bad rash", "Disease", "")), facts(("rash", "Chemical", "")))
    assert mistake.kind is Kind.TYPE
    assert (mistake.gold_type, mistake.predicted_type) == ("Disease", "Chemical")


def test_context_is_one_short_line() -> None:
    text = "a\n\tb bad\nrash \u202ec"
    (missed,) = mistakes(facts(("bad\nrash", "Disease", ""), text=text), Facts(), text=text)
    assert missed.context == "a b [[bad rash]] c"
    assert missed.gold_text == "bad rash"
    text = "x" * 5000
    (missed,) = mistakes(facts((text, "Disease", ""), text=text), Facts(), text=text)
    assert len(missed.context) < LONGEST + 20


def test_a_discontinuous_mention_shows_its_parts() -> None:
    span = TypedSpan("Disease", 10, 25, ((10, 13), (21, 25)))
    (missed,) = mistakes(Facts({span: frozenset()}), Facts())
    assert missed.gold_text == "bad … gout"
