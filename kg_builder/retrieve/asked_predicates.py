"""Which relations a question asks for: "what caused it?" asks for other facts than "what helps against it?"."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files


def asked_predicates(question: str, predicates: Collection[str]) -> frozenset[str]:
    """Those of the predicates that words of the question ask for; none where it doesn't say."""
    levelled = f" {_levelled(question)} "
    return frozenset(name for name in predicates if any(f" {words} " in levelled for words in _words_for(name)))


@lru_cache(maxsize=256)
def _words_for(predicate: str) -> tuple[str, ...]:
    return (_levelled(predicate), *_words().get(predicate.upper(), ()))


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    lines = files("kg_builder.retrieve").joinpath("predicate_words.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {predicate: tuple(word.strip() for word in words.split(",")) for predicate, words in rows}


def _levelled(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
