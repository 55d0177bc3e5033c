"""MedMentions: PubTator whose types are UMLS semantic types (``T047``, ``T116,T123``), brought to the 21 of ST21pv.

A semantic type of the ST21pv subset stands for itself and all below it in the UMLS semantic network (Mohan, Li:
"MedMentions", AKBC 2019); ``semantic_types.tsv`` says which. Mentions of other types are left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from kg_builder.corpora.pubtator import read_pubtator
from kg_builder.corpora.records import GoldDocument, GoldRelation, Row
from kg_builder.corpora.sources import Source
from kg_builder.records import Mention

_OUTSIDE = "mention of a semantic type outside ST21pv"


def read_medmentions(source: Source) -> Iterator[Row]:
    """The documents with the subset's types."""
    for row in read_pubtator(source):
        yield _with_subset_types(row) if isinstance(row, GoldDocument) else row


@cache
def subset_types() -> Mapping[str, str]:
    """The ST21pv type that stands for a semantic type, by identifier."""
    text = files("kg_builder.corpora").joinpath("semantic_types.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {columns[0]: columns[2] for columns in rows}


def _with_subset_types(gold: GoldDocument) -> GoldDocument:
    kept: list[Mention] = []
    places: dict[int, int] = {}
    for place, mention in enumerate(gold.mentions):
        if (subset := _subset_type(mention.type)) is not None:
            places[place] = len(kept)
            kept.append(mention.model_copy(update={"type": subset}))
    left_out = len(gold.mentions) - len(kept)
    return replace(
        gold,
        mentions=tuple(kept),
        relations=tuple(_moved(relation, places) for relation in gold.relations),
        skipped=dict(Counter(gold.skipped) + Counter({_OUTSIDE: left_out})),
    )


def _subset_type(types: str) -> str | None:
    """Of several types of one concept the first that the subset has."""
    parts = (part.strip().removeprefix("UMLS:") for part in re.split(r"[,;|]", types))
    return next((subset_types()[part] for part in parts if part in subset_types()), None)


def _moved(relation: GoldRelation, places: Mapping[int, int]) -> GoldRelation:
    subject, target = relation.subject_mention, relation.object_mention
    return replace(
        relation,
        subject_mention=None if subject is None else places.get(subject),
        object_mention=None if target is None else places.get(target),
    )
