"""The arrays of a name index, made from a stream of names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kg_builder.normalize.word_forms import gist, loose_gist
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.table import Name

FORMAT = 3
"""Of the arrays; others are made again. Raise it with each change here and of the word forms."""
_LETTERS = 38
"""a to z, 0 to 9, blank, and one for all else."""
GRAMS = _LETTERS**3
_SHORTEST, _LONGEST = 3, 100
"""Characters of a key; longer ones are systematic names of substances, found by their exact key only."""
_CHUNK = 20_000
_BITS = {group: place for place, group in enumerate(sorted(GROUPS))}

Arrays = dict[str, NDArray[np.generic]]


def name_arrays(names_of: Callable[[Collection[str]], Iterable[Name]]) -> Arrays:
    """Keys of all names with their groups, gists, words and lists by group of three letters.

    `names_of`: the names of the concepts of semantic groups, `Terminology.all_names`.
    """
    keys: dict[str, int] = {}
    for group in GROUPS:
        for name in names_of((group,)):
            if _SHORTEST <= len(name.key) <= _LONGEST:
                keys[name.key] = keys.get(name.key, 0) | group_bits((group,))
    ordered = sorted(keys)
    encoded = [key.encode() for key in ordered]
    offsets = np.zeros(len(ordered) + 1, dtype=np.uint32)
    np.cumsum([len(key) for key in encoded], out=offsets[1:])
    words = Counter(word for key in ordered for word in set(key.split(" ")))
    word_hashes = np.fromiter(map(text_hash, words), dtype=np.uint64, count=len(words))
    order = np.argsort(word_hashes, kind="stable")
    starts, postings, norms = _postings(ordered)
    return {
        "text": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        "offsets": offsets,
        "groups": np.fromiter((keys[key] for key in ordered), dtype=np.uint32, count=len(ordered)),
        "word_hashes": word_hashes[order],
        "word_counts": np.fromiter(words.values(), dtype=np.uint32, count=len(words))[order],
        "starts": starts,
        "postings": postings,
        "norms": norms,
        **_hashed("gist", map(gist, ordered), len(ordered)),
        **_hashed("loose", map(loose_gist, ordered), len(ordered)),
    }


def group_bits(groups: Iterable[str] | None) -> int:
    """A bit for each semantic group; None: all."""
    return sum(1 << _BITS[group] for group in set(GROUPS if groups is None else groups))


def gram_codes(key: str) -> NDArray[np.int64]:
    """Numbers of the groups of three letters in a key, the blanks around it included."""
    return _codes(_letters(f" {key} "))


def text_hash(text: str) -> int:
    """64 bits."""
    encoded = text.encode()
    return crc32(encoded) << 32 | crc32(encoded[::-1] + b"#")


def _letters(text: str) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = _TABLE[np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)]
    return found


def _codes(letters: NDArray[np.uint8]) -> NDArray[np.int64]:
    wide = letters.astype(np.int64)
    found: NDArray[np.int64] = (wide[:-2] * _LETTERS + wide[1:-1]) * _LETTERS + wide[2:]
    return found


def _table() -> NDArray[np.uint8]:
    table = np.full(256, _LETTERS - 1, dtype=np.uint8)
    for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789 "):
        table[ord(letter)] = place
    return table


_TABLE = _table()


def _postings(keys: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Where each list starts, the lists of key numbers in ascending order, and the length of each key's vector."""
    pieces = list(_pairs(keys))
    pairs = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
    pairs.sort()
    codes, numbers = pairs // max(len(keys), 1), (pairs % max(len(keys), 1)).astype(np.int32)
    counts = np.bincount(codes, minlength=GRAMS)
    starts = np.zeros(GRAMS + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    weights = np.square(np.log((len(keys) + 1) / (counts + 1)))
    norms = np.sqrt(np.bincount(numbers, weights=weights[codes], minlength=len(keys)))
    return starts, numbers, np.maximum(norms, 1e-6).astype(np.float32)


def _pairs(keys: list[str]) -> Iterator[NDArray[np.int64]]:
    """Letter group times the number of keys, plus key number, each once; a chunk of keys at a time."""
    for first in range(0, len(keys), _CHUNK):
        chunk = keys[first : first + _CHUNK]
        lengths = np.fromiter((len(key) + 2 for key in chunk), dtype=np.int64, count=len(chunk))
        letters = _letters("".join(f" {key} " for key in chunk))
        owners = np.repeat(np.arange(first, first + len(chunk)), lengths)
        inside = owners[:-2] == owners[2:]
        yield np.unique(_codes(letters)[inside] * len(keys) + owners[:-2][inside])


def _hashed(kind: str, texts: Iterable[str], count: int) -> Arrays:
    hashes = np.fromiter(map(text_hash, texts), dtype=np.uint64, count=count)
    order = np.argsort(hashes, kind="stable")
    return {f"{kind}_hashes": hashes[order], f"{kind}_numbers": order.astype(np.int32)}
