"""Texts in pieces lose nothing, and say what stands where."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.explore.cleaned import CleanedText
from kg_builder.explore.document_view import document_answer
from kg_builder.explore.json_answers import as_json
from kg_builder.explore.pieces import sentence_pieces
from kg_builder.explore.sightings import sighting
from kg_builder.html.segments import Stretch
from kg_builder.records import DocumentGraph, Mention
from tests.conformance.conftest import parts

Replaced = tuple[str, tuple[tuple[int, int, str], ...]]


@st.composite
def replaced(draw: st.DrawFn) -> Replaced:
    """A text and replacements in it."""
    text = draw(st.text(max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return text, tuple((start, end, draw(st.text(max_size=4))) for start, end in pairs)


@given(parts())
def test_segments_cover_the_text_and_every_span(part: DocumentGraph) -> None:
    found = json.loads(as_json(document_answer(part)))
    text = part.document.text
    assert "".join(piece["text"] for piece in found["original"]) == text
    place = 0
    for piece in found["original"]:
        end = place + len(piece["text"])
        for number, mention in enumerate(part.mentions):
            stretches = mention.fragments or [(mention.start, mention.end)]
            inside = [any(start <= at < stop for start, stop in stretches) for at in range(place, end)]
            assert set(inside) == {number in piece["mentions"]}
        place = end


@given(replaced())
def test_cleaned_text_is_the_original_with_its_replacements(
    given_: Replaced,
) -> None:
    text, replacements = given_
    expected, done = "", 0
    for start, end, replacement in replacements:
        expected, done = expected + text[done:start] + replacement, end
    assert CleanedText(text, replacements).text == expected + text[done:]


@given(replaced(), st.data())
def test_what_was_kept_reads_the_same_in_the_cleaned_text(given_: Replaced, data: st.DataObject) -> None:
    text, replacements = given_
    cleaned = CleanedText(text, replacements)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    moved = cleaned.moved(Stretch(start, end))
    assert 0 <= moved.start <= len(cleaned.text)
    assert moved.end <= len(cleaned.text)
    if end > start and not any(first < end and last > start for first, last, _ in replacements if first < last):
        kept = cleaned.text[moved.start : moved.end]
        inserted = "".join(new for first, last, new in replacements if first == last and start < first < end)
        assert kept.startswith(text[start])
        assert len(kept) == end - start + len(inserted)


def test_ends_of_a_relation_that_overlap_are_both() -> None:
    pieces = sentence_pieces("drug-induced rash", 10, (10, 14), (10, 27))
    assert [(piece["text"], piece["role"]) for piece in pieces] == [("drug", "both"), ("-induced rash", "object")]


def test_an_end_outside_its_sentence_is_left_out() -> None:
    assert sentence_pieces("It helped.", 20, (0, 7), (20, 22)) == [
        {"text": "It", "role": "object"},
        {"text": " helped.", "role": None},
    ]


def test_a_mention_is_shown_in_its_sentence_however_long_the_text_is() -> None:
    text = "Words come first. " * 20_000 + "He takes aspirin. Then more. " + "Words follow. " * 20_000
    start = text.index("aspirin")
    found = sighting("a", [Mention(start=start, end=start + 7, text="aspirin", type="DRUG")], text)
    assert [piece["text"] for piece in found["pieces"]] == ["He takes ", "aspirin", "."]


def test_a_sentence_without_end_is_cut() -> None:
    text = "word " * 5_000
    found = sighting("a", [Mention(start=10_000, end=10_004, text="word", type="DRUG")], text)
    shown = "".join(piece["text"] for piece in found["pieces"])
    assert shown in text
    assert len(shown) < 2_000
