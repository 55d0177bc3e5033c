"""Pieces of linking again: the settings hash, and where a stored mention stands in the cleaned text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.alignment import CleanText, Edit
from kg_builder.graphs.relinking import READ_AGAIN, hash_after
from kg_builder.graphs.relinking_part import in_clean
from kg_builder.records import Mention
from kg_builder.schemas import builtin_schema

SCHEMA = builtin_schema("chemical-disease")


def test_settings_hashes_say_what_was_done() -> None:
    reading, old, new = "a" * 8, "0" * 8, "1" * 8
    assert hash_after(reading + old, reading + new, changed=False) == reading + new
    marked = hash_after(reading + old, reading + new, changed=True)
    assert marked == reading + new + READ_AGAIN
    assert hash_after(marked, reading + new, changed=False) == marked, "it still is to be read"
    assert hash_after("b" * 8 + old, reading + new, changed=False) == "b" * 8 + new


@given(st.data())
def test_a_mention_is_found_again_where_the_cleaned_text_has_it(data: st.DataObject) -> None:
    original = data.draw(st.text("ab c", min_size=4, max_size=12))
    place = data.draw(st.integers(0, len(original) - 2))
    clean = CleanText.unchanged(original).apply([Edit(place, place + 1, data.draw(st.text("abx", max_size=4)))])
    start = data.draw(st.integers(0, max(len(clean.text) - 1, 0)))
    end = data.draw(st.integers(start, len(clean.text)))
    where = clean.to_original(start, end)
    if where is None:
        return
    stored = Mention(
        start=where[0],
        end=where[1],
        text=original[slice(*where)],
        type="Disease",
        clean_text=clean.text[start:end] if clean.text[start:end] != original[slice(*where)] else None,
    )
    found = in_clean(stored, clean)
    assert found is not None
    assert found.text == clean.text[found.start : found.end] == clean.text[start:end]
    assert clean.to_original(found.start, found.end) == where
