"""The Vietnamese extractor: what it finds, for which schemas, and that spelling doesn't matter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.extract.vietnamese.extractor import VietnameseExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.records import Mention
from kg_builder.schemas import load_schema

MEDICAL, COVID = load_schema("vietnamese-medical"), load_schema("vietnamese-covid")
PHRASES = (
    "Bệnh nhân nam 54 tuổi",
    "bị viêm phổi nặng",
    "ho ra máu và sốt cao",
    "chẩn đoán lao phổi tái phát",
    "tại Bệnh viện Chợ Rẫy",
    "ở Thành phố Đà Nẵng",
    "được soi đờm trực tiếp",
    "dị ứng penicillin",
    "từ tháng 5 năm 2019",
    "không khó thở",
    "đang hoá trị, uống metformin",
    "sức khoẻ ổn, thuỷ đậu đã khỏi",
)
TEXTS = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=5).map(lambda parts: ", ".join(parts) + ".")


def found(vietnamese: VietnameseExtractor, text: str, schema: str = "vietnamese-medical") -> list[Mention]:
    extraction = vietnamese.extract(ExtractionRequest(text, load_schema(schema), language="vi"))
    assert all(text[one.start : one.end] == one.text for one in extraction.mentions)
    return list(extraction.mentions)


def pairs(mentions: list[Mention]) -> list[tuple[str, str]]:
    return [(one.text, one.type) for one in mentions]


def test_diseases_procedures_and_drugs(vietnamese: VietnameseExtractor) -> None:
    text = "Bệnh nhân lao phổi được chụp X quang phổi, sau đó dùng rifampicin."
    assert pairs(found(vietnamese, text)) == [
        ("lao phổi", "Disease"),
        ("chụp X quang phổi", "Procedure"),
        ("rifampicin", "Chemical"),
    ]


def test_places_organisations_and_dates_where_the_schema_has_them(vietnamese: VietnameseExtractor) -> None:
    text = "Khảo sát bệnh nhân lao phổi tại thành phố Đà Nẵng năm 2018."
    assert pairs(found(vietnamese, text, "vietnamese-covid")) == [
        ("lao phổi", "Disease"),
        ("thành phố Đà Nẵng", "Place"),
        ("năm 2018", "DATE"),
    ]
    assert pairs(found(vietnamese, text)) == [("lao phổi", "Disease")]


def test_its_labels_reach_the_schemas_types(vietnamese: VietnameseExtractor) -> None:
    medical = vietnamese.labels(MEDICAL, "vi")
    types = {(kind := MEDICAL.entity_for_label(label, group)) and kind.name for label, group in medical.items()}
    assert types == {"SYMPTOM_AND_DISEASE", "MEDICAL_PROCEDURE", "DRUG", "BODY_PART"}
    covid = vietnamese.labels(COVID, "vi")
    types = {(kind := COVID.entity_for_label(label, group)) and kind.name for label, group in covid.items()}
    assert types == {"SYMPTOM_AND_DISEASE", "LOCATION", "ORGANIZATION", "DATE"}


@pytest.mark.parametrize("language", ["en", "und", "fr"])
def test_other_languages_are_not_its_business(vietnamese: VietnameseExtractor, language: str) -> None:
    assert vietnamese.labels(MEDICAL, language) == {}
    assert not vietnamese.extract(ExtractionRequest("lao phổi", MEDICAL, language=language)).mentions


@pytest.mark.parametrize("text", ["", " \n", "?!", "123", "\ud800", "\x00 ho \x00"])
def test_odd_texts_do_no_harm(vietnamese: VietnameseExtractor, text: str) -> None:
    found(vietnamese, text)


def test_a_drug_inside_a_mention_is_kept(vietnamese: VietnameseExtractor) -> None:
    assert "Chemical" in {one.type for one in found(vietnamese, "Tiền sử dị ứng penicillin.")}


def test_names_are_found_in_text_typed_without_diacritics(vietnamese: VietnameseExtractor) -> None:
    mentions = found(vietnamese, "benh nhan bi tang huyet ap, dang dung metformin")
    assert {("tang huyet ap", "Disease"), ("metformin", "Chemical")} <= set(pairs(mentions))


def test_confidences_are_probabilities_and_who_found_it_is_told(vietnamese: VietnameseExtractor) -> None:
    mentions = found(vietnamese, "Bệnh nhân lao phổi có ho ra máu, đang dùng rifampicin.")
    own = [one for one in mentions if one.provenance.extractor == "vietnamese"]
    assert own
    assert all(one.confidence is not None and 0 < one.confidence <= 1 for one in own)
    assert {one.provenance.extractor for one in mentions if one.type == "Chemical"} == {"lexicon"}


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_accents_apart_give_the_same_mentions(vietnamese: VietnameseExtractor, text: str) -> None:
    apart = found(vietnamese, unicodedata.normalize("NFD", text))
    assert [(unicodedata.normalize("NFC", one.text), one.type) for one in apart] == pairs(found(vietnamese, text))


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_either_tone_placement_gives_the_same_mentions(vietnamese: VietnameseExtractor, text: str) -> None:
    older = text.replace("hoá", "hóa").replace("khoẻ", "khỏe").replace("thuỷ", "thủy")
    places = [(one.start, one.end, one.type) for one in found(vietnamese, text)]
    assert [(one.start, one.end, one.type) for one in found(vietnamese, older)] == places


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.data())
def test_segmented_words_give_the_same_mentions(
    vietnamese: VietnameseExtractor, text: str, data: st.DataObject
) -> None:
    joinable = [
        place
        for place, sign in enumerate(text)
        if sign == " " and text[place - 1].isalpha() and text[place + 1].isalpha()
    ]
    joined = data.draw(st.sets(st.sampled_from(joinable))) if joinable else set()
    segmented = "".join("_" if place in joined else sign for place, sign in enumerate(text))
    places = [(one.start, one.end, one.type) for one in found(vietnamese, text)]
    assert [(one.start, one.end, one.type) for one in found(vietnamese, segmented)] == places
