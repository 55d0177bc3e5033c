from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.normalize.local import local_concept, local_id


def test_variants_of_a_name_share_an_id() -> None:
    assert local_id("Disease", "Milk-Fevers") == local_id("Disease", "milk fever") == "local:Disease/milk_fever"
    assert local_concept("Disease", "Milk-Fevers") == local_concept("Disease", "milk fever")


def test_types_are_kept_apart() -> None:
    assert local_id("Disease", "blorb") != local_id("Chemical", "blorb")


def test_names_without_letters_keep_apart_too() -> None:
    assert local_id("Chemical", "++") != local_id("Chemical", "--")
    assert local_concept("Chemical", "++").name == "++"


def test_long_names_stay_short_and_distinct() -> None:
    first, second = ("x" * 5000 + end for end in "ab")
    assert local_id("Chemical", first) != local_id("Chemical", second)
    assert len(local_id("Chemical", first)) < 200


@given(st.text(min_size=1))
def test_any_text_gives_a_valid_unlinked_concept(name: str) -> None:
    concept = local_concept("Disease", name)
    assert concept.id.startswith("local:Disease/")
    assert not concept.linked
    assert concept.name
