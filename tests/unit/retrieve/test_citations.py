"""Keys of sentences survive whatever a document is called, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.records import Assertion, Provenance
from kg_builder.retrieve.citations import citation, citations_in, cited_span
from kg_builder.stores.views import EvidenceView

IDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)


def sentence_of(document: str, start: int, end: int) -> EvidenceView:
    return EvidenceView(
        document=document,
        sentence=(start, end),
        sentence_text="Some sentence.",
        subject=(start, start + 1),
        subject_text="S",
        object=(start, start + 1),
        object_text="S",
        assertion=Assertion.PRESENT,
        confidence=None,
        cue=None,
        provenance=Provenance(extractor="lexicon"),
    )


@given(IDS, st.integers(0, 10**6), st.integers(1, 1000))
def test_a_citation_in_a_text_leads_back_to_its_sentence(document: str, start: int, length: int) -> None:
    key = citation(sentence_of(document, start, start + length))

    [found] = citations_in(f"It does [{key}], and again [{key}].")

    assert cited_span(found) == (document, start, start + length)


@pytest.mark.parametrize("text", ["[1]", "[see: 3-4]", "[doc:3]", "doc:3-4", "[doc:a-b]", "[]"])
def test_other_brackets_are_no_citations(text: str) -> None:
    assert citations_in(text) == ()
