import unicodedata

import pytest

from kg_builder.clean.alignment import CleanText
from kg_builder.clean.rules import RuleCleaner
from kg_builder.clean.vietnamese import segmented_words, tone_placement
from kg_builder.records import Document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hoà khoẻ thuỷ", "hòa khỏe thủy"),
        ("HOÀ Hoà", "HÒA Hòa"),
        ("hòa khỏe thủy", "hòa khỏe thủy"),
        ("quý quỳ quỷ", "quý quỳ quỷ"),
        ("qúy", "quý"),
        ("già giữ giống", "già giữ giống"),
        ("khuỷu tay, ngoài, loét, huyết, xoắn", "khuỷu tay, ngoài, loét, huyết, xoắn"),
        ("quả, quá, quế", "quả, quá, quế"),
    ],
)
def test_tone_placement(text: str, expected: str) -> None:
    assert CleanText.unchanged(text).apply(tone_placement(text)).text == expected


def test_segmented_words() -> None:
    text = "bệnh_nhân đái_tháo_đường, mã BN_01 và 5_6"
    assert CleanText.unchanged(text).apply(segmented_words(text)).text == ("bệnh nhân đái tháo đường, mã BN_01 và 5_6")


def test_mentions_map_back_to_decomposed_and_segmented_text() -> None:
    original = unicodedata.normalize("NFD", "Bệnh_nhân bị đái_tháo_đường và hoại tử; sức_khoẻ kém.")
    clean = RuleCleaner().clean(Document(id="d", text=original), "vi").text
    assert clean.text == "Bệnh nhân bị đái tháo đường và hoại tử; sức khỏe kém."
    for mention in ("đái tháo đường", "hoại tử", "sức khỏe"):
        start = clean.text.index(mention)
        first, last = clean.to_original(start, start + len(mention)) or (0, 0)
        assert CleanText.unchanged(original[first:last]).text.replace("_", " ") == unicodedata.normalize(
            "NFD", {"sức khỏe": "sức khoẻ"}.get(mention, mention)
        )
