"""Evidence sentences by their words and, where embeddings are given, by what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kg_builder.graph_store import GraphStore
from kg_builder.retrieve.asked import ordinary_words
from kg_builder.retrieve.facts import every_assertion
from kg_builder.stores.views import Filter, SentenceHit

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

_RANKED_AGAIN = 50
"""Sentences found by words that embeddings put in order, at least."""
_TIMES_LIMIT = 5
_RANK_OFFSET = 60
"""k of reciprocal rank fusion (Cormack, Clarke, Büttcher: Reciprocal rank fusion outperforms Condorcet, SIGIR 2009)."""


def find_sentences(
    store: GraphStore,
    text: str,
    *,
    limit: int = 10,
    where: Filter | None = None,
    embeddings: Embeddings | None = None,
) -> Sequence[SentenceHit]:
    """Evidence sentences that have words of `text`, best first; denied statements too, unless `where` leaves them out.

    With `embeddings`, those found are ranked by meaning as well, and both ranks count alike. An embedding model that
    runs elsewhere gets the text and the sentences.
    """
    condition = every_assertion(where or Filter())
    if embeddings is None:
        return store.search_evidence(text, limit=limit, where=condition)
    pool = max(_RANKED_AGAIN, _TIMES_LIMIT * limit)
    return _fused(store.search_evidence(text, limit=pool, where=condition), text, embeddings)[:limit]


def telling_words(question: str) -> str:
    """A question without the words that most questions have."""
    words = question.replace("?", " ").split()
    return " ".join(word for word in words if word.casefold().strip(".,;:!") not in ordinary_words())


def _fused(hits: Sequence[SentenceHit], text: str, embeddings: Embeddings) -> list[SentenceHit]:
    """By the sum of the reciprocals of both ranks; equal ones in the order that the words gave."""
    if not hits:
        return []
    import numpy as np

    asked = np.asarray(embeddings.embed_query(text), dtype=np.float64)
    given = np.asarray(embeddings.embed_documents([hit.sentence_text for hit in hits]), dtype=np.float64)
    lengths = np.linalg.norm(given, axis=1) * np.linalg.norm(asked)
    likeness = (given @ asked) / np.where(lengths == 0, 1.0, lengths)
    fused = 1.0 / (_RANK_OFFSET + 1 + np.arange(len(hits)))
    fused[np.argsort(-likeness, kind="stable")] += 1.0 / (_RANK_OFFSET + 1 + np.arange(len(hits)))
    return [hits[place] for place in np.argsort(-fused, kind="stable")]
