"""Evidence sentences by their words: what the indexes of the stores hold, what they are asked, and the ranking.

Text becomes words here, for sentences and for what is asked alike, so that both stores find the same: an index only
has to tell which relations have a word in one of their sentences. Words are letters and digits alone, so nothing in a
text can be taken for an operator of an index.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple, TypeVar

from kg_builder.records import Relation
from kg_builder.stores.stated_relations import Stated, merged_views
from kg_builder.stores.views import SentenceHit
from kg_builder.text.keys import exact_key, singular_key

Row = TypeVar("Row")

MOST_WORDS = 32
"""Of a text; later ones aren't looked for."""
LONGEST_WORD = 64
"""Characters; what is longer is cut."""
CANDIDATES = 1000
"""Relations that are looked at. Words beyond the rarest ones that find so many count for the ranking alone."""

_SATURATION, _LENGTH_WEIGHT, _USUAL_LENGTH = 1.2, 0.75, 25.0
"""k1, b and mean length in words of BM25 (Robertson, Zaragoza: The probabilistic relevance framework, 2009). The length
is a constant, so that one sentence's score depends on no other sentence's length."""


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: case, plurals and spellings levelled, Vietnamese marks kept."""
    return [word[:LONGEST_WORD] for word in singular_key(exact_key(text)).split()]


def indexed_words(text: str, relations: Iterable[Relation]) -> list[str]:
    """For each relation of a document with this text, the words of its sentences, each once, between blanks."""
    known: dict[tuple[int, int], list[str]] = {}

    def words(sentence: tuple[int, int]) -> list[str]:
        if sentence not in known:
            known[sentence] = words_of(text[slice(*sentence)])
        return known[sentence]

    return [" ".join(dict.fromkeys(w for item in one.evidence for w in words(item.sentence))) for one in relations]


def asked_words(text: str) -> list[str]:
    """The words that a text is looked for by."""
    return list(dict.fromkeys(words_of(text)))[:MOST_WORDS]


class Wanted(NamedTuple):
    """What is looked for."""

    weights: Mapping[str, float]
    """Of the words asked for, by how few relations have them."""
    finding: frozenset[str]
    """A sentence has one of these, or it isn't found."""
    queries: tuple[str, ...]
    """For an index, in a syntax that FTS5 and Lucene share; later ones fill up what the first leave of `CANDIDATES`."""


def wanted(relations_with: Mapping[str, int], relations: int) -> Wanted | None:
    """What to look for, given how many of the relations have each word asked for (`CANDIDATES` or more are alike).

    None: there is nothing to find.
    """
    weights = {word: log(1 + (relations - n + 0.5) / (n + 0.5)) for word, n in relations_with.items()}
    present = sorted((word for word, n in relations_with.items() if n), key=lambda word: (relations_with[word], word))
    if not present:
        return None
    if relations_with[present[0]] >= CANDIDATES:  # all are common: sentences that have them all come first
        return Wanted(weights, frozenset(present), (_query(present, " AND "), _query(present, " OR ")))
    finding, found = [present[0]], relations_with[present[0]]
    for word in present[1:]:
        found += relations_with[word]
        if found > CANDIDATES:
            break
        finding.append(word)
    return Wanted(weights, frozenset(finding), (_query(finding, " OR "),))


def _query(words: Iterable[str], operator: str) -> str:
    return operator.join(f'"{word}"' for word in words)


def candidates(
    queries: Iterable[str], ask: Callable[[str, int], Iterable[Row]], key: Callable[[Row], object]
) -> list[Row]:
    """The rows of the first queries that have enough, each once. `ask` answers a query with so many rows at most."""
    found: dict[object, Row] = {}
    for query in queries:
        if len(found) < CANDIDATES:
            found |= {key(row): row for row in ask(query, CANDIDATES)}
    return list(found.values())[:CANDIDATES]


class Scored(NamedTuple):
    """A sentence with what is stated in it."""

    score: float
    document: str
    sentence: tuple[int, int]
    items: Sequence[Stated]


def best_sentences(items: Iterable[Stated], wanted: Wanted, limit: int) -> list[Scored]:
    """The sentences of these relations that are most like what is wanted, best first, then by document and place."""
    by_place: defaultdict[tuple[str, tuple[int, int]], list[Stated]] = defaultdict(list)
    texts: dict[tuple[str, tuple[int, int]], str] = {}
    for item in items:
        for piece in item.evidence:
            place = (piece.document, piece.sentence)
            texts[place] = piece.sentence_text
            if not by_place[place] or by_place[place][-1] is not item:
                by_place[place].append(item)
    scored = [Scored(_score(words_of(texts[place]), wanted), *place, by_place[place]) for place in by_place]
    found = sorted((one for one in scored if one.score > 0), key=lambda one: (-one.score, one.document, one.sentence))
    return found[: max(limit, 0)]


def _score(words: Sequence[str], wanted: Wanted) -> float:
    """Share of what is wanted that a sentence has, from 0 to 1, by BM25."""
    counts = Counter(word for word in words if word in wanted.weights)
    if not wanted.finding & counts.keys():
        return 0.0
    length = 1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * len(words) / _USUAL_LENGTH
    had = sum(wanted.weights[word] * n / (n + _SATURATION * length) for word, n in counts.items())
    return had / sum(wanted.weights.values())


def hits(scored: Iterable[Scored], names: Mapping[str, str]) -> list[SentenceHit]:
    """The sentences with their relations. `names`: of the concepts, by id."""
    return [_hit(one, names) for one in scored]


def _hit(scored: Scored, names: Mapping[str, str]) -> SentenceHit:
    items = [_in_sentence(item, scored) for item in scored.items]
    items.sort(key=lambda item: (*item.ends, item.relation.assertion))
    return SentenceHit(
        document=scored.document,
        sentence=scored.sentence,
        sentence_text=items[0].evidence[0].sentence_text,
        score=scored.score,
        relations=tuple(merged_views(items, names, lambda item: item.relation.assertion)),
    )


def _in_sentence(item: Stated, scored: Scored) -> Stated:
    return item._replace(evidence=tuple(piece for piece in item.evidence if piece.sentence == scored.sentence))
