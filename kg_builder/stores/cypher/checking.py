"""Whether a Cypher query only reads the graph: looked at before any engine sees it.

A query that changes nothing can still read files (``LOAD CSV``), call procedures and functions of plug-ins, go to
another database (``USE``) or tell about the server (``SHOW``). None of that passes, and neither do parameters and
``\\u`` escapes, with which names could be hidden from this check.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kg_builder.errors import InputError

LONGEST_QUERY = 4000
"""Characters."""
DEEPEST = 30
"""Brackets within brackets."""
MOST_CLAUSES = 40
"""``MATCH``, ``WITH``, ``UNION`` and the like."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    |`(?P<quoted>(?:``|[^`])+)`
    |(?P<word>[^\W\d]\w*)
    |(?P<number>\d\w*(?:\.\d\w*)?)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENING = frozenset({"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL"})
_CLAUSES = _OPENING | {"UNION"}
_WRITING = frozenset(
    [
        "CREATE",
        "MERGE",
        "SET",
        "DELETE",
        "DETACH",
        "REMOVE",
        "FOREACH",
        "INSERT",
        "DROP",
        "ALTER",
        "GRANT",
        "DENY",
        "REVOKE",
        "TRANSACTION",
        "TRANSACTIONS",
    ]
)
_ELSEWHERE = frozenset(["LOAD", "USE", "SHOW", "TERMINATE", "EXPLAIN", "PROFILE"])
_NAMESPACES = frozenset(["date", "datetime", "localdatetime", "localtime", "time", "duration", "point", "vector"])
"""Of functions that are part of Cypher."""
_BOOKKEEPING = "kgbuilder"
_HINT = (
    "One statement that only reads: MATCH, OPTIONAL MATCH, WITH, UNWIND, WHERE, RETURN, ORDER BY, SKIP, LIMIT, UNION "
    "and subqueries."
)


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def is_name(self) -> bool:
        return self.kind in {"word", "quoted"}


def checked(query: str) -> str:
    """The query as it may be run: without comments and closing semicolon. Raises InputError for any other kind."""
    if len(query) > LONGEST_QUERY:
        raise _refused(f"it is longer than {LONGEST_QUERY} characters")
    if re.search(r"\\u", query, re.IGNORECASE):
        raise _refused("it has a \\u escape; write the character itself")
    if {"load", "csv"} <= set(re.findall(r"[a-z]+", query.lower())):
        raise _refused("LOAD CSV reads files")
    found = [_Token(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(query)]
    text = "".join(" " if token.kind == "comment" else token.text for token in found).strip()
    tokens = [token for token in found if token.kind not in {"blank", "comment"}]
    while tokens and tokens[-1].text == ";":
        tokens.pop()
        text = text[:-1].rstrip()
    _check_signs(tokens)
    _check_words(tokens)
    _check_calls(tokens)
    return text


def _check_signs(tokens: Sequence[_Token]) -> None:
    depth = 0
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text == ";":
            raise _refused("it has more than one statement")
        if token.text in "'\"`":
            raise _refused("a quotation mark isn't closed")
        if token.text == "$":
            raise _refused("it has a parameter; write the value itself")
        depth += (token.text in "([{") - (token.text in ")]}")
        if depth > DEEPEST:
            raise _refused(f"its brackets are nested more than {DEEPEST} deep")


def _check_words(tokens: Sequence[_Token]) -> None:
    if not tokens or tokens[0].kind != "word" or tokens[0].text.upper() not in _OPENING:
        raise _refused("it doesn't begin with MATCH, OPTIONAL MATCH, WITH, UNWIND, RETURN or a subquery")
    clauses = 0
    before = _Token("sign", "")
    for token in tokens:
        if token.is_name and token.text.lower().lstrip("`").startswith(_BOOKKEEPING):
            raise _refused("nodes whose labels begin with KgBuilder are the store's own")
        if token.kind == "word" and before.text not in {".", ":", "|", "&", "!"}:
            word = token.text.upper()
            if word in _WRITING:
                raise _refused(f"{word} changes the graph")
            if word in _ELSEWHERE:
                raise _refused(f"{word} isn't about the graph")
            clauses += word in _CLAUSES
        before = token
    if clauses > MOST_CLAUSES:
        raise _refused(f"it has more than {MOST_CLAUSES} clauses")


def _check_calls(tokens: Sequence[_Token]) -> None:
    """Subqueries may be called, procedures not; of functions with a namespace only those of Cypher itself."""
    for number, token in enumerate(tokens):
        following = tokens[number + 1].text if number + 1 < len(tokens) else ""
        before = tokens[number - 1].text if number else ""
        if token.kind == "word" and token.text.upper() == "CALL" and before != "." and following not in {"{", "("}:
            raise _refused("it calls a procedure")
        if token.is_name and following == "(" and before == ".":
            first = number
            while first >= 2 and tokens[first - 1].text == "." and tokens[first - 2].is_name:
                first -= 2
            if tokens[first].text.strip("`").lower() not in _NAMESPACES:
                raise _refused("it calls a function that isn't part of Cypher")


def _refused(reason: str) -> InputError:
    return InputError(f"The query isn't run: {reason}.", hint=_HINT)
