"""Sentences of an answer that advise, prescribe or diagnose, where only reporting what documents state is wanted."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*")
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|«[^»\n]*»')


def advice_in(answer: str) -> tuple[str, ...]:
    """Those sentences, in order; what stands in quotation marks is a document's and doesn't count."""
    return tuple(
        sentence
        for found in _SENTENCE.findall(answer)
        if (sentence := found.strip()) and _advises(_QUOTED.sub(" ", sentence))
    )


def _advises(sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in _patterns())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    lines = files("kg_builder.retrieve").joinpath("advice_phrases.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(re.compile(line.split("\t")[1], re.IGNORECASE) for line in lines if not line.startswith("#"))
