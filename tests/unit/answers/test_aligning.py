"""From what a model wrote to the exact characters of the text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kg_builder.answers.aligning import align_items, find_evidence
from kg_builder.answers.folding import fold, tighten
from kg_builder.answers.items import AnswerItem
from kg_builder.answers.occurrences import occurrences
from kg_builder.records import Mention, Provenance, Reject

PROVENANCE = Provenance(extractor="test")


def align(text: str, *forms: str | AnswerItem, **how: object) -> tuple[list[Mention], list[Reject]]:
    items = [AnswerItem(form, "T", 0, 0) if isinstance(form, str) else form for form in forms]
    mentions, rejects = align_items(items, text, provenance=PROVENANCE, **how)  # type: ignore[arg-type]
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    assert len(mentions) + len(rejects) == len(forms)
    return mentions, rejects


def spans(text: str, *forms: str | AnswerItem, **how: object) -> list[tuple[int, str]]:
    return [(mention.start, mention.text) for mention in align(text, *forms, **how)[0]]


def codes(text: str, *forms: str | AnswerItem, **how: object) -> list[str]:
    return [issue.code for reject in align(text, *forms, **how)[1] for issue in reject.issues]


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("Lithium toxicity", "lithium", "Lithium"),
        ("given NSAIDs  and\nfluids", "nsaids and fluids", "NSAIDs  and\nfluids"),
        ("bị thuỷ đậu", "thủy đậu", "thuỷ đậu"),
        ("bị hòa tan", "hoà tan", "hòa tan"),
        ("Quý bà", "quý", "Quý"),
        ("tăng_huyết_áp nặng", "tăng huyết áp", "tăng_huyết_áp"),
        ("tăng huyết áp nặng", "tăng_huyết_áp", "tăng huyết áp"),
        (unicodedata.normalize("NFD", "đau ngực trái"), "đau ngực", unicodedata.normalize("NFD", "đau ngực")),
        ("đau ngực trái", unicodedata.normalize("NFD", "ĐAU NGỰC"), "đau ngực"),
        ("Crohn’s disease", "crohn's disease", "Crohn’s disease"),
        ("COVID-19 in May", "COVID - 19", "COVID-19"),
        ("sốt 39 , 5 độ", "39,5 độ", "39 , 5 độ"),
        ("took 20mg daily", "20 mg", "20mg"),
        ("as\u00adpirin given", "aspirin", "as\u00adpirin"),
        ("in İzmir now", "i\u0307zmir", "İzmir"),
        ("die Straße dort", "STRASSE", "Straße"),
        ("took aspirin.", "aspirin.", "aspirin."),
        ("took aspirin daily", '"aspirin",', "aspirin"),
        ("took aspirin daily", "aspirin (a painkiller)", "aspirin"),
        ("服用阿司匹林后", "阿司匹林", "阿司匹林"),
        ("服用aspirin后", "aspirin", "aspirin"),
        ("ยาแอสไพริน", "แอสไพริน", "แอสไพริน"),
        ("cisplatin-induced", "cisplatin", "cisplatin"),
    ],
)
def test_forms_that_differ_in_writing_only(text: str, form: str, found: str) -> None:
    assert [text for _, text in spans(text, form)] == [found]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("It was NOT given", "NO"),
        ("no synthase", "NO"),
        ("took 0.5 mg", "5 mg"),
        ("took .5 mg", "5 mg"),
        ("took 1.5 mg", "1"),
        ("tumors grew", "tumor"),
        ("hồ nước", "ho"),
        (unicodedata.normalize("NFD", "hồ nước"), "ho"),
        ("sốt cao", "sot"),
        ("Straße", "s"),
        ("as\u00adpirin", "as"),
        ("any text", ""),
        ("any text", " . "),
        ("", "text"),
    ],
)
def test_what_is_in_no_word_of_the_text_is_rejected(text: str, form: str) -> None:
    assert (spans(text, form), codes(text, form)) == ([], ["not-in-text"])


def test_lower_case_answers_mean_the_abbreviation_not_the_function_word() -> None:
    assert spans("There is no sign that NO falls", "no") == [(22, "NO")]
    assert spans("There is no sign", "no") == [(9, "no")]


def test_case_counts_where_it_is_asked_to() -> None:
    assert codes("Lithium", "lithium", fold_case=False) == ["not-in-text"]
    assert spans("Thuỷ", "Thủy", fold_case=False) == [(0, "Thuỷ")]


def test_repeated_forms_are_successive_occurrences() -> None:
    text = "ho, sốt, ho; nay ho"
    assert spans(text, "ho", "sốt", "ho") == [(0, "ho"), (4, "sốt"), (9, "ho")]
    assert spans(text, "ho") == [(0, "ho")]


def test_repeats_beyond_the_text_are_duplicates() -> None:
    mentions, rejects = align("Ho và ho", "ho", "ho", "Ho", "ho khan")
    assert [mention.start for mention in mentions] == [6, 0]
    assert [reject.issues[0].code for reject in rejects] == ["duplicate", "not-in-text"]


def test_another_type_shares_an_occurrence() -> None:
    one, two = AnswerItem("phổi", "ORGAN", 0, 0), AnswerItem("phổi", "PLACE", 0, 0)
    mentions, rejects = align("viêm phổi", one, two, two)
    assert [(mention.start, mention.type) for mention in mentions] == [(5, "ORGAN"), (5, "PLACE")]
    assert [reject.issues[0].code for reject in rejects] == ["duplicate"]


def test_mentions_may_be_nested() -> None:
    assert spans("ung thư phổi", "ung thư phổi", "phổi", "ung thư") == [
        (0, "ung thư phổi"),
        (8, "phổi"),
        (0, "ung thư"),
    ]


def test_a_copy_of_the_text_says_which_occurrence() -> None:
    text = "ho, ho, ho"
    assert spans(text, AnswerItem("ho", "T", 0, 0, occurrence=1), "ho") == [(4, "ho"), (0, "ho")]
    assert spans(text, AnswerItem("ho", "T", 0, 0, occurrence=9)) == [(0, "ho")]


def test_types_become_the_labels_they_stand_for() -> None:
    def types(*given: str, labels: tuple[str, ...] | None) -> list[str]:
        items = [AnswerItem("ho", kind, 0, 0) for kind in given]
        return [mention.type for mention in align("ho ho ho", *items, labels=labels)[0]]

    assert types("body part", "Body_Part", "Drug", labels=("BODY_PART",)) == ["BODY_PART", "BODY_PART", "Drug"]
    assert types("", labels=("DRUG",)) == ["DRUG"]
    assert types("", "drug", labels=("DRUG", "TEST")) == ["", "DRUG"]
    assert types("drug", labels=None) == ["drug"]


def test_confidence_is_asked_for_each_item() -> None:
    mentions, _ = align("ho, sốt", "ho", "sốt", confidence=lambda item: 0.5 if item.text == "ho" else None)
    assert [mention.confidence for mention in mentions] == [0.5, None]


def test_rejects_can_be_stored_whatever_the_model_wrote() -> None:
    _, (reject,) = align("ho", "\ud800" * 500)
    assert len(reject.text or "") <= 200
    (reject.text or "").encode()


TEXTS = st.text(st.sampled_from("aAbß İıé̂e\u0301ồ hoàáòuỷýq_-.,5 \n\u00a0\u00ad阿N"), max_size=40)


@settings(max_examples=150)
@given(TEXTS, st.lists(TEXTS, max_size=6), st.booleans())
@example("İi̇", ["i̇", "İ"], True)
def test_mentions_are_the_texts_own_words_and_read_like_the_items(text: str, forms: list[str], any_case: bool) -> None:
    mentions, rejects = align(text, *forms, fold_case=any_case)
    wanted = {tighten(fold(form, fold_case=any_case)) for form in forms}
    for mention in mentions:
        read = tighten(fold(mention.text, fold_case=any_case))
        assert any(read in form for form in wanted)
    assert len({(mention.start, mention.end) for mention in mentions}) == len(mentions)
    assert all(reject.issues[0].code in {"not-in-text", "duplicate"} for reject in rejects)


WORDS = ["ho", "Ho", "sốt", "thuỷ", "đậu", "aspirin", "COVID-19", "39,5", "tăng", "NO", "β"]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.data())
def test_every_stretch_of_words_is_found_in_any_form(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    chosen = words[first : last + 1]
    assume(chosen != ["NO"])
    form, text = data.draw(st.sampled_from(["NFC", "NFD"])), data.draw(st.sampled_from(["NFC", "NFD"]))
    written = unicodedata.normalize(text, data.draw(st.sampled_from([" ", "  ", "\n", "_"])).join(words))  # type: ignore[arg-type]
    asked = unicodedata.normalize(form, " ".join(chosen).replace("thuỷ", "thủy").lower())  # type: ignore[arg-type]
    (mention,), _ = align(written, asked)
    assert fold(mention.text, fold_case=True) == fold(" ".join(chosen), fold_case=True)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("a" * 10_000, ["a" * count for count in range(1, 500)]),
        ("word and another thing " * 450, [f"word {count}" for count in range(500)]),
        ("ho " * 3_300, ["ho"] * 500),
        (unicodedata.normalize("NFD", "sốt cao "), ["sốt"] * 500),
    ],
)
def test_long_texts_with_many_items_take_little_time(text: str, forms: list[str]) -> None:
    started = time.process_time()
    align(text, *forms)
    assert time.process_time() - started < 3


def test_occurrences_are_whole_words_the_exact_ones_first() -> None:
    assert list(dict.fromkeys(occurrences("Ho, họ, ho", "ho", fold_case=True))) == [(8, 10), (0, 2)]


@pytest.mark.parametrize(
    ("evidence", "found"),
    [
        ("Lithium caused a tremor", "Lithium caused a tremor"),
        ('"lithium caused a  tremor."', "Lithium caused a tremor"),
        ("Lithium ... dialysis", "Lithium caused a tremor; it went after dialysis"),
        ("dialysis … lithium", None),
        ("Lithium caused a rash", None),
        ("", None),
        ("...", None),
    ],
)
def test_evidence_is_found_or_none(evidence: str, found: str | None) -> None:
    text = "Given for years. Lithium caused a tremor; it went after dialysis."
    span = find_evidence(evidence, text)
    assert (text[slice(*span)] if span else None) == found
