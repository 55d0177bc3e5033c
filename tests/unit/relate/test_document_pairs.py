"""Pages, groups of mentions, windows of long texts, and the numbers and words that describe a pair.

``[C:name]`` is a chemical, ``[D:name]`` a disease, ``[C:name=ID]`` one linked to ``MESH:ID``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.records import Assertion, Mention, RelationMention
from kg_builder.relate.pair_features import FEATURES, NO_CUE, is_narrower, pair_values, summary
from kg_builder.relate.pair_priors import PRIOR_FEATURES, count_priors, prior_lines, read_priors
from kg_builder.relate.pair_rivals import RIVAL_FEATURES, rival_values
from kg_builder.relate.pair_words import FAMILIES, group_words, pair_words
from kg_builder.relate.pairs import WINDOW_MENTIONS, Named, Page, near_pairs, read_pages

_MARKED = re.compile(r"\[([CD]):([^\]=]+)(?:=([^\]]+))?\]")


def named(marked: str) -> tuple[str, list[Named]]:
    text, found, position = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[position : match.start()]
        mention = Mention(
            start=len(text),
            end=len(text) + len(match[2]),
            text=match[2],
            type="Chemical" if match[1] == "C" else "Disease",
        )
        concepts = tuple(f"MESH:{part}" for part in match[3].split("|")) if match[3] else ()
        found.append(Named(match[1], mention, concepts))
        text += match[2]
        position = match.end()
    return text + marked[position:], found


def page_of(marked: str) -> Page:
    (page,) = read_pages(*named(marked))
    return page


def value_of(name: str, page: Page, at: int = 0, trees: Mapping[str, Sequence[str]] | None = None) -> float:
    return pair_values(page, {}, trees or {})[at].values[FEATURES.index(name)]


def test_mentions_are_grouped_by_concept_else_by_name() -> None:
    page = page_of("[C:Lasix=D005665] and [C:furosemide=D005665]; [D:rashes] or a [D:rash]. [D:Fever=D005334].")
    assert [(group.key, group.linked, len(group.places)) for group in page.subjects] == [("MESH:D005665", True, 2)]
    assert [(group.key, group.linked, len(group.places)) for group in page.objects] == [
        ("rash", False, 2),
        ("MESH:D005334", True, 1),
    ]


def test_a_mention_of_several_concepts_belongs_to_each() -> None:
    page = page_of("[C:Zinc] gave [D:nausea and vomiting=D009325|D014839].")
    assert [group.key for group in page.objects] == ["MESH:D009325", "MESH:D014839"]


def test_a_name_is_one_token_and_a_number_is_0() -> None:
    page = page_of("After 250 mg of [C:valproic acid], [D:acute liver failure] set in.")
    assert page.tokens == ["after", "0", "mg", "of", "C", ",", "D", "set", "in", "."]


def test_sentences_start_at_their_tokens() -> None:
    page = page_of("[C:Zinc] was given. Then [D:fever] came.")
    assert [page.tokens[start] for start in page.starts[:-1]] == ["C", "then"]
    assert page.starts[-1] == len(page.tokens)


def test_a_text_without_both_ends_has_no_page() -> None:
    assert not list(read_pages(*named("Only [C:zinc] here.")))
    assert not list(read_pages("", []))


def test_near_pairs_share_a_sentence_and_come_nearest_first() -> None:
    page = page_of("[C:Zinc] and then a [D:fever], no [C:zinc] after that. Another [D:fever].")
    near = near_pairs(page.subjects[0], page.objects[0])
    assert [one.distance for one in near] == [3, 4]


@pytest.mark.parametrize(
    ("name", "marked", "value"),
    [
        ("distance", "[C:Zinc] gave [D:fever].", 2),
        ("distance", "[C:Zinc] was given. [D:Fever] came.", 200),
        ("order", "[D:Fever] from [C:zinc].", -1),
        ("order", "[C:Zinc] was given. [D:Fever] came.", 0),
        ("sentences apart", "[C:Zinc] was given. Nothing else. [D:Fever] came.", 2),
        ("in title together", "[C:Zinc] [D:fever]. It came.", 1),
        ("both in title", "[C:Zinc] [D:fever]. It came.", 1),
        ("sentences together", "[C:Zinc] gave [D:fever]. No more [C:zinc], no more [D:fever].", 2),
        ("subject: mentions", "[C:Zinc] and [C:zinc] gave [D:fever].", 2),
        ("object: in last sentence", "[C:Zinc] [D:fever]. It came. It went.", 0),
    ],
)
def test_numbers_say_where_and_how_near(name: str, marked: str, value: float) -> None:
    assert value_of(name, page_of(marked)) == value


def test_every_number_has_a_name() -> None:
    page = page_of("[C:Zinc] and [C:copper] gave [D:fever] and [D:chills].")
    pairs = pair_values(page, {}, {})
    assert {len(one.values) for one in pairs} == {len(FEATURES) - len(PRIOR_FEATURES)}
    scores = {(one.subject.key, one.object.key): 0.5 for one in pairs}
    assert {len(row) for row in rival_values(page, scores, {})} == {len(RIVAL_FEATURES)}
    assert len(set(FEATURES)) == len(FEATURES)


def test_a_narrower_disease_of_the_page_counts() -> None:
    page = page_of("[C:Zinc] gave [D:hepatitis=H] and [D:toxic hepatitis=T].")
    trees = {"MESH:H": ("C06.552",), "MESH:T": ("C06.552.100",)}
    assert value_of("narrower objects", page, 0, trees=trees) == 1
    assert value_of("broader objects", page, 1, trees=trees) == 1
    assert is_narrower(["C06.552.100"], ["C06.552"])
    assert not is_narrower(["C06.5521"], ["C06.552"])
    assert not is_narrower(["C06.552"], ["C06.552"])


def statement(predicate: str, confidence: float, assertion: Assertion = Assertion.PRESENT) -> RelationMention:
    one, other = (Mention(start=at, end=at + 1, text="x", type="t") for at in (0, 2))
    return RelationMention(
        subject=one, predicate=predicate, object=other, sentence=(0, 3), confidence=confidence, assertion=assertion
    )


def test_cues_are_summed_up() -> None:
    said = [statement("INDUCES", 0.5), statement("INDUCES", 0.6), statement("TREATS", 0.7)]
    found = summary([*said, statement("INDUCES", 0.9, Assertion.NEGATED)], title_end=1)
    assert (found.harm, found.harms, found.benefit, found.benefits, found.denied) == (0.6, 2, 0.7, 1, 1)
    assert found.harm_together == pytest.approx(0.8)
    assert found.harm_in_title == 1
    assert summary([], 0) == NO_CUE


def test_priors_leave_their_own_document_out() -> None:
    rows = [("1", ("a", "x"), True), ("1", ("a", "y"), False), ("2", ("a", "x"), False)]
    priors = count_priors(rows)
    assert priors.values(("a", "x"))[:2] == [1, 1]
    assert priors.values(("a", "x"), "1")[:2] == [0, 1]
    assert priors.values(("a", "x"), "2")[:2] == [1, 0]
    assert priors.values(("b", "z"))[:2] == [0, 0]
    ends = slice(3, None)
    without = count_priors(row for row in rows if row[0] != "1")
    assert priors.values(("a", "x"), "1")[ends] == without.values(("a", "x"))[ends]


def test_a_pair_that_one_document_names_is_not_remembered() -> None:
    priors = count_priors([("1", ("a", "y"), True), ("1", ("a", "x"), True), ("2", ("a", "x"), True)])
    assert priors.values(("a", "y"))[:2] == [0, 0]
    assert priors.values(("a", "y"), "1")[:2] == [0, 0]
    assert not any(line.startswith("a\ty") for line in prior_lines(priors))
    assert read_priors(prior_lines(priors)).values(("a", "x")) == priors.values(("a", "x"))


def test_words_are_kept_by_family() -> None:
    page = page_of("A case of [C:zinc=D015032]-induced [D:fevers] in children.")
    near = near_pairs(page.subjects[0], page.objects[0])
    words = {
        **pair_words(page, near),
        **group_words(page, page.subjects[0], ("D01.268.150.900",)),
        **group_words(page, page.objects[0], ()),
    }
    assert words.keys() == set(FAMILIES)
    assert {"C=- induced", "C induced", "C - induced"} <= words["between"] == words["title"]
    assert {"D=", "C>in"}.isdisjoint(words["between"])
    assert {"<1of", ">1-"} <= words["C context"]
    assert words["C tree"] == {"D01", "D01.268", "D01.268.150"}
    assert {"=MESH:D015032", "zinc"} <= words["C name"]
    assert {"fever", "$fever"} <= words["D name"]
    assert not any(word.startswith("=") for word in words["D name"])


def test_list_mates_lend_their_score() -> None:
    page = page_of("[C:Zinc], [C:copper] and [C:iron] gave [D:fever]. [C:Gold] was not given.")
    scores = {(group.key, "fever"): float(place) for place, group in enumerate(page.subjects)}
    rows = rival_values(page, scores, {})
    best, count = (RIVAL_FEATURES.index(name) for name in ("listed subjects' best", "listed subjects"))
    assert [row[best] for row in rows] == [2, 2, 1, -8]
    assert [row[count] for row in rows] == [2, 2, 2, 0]


PARTS = ("[C:zinc]", "[C:iron]", "[D:fever]", "[D:rash]", "word", "stop.", "\n\n")


@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_pages_hold_every_mention_in_its_sentence(parts: list[str]) -> None:
    text, ends = named(" ".join(parts))
    for page in read_pages(text, ends):
        assert len(page.starts) == len(page.sentences) + 1
        assert page.starts == sorted(page.starts)
        for group in (*page.subjects, *page.objects):
            for place in group.places:
                begin, end = page.sentences[place.sentence]
                assert begin <= place.mention.start < end
                assert page.starts[place.sentence] <= place.token < page.starts[place.sentence + 1]
                assert page.tokens[place.token] == group.role


def test_a_long_text_is_read_in_windows() -> None:
    text, ends = named(" ".join(f"[C:drug{n}] gave [D:illness{n}] to him." for n in range(1000)))
    pages = list(read_pages(text, ends))
    assert sum(len(group.places) for page in pages for group in (*page.subjects, *page.objects)) == len(ends)
    assert max(len(page.subjects) + len(page.objects) for page in pages) <= WINDOW_MENTIONS
    assert len(pages) < 30
