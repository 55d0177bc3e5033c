from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.sentences import sentence_at, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# One sentence to a part, parts separated by "|" (which is taken out).
SPLIT = [
    "The dose was 0.5 mg/kg in rats.| Serum levels fell by 12.5%.",
    "It was compared with placebo, e.g. saline, i.e. salt water.| No effect was seen.",
    "Dr. Smith saw the patient with Prof. Jones.| He was well.",
    "Aspirin vs. placebo was tested.| Both were safe.",
    "The curve is shown in Fig. 2.| See also Tab. 3 (left).",
    "He received 5 mg.| Patients improved.",
    "He received 5 mg. i.v. and then p.o. for a week.| Then it was stopped.",
    "Drug A was given i.v.| The pain stopped.",
    "She takes furosemide 40 mg q.d. and aspirin b.i.d. at home.| She is compliant.",
    "Lee et al. described this.| Smith et al. (2003) did not.",
    "This was reported by J. R. Miller in 1998.| It was ignored.",
    "E. coli and S. aureus grew.| Cultures with K. pneumoniae were negative.",
    "She was given vitamin C.| The patient recovered.",
    "She has hepatitis B. |In May she had none.",
    "Patients with MS.| Patients without.",
    "RESULTS: Pain fell (P < .05).| CONCLUSION: It works.",
    "We gave lithium METHODS AND RESULTS none",
    "We gave lithium for 3 weeks| RESULTS: Pain fell.",
    "In 1995.| 20 patients died.",
    "The value fell from 16. 7 to 12. 3 units.| It rose later.",
    "Is it safe?| Yes!| It is.",
    "Admitted with fever, ? sepsis.| Cultures sent.",
    "The drug was stopped.|The rash cleared.",
    "It binds p53.| p53 was raised.| mRNA fell.",
    "No. 5 was used.| No. |The patient denies it.",
    'He said "stop."| She went on.',
    "This was shown before.[12]| It was confirmed.",
    "pt c/o sob.| denies cp.| hx of dm.",
    "Bệnh nhân nam 45 tuổi, đau bụng.| BS. Nguyễn Văn A khám.| Sốt 38.5 độ.",
    "Kết quả : lao phổi .| Bệnh nhân được điều trị .",
    "Nhiễm M . tuberculosis ở PGS . TS . Nguyễn A .| Kết quả tốt .",
    "TS. Lê Thị B và ThS. Trần C tham gia.| Nghiên cứu tại TP. Hà Nội.",
    "患者发热。|给予治疗。",
]


@pytest.mark.parametrize("marked", SPLIT)
def test_sentences_end_where_a_reader_would_end_them(marked: str) -> None:
    assert sentences(marked.replace("|", "")) == [part.strip() for part in marked.split("|")]


def test_list_items_and_headings_end_sentences() -> None:
    note = (
        "MEDICATIONS:\n1. Aspirin 81 mg\n2. Lasix 20 mg daily.\n- metoprolol\n• digoxin\n"
        "Plan: go home\nFOLLOW UP\nin two weeks"
    )
    assert sentences(note) == [
        "MEDICATIONS:",
        "1. Aspirin 81 mg",
        "2. Lasix 20 mg daily.",
        "- metoprolol",
        "• digoxin",
        "Plan: go home",
        "FOLLOW UP",
        "in two weeks",
    ]


def test_short_lines_are_items_of_their_own() -> None:
    assert sentences("Home drugs\naspirin 81 mg daily\nlasix 20 mg daily") == [
        "Home drugs",
        "aspirin 81 mg daily",
        "lasix 20 mg daily",
    ]


def test_a_wrapped_line_ends_no_sentence() -> None:
    text = (
        "The patient was admitted with chest pain that had started two\n"
        "days before and was treated with aspirin and heparin by Dr.\n"
        "Miller in the emergency room. She improved and was sent to the\n"
        "ward.\n\nShe went home."
    )
    assert [" ".join(sentence.split()) for sentence in sentences(text)] == [
        "The patient was admitted with chest pain that had started two days before and was treated with aspirin "
        "and heparin by Dr. Miller in the emergency room.",
        "She improved and was sent to the ward.",
        "She went home.",
    ]


def test_a_line_that_stops_in_mid_phrase_goes_on() -> None:
    assert sentences("He has a history of\nstroke.") == ["He has a history of\nstroke."]
    assert sentences("Bệnh nhân có tiền sử đau của\ndạ dày.") == ["Bệnh nhân có tiền sử đau của\ndạ dày."]


def test_blank_lines_and_windows_line_ends() -> None:
    assert sentences("Chest pain\r\n\r\nNo fever\r\n") == ["Chest pain", "No fever"]


@given(st.text(st.sampled_from("aB 1.?!:;,()-\n\r\t•。ếĐ\u00a0\u2028"), max_size=80))
def test_sentences_are_trimmed_ordered_and_cover_the_text(text: str) -> None:
    spans = split_sentences(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@given(st.text(max_size=300))
def test_any_text_at_all(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "x" * 50_000,
        "." * 50_000 + "x",
        "\n" * 50_000,
        " " * 50_000 + "x",
        "A:" * 25_000,
        "a. " * 20_000,
        "ab\n" * 20_000,
        "The pain stopped after two days. It came back later, e.g. at night.\n" * 15_000,
    ],
    ids=["letters", "stops", "line ends", "blanks", "labels", "initials", "short lines", "1 MB"],
)
def test_time_is_linear(text: str) -> None:
    begun = time.process_time()
    split_sentences(text)
    assert time.process_time() - begun < 3


def test_sentence_at_gives_the_run_of_sentences_around_a_span() -> None:
    text = "One is here. Two is there.  Three."
    spans = split_sentences(text)
    assert sentence_at(spans, 4, 6) == (0, 12)
    assert sentence_at(spans, 0, 12) == (0, 12)
    assert sentence_at(spans, 8, 15) == (0, 26)
    assert sentence_at(spans, 26, 28) == (26, 28)
    assert sentence_at([], 3, 5) == (3, 5)


@given(st.text("ab. \n", min_size=1, max_size=60), st.data())
def test_sentence_at_contains_the_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    begins, ends = sentence_at(split_sentences(text), start, end)
    assert begins <= start
    assert end <= ends
