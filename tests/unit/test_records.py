import pytest
from pydantic import ValidationError

from kg_builder.records import Concept


@pytest.mark.parametrize("given", ["MESH", "MESH:", ":D1", "ME SH:D1", "MESH:D 1", "ME\0SH:D1", "MESH:D\0001"])
def test_what_is_no_compact_uri_is_no_id(given: str) -> None:
    with pytest.raises(ValidationError):
        Concept(id=given, name="x", type="Disease")


@pytest.mark.parametrize("given", ["MESH:D003000", "local:Disease/milk_fever", "a:b:c", "x:đ"])
def test_compact_uris_are_ids(given: str) -> None:
    assert Concept(id=given, name="x", type="Disease").id == given
