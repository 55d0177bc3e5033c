"""What the full-text index is asked for names like a text: more than will do, for ranking to choose from.

The index has the words of names as Lucene's standard analyzer cuts and folds them. `stores.search` compares
whole names by letters, so the query has each word, words nearly like it (two edits at most: Lucene's limit),
words that begin like it, words written in one that the text has apart, and the other way round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from kg_builder.stores.search import CURIE

MOST_WORDS = 12
"""Of a text; later ones aren't asked for. Lucene takes 1024 clauses in all, which these numbers keep to."""
FUZZY_WORDS = 4
"""The longest. Lucene makes up to 50 words of each, in each field."""
JOINED_WORDS = 2
"""How many pairs of words are also asked for as one."""
CUT_WORDS = 2
"""How many of the longest words, or pairs, are also asked for as two."""
LONGEST_CUT = 24
"""Characters of the longest word that is."""
LONGEST_WORD = 64
"""Characters of a word that are asked for: what is longer is asked for by its beginning."""
PIECE = 3
"""Letters of the shortest piece of a word that is asked for."""

_SPECIAL = re.compile(r'[+\-&|!(){}\[\]^"~*?:\\/]')
_NAMES = ("name", "synonyms_seen")


def name_query(wanted: str) -> str:
    """The query for a text as `search_key` folds it; empty where it has no letter or digit."""
    words = _words(wanted)[:MOST_WORDS]
    if not words:
        return ""
    chunks = [chunk[:LONGEST_WORD] for chunk in wanted.split(" ")[:MOST_WORDS]]
    clauses = [*_beginnings(wanted, words)]
    if not CURIE.fullmatch(wanted):
        joined = [one + other for one, other in pairwise(words)][:JOINED_WORDS]
        clauses += (f"{_escaped(word)}^4" for word in dict.fromkeys([*words, *chunks]))
        clauses += map(_nearly, [*_longest(words, FUZZY_WORDS), *joined])
        clauses += (_in_names(f"{word[:PIECE]}*", 0.1) for word in words if len(word) > PIECE + 1)
        clauses += (_in_names(f"*{word[len(word) // 2 :]}", 0.1) for word in words if len(word) > 2 * PIECE)
        clauses += (f"{cut}^2" for word in _longest([*words, *joined], CUT_WORDS) for cut in _cuts(word))
    return " ".join(clauses)


def _beginnings(wanted: str, words: Sequence[str]) -> Iterator[str]:
    """Names and ids that begin with the text: all of its words, the last of them begun. A colon or full stop between
    letters doesn't end a word of the index, between digits it does.
    """
    for pieces in dict.fromkeys((tuple(words), tuple(_words(wanted, ":.'_")[:MOST_WORDS]), (wanted[:LONGEST_WORD],))):
        *whole, begun = map(_escaped, pieces or words)
        yield f"(+{' +'.join([*whole, begun + '*'])})^2" if whole else f"{begun}*^2"


def _nearly(word: str) -> str:
    return _in_names(f"{word}~{1 if len(word) < PIECE else 2}", 2)


def _cuts(word: str) -> Iterator[str]:
    for place in range(PIECE, min(len(word), LONGEST_CUT) - PIECE + 1):
        yield f"(+{_in_names(word[:place])} +{_in_names(word[place:])})"


def _in_names(term: str, boost: float = 1) -> str:
    return f"({' '.join(f'{field}:{term}' for field in _NAMES)})^{boost}"


def _longest(words: Iterable[str], most: int) -> list[str]:
    return sorted(dict.fromkeys(words), key=len, reverse=True)[:most]


def _words(text: str, joining: str = "") -> list[str]:
    """Runs of letters, digits, their marks and `joining`."""
    parts = "".join(x if x.isalnum() or x in joining or unicodedata.combining(x) else " " for x in text)
    return [word[:LONGEST_WORD] for part in parts.split() if (word := part.strip(joining) if joining else part)]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
