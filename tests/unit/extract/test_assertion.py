"""Sentences with the expectation inline: ``[text|assertion]`` is a mention."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.extract.assertion import assert_mentions, read_cues
from kg_builder.records import Assertion, Mention
from kg_builder.text.phrases import PhraseTable

_MARKED = re.compile(r"\[([^|\]]+)\|(\w+)\]")


def unmarked(marked: str) -> tuple[str, list[Mention], list[str]]:
    text, mentions, expected, position = "", [], [], 0
    for match in _MARKED.finditer(marked):
        text += marked[position : match.start()]
        mentions.append(Mention(start=len(text), end=len(text) + len(match[1]), text=match[1], type="DISEASE"))
        expected.append(match[2])
        text += match[1]
        position = match.end()
    return text + marked[position:], mentions, expected


def check(marked: str, language: str) -> None:
    text, mentions, expected = unmarked(marked)
    assert [mention.assertion.value for mention in assert_mentions(text, mentions, language=language)] == expected


ENGLISH = [
    "The patient has [fever|present] and [cough|present].",
    "No [fever|negated], [chills|negated] or [night sweats|negated].",
    "NO [FEVER|negated]. HAS [COUGH|present].",
    "He denies [chest pain|negated] but reports [dyspnoea|present].",
    "There is no evidence of [pneumonia|negated] or [effusion|negated].",
    "Chest clear without [crackles|negated]; [ankle oedema|present] on both sides.",
    "She was not [anaemic|negated].",
    "She did not have any [neck stiffness|negated].",
    "A [fracture|negated] was ruled out.",
    "[Gallstones|negated] were not seen.",
    "Blood culture for [sepsis|negated] was negative.",
    "Negative for [diabetes|negated], positive for [hypertension|present].",
    "He has been [seizure|negated]-free since spring.",
    "Extremities: No [clubbing|negated] or [oedema|negated].",
    "Chest pain: none. [Palpitations|negated]: nil.",
    "No change in his [psoriasis|present] was seen.",
    "Not only [asthma|present] but also [eczema|present] improved.",
    "Patients with and without [diabetes|present] were compared.",
    "The drug did not prevent [arrhythmia|present].",
    "Gram negative [sepsis|present] was treated.",
    "No [rash|negated] was observed with [penicillin|present].",
    "No patient had [hepatitis|negated] after [isoniazid|present].",
    "Possible [pneumonia|possible] in the left base.",
    "[Appendicitis|possible] cannot be excluded.",
    "We cannot rule out [pulmonary embolism|possible].",
    "Findings suspicious for [lymphoma|possible].",
    "[Meningitis|possible] was suspected.",
    "No suspected [malaria|negated].",
    "No [fever|negated], [pneumonia|possible] cannot be excluded.",
    "The possible role of dopamine in [depression|present] is discussed.",
    "Smoking is associated with [lung cancer|present] and may be a cause of [stroke|present].",
    "Women are more likely to develop [migraine|present].",
    "Past medical history of [gout|historical] and [asthma|historical].",
    "A man with a history of [stroke|historical] presented with [headache|present].",
    "A three-day history of [cough|present].",
    "The natural history of [hepatitis C|present] is slow.",
    "She had [measles|historical] in the past.",
    "Previous studies of [asthma|present] were small.",
    "No history of [epilepsy|negated].",
    "Family history of [breast cancer|family].",
    "No family history of [breast cancer|negated].",
    "His mother had [diabetes|family]; he has [asthma|present].",
    "Her father died of [myocardial infarction|family].",
    "Mothers treated for [eclampsia|present] were followed.",
    "Return if [fever|hypothetical] or [vomiting|hypothetical] develops.",
    "Should she develop [jaundice|hypothetical], stop the drug.",
    "Paracetamol as needed for [pain|hypothetical].",
    "Call your doctor for any [bleeding|hypothetical].",
    "It is unknown if [stress|present] matters.",
    "The risk of [bleeding|present] was increased.",
]

VIETNAMESE = [
    "Bệnh nhân [sốt|present] và [ho|present].",
    "Không [sốt|negated], không [ho|negated], [đau bụng|present] nhiều.",
    "Không [sốt|negated], [ho|present] ít.",
    "Không ghi nhận [ho|negated], [sốt|negated], [khó thở|negated].",
    "Chưa phát hiện [di căn gan|negated].",
    "Phủ nhận [dị ứng thuốc|negated].",
    "Xét nghiệm [sốt xuất huyết|negated] âm tính.",
    "Âm tính với [cúm A|negated].",
    "[Tăng huyết áp|present] không kiểm soát, [đau đầu|present].",
    "Không chỉ [đau đầu|present] mà còn [chóng mặt|present].",
    "Nghi ngờ [viêm phổi|possible].",
    "Theo dõi [viêm ruột thừa|possible].",
    "Chưa loại trừ [lao phổi|possible].",
    "Theo dõi sát [huyết áp|present].",
    "Tiền sử [đái tháo đường|historical] 10 năm.",
    "Tiền sử gia đình có [ung thư vú|family].",
    "Mẹ bị [hen phế quản|family].",
    "Tái khám nếu [sốt|hypothetical] hoặc [nôn|hypothetical].",
    "Bệnh nhân không [sốt|negated] nhưng [ho|present] nhiều.",
]


@pytest.mark.parametrize("marked", ENGLISH)
def test_english(marked: str) -> None:
    check(marked, "en")


@pytest.mark.parametrize("marked", VIETNAMESE)
def test_vietnamese(marked: str) -> None:
    check(marked, "vi")


@pytest.mark.parametrize("marked", [ENGLISH[1], VIETNAMESE[3]])
def test_an_uncertain_language_gets_the_cues_of_all(marked: str) -> None:
    check(marked, "und")


def test_a_language_without_cues_leaves_everything_present() -> None:
    check("Pas de [fièvre|present], no [fever|present].", "fr")


def test_sections_decide_where_sentences_say_nothing() -> None:
    text, mentions, expected = unmarked(
        "Past medical history: [gout|historical]. No [stroke|negated].\n"
        "Family history: [colon cancer|family] in two aunts. No [diabetes|negated].\n"
        "Examination: [murmur|present].\n"
    )
    asserted = assert_mentions(text, mentions, language="en")
    assert [mention.assertion.value for mention in asserted] == expected
    assert [mention.section for mention in asserted][:4:2] == ["past medical history", "family history"]


def test_vietnamese_family_section() -> None:
    check("Tiền sử gia đình: [ung thư dạ dày|family].\nTiền sử: [viêm gan B|historical].", "vi")


def test_what_the_extractor_stated_is_kept() -> None:
    text = "No fever."
    mention = Mention(
        start=3, end=8, text="fever", type="DISEASE", assertion=Assertion.HISTORICAL, section="as the model said"
    )
    assert assert_mentions(text, [mention], language="en") == [mention]


def test_words_within_a_mention_are_no_cue() -> None:
    check("[Negative symptoms|present] and [no-reflow phenomenon|present] with [nausea|present].", "en")


def test_order_and_count_are_kept_for_mentions_out_of_order() -> None:
    text, mentions, _ = unmarked("No [fever|negated]. Has [cough|present]. Possible [flu|possible].")
    backwards = assert_mentions(text, mentions[::-1], language="en")
    assert [mention.text for mention in backwards] == ["flu", "cough", "fever"]
    assert [mention.assertion.value for mention in backwards] == ["possible", "present", "negated"]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_lists_read_and_every_line_is_of_a_known_kind(language: str) -> None:
    cues = read_cues(language)
    assert {cue.direction for _, cue in cues} == {"pre", "post", "either", "pseudo", "end", "section"}
    assert all((cue.category is None) == (cue.direction in {"pseudo", "end"}) for _, cue in cues)
    PhraseTable(cues)


_PIECES = st.sampled_from(
    ["no ", "not", " of ", "history of", "\n", ". ", "\x00", "\u202e", "fever", "if", ";", ",", "không ", "\ud800", "é"]
)


@st.composite
def texts_with_mentions(draw: st.DrawFn) -> tuple[str, list[Mention]]:
    text = draw(st.one_of(st.text(min_size=1, max_size=80), st.lists(_PIECES, min_size=1, max_size=30).map("".join)))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 12)), max_size=6))
    return text, [
        Mention(start=start, end=min(len(text), start + length), text=text[start : start + length], type="T")
        for start, length in spans
    ]


@given(texts_with_mentions(), st.sampled_from(["en", "vi", "und", "xx"]))
def test_only_assertion_and_section_ever_change(given_text: tuple[str, list[Mention]], language: str) -> None:
    text, mentions = given_text
    asserted = assert_mentions(text, mentions, language=language)
    kept = [one.model_copy(update={"assertion": Assertion.PRESENT, "section": None}) for one in asserted]
    assert kept == mentions


@given(st.lists(st.sampled_from(["fever", "cough", "the patient has", "green", "and", ","]), min_size=1, max_size=20))
def test_texts_without_cues_leave_everything_present(parts: list[str]) -> None:
    text = " ".join(parts)
    mentions = [Mention(start=m.start(), end=m.end(), text=m[0], type="T") for m in re.finditer("fever|cough", text)]
    assert assert_mentions(text, mentions, language="und") == mentions


def test_no_mentions() -> None:
    assert assert_mentions("No fever.", [], language="en") == []


def test_a_sentence_without_end_takes_time_in_proportion() -> None:
    def seconds(times: int) -> float:
        text = "no fever, " * times
        mentions = [Mention(start=m.start(), end=m.end(), text=m[0], type="T") for m in re.finditer("fever", text)]
        start = time.process_time()
        assert_mentions(text, mentions, language="en")
        return time.process_time() - start

    seconds(10)
    assert seconds(1600) < 20 * seconds(200) + 0.2
