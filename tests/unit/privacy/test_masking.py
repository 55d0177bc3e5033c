"""Placeholders, and the way back from a masked text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.alignment import CleanText, Edit
from kg_builder.privacy.identifiers import Identifier, Kind, merged
from kg_builder.privacy.masking import Masked, within_clean

TEXTS = st.text(alphabet="ab1[] -NAME\nđ", min_size=1, max_size=60)


@st.composite
def masked_texts(draw: st.DrawFn) -> Masked:
    text = draw(TEXTS)
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=6))
    found = [
        Identifier(min(span), max(span), draw(st.sampled_from([Kind.NAME, Kind.DATE])), "made up")
        for span in spans
        if span[0] != span[1]
    ]
    return Masked.of(text, merged(found))


@given(masked_texts())
def test_what_is_no_placeholder_is_the_text_itself(masked: Masked) -> None:
    done = 0
    for place in (*masked.places, None):
        end = place.start if place is not None else len(masked.text)
        if done < end:
            start, last = masked.to_original(done, end)
            assert masked.original[start:last] == masked.text[done:end]
        done = place.end if place is not None else end


@given(masked_texts(), st.data())
def test_offsets_go_there_and_back(masked: Masked, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(masked.original) - 1))
    end = data.draw(st.integers(start + 1, len(masked.original)))
    hidden = any(place.original_start < end and place.original_end > start for place in masked.places)
    there = masked.to_masked(start, end)
    assert (there is None) is hidden
    if there is not None:
        assert masked.text[slice(*there)] == masked.original[start:end]
        assert masked.to_original(*there) == (start, end)
        assert not masked.touches(*there)


@given(masked_texts(), st.data())
def test_what_touches_a_placeholder_takes_in_all_it_stands_for(masked: Masked, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(masked.text) - 1)) if masked.text else 0
    end = data.draw(st.integers(start + 1, max(start + 1, len(masked.text))))
    touched = [place for place in masked.places if place.start < end and place.end > start]
    assert masked.touches(start, end) is bool(touched)
    first, last = masked.to_original(start, end)
    assert 0 <= first <= last <= len(masked.original) + max(0, end - len(masked.text))
    for place in touched:
        assert first <= place.original_start
        assert place.original_end <= last


@given(masked_texts())
def test_restoring_an_unchanged_text_gives_the_original(masked: Masked) -> None:
    clean = masked.unmask(CleanText.unchanged(masked.text))
    assert clean.text == masked.original
    for index in range(len(clean.text)):
        assert clean.to_original(index, index + 1) == (index, index + 1)


@given(masked_texts(), st.data())
def test_a_rewriting_of_the_masked_text_is_traced_to_the_original(masked: Masked, data: st.DataObject) -> None:
    size = len(masked.text)
    cuts = sorted(data.draw(st.lists(st.integers(0, size), min_size=2, max_size=6)))
    edits = [
        Edit(start, end, data.draw(st.text("xyz", max_size=4)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    clean = masked.unmask(CleanText.unchanged(masked.text).apply(edits))
    assert len(clean.text) == len(clean.starts) == len(clean.ends)
    assert list(clean.starts) == sorted(clean.starts)
    assert list(clean.ends) == sorted(clean.ends)
    assert all(0 <= start <= end <= len(masked.original) for start, end in zip(clean.starts, clean.ends, strict=True))


def test_equal_identifiers_have_equal_placeholders_that_the_text_does_not_have() -> None:
    text = "[NAME-1] saw Ada Quill and ADA  QUILL on 3/4/2020."
    found = [Identifier(13, 22, Kind.NAME, ""), Identifier(27, 37, Kind.NAME, ""), Identifier(41, 49, Kind.DATE, "")]
    masked = Masked.of(text, found)
    assert masked.text == "[NAME-1] saw [NAME-2] and [NAME-2] on [DATE-1]."
    assert masked.hide("Not in the text: Ada Quill") == "Not in the text: [NAME-2]"
    assert masked.restore("of [NAME-2]") == "of Ada Quill"
    assert masked.restore("of [NAME-9]") == "of [NAME-9]"


def test_places_of_the_original_in_a_cleaned_text() -> None:
    clean = CleanText.unchanged("MR. QUILL  came").apply([Edit(0, 3, "Mister"), Edit(9, 11, " ")])
    assert clean.text == "Mister QUILL came"
    assert within_clean(clean, [(4, 9)]) == [(7, 12)]
    assert within_clean(clean, [(0, 9)]) == [(0, 12)]
