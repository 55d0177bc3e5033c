"""How often concepts and pairs of them were related in the annotated documents, as a reader's prior knowledge.

A document that the model is trained on leaves itself out, or its answer would be given away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import log, log1p

Key = tuple[str, str]
"""Keys of subject and object; an empty one stands for any."""

PRIOR_FEATURES = (
    *("pair related before", "pair unrelated before", "log odds of pair"),
    *("log odds of subject", "log of subject's pairs", "log odds of object", "log of object's pairs"),
)

_RARE = 4.0
"""Related to unrelated is one to four where nothing is known."""


@dataclass(frozen=True, slots=True)
class Priors:
    """Documents in which a pair was annotated as related, and in which both were named and it was not."""

    related: Mapping[Key, int] = field(default_factory=dict)
    unrelated: Mapping[Key, int] = field(default_factory=dict)
    own: Mapping[str, tuple[Mapping[Key, int], Mapping[Key, int]]] = field(default_factory=dict)
    """By document id, what it added to the two; only kept in training."""

    def values(self, pair: Key, document_id: str | None = None) -> list[float]:
        """In order of `PRIOR_FEATURES`, without what the named document added."""
        yes, no = self.counts(pair, document_id)
        found = [float(yes), float(no), log((yes + 0.4) / (no + 0.4 * _RARE))]
        for end in ((pair[0], ""), ("", pair[1])):
            yes, no = self.counts(end, document_id)
            found += [log((yes + 0.6) / (no + 0.6 * _RARE)), log1p(yes + no)]
        return found

    def counts(self, key: Key, document_id: str | None = None) -> tuple[int, int]:
        """Documents for and against, without the named one."""
        yes, no = self.related.get(key, 0), self.unrelated.get(key, 0)
        if document_id is not None and (own := self.own.get(document_id)) is not None:
            yes, no = yes - own[0].get(key, 0), no - own[1].get(key, 0)
        return yes, no


def count_priors(rows: Iterable[tuple[str, Key, bool]]) -> Priors:
    """Priors of annotated pairs, or of ends with the other key empty: document id, keys, and whether it is related."""
    related, unrelated = Counter[Key](), Counter[Key]()
    own: dict[str, tuple[Counter[Key], Counter[Key]]] = {}
    for document_id, pair, yes in rows:
        mine = own.setdefault(document_id, (Counter(), Counter()))
        for key in {pair, (pair[0], ""), ("", pair[1])} - {("", "")}:
            (related if yes else unrelated)[key] += 1
            mine[0 if yes else 1][key] += 1
    _forget_single_pairs(related, unrelated, own)
    return Priors(related, unrelated, own)


def _forget_single_pairs(
    related: Counter[Key], unrelated: Counter[Key], own: Mapping[str, tuple[Counter[Key], Counter[Key]]]
) -> None:
    """Keep pairs that several documents name: a table of what single ones say would be a copy of the annotations."""
    single = {key for key in related.keys() | unrelated.keys() if all(key) and related[key] + unrelated[key] < 2}
    for counts in (related, unrelated, *(side for sides in own.values() for side in sides)):
        for key in single & counts.keys():
            del counts[key]


def prior_lines(priors: Priors) -> Iterator[str]:
    """Lines of a table, in order of key: subject, object, related, unrelated."""
    for key in sorted(priors.related.keys() | priors.unrelated.keys()):
        yield "\t".join((*key, str(priors.related.get(key, 0)), str(priors.unrelated.get(key, 0))))


def read_priors(lines: Iterable[str]) -> Priors:
    """What `prior_lines` wrote."""
    related: dict[Key, int] = {}
    unrelated: dict[Key, int] = {}
    for line in lines:
        subject, object_, yes, no = line.split("\t")
        related[subject, object_], unrelated[subject, object_] = int(yes), int(no)
    return Priors(related, unrelated)
