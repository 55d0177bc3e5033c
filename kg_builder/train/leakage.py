"""The leakage guard: no training document may be in the evaluation documents, nor hold their text.

Corpora share abstracts, under the same ids or not, tokenised differently, whole or as single
sentences. Two documents leak into each other if they have the same source id, the same words, the
same title (first sentence), or if most runs of five words of the shorter one are in the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kg_builder.errors import InputError
from kg_builder.text.sentences import split_sentences

SHINGLE = 5
"""Words in a run."""
SHARED = 0.6
"""Share of the shorter document's runs that makes it a part of the other."""
MIN_WORDS = 8
"""Shorter documents and titles hold phrases that many texts have; they leak only if they are equal altogether."""

# letters and digits apart, because corpora part "5mg" and others don't
_WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A document as the guard sees it."""

    id: str
    source_id: str
    """What documents from the same abstract share, `CorpusPart.source_id`."""
    corpus: str
    text: str


class Sign(StrEnum):
    """How a leak showed."""

    SAME_ID = "same id"
    SAME_TEXT = "same text"
    SAME_TITLE = "same title"
    SHARED_TEXT = "shared text"


@dataclass(frozen=True, slots=True)
class Leak:
    """A training document and the evaluation document that it gives away."""

    training: Guarded
    evaluation: Guarded
    sign: Sign


def find_leaks(training: Sequence[Guarded], evaluation: Sequence[Guarded]) -> list[Leak]:
    """One leak for each training document that has any, in order; time and memory grow with the words."""
    index = _Index(evaluation)
    found = []
    for document in training:
        match = index.match(document)
        if match is not None:
            found.append(Leak(document, *match))
    return found


def refuse(leaks: Sequence[Leak], *, most: int = 5) -> None:
    """Raise InputError if there are leaks, with their number by corpus and the first ids."""
    if not leaks:
        return
    by_corpus = Counter((leak.training.corpus, leak.evaluation.corpus) for leak in leaks)
    corpora = "; ".join(f"{count} of {ours} in {theirs}" for (ours, theirs), count in sorted(by_corpus.items()))
    shown = ", ".join(_described(leak) for leak in leaks[:most]) + (" …" if len(leaks) > most else "")
    raise InputError(
        f"{len(leaks)} training documents are among the evaluation documents ({corpora}): {shown}",
        hint="Set 'exclude_overlap: drop' in the recipe to train without them, or take a corpus out.",
    )


def _described(leak: Leak) -> str:
    other = "" if leak.evaluation.id == leak.training.id else f" as {leak.evaluation.id}"
    return f"{leak.training.id}{other} ({leak.sign})"


class _Index:
    """The evaluation documents by everything that can give one away."""

    def __init__(self, documents: Sequence[Guarded]) -> None:
        self._documents = documents
        self._ids: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._titles: dict[str, int] = {}
        self._runs: dict[int, list[int]] = defaultdict(list)
        self._sizes: list[int] = []
        for place, document in enumerate(documents):
            words = _words(document.text)
            runs = _runs(words)
            self._ids.setdefault(document.source_id, place)
            self._texts.setdefault("".join(words), place)
            if title := _title(document.text):
                self._titles.setdefault(title, place)
            for run in runs:
                self._runs[run].append(place)
            self._sizes.append(len(runs))

    def match(self, document: Guarded) -> tuple[Guarded, Sign] | None:
        """The evaluation document that this one gives away."""
        for sign, place in self._signs(document):
            if place is not None:
                return self._documents[place], sign
        return None

    def _signs(self, document: Guarded) -> Iterator[tuple[Sign, int | None]]:
        """The cheap ones first."""
        yield Sign.SAME_ID, self._ids.get(document.source_id)
        words = _words(document.text)
        if words:
            yield Sign.SAME_TEXT, self._texts.get("".join(words))
        yield Sign.SAME_TITLE, self._titles.get(_title(document.text) or " ")
        yield Sign.SHARED_TEXT, self._container(_runs(words))

    def _container(self, runs: set[int]) -> int | None:
        """The document with most of these runs, if they are most of the shorter one's."""
        shared = Counter(place for run in runs for place in self._runs.get(run, ()))
        smaller = {place: min(len(runs), self._sizes[place]) for place in shared}
        leaking = [place for place, count in shared.items() if count >= SHARED * smaller[place]]
        return max(leaking, key=lambda place: (shared[place], -place), default=None)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> set[int]:
    """Hashes of the runs of words; none for short texts. Only compared within one process."""
    if len(words) < MIN_WORDS:
        return set()
    return {hash(tuple(words[first : first + SHINGLE])) for first in range(len(words) - SHINGLE + 1)}


def _title(text: str) -> str | None:
    """The first sentence's letters and digits, if it is long enough to tell documents apart."""
    first = next(iter(_sentences(text)), "")
    words = _words(first)
    return "".join(words) if len(words) >= MIN_WORDS else None


def _sentences(text: str) -> Iterable[str]:
    # titles are short: the rest of a long note needn't be split for them
    head = text[:1000]
    return (head[start:end] for start, end in split_sentences(head))
