"""Links lead to the vocabularies' own pages, whatever an id holds."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.explore.vocabularies import _patterns, link

KNOWN = ("MESH", "MONDO", "HP", "CHEBI", "DRUGBANK", "UMLS", "OMIM", "ICD10CM", "SNOMEDCT", "RXNORM")
OTHERS = ("UNII", "NCIT", "DOID", "ORPHANET")


@pytest.mark.parametrize("prefix", [*KNOWN, *OTHERS])
def test_vocabularies_that_are_linked(prefix: str) -> None:
    found = link(f"{prefix}:D1")
    assert found is not None
    assert found.startswith("https://")
    assert "D1" in found


def test_every_pattern_is_an_https_address_with_a_place_for_the_id() -> None:
    for pattern in _patterns().values():
        address = urlsplit(pattern)
        assert (address.scheme, pattern.count("{id}")) == ("https", 1)
        assert address.hostname is not None
        assert "{" not in address.netloc


@pytest.mark.parametrize(
    "concept_id", ["local:blue-spells", "javascript:alert(1)", "data:x", "MESH", "MESH:", "https://x"]
)
def test_ids_without_a_page(concept_id: str) -> None:
    assert link(concept_id) is None


@given(st.text(min_size=1))
def test_an_id_stays_within_its_place(local: str) -> None:
    found, plain = link(f"MESH:{local}"), link("MESH:D1")
    assert found is not None
    assert plain is not None
    assert found.isascii()
    assert not set(found) & set("<>\"'` \\{}|^\n\r\t")
    address = urlsplit(found)
    assert (address.netloc, address.path, address.fragment) == (*urlsplit(plain)[1:3], "")
    assert address.query.count("&") == 0
