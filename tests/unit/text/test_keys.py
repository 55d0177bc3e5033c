from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.keys import could_be_vietnamese, exact_key, inverted, name_key, singular


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beta-blockers", "β-blocker"),
        ("TNF-α", "tnf alpha"),
        ("Alzheimer's disease", "Alzheimer Disease"),
        ("Crohn\u2019s disease", "crohns disease"),
        ("Sjögren syndrome", "sjogren syndrome"),
        ("Ménière's disease", "Meniere disease"),
        ("5-Fluorouracil", "5 fluorouracil"),
        ("oedema", "edema"),
        ("leukaemia", "leukemia"),
        ("abscesses", "abscess"),
        ("allergies", "allergy"),
        ("hoá trị", "hóa trị"),
        (unicodedata.normalize("NFD", "tăng huyết áp"), "tăng huyết áp"),
        ("thuỷ đậu", "thủy đậu"),
        ("Ca²⁺", "Ca2+"),
    ],
)
def test_variants_of_a_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("ho", "hồ"), ("bé", "be"), ("má", "mã"), ("đau", "dau"), ("quý", "quỷ")])
def test_vietnamese_diacritics_tell_words_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_tone_after_qu_stays_where_it_is() -> None:
    assert name_key("quý") == "quý"


def test_exact_key_keeps_the_plural() -> None:
    assert exact_key("Benzamides") != exact_key("benzamide")
    assert name_key("Benzamides") == name_key("benzamide")


@pytest.mark.parametrize("word", ["diabetes", "virus", "ascites", "abscess", "sepsis", "aids", "gas", "is"])
def test_words_that_only_look_like_plurals(word: str) -> None:
    assert singular(word) == word


def test_inverted_names_read_naturally() -> None:
    assert inverted("Leukemia, Myeloid, Acute") == "Acute Myeloid Leukemia"
    assert inverted("1,2-Dimethylhydrazine") == "1,2-Dimethylhydrazine"


@pytest.mark.parametrize(
    ("word", "possible"), [("nghiêng", True), ("ho", True), ("aspirin", False), ("ménière", False)]
)
def test_vietnamese_syllables(word: str, *, possible: bool) -> None:
    assert could_be_vietnamese(word) is possible


@given(st.text())
def test_keys_are_stable_and_clean(text: str) -> None:
    key = name_key(text)
    assert key == " ".join(key.split())
    assert exact_key(exact_key(text)) == exact_key(text)


@given(st.text(alphabet="abcdeoustrhmlé ạộ'β-", max_size=30))
def test_case_makes_no_difference(text: str) -> None:
    assert name_key(text.upper()) == name_key(text)
