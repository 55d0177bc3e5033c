from __future__ import annotations

import lzma

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import COLUMNS, Preamble, from_line, pack, to_line, unpack
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="|\u2028\u2029"), min_size=1, max_size=12
).filter(lambda text: text == text.strip())
LOWER = tuple(tier for tier in Tier if tier is not Tier.PREFERRED)


@st.composite
def concept_rows(draw: st.DrawFn) -> ConceptRow:
    by_tier = [TermName(text, tier) for tier in LOWER for text in draw(st.lists(TEXTS, max_size=2))]
    return ConceptRow(
        id=f"T:{draw(st.integers(0, 999))}",
        group="DISO",
        name=draw(TEXTS),
        names=tuple(by_tier),
        tier=draw(st.sampled_from(Tier)),
        trees=tuple(draw(st.lists(TEXTS, max_size=2))),
        broader=tuple(draw(st.lists(TEXTS, max_size=2))),
        xrefs=tuple(draw(st.lists(TEXTS, max_size=2))),
    )


@given(concept_rows())
@settings(max_examples=60, deadline=None)
def test_a_row_comes_back(row: ConceptRow) -> None:
    assert from_line(to_line(row)) == row


def test_a_file_comes_back_and_equal_rows_give_equal_bytes() -> None:
    preamble = Preamble("r1", (Source("MeSH", "2024", "NLM terms"), Source("X")), {"T:0": "T:1"})
    rows = [ConceptRow("T:1", "DISO", "zork", (TermName("blorb", Tier.SUBSTANCE),)), ConceptRow("T:2", "CHEM", "quax")]
    packed = pack(preamble, rows)
    found, read = unpack(packed)
    assert (found, list(read)) == (preamble, rows)
    assert pack(preamble, iter(rows)) == packed


@pytest.mark.parametrize(
    "content", [b"no xz", lzma.compress(b"id\tname\n"), lzma.compress(b"#release\tx\n"), pack(Preamble("x"), [])[:-20]]
)
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="not a compiled concept file"):
        list(unpack(content)[1])


def test_the_header_names_every_tier() -> None:
    assert {tier.label for tier in LOWER} <= set(COLUMNS)
