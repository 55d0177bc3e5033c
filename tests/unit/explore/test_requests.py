"""Questions that can't be answered are refused, with what to do about it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from kg_builder.explore.answers import Answers
from kg_builder.explore.requests import RefusedError, answer


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("overview", ""),
        ("search", "q=aspirin"),
        ("neighbours", urlencode({"id": "MESH:D001241"})),
        ("concept", urlencode({"id": "MESH:D001241"})),
        ("relation", urlencode({"s": "MESH:D001241", "p": "INDUCES", "o": "MESH:D006470"})),
        ("documents", ""),
        ("documents", "q=&offset=2"),
        ("document", "id=a"),
        ("ledger", "code=unreadable&offset=0"),
    ],
)
def test_questions(answers: Answers, name: str, query: str) -> None:
    assert answer(answers, name, query)


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("", "", 404),
        ("_store", "", 404),
        ("overview/", "", 404),
        ("overview", "q=1", 400),
        ("search", "", 400),
        ("search", "q=", 400),
        ("search", "q=a&q=b", 400),
        ("search", "q=" + "a" * 2001, 400),
        ("search", "q=%ff", 400),
        ("search", "&".join("q=1" for _ in range(20)), 400),
        ("neighbours", "id=x:nobody", 404),
        ("relation", "s=a&p=b", 400),
        ("documents", "offset=-1", 400),
        ("documents", "offset=1e3", 400),
        ("documents", "offset=9999999999", 400),
        ("documents", "offset=", 400),
        ("document", "id=nobody", 404),
        ("ledger", "offset=" + "\N{ARABIC-INDIC DIGIT TWO}", 400),
    ],
)
def test_refusals(answers: Answers, name: str, query: str, status: int) -> None:
    with pytest.raises(RefusedError) as refused:
        answer(answers, name, query)
    assert refused.value.status == status
    assert refused.value.message.endswith(".")
    assert not query or query not in refused.value.message
