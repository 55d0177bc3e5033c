"""Through cleaning, extraction and validation: however Vietnamese is encoded, the graph has the same mentions."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.clean.rules import RuleCleaner
from kg_builder.extract.vietnamese.extractor import VietnameseExtractor
from kg_builder.graphs.components import Components
from kg_builder.graphs.document import graph, run_document
from kg_builder.records import Document
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.testing import TableNormalizer

SENTENCES = (
    "Bệnh nhân nữ 61 tuổi bị lao phổi kèm tràn dịch màng phổi.",
    "Không có ho ra máu, sức khoẻ ổn.",
    "Đã nội soi phế quản và xét nghiệm máu.",
    "Tiền sử tăng huyết áp, đái tháo đường, dị ứng penicillin.",
    "Con bị thuỷ đậu năm 2015.",
    "Được hoá trị và uống rifampicin.",
)
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map(" ".join)
PLACEMENTS = {"khoẻ": "khỏe", "thuỷ": "thủy", "hoá": "hóa"}


def mentions(extractor: VietnameseExtractor, text: str, schema: str) -> list[tuple[str, str, str]]:
    """Text in one form, type and assertion of each mention; every one is at its own characters."""
    parts = Components(
        settings=Settings(schema_name=schema, extractors=("vietnamese",)),
        extractors={"vietnamese": extractor},
        normalizer=TableNormalizer(),
        schemas={schema: builtin_schema(schema)},
        cleaner=RuleCleaner(),
    )
    part = run_document(graph, Document(id="d1", text=text, language="vi"), parts)["graph"]
    assert all(text[one.start : one.end] == one.text for one in part.mentions)
    assert not part.rejects
    return [(in_one_form(one.text), one.type, one.assertion) for one in part.mentions]


def in_one_form(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).replace("_", " ")
    for newer, older in PLACEMENTS.items():
        composed = composed.replace(newer, older)
    return composed


def rewritten(text: str, joined: set[int], *, apart: bool, older: bool) -> str:
    segmented = "".join("_" if place in joined else sign for place, sign in enumerate(text))
    if older:
        for new, old in PLACEMENTS.items():
            segmented = segmented.replace(new, old)
    return unicodedata.normalize("NFD", segmented) if apart else segmented


@settings(max_examples=30, deadline=None)
@given(text=TEXTS, apart=st.booleans(), older=st.booleans(), data=st.data())
def test_the_encoding_of_a_text_does_not_change_its_mentions(
    vietnamese: VietnameseExtractor, text: str, apart: bool, older: bool, data: st.DataObject
) -> None:
    between = [
        place for place, sign in enumerate(text) if sign == " " and (text[place - 1] + text[place + 1]).isalpha()
    ]
    joined = data.draw(st.sets(st.sampled_from(between)))
    written = rewritten(text, joined, apart=apart, older=older)
    assert mentions(vietnamese, written, "vietnamese-medical") == mentions(vietnamese, text, "vietnamese-medical")


def test_places_and_dates_reach_the_covid_schema(vietnamese: VietnameseExtractor) -> None:
    text = "Bệnh nhân lao phổi ở thành phố Đà Nẵng năm 2018."
    found = {(name, kind) for name, kind, _ in mentions(vietnamese, text, "vietnamese-covid")}
    assert {("lao phổi", "SYMPTOM_AND_DISEASE"), ("thành phố Đà Nẵng", "LOCATION")} <= found
