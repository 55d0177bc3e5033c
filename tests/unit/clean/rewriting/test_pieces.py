from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.rewriting.pieces import split_pieces

SENTENCES = st.sampled_from(
    ["Fever for 3 days. ", "No cough.\n", "PLAN: rest.\n", "HISTORY OF PRESENT ILLNESS:\n", "x" * 70, " "]
)


@given(st.lists(SENTENCES, max_size=30).map("".join), st.integers(20, 200))
def test_pieces_hold_everything_once_and_fit(text: str, limit: int) -> None:
    pieces = split_pieces(text, limit)
    assert all(end - start <= limit for start, end in pieces)
    assert all(first.end <= second.start for first, second in pairwise(pieces))
    covered = {place for start, end in pieces for place in range(start, end)}
    assert all(character.isspace() for place, character in enumerate(text) if place not in covered)


@pytest.mark.parametrize(("limit", "count"), [(400, 1), (90, 2)])
def test_sections_stay_together_where_they_fit(limit: int, count: int) -> None:
    text = "HISTORY: Fever for 3 days. Cough with yellow sputum.\nPLAN: Rest. Fluids. Review after one week."
    pieces = split_pieces(text, limit)
    assert len(pieces) == count
    assert text[slice(*pieces[-1])].endswith("one week.")
    assert count == 1 or text[slice(*pieces[1])].startswith("PLAN:")
