"""Questions that can't be answered are refused, with what to do about it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest

from kg_builder.explore.answers import Answers
from kg_builder.explore.requests import RefusedError, answer
from tests.conformance.injections import INJECTIONS

ODD = [
    "%ED%A0%80",
    "%ED%B0%80x",
    "%00",
    "a%00b",
    "%F4%90%80%80",
    "%EF%BF%BF",
    "%",
    "\xff",
    "%22a",
    "(",
    "NEAR(",
    "9" * 400,
]
"""As they come in an address: halves of characters, what is no text, what means something to a search."""


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("overview", ""),
        ("search", "q=aspirin"),
        ("neighbours", urlencode({"id": "MESH:D001241"})),
        ("edges", urlencode([("id", "MESH:D001241"), ("id", "MESH:D006470")])),
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
        ("edges", "", 400),
        ("edges", "id=a&q=b", 400),
        ("edges", "id=a&id=" + "a" * 2001, 400),
        ("edges", "&".join("id=a" for _ in range(4001)), 400),
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


@pytest.mark.parametrize("value", [*ODD, *(quote(text, safe="", errors="surrogatepass") for text in INJECTIONS)])
def test_no_value_breaks_a_question(answers: Answers, value: str) -> None:
    for name, query in (
        ("search", f"q={value}"),
        ("neighbours", f"id={value}"),
        ("edges", f"id={value}&id={value}"),
        ("concept", f"id={value}"),
        ("document", f"id={value}"),
        ("documents", f"q={value}"),
        ("documents", f"offset={value}"),
        ("ledger", f"code={value}"),
        ("ledger", f"offset={value}"),
        ("relation", f"s=MESH:D001241&p={value}&o=MESH:D006470"),
        ("relation", f"s={value}&p=INDUCES&o={value}"),
        ("overview", f"{value}=1"),
        (value, ""),
    ):
        with suppress(RefusedError):
            answer(answers, name, query)
