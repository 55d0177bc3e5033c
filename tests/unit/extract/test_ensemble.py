"""Several extractors that vote: which mentions count as one, how many must agree, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kg_builder.errors import ModelError, SettingsError, TransientModelError
from kg_builder.extract.ensemble import EnsembleExtractor
from kg_builder.extract.voting import EnsembleSettings, candidates_of
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Mention
from kg_builder.schema import EntityType, Role, Schema
from kg_builder.testing import ScriptedExtractor

TEXT = "Acute kidney injury after cisplatin; cough, cisplatin stopped."
SCHEMA = Schema(
    name="made-up",
    description="For tests.",
    entities=(
        EntityType(name="Drug", description="Drugs.", semantic_group="CHEM"),
        EntityType(name="Problem", description="Diseases.", semantic_group="DISO"),
        EntityType(name="Name", description="Of a patient.", role=Role.IDENTIFIER),
    ),
)
GROUPS = {"Chemical": "CHEM", "Disease": "DISO"}


def member(*answer: tuple[str, str], confidence: float | None = 0.8, **more: Any) -> ScriptedExtractor:
    return ScriptedExtractor([answer], confidence=confidence, groups=GROUPS, deterministic=True, **more)


def ensemble(*members: ScriptedExtractor, **vote: Any) -> EnsembleExtractor:
    named = {f"m{number}": one for number, one in enumerate(members, start=1)}
    return EnsembleExtractor(named, EnsembleSettings(members=tuple(named), **vote), name="vote")


def ask(extractor: EnsembleExtractor, text: str = TEXT, language: str = "en") -> Extraction:
    found = extractor.extract(ExtractionRequest(text, SCHEMA, language=language))
    assert all(text[mention.start : mention.end] == mention.text for mention in found.mentions)
    return found


def texts(found: Extraction) -> list[tuple[str, str]]:
    return [(mention.text, mention.type) for mention in found.mentions]


def codes(found: Extraction) -> list[str]:
    return [issue.code for reject in found.rejects for issue in reject.issues]


BOTH = ("cisplatin", "Chemical")
ONE = ("cough", "Disease")


@pytest.mark.parametrize(
    ("vote", "accepted"),
    [
        ("union", ["cisplatin", "cough", "kidney injury"]),
        ("majority", ["cisplatin", "cough"]),
        ("intersection", ["cisplatin"]),
    ],
)
def test_how_many_must_agree(vote: str, accepted: Sequence[str]) -> None:
    found = ask(ensemble(member(BOTH, ONE), member(BOTH, ONE), member(BOTH, ("kidney injury", "Disease")), vote=vote))
    assert sorted(text for text, _ in texts(found)) == accepted
    assert codes(found) == ["outvoted"] * (3 - len(accepted))


def test_min_votes_holds_whatever_the_rule() -> None:
    assert texts(ask(ensemble(member(BOTH), member(BOTH, ONE), vote="union", min_votes=2))) == [("cisplatin", "Drug")]


def test_members_who_cannot_give_a_type_do_not_count() -> None:
    chemist = ScriptedExtractor([[BOTH]], groups={"Chemical": "CHEM"})
    found = ask(ensemble(chemist, member(BOTH, ONE), vote="intersection"))
    assert texts(found) == [("cisplatin", "Drug"), ("cough", "Problem")]


def test_overlapping_mentions_are_one_with_the_surer_ones_boundaries() -> None:
    short = member(("kidney injury", "Disease"), confidence=0.6)
    long = member(("Acute kidney injury", "Disease"), confidence=0.9)
    found = ask(ensemble(short, long, vote="intersection"))
    assert texts(found) == [("Acute kidney injury", "Problem")]
    assert found.mentions[0].confidence == 0.9


def test_equal_spans_come_before_overlaps() -> None:
    nested = member(("Acute kidney injury", "Disease"), ("kidney", "Disease"))
    found = ask(ensemble(nested, member(("kidney", "Disease")), vote="intersection"))
    assert texts(found) == [("kidney", "Problem")]
    assert [reject.text for reject in found.rejects] == ["Acute kidney injury"]


def test_nested_mentions_of_one_member_stay_apart() -> None:
    nested = member(("Acute kidney injury", "Disease"), ("kidney injury", "Disease"))
    assert len(ask(ensemble(nested, nested, vote="intersection")).mentions) == 2


def test_other_types_do_not_vote_together() -> None:
    found = ask(ensemble(member(("cough", "Disease")), member(("cough", "Chemical")), vote="majority"))
    assert (texts(found), codes(found)) == ([], ["outvoted", "outvoted"])


def test_weights_and_confidence_decide_together() -> None:
    sure, unsure = member(BOTH, confidence=0.9), member(ONE, confidence=0.7)
    vote = EnsembleSettings(members=("a", "b"), vote="weighted", weights={"a": 3.0}, thresholds={"Problem": 0.1})
    found = ask(EnsembleExtractor({"a": sure, "b": unsure}, vote, name="vote"))
    assert texts(found) == [("cisplatin", "Drug"), ("cough", "Problem")]
    assert [mention.confidence for mention in found.mentions] == pytest.approx([0.675, 0.175])
    strict = vote.model_copy(update={"thresholds": {}})
    assert texts(ask(EnsembleExtractor({"a": sure, "b": unsure}, strict, name="vote"))) == [("cisplatin", "Drug")]


def test_thresholds_hold_for_every_rule() -> None:
    found = ask(ensemble(member(BOTH, confidence=0.4), member(), vote="union", thresholds={"*": 0.5}))
    assert (texts(found), codes(found)) == ([], ["low-confidence"])


def test_without_any_confidence_there_is_none() -> None:
    found = ask(ensemble(member(BOTH, confidence=None), member(BOTH, confidence=None)))
    assert [mention.confidence for mention in found.mentions] == [None]


def test_the_mention_names_those_who_gave_it() -> None:
    found = ask(ensemble(member(BOTH, model="x 1"), member(), member(BOTH), vote="union"))
    assert found.mentions[0].provenance.extractor == "vote"
    assert found.mentions[0].provenance.model == "m1 (x 1) + m3"


def test_a_failing_member_is_left_out_and_named() -> None:
    broken = ScriptedExtractor([ModelError("out of memory")], groups=GROUPS)
    found = ask(ensemble(broken, member(BOTH), vote="intersection"))
    assert (texts(found), codes(found)) == ([("cisplatin", "Drug")], ["extractor-failed"])
    assert "'m1'" in found.rejects[0].issues[0].message


def test_when_all_fail_or_one_may_be_asked_again_later_it_fails() -> None:
    broken = ScriptedExtractor([ModelError("out of memory")])
    with pytest.raises(ModelError, match="out of memory"):
        ask(ensemble(broken, broken))
    with pytest.raises(TransientModelError):
        ask(ensemble(member(BOTH), ScriptedExtractor([TransientModelError("rate limit")])))


def test_long_texts_reach_each_member_in_pieces_it_can_take() -> None:
    text = " ".join(f"Sentence {number} of many, without any findings." for number in range(40)) + " Then cough began."
    short = ScriptedExtractor([[], []], groups=GROUPS, max_characters=400)
    short.answers = [*[[]] * 4, [ONE]]
    found = ask(ensemble(short, member(ONE), vote="union"), text)
    assert max(len(request.text) for request in short.requests) <= 400
    assert len(short.requests) > 4
    assert ("cough", "Problem") in texts(found)


def test_rejects_of_members_and_labels_nobody_takes_are_kept() -> None:
    found = ask(ensemble(member(("fever", "Disease"), ("cough", "Plant")), member(), vote="union"))
    assert sorted(codes(found)) == ["not-in-text", "unknown-type"]


def test_outvoted_identifiers_are_not_quoted() -> None:
    namer = ScriptedExtractor([[("cough", "Name")]])
    found = ask(ensemble(namer, ScriptedExtractor([[]]), vote="intersection"))
    assert [(reject.type, reject.text) for reject in found.rejects] == [("Name", None)]


def test_it_says_what_its_members_say() -> None:
    english = member(BOTH, languages=frozenset({"en"}), kinds=frozenset({"abstract"}))
    vietnamese = member(BOTH, languages=frozenset({"vi"}), remote=True)
    both = ensemble(english, vietnamese)
    assert (both.languages, both.kinds, both.remote) == (frozenset({"en", "vi"}), frozenset(), True)
    assert both.deterministic
    assert not ensemble(english, ScriptedExtractor([[]])).deterministic
    assert both.labels(SCHEMA, "en") == {"Drug": "CHEM", "Problem": "DISO"}


def test_members_made_for_other_languages_are_not_asked() -> None:
    english = member(BOTH, languages=frozenset({"en"}))
    vietnamese = member(languages=frozenset({"vi"}))
    assert texts(ask(ensemble(english, vietnamese, vote="intersection"), language="en")) == [("cisplatin", "Drug")]
    assert not vietnamese.requests


@pytest.mark.parametrize(
    "wrong",
    [
        {"members": ("a",)},
        {"members": ("a", "a")},
        {"members": ("a", "b"), "weights": {"c": 1}},
        {"members": ("a", "b"), "min_votes": 3},
        {"members": ("a", "b"), "vote": "loudest"},
    ],
)
def test_settings_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EnsembleSettings(**wrong)


def test_unknown_members_are_named() -> None:
    with pytest.raises(SettingsError, match="ghost"):
        EnsembleExtractor({"a": member()}, EnsembleSettings(members=("a", "ghost")), name="vote")


spans = st.tuples(st.integers(0, 20), st.integers(1, 8), st.sampled_from(["CHEM", "DISO"]))


@given(st.dictionaries(st.sampled_from("abc"), st.lists(spans, max_size=8), max_size=3))
def test_every_mention_is_in_exactly_one_candidate_of_its_group(given: dict[str, list[tuple[int, int, str]]]) -> None:
    ballots = {
        name: [
            (group, Mention(start=start, end=start + length, text="x" * length, type=group))
            for start, length, group in dict.fromkeys(each)
        ]
        for name, each in given.items()
    }
    found = candidates_of(ballots)
    kept = sorted((name, candidate.group, m.key) for candidate in found for name, m in candidate.mentions.items())
    assert kept == sorted((name, group, m.key) for name, each in ballots.items() for group, m in each)
    for candidate in found:
        members = list(candidate.mentions.values())
        assert all(any(one.overlaps(two) for two in members if two is not one) or len(members) == 1 for one in members)
