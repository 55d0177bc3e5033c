"""From the address of a request to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from kg_builder.explore.answers import Answers
from kg_builder.explore.json_answers import Answer

LONGEST_VALUE = 2000
"""Characters of a parameter. Ids have less."""
MOST_PARAMETERS = 8
MOST_IDS = 4000
"""Of concepts, where there may be several."""


class RefusedError(Exception):
    """A request that gets no answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class _Question(NamedTuple):
    ask: Callable[..., Answer | None]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    several: bool = False
    """Whether its parameter may be given more than once; it's then asked with all of them."""


_QUESTIONS: Mapping[str, _Question] = {
    "overview": _Question(Answers.overview),
    "search": _Question(Answers.search, ("q",)),
    "neighbours": _Question(Answers.neighbours, ("id",)),
    "edges": _Question(Answers.edges, ("id",), several=True),
    "concept": _Question(Answers.concept, ("id",)),
    "relation": _Question(Answers.relation, ("s", "p", "o")),
    "documents": _Question(Answers.documents, (), ("q", "offset")),
    "document": _Question(Answers.document, ("id",)),
    "ledger": _Question(Answers.ledger, (), ("code", "offset")),
}


def answer(answers: Answers, name: str, query: str) -> Answer:
    """What is answered to `/api/NAME?QUERY`. Raises RefusedError."""
    question = _QUESTIONS.get(name)
    if question is None:
        raise RefusedError(404, "There is no such question.")
    found = question.ask(answers, **_parameters(question, query))
    if found is None:
        raise RefusedError(404, "The graph has nothing of that id; it may have been changed since the page was loaded.")
    return found


def _parameters(question: _Question, query: str) -> dict[str, Any]:
    try:
        most = MOST_IDS if question.several else MOST_PARAMETERS
        given = parse_qs(query, keep_blank_values=True, max_num_fields=most, errors="strict")
    except ValueError:
        raise RefusedError(400, "The parameters of the question can't be read.") from None
    if unknown := given.keys() - {*question.required, *question.optional}:
        raise RefusedError(400, f"{len(unknown)} of the parameters are none of this question's.")
    if missing := [name for name in question.required if not given.get(name, [""])[0]]:
        raise RefusedError(400, f"The question lacks its parameter '{missing[0]}'.")
    if any(max(map(len, values)) > LONGEST_VALUE for values in given.values()):
        raise RefusedError(400, f"A parameter has up to {LONGEST_VALUE} characters.")
    if question.several:
        return dict(given)
    if any(len(values) > 1 for values in given.values()):
        raise RefusedError(400, "A parameter is given once.")
    return {name: _offset(values[0]) if name == "offset" else values[0] for name, values in given.items()}


def _offset(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 9):
        raise RefusedError(400, "The parameter 'offset' is a whole number, 0 or more.")
    return int(value)
