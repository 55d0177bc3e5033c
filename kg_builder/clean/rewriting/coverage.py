"""Whether every passage of a text has come over, and every sentence of the rewriting came from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from kg_builder.clean.rewriting.differences import ADDED, LOST, TRUNCATED, Texts, issue
from kg_builder.clean.rewriting.lists import filler
from kg_builder.clean.rewriting.quantities import Quantity
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.records import Issue

_SENTENCE_END = re.compile(r"[.!?:)\]\"'\u201d\u2019%]\s*\Z")
_FEWEST = 2
"""Words of content that make a passage worth looking at."""
_SHARE = 0.3
"""Of a passage's words of content that must be in the other text."""
_TYPO = 84.0
_LAST = 2
"""Words of content by which the end of a text is known."""


def truncated(texts: Texts) -> Issue | None:
    """A rewriting that stops early, or in the middle of a sentence; lists of bare lines end without a stop."""
    last = next(reversed(list(_passages(texts.source_words, texts.quantities[0], fewest=1))), None)
    if (last is not None and not _share(last, _all(texts.rewrite_words))) or _lacks_last_words(texts):
        return issue(TRUNCATED, "The end of the text is missing.")
    lines = texts.rewrite.strip().splitlines()
    if lines and _SENTENCE_END.search(lines[-1]):
        return None
    if len(lines) > 1 and not any(_SENTENCE_END.search(line) for line in lines):
        return None
    return issue(TRUNCATED, "The rewriting stops in the middle of a sentence.")


def passage_differences(texts: Texts) -> list[Issue]:
    """Passages of the text that the rewriting leaves out, and sentences of it that come from nowhere."""
    source, rewrite = _all(texts.source_words), _all(texts.rewrite_words)
    lost = [
        passage for passage in _passages(texts.source_words, texts.quantities[0]) if _share(passage, rewrite) < _SHARE
    ]
    added = [
        passage for passage in _passages(texts.rewrite_words, texts.quantities[1]) if _share(passage, source) < _SHARE
    ]
    return [
        *(issue(LOST, f"A passage of the text is missing: '{_shown(texts.source, passage)}'.") for passage in lost),
        *(issue(ADDED, f"A passage is not in the text: '{_shown(texts.rewrite, passage)}'.") for passage in added),
    ]


def _lacks_last_words(texts: Texts) -> bool:
    """Whether none of the text's last words of content has come over; one that is said twice must come twice."""
    content = [stem(word.key) for word in _content(texts.source_words, texts.quantities[0])]
    last = list(dict.fromkeys(reversed(content)))[:_LAST]
    here, there = _counts(texts.source_words), _counts(texts.rewrite_words)
    return len(last) == _LAST and not any(
        there[key] >= here[key] if key in there else _has(key, there.keys()) for key in last
    )


def _passages(words: Sequence[Word], quantities: Sequence[Quantity], fewest: int = _FEWEST) -> Iterator[Sequence[Word]]:
    """Words of content of each sentence, quantities left out."""
    content = set(_content(words, quantities))
    passage: list[Word] = []
    for word in words:
        if word.key in {".", ";", "\n"}:
            if len({each.key for each in passage}) >= fewest:
                yield passage
            passage = []
        elif word in content:
            passage.append(word)
    if len({each.key for each in passage}) >= fewest:
        yield passage


def _content(words: Sequence[Word], quantities: Sequence[Quantity]) -> Iterator[Word]:
    counted = {place for quantity in quantities for place in range(quantity.start, quantity.end)}
    return (word for word in words if is_word(word.key) and word.start not in counted and not _says_nothing(word.key))


def _says_nothing(key: str) -> bool:
    return key in filler("function") or key in filler("editorial") or key in _beginnings()


@lru_cache
def _beginnings() -> frozenset[str]:
    """Cut-off editorial words: adm, hosp."""
    return frozenset(word[:end] for word in filler("editorial") for end in range(3, len(word)))


def _share(passage: Sequence[Word], stems: frozenset[str]) -> float:
    keys = {stem(word.key) for word in passage}
    return sum(_has(key, stems) for key in keys) / len(keys)


def _has(key: str, stems: Collection[str]) -> bool:
    return key in stems or (len(key) > 3 and any(ratio(key, other) >= _TYPO for other in stems))


def _all(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(_counts(words))


def _counts(words: Sequence[Word]) -> Counter[str]:
    return Counter(stem(word.key) for word in words if is_word(word.key))


def _shown(text: str, passage: Sequence[Word]) -> str:
    return " ".join(text[passage[0].start : passage[-1].end].split())
