"""Pairs of messy and clean text for the copy-editor, made from clean notes and kept only where they are faithful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from kg_builder.clean.rewriting.fidelity import fact_differences
from kg_builder.clean.rewriting.names import Recognize
from kg_builder.extract.recognized import recognizer
from kg_builder.terminology.shipped import load_terminology
from kg_builder.train.generative.corruption import corrupt

TRIES = 4
"""Messy versions of one text of which the first faithful one is kept."""


def pairs(
    texts: Iterable[str], seed: int, *, recognize: Recognize | None = None, tries: int = TRIES
) -> Iterator[tuple[str, str]]:
    """(messy, clean) for each text of which a faithful messy version was made; the same for the same texts and seed.

    `recognize`: drugs and diseases of a text, whose names stay as they are; None: by the shipped terminology.
    """
    known = recognize or recognizer(load_terminology())
    for place, text in enumerate(texts):
        clean = text.strip()
        protected = frozenset(word for mention in known(clean) for word in mention.text.lower().split())
        for attempt in range(tries):
            messy = corrupt(clean, Random(f"{seed} {place} {attempt}"), protected)
            if messy != clean and not fact_differences(messy, clean, recognize=known):
                yield messy, clean
                break
