from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.html.segments import Segment, Stretch, lanes, segments

OFFSETS = st.integers(-3, 25)
SPANS = st.tuples(OFFSETS, OFFSETS)
STRETCHES = st.builds(Stretch, OFFSETS, OFFSETS, st.lists(SPANS, max_size=3).map(tuple))
TEXTS = st.text(max_size=20)


def test_nested_and_overlapping_spans_list_the_outermost_first() -> None:
    found = segments("acute kidney injury", [(6, 12), (0, 19), (6, 19)])
    assert [(piece.text, piece.spans) for piece in found] == [
        ("acute ", (1,)),
        ("kidney", (1, 2, 0)),
        (" injury", (1, 2)),
    ]


def test_the_gap_of_a_discontinuous_span_is_not_in_it() -> None:
    found = segments("breast and ovarian cancer", [Stretch(0, 25, ((0, 6), (19, 25))), Stretch(11, 25)])
    assert [(piece.text, piece.spans) for piece in found] == [
        ("breast", (0,)),
        (" and ", ()),
        ("ovarian ", (1,)),
        ("cancer", (0, 1)),
    ]


def test_no_text_has_no_segment() -> None:
    assert segments("", [(0, 4)]) == []


def test_no_span_leaves_the_text_whole() -> None:
    assert segments("fever", []) == [Segment(0, 5, "fever", ())]


@given(TEXTS, st.lists(STRETCHES, max_size=6))
def test_segments_cover_the_text_and_each_character_is_in_its_spans(text: str, spans: list[Stretch]) -> None:
    found = segments(text, spans)
    assert "".join(piece.text for piece in found) == text
    assert all(one.end == other.start for one, other in pairwise(found))
    for piece in found:
        assert piece.text == text[piece.start : piece.end] != ""
        for offset in range(piece.start, piece.end):
            inside = {n for n, span in enumerate(spans) if any(start <= offset < end for start, end in span.parts)}
            assert set(piece.spans) == inside
        assert list(piece.spans) == sorted(piece.spans, key=lambda n: (spans[n].start, -spans[n].end, n))


@given(TEXTS, st.lists(STRETCHES, max_size=6))
def test_neighbouring_segments_differ(text: str, spans: list[Stretch]) -> None:
    assert all(one.spans != other.spans for one, other in pairwise(segments(text, spans)))


@given(TEXTS, st.lists(STRETCHES, max_size=6))
def test_spans_that_share_a_character_have_lanes_of_their_own(text: str, spans: list[Stretch]) -> None:
    found = segments(text, spans)
    lane = lanes(found)
    for piece in found:
        assert len({lane[n] for n in piece.spans}) == len(piece.spans)
    assert all(number < len(spans) for number in lane.values())


def test_inner_spans_have_the_lower_lane() -> None:
    assert lanes(segments("acute kidney injury", [(6, 12), (0, 19)])) == {0: 0, 1: 1}


def test_ten_thousand_mentions_in_a_megabyte_are_cut_quickly() -> None:
    text = "fever and chills and a cough. " * 35_000
    spans = [Stretch(start, start + 45) for start in range(0, len(text) - 60, 100)]
    found = segments(text, spans)
    assert len(found) >= 2 * len(spans)
    assert len(lanes(found)) == len(spans)
