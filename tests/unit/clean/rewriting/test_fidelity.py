from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.rewriting.fidelity import fact_differences
from kg_builder.records import Mention

Recognize = Callable[[str], Sequence[Mention]]


def test_the_examples_of_the_card_are_faithful(card_examples: Sequence[tuple[str, str]], recognize: Recognize) -> None:
    for text, rewriting in card_examples:
        assert fact_differences(text, rewriting, recognize=recognize) == []


@pytest.mark.parametrize(
    ("text", "rewriting"),
    [
        ("Tab X 5 mg BD x 3/7", "Tablet X 5 mg twice a day for 3 days."),
        ("inj Y 0.5 mg q8h", "Injection Y 500 micrograms every 8 hours."),
        ("fluid 2-3 L/d", "Two to three litres of fluid daily."),
        ("if sugar <80 or >200 mg/dl", "If the sugar is below 80 mg/dL or above 200 mg/dL."),
        ("seen 3.4.2024 at 10 pm", "Seen on 3 April 2024 at 22:00."),
        ("afebrile, no cough", "There is no fever or cough."),
        ("avoid alcohol strictly", "Alcohol must be strictly avoided."),
        ("pain R knee, 62 F, htn", "Pain in the right knee in a 62-year-old woman with high blood pressure."),
        ("swelling b/l ankles", "Swelling of both ankles."),
        ("twelve tablets OD", "12 tablets once daily."),
        ("BP 120/80 PR 72 spo2 98", "Blood pressure 120/80 mmHg, pulse 72 beats per minute, oxygen saturation 98%."),
        ("1) aspirin 75 2) metformin 500", "Aspirin 75 and metformin 500."),
        ("stage III, grade 2", "Stage 3, grade II."),
        ("DKA adm", "Admitted with diabetic ketoacidosis."),
        ("feverr and hypertenson", "Fever and hypertension."),
        ("Syp Alex 2 spoons", "Take 2 spoonfuls of syrup Alex."),
    ],
)
def test_the_same_facts_in_other_words(text: str, rewriting: str, recognize: Recognize) -> None:
    assert fact_differences(text, rewriting, recognize=recognize) == []


@pytest.mark.parametrize(
    ("text", "rewriting", "code"),
    [
        ("Tab X 5 mg BD", "Tablet X 50 mg twice daily.", "fact-changed"),
        ("Tab X 5 mg BD", "Tablet X 5 mcg twice daily.", "fact-changed"),
        ("Tab X 5 mg BD", "Tablet X 5 mg three times daily.", "fact-changed"),
        ("Tab X 5 mg BD", "Tablet X 5 mg.", "fact-lost"),
        ("Tab X BD", "Tablet X 5 mg twice daily.", "fact-added"),
        ("Tab X 5 BD", "Tablet X 5 mg twice daily.", "fact-changed"),
        ("Tab Alexo 5 mg", "Tablet Zylopa 5 mg.", "fact-lost"),
        ("if sugar >200", "If the sugar is below 200.", "fact-changed"),
        ("if sugar >200", "If the sugar is 200.", "fact-changed"),
        ("aspirin 75 mg, metformin 500 mg", "Aspirin 500 mg and metformin 75 mg.", "fact-changed"),
        ("Na 128 K 3.2", "Potassium is 128 and sodium is 3.2.", "fact-changed"),
        ("at least 3 days", "At most 3 days.", "fact-changed"),
        ("seen 3.4.2024", "Seen on 5 April 2024.", "fact-changed"),
        ("review after 3 days", "Review for 3 days.", "fact-changed"),
        ("fever 3 days", "Fever 3 days ago.", "fact-changed"),
        ("after food", "Before food.", "fact-changed"),
        ("pain L knee", "Pain in the right knee.", "fact-changed"),
        ("pain R knee, L hip normal", "Pain in the left knee; the right hip is normal.", "fact-changed"),
        ("pain knee", "Pain in the left knee.", "fact-added"),
        ("no fever, no cough", "There is fever but no cough.", "fact-changed"),
        ("no fever", "There is fever.", "fact-changed"),
        ("has fever", "There is no fever.", "fact-changed"),
        ("HTN", "Hypotension.", "fact-changed"),
        ("metformin 500 mg", "Metoprolol 500 mg.", "fact-changed"),
        ("h/o lap cholecystectomy", "History of laparoscopic appendectomy.", "fact-changed"),
        ("has asthma", "Has asthma and hypertension.", "fact-added"),
        ("mild cough", "Severe cough.", "fact-changed"),
        ("increase the dose to 5 mg", "Reduce the dose to 5 mg.", "fact-changed"),
        ("chest clear. wound clean dry. walking well", "The chest is clear.", "fact-lost"),
        ("chest clear", "The chest is clear. Family counselled regarding prognosis.", "fact-added"),
        ("aspirin 75 mg daily", "Take aspirin 75 mg daily as", "truncated-rewrite"),
        (
            "2 fits at night. keppra 750 bid. no etoh. fit prec. level none needed",
            "Two fits at night. Keppra 750 twice daily. No alcohol.",
            "truncated-rewrite",
        ),
        ("aspirin 75 mg daily", "", "fact-lost"),
    ],
)
def test_one_fact_changed(text: str, rewriting: str, code: str, recognize: Recognize) -> None:
    assert code in {issue.code for issue in fact_differences(text, rewriting, recognize=recognize)}


def test_an_answer_cut_at_the_limit_is_refused_whatever_it_says(recognize: Recognize) -> None:
    (found,) = fact_differences("fever", "Fever.", recognize=recognize, complete=False)
    assert found.code == "truncated-rewrite"


def test_the_messages_say_what_to_mend(recognize: Recognize) -> None:
    (found,) = fact_differences("Tab X 5 mg BD", "Tablet X 50 mg twice daily.", recognize=recognize)
    assert "5 mg" in found.message
    assert "50 mg" in found.message


NUMBERS = (
    "5",
    "1/2",
    "1-0-1",
    "q8h",
    "½",
    "12/",
    "/7",
    "3.4.2024",
    "10 pm",
    "45",
    "٣",
    "²",
    "1,2,3",
    "1.2.3.4",
    "third",
)
WORDS = (
    "mg",
    "every",
    "x",
    "-",
    ">",
    "<=",
    "no",
    "without",
    "(",
    "L",
    "RT",
    "gy",
    "BD",
    "grade",
    "iv",
    "\n",
    ".",
    "an",
)
ODD = st.lists(st.sampled_from([*NUMBERS, *WORDS]), max_size=25).map(" ".join)
ANY = ODD | st.text(st.characters(codec="utf-8"), max_size=80)


@given(ANY, ANY)
def test_any_two_texts_can_be_compared(recognize: Recognize, text: str, rewriting: str) -> None:
    for found in fact_differences(text, rewriting, recognize=recognize):
        assert found.code in {"fact-lost", "fact-added", "fact-changed", "truncated-rewrite"}
        assert found.message
