"""Sentences with the expectation inline: ``[text|assertion]`` is a mention."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.extract.assertion import assert_mentions
from kg_builder.extract.assertion_cues import read_cues
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
    "[Fever|negated], [chills|negated] denied.",
    "[Fever|negated] and [chills|negated] denied.",
    "She has [cough|present]; [fever|negated], [chills|negated] denied.",
    "He has [cough|present], [fever|negated] denied.",
    "[Cough|present] present, [fever|negated] denied.",
    "[Nausea|negated], [vomiting|negated], [diarrhoea|negated] all denied by the patient.",
    "Hx: [diabetes|historical]",
    "h/o [asthma|historical], now with [cough|present].",
    "Should [fever|hypothetical] recur, call us.",
    "FH: [breast cancer|family], no [stroke|negated]",
    "Family history: Mother - [hypertension|family]; father - [gout|family].",
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

CONTRACTIONS = [
    "He doesn't have [fever|negated] or [cough|negated].",
    "She didn\u2019t develop [nausea|negated].",
    "He hasn't had [chest pain|negated] but has [dyspnoea|present].",
    "[Nausea|negated] didn't develop.",
    "[Rash|negated] did not develop after [penicillin|present].",
    "The child wasn't [febrile|negated].",
    "It isn't [pneumonia|negated].",
    "We can't see any [fracture|negated].",
    "[Embolism|possible] can't be excluded.",
    "[Embolism|possible] couldn't be ruled out.",
    "They weren\u2019t [jaundiced|negated].",
    "She doesnt have [headache|negated].",
    "He won't take [aspirin|negated].",
    "The treatment didn't prevent [arrhythmia|present].",
    "[T cells|present] and Parkinson's [tremor|present] were studied.",
]

ALLERGIES = [
    "[ALLERGIES|hypothetical]: [penicillin|historical].",
    "[ALLERGIES|hypothetical]: [Penicillin|historical], [latex|historical]\nPLAN: [aspirin|present].",
    "[Allergies|negated]: none",
    "[Allergies|negated]: None known.\nMedications: [aspirin|present].",
    "[Allergies|negated]: NKDA.",
    "[Allergies|negated]: The patient denies any [allergies|negated]. He takes [aspirin|present].",
    "[Allergies|hypothetical]:\nPenicillin ([rash|historical])\n\n[Aspirin|present] was given.",
    "Allergic to [penicillin|historical], takes [metformin|present].",
    "[Allergies|negated]: none. [Diabetes|present]: on [insulin|present].",
    "[Allergies|negated]: No known [drug allergies|negated].",
    "[Allergies|negated]: The patient has no known [drug allergies|negated].",
    "[ALLERGIES|negated]:\nNone.\nMEDICATIONS:\n[Aspirin|present].",
    "No known [drug allergies|negated].",
    "She is allergic to [aspirin|historical] and [codeine|historical].",
    "He is [allergic|present] to [aspirin|historical].",
    "[Allergy|present] to [penicillin|historical]; takes [metformin|present].",
    "Intolerance of [codeine|historical].",
    "Known [penicillin|historical] allergy.",
    "Not allergic to [penicillin|negated].",
    "Denies [allergies|negated].",
    "[Allergic rhinitis|present] was treated with [loratadine|present].",
]

SCOPES = [
    "[Pneumonia|negated], [pulmonary embolism|negated], [heart failure|negated] and [pericarditis|negated] "
    "were excluded.",
    "He is not reporting [polyuria|negated], [polydipsia|negated] or [polyphagia|negated].",
    "There was no intervention on the incidence of [sepsis|present].",
    "The drug had no influence on [mortality|present] or [stroke|present].",
    "There was no clear difference in [bleeding|present].",
    "No beneficial effect on [asthma|present] was found.",
    "[Cholangitis|negated] and [liver abscess|negated] were considered unlikely.",
    "[Fever|negated] was denied.",
    "Dyspnoea? [Orthopnoea|negated]: denied.",
    "PNEUMONIA: [pneumonia|present] improves.",
    "[PNEUMONIA|present]: started on [amoxicillin|present].",
]

DOUBTS = [
    "Fever and cough, ?[pneumonia|possible].",
    "[Tachycardia|present] ? [PE|possible], [asthma|present].",
    "Query [PE|possible].",
    "Impression: [pneumonia|possible]?",
    "Differential: [MI|possible]? [PE|possible]? [pericarditis|possible]?",
    "Possible [cisplatin|possible]-induced [ototoxicity|possible].",
    "This was probably [cisplatin|possible]-related [hearing loss|possible].",
    "Does [ibuprofen|hypothetical] cause [gastritis|hypothetical]?",
    "Did he have [fever|hypothetical]? He took [aspirin|present].",
    "Avoid [ibuprofen|hypothetical].",
    "Avoid [ibuprofen|hypothetical], [naproxen|hypothetical] and [aspirin|hypothetical].",
    "To avoid [hypotension|hypothetical], [dopamine|present] was given.",
    "Observe for [rash|hypothetical] or [fever|hypothetical].",
    "Watch for [bleeding|hypothetical].",
    "Please watch out for [jaundice|hypothetical], [itching|hypothetical] and [dark urine|hypothetical].",
    "Risks of surgery including [bleeding|hypothetical], [infection|hypothetical], [MI|hypothetical] and "
    "[DVT|hypothetical] were explained.",
    "Risks of [colectomy|hypothetical] including [bleeding|hypothetical], [leak|hypothetical] were explained.",
    "The risks, benefits and alternatives, [stroke|hypothetical] among them, were discussed with her.",
    "Risks were explained: [bleeding|hypothetical], [infection|hypothetical].",
    "Risk factors discussed: [obesity|present].",
    "The risks of [stroke|present] and [bleeding|present] fell.",
    "CT of the chest to rule out [embolism|possible].",
    "Ultrasound to exclude [abscess|possible].",
    "His [cough|historical] has resolved.",
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

VIETNAMESE_ANSWERS = [
    "[Siêu âm bụng|present]: không thấy [sỏi túi mật|negated].",
    "[Siêu âm tim|present] không thấy [tràn dịch|negated].",
    "[X-quang ngực|present]: không [tràn khí|negated], không [gãy xương|negated].",
    "[Chụp cắt lớp|present]: chưa ghi nhận [tổn thương|negated].",
    "Siêu âm: [sỏi thận|negated] không thấy.",
    "[Dị ứng thuốc|negated]: không.",
    "[Sốt|present]: có, [ho|negated]: không, [đau đầu|present].",
    "[HBsAg|negated]: âm tính, [anti-HCV|negated] âm tính.",
    "[Tăng huyết áp|present]: không kiểm soát.",
    "Có [sốt|hypothetical] không?",
    "[Dị ứng|present] [penicillin|historical].",
    "Tiền sử dị ứng: [penicillin|historical].",
    "[Tiền sử dị ứng|negated]: chưa ghi nhận.",
    "[Dị ứng|present] với [penicillin|historical], đang dùng [metformin|present].",
    "Tránh dùng [aspirin|hypothetical].",
]

BARE_VIETNAMESE = [
    "Benh nhan khong [sot|negated], khong [ho|negated], [dau bung|present] nhieu.",
    "Khong di ung [aspirin|negated].",
    "[Sieu am bung|present]: khong thay [soi mat|negated].",
    "Nghi ngo [viem phoi|possible].",
    "Tien su [dai thao duong|historical] 10 nam.",
    "Chua phat hien [di can gan|negated].",
]


@pytest.mark.parametrize("marked", [*ENGLISH, *CONTRACTIONS, *ALLERGIES, *SCOPES, *DOUBTS])
def test_english(marked: str) -> None:
    check(marked, "en")


@pytest.mark.parametrize("marked", [*VIETNAMESE, *VIETNAMESE_ANSWERS, *BARE_VIETNAMESE])
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
    stating = {"pre", "post", "either", "turn", "framed", "section", "question"}
    assert {cue.direction for _, cue in cues} <= stating | {"pseudo", "end", "frame", "compound", "word"}
    assert all((cue.category is None) == (cue.direction not in stating) for _, cue in cues)
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
        taken = []
        for _ in range(3):  # the best of three: a collection of garbage may fall into any one
            start = time.process_time()
            assert_mentions(text, mentions, language="en")
            taken.append(time.process_time() - start)
        return min(taken)

    seconds(10)
    assert seconds(1600) < 20 * seconds(200) + 0.2


def test_nobody_is_allergic_to_a_disorder() -> None:
    text = "Allergic to penicillin (rash)."
    mentions = [
        Mention(start=12, end=22, text="penicillin", type="Treatment"),
        Mention(start=24, end=28, text="rash", type="Problem"),
    ]
    found = assert_mentions(text, mentions, language="en", disorders=frozenset({"Problem"}))
    assert [mention.assertion for mention in found] == [Assertion.HISTORICAL, Assertion.PRESENT]
