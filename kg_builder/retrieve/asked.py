"""What a question names, among the concepts of a graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from kg_builder.graph_store import GraphStore
from kg_builder.records import Record
from kg_builder.retrieve.facts import every_assertion
from kg_builder.retrieve.naming import clearly_meant
from kg_builder.stores.views import ConceptView, Filter

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LONGEST_NAME = 4
"""Words of a name that is looked for where nothing was recognized."""
_MOST_SEARCHES = 6
"""Of a question: each looks through all names of the graph."""
_SHORTEST = 3
"""Characters of a word that is looked for."""


class Named(NamedTuple):
    """A stretch of a question that was recognized, with what it was linked to."""

    text: str
    concepts: tuple[str, ...]
    """CURIEs; empty: unknown to the terminology."""


Recognize = Callable[[str], Sequence[Named]]
"""Finds and links the mentions in a question."""


class Understood(Record):
    """The concepts that a question names."""

    concepts: tuple[ConceptView, ...]
    """In the graph, in the order of the question."""
    unknown: tuple[str, ...] = ()
    """Named, but not in the graph."""


def understand(store: GraphStore, question: str, where: Filter, recognize: Recognize | None = None) -> Understood:
    """Concepts of the graph that a question names: those recognized in it; if there are none, by their names."""
    condition = every_assertion(where)
    found: dict[str, ConceptView] = {}
    unknown: list[str] = []
    for named in recognize(question) if recognize is not None else ():
        views = [view for one in named.concepts if (view := store.concept(one, where=condition)) is not None]
        views = views or _called(store, named.text, condition)
        found.update((view.id, view) for view in views)
        if not views:
            unknown.append(named.text)
    if not found:
        found = {view.id: view for view in _named(store, question, condition)}
    return Understood(concepts=tuple(found.values()), unknown=tuple(dict.fromkeys(unknown)))


def _named(store: GraphStore, question: str, where: Filter) -> Iterator[ConceptView]:
    """Concepts whose names stand between the words of ordinary language: whole stretches, else words of them."""
    stretches = _stretches(question)
    rest: list[str] = []
    for words in stretches[:_MOST_SEARCHES]:
        found = _called(store, " ".join(words[-_LONGEST_NAME:]), where)
        rest += words if len(words) > 1 and not found else []
        yield from found
    for word in sorted(dict.fromkeys(rest), key=len, reverse=True)[: max(_MOST_SEARCHES - len(stretches), 0)]:
        yield from _called(store, word, where)


def _called(store: GraphStore, text: str, where: Filter) -> list[ConceptView]:
    hits = store.search(text, limit=3, where=where) if len(text) >= _SHORTEST else []
    meant = clearly_meant(text, hits)
    return [meant] if meant is not None else []


def _stretches(question: str) -> list[list[str]]:
    """The words between those of ordinary language."""
    stretches: list[list[str]] = [[]]
    for word in _WORD.findall(question):
        if word.casefold() in ordinary_words():
            stretches.append([])
        else:
            stretches[-1].append(word)
    return [stretch for stretch in stretches if stretch]


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words of questions that name no concept, casefolded."""
    lines = files("kg_builder.retrieve").joinpath("ordinary_words.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
