"""What a corpus annotates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kg_builder.corpora.records import GoldDocument


@dataclass(frozen=True, slots=True)
class Annotated:
    """Types and predicates that occur in a corpus, with counts."""

    types: Counter[str]
    predicates: Counter[str]


def survey(corpus: Iterable[GoldDocument]) -> Annotated:
    """One pass over a corpus, for `labels.type_map` and `labels.relation_map`."""
    types, predicates = Counter[str](), Counter[str]()
    for gold in corpus:
        types.update(mention.type for mention in gold.mentions)
        predicates.update(relation.predicate for relation in gold.relations)
    return Annotated(types, predicates)
