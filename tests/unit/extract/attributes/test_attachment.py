"""Sentences with the answer inline: ``[Amlodipine|D] <5 mg|1>``: the dose belongs to the first mention; 0: to none.

D marks a medicine, P a problem, T a test.
"""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg_builder.extract.attributes.reading import attribute_mentions, attribute_types, read_attributes
from kg_builder.extract.attributes.tables import Kind
from kg_builder.records import Attribute, Mention
from kg_builder.schemas import builtin_schema

NOTE = builtin_schema("clinical-note")
VIETNAMESE = builtin_schema("vietnamese-medical")
_MARKED = re.compile(r"\[([^|\]]+)\|([DPT])\]|<([^|>]+)\|(\d)>")
_TYPES = {
    "en": {"D": "Treatment", "P": "Problem", "T": "Test"},
    "vi": {"D": "DRUG", "P": "SYMPTOM_AND_DISEASE", "T": "T"},
}


def check(marked: str, language: str = "en") -> None:
    text, mentions, expected, position = "", [], [], 0
    for match in _MARKED.finditer(marked):
        text += marked[position : match.start()]
        surface, position = match[1] or match[3], match.end()
        if match[2]:
            kind = _TYPES[language][match[2]]
            mentions.append(Mention(start=len(text), end=len(text) + len(surface), text=surface, type=kind))
        else:
            expected.append((len(text), len(text) + len(surface), int(match[4])))
        text += surface
    text += marked[position:]
    schema = NOTE if language == "en" else VIETNAMESE
    owners = {(mention.start, mention.end): number for number, mention in enumerate(mentions, 1)}
    found = read_attributes(text, mentions, schema=schema, language=language)
    assert [(a.start, a.end, owners.get(a.mention or (0, 0), 0)) for a in found] == expected


ENGLISH = [
    "[Amlodipine|D] <5 mg|1> <daily|1>, [metformin|D] <500 mg|2> <BID|2>",
    "<5 mg|1> of [prednisone|D] <daily|1> and <500 mg|2> of [metformin|D] <BID|2>",
    "[Cisplatin|D] and [etoposide|D] (<75|1> and <100 mg/m2|2>, respectively)",
    "[Amoxicillin|D]. <500 mg|1> <three times daily|1> <for 7 days|1>.",
    "[Metformin|D]\n<500 mg|1> <BID|1>",
    "[Aspirin|D] was stopped.\n\n<500 mg|0> <BID|0>",
    "[Warfarin|D]; <5 mg|0> was given",
    "1. [atenolol|D] <50 mg|1> <po|1> <qd|1>\n2. [furosemide|D] <40 mg|2> <iv|2> <bid|2>\n3. [aspirin|D] <81 mg|3>",
    "<IV|1> [morphine|D] <2 mg|1> <q4h|1> <prn|1> [pain|P]",
    "She took <oral|1> [minocycline|D] (<50 mg|1> <twice daily|1>) <for 3 weeks|1> for [acne|P].",
    "<30 mg|1> of <intravenous|1> [ketoralac|D]",
    "<10 mL|1> of <5%|1> [dextrose|D] <IV|1>",
    "Continue [lisinopril|D] <daily at bedtime|1>.",
    "[Headache|P] for 3 days, took [ibuprofen|D].",
    "<Daily|1> [aspirin|D] and <weekly|2> [methotrexate|D]",
    "Weekly visits; [aspirin|D] continued.",
    "Given [lidocaine|D] for [pain|P], the blood loss was 5 cc, and 2 L of oxygen ran.",
    "The risk was 5% with [aspirin|D].",
    "An unknown medicine <5 mg|0> <PO|0>",
    "[Prednisone|D] <60 mg|1> <daily|1> then tapered to <10 mg|1> <daily|1>",
    "[Creatinine|T] <2.3 mg/dL|1>, [lithium|D] <300 mg|2> <BID|2>",
]


@pytest.mark.parametrize("marked", ENGLISH)
def test_english(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "[Paracetamol|D] <500 mg|1> <uống|1> <2 lần/ngày|1> <trong 7 ngày|1>.",
        "[Metformin|D] <sáng|1> <1 viên|1> <tối|1> <1 viên|1>",
        "[Ceftriaxone|D] <1g|1> <tiêm tĩnh mạch|1> <mỗi 12 giờ|1>, [omeprazole|D] <40 mg|2> <hàng ngày|2>",
    ],
)
def test_vietnamese(marked: str) -> None:
    check(marked, "vi")


def test_a_dose_in_words_is_of_all_medicines_joined_to_the_first() -> None:
    text = "High-dose busulfan and melphalan"
    mentions = [Mention(start=s, end=e, text=text[s:e], type="Treatment") for s, e in ((10, 18), (23, 32))]
    found = read_attributes(text, mentions, schema=NOTE, language="en")
    assert [(a.text, a.mention) for a in found] == [("High-dose", (10, 18)), ("High-dose", (23, 32))]


def test_what_a_schema_takes() -> None:
    assert set(attribute_types(NOTE, "en")) == set(Kind)
    assert attribute_types(NOTE, "fr") == {}
    assert attribute_types(builtin_schema("chemical-disease"), "en") == {}
    assert attribute_types(VIETNAMESE, "vi")[Kind.FREQUENCY] == "DOSAGE"


def test_a_test_becomes_a_mention_only_where_none_is() -> None:
    text = "WBC 12.4 x10^9/L, creatinine 2.3 mg/dL"
    mentions = [Mention(start=18, end=28, text="creatinine", type="Treatment")]
    found = read_attributes(text, mentions, schema=NOTE, language="en")
    added = attribute_mentions(text, found, mentions, schema=NOTE, served=frozenset())
    assert [(m.type, m.text) for m in added] == [
        ("LabValue", "12.4 x10^9/L"), ("Test", "WBC"), ("LabValue", "2.3 mg/dL"),
    ]  # fmt: skip
    assert attribute_mentions(text, found, mentions, schema=NOTE, served=frozenset({"LabValue"})) == []


_PIECES = st.sampled_from(
    ["5 mg", "of", "aspirin", "daily", ",", "and", "75", "for 7 days", "K", "5.9 mmol/L", "(H)", "\n", ";", ".", "%",
     "0,5", "1/2", "BP 90/60", "respectively", "x10^9/L", "viên", "mỗi 8 giờ", "½", "İ", "\ud800", "to", "-", "["]
)  # fmt: skip


@given(
    st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=30).map(" ".join)), st.sampled_from(["en", "vi", "und"])
)
@example("5 mg aspirin" * 3, "en")
def test_attributes_are_in_the_text(text: str, language: str) -> None:
    drugs = [
        Mention(start=match.start(), end=match.end(), text=match[0], type="Treatment")
        for match in re.finditer("aspirin", text)
    ]
    found: list[Attribute] = read_attributes(text, drugs, schema=NOTE, language=language)
    for attribute in found:
        assert text[attribute.start : attribute.end] == attribute.text
        assert attribute.text.strip() == attribute.text
        if attribute.mention is not None:
            assert 0 <= attribute.mention[0] < attribute.mention[1] <= len(text)
    added = attribute_mentions(text, found, drugs, schema=NOTE, served=frozenset())
    assert all(text[mention.start : mention.end] == mention.text for mention in added)


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1,",
        "5 mg ",
        "1/",
        "for ",
        "5 to ",
        "mg/kg/",
        "K 5 (",
        "WBC ",
        "aspirin ",
        "5 mg aspirin daily ",
        "daily at night ",
        "K 5.9 mmol/L ",
        "9",
        "respectively 5 mg and ",
    ],
)
def test_hostile_text_takes_proportional_time(piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * count
        drugs = [
            Mention(start=match.start(), end=match.end(), text=match[0], type="Treatment")
            for match in re.finditer("aspirin", text)
        ]
        begun = time.process_time()
        read_attributes(text, drugs, schema=NOTE, language="en")
        return time.process_time() - begun

    seconds(50)
    short, long = (min(seconds(count) for _ in range(2)) for count in (200, 1600))
    assert long < 30 * short + 0.1
