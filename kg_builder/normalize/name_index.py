"""An index of all names of a terminology: by gist, and by the letters they share. Made once, read from memory maps."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from kg_builder.normalize.name_arrays import FORMAT, GRAMS, gram_codes, name_arrays, text_hash
from kg_builder.normalize.word_forms import gist, loose_gist

if TYPE_CHECKING:
    from kg_builder.terminology.table import Terminology

_READ = 16_000
"""Entries of the lists of letter groups that are read for one question, those of the rarest groups first."""
_RESCORED = 48
"""Names that are compared letter by letter."""
_REMEMBERED = 20_000
_SHORTEST = 4
"""Characters of a key that is looked for by its letters."""


class NameIndex:
    """Keys of names by number; the arrays are those of `name_arrays`."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._a = arrays
        self._text = arrays["text"]
        self._offsets = arrays["offsets"]
        self._groups: NDArray[np.uint32] = arrays["groups"].astype(np.uint32, copy=False)
        self._norms = arrays["norms"]
        self.similar = lru_cache(_REMEMBERED)(self._similar)
        """`_similar`, its last answers remembered."""

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def key(self, number: int) -> str:
        """The key of a number."""
        start, end = int(self._offsets[number]), int(self._offsets[number + 1])
        return bytes(self._text[start:end]).decode()

    def by_gist(self, key: str, *, loose: bool, limit: int = 12) -> list[str]:
        """Keys of the same gist."""
        kind = "loose" if loose else "gist"
        wanted = np.uint64(text_hash(loose_gist(key) if loose else gist(key)))
        hashes = self._a[f"{kind}_hashes"]
        start = int(np.searchsorted(hashes, wanted))
        end = int(np.searchsorted(hashes[start : start + limit], wanted, side="right")) + start
        return [self.key(int(number)) for number in self._a[f"{kind}_numbers"][start:end]]

    def _similar(self, key: str, groups: int, limit: int = 10) -> list[str]:
        """Keys that share the most and the rarest groups of three letters, most alike first; `groups`: a bit each."""
        if len(key) < _SHORTEST:
            return []
        codes = np.unique(gram_codes(key))
        starts = self._a["starts"]
        first, last = starts[codes].astype(np.int64), starts[codes + 1].astype(np.int64)
        counts = last - first
        order = np.argsort(counts, kind="stable")
        order = order[counts[order] > 0]
        if not len(order):
            return []
        total = np.cumsum(counts[order])
        used = order[: max(2, int(np.searchsorted(total, _READ)))]
        weights = self._weights[codes[used]]
        numbers, sums = self._sums(first[used], last[used], weights)
        allowed = (self._groups[numbers] & groups) != 0
        numbers, sums = numbers[allowed], sums[allowed]
        if not len(numbers):
            return []
        alike = sums / self._norms[numbers]
        best = np.argpartition(-alike, min(_RESCORED, len(alike) - 1))[:_RESCORED]
        return self._rescored(key, numbers[best], limit)

    def _sums(
        self, first: NDArray[np.int64], last: NDArray[np.int64], weights: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Numbers in any of the lists, and the weight of the lists that each is in."""
        postings = self._a["postings"]
        pieces = [postings[start:end] for start, end in zip(first.tolist(), last.tolist(), strict=True)]
        together = np.concatenate(pieces)
        per_entry = np.repeat(weights, [len(piece) for piece in pieces])
        numbers, places = np.unique(together, return_inverse=True)
        weighed: NDArray[np.float64] = np.bincount(places, weights=per_entry).astype(np.float64, copy=False)
        found: NDArray[np.int32] = numbers.astype(np.int32, copy=False)
        return found, weighed

    def _rescored(self, key: str, numbers: NDArray[np.int32], limit: int) -> list[str]:
        from rapidfuzz import fuzz

        names = [self.key(number) for number in numbers.tolist()]
        scored = [(max(fuzz.ratio(key, name), fuzz.token_sort_ratio(key, name)), name) for name in names]
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return [name for _, name in scored[:limit]]

    def rarity(self, word: str) -> float:
        """How much a word tells: log of names over names with it; the most for a word of no name."""
        hashes, wanted = self._a["word_hashes"], np.uint64(text_hash(word))
        place = int(np.searchsorted(hashes, wanted))
        known = place < len(hashes) and hashes[place] == wanted
        count = int(self._a["word_counts"][place]) if known else 0
        return float(np.log((len(self) + 1) / (count + 1)))

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        """Squared inverse frequency of each letter group."""
        counts = np.diff(self._a["starts"]).astype(np.float32)
        weights: NDArray[np.float32] = np.square(np.log((len(self) + 1) / (counts + 1))).astype(np.float32)
        return weights


def open_index(terminology: Terminology) -> NameIndex:
    """The index of a terminology, from beside its file; made, and kept there if that can be written, where it isn't."""
    path = getattr(terminology, "path", None)
    if path is None:
        return NameIndex(name_arrays(terminology.all_names))
    folder = path.with_name(f"{path.name}.names-{FORMAT}")
    stamp = _stamp(path, terminology.version)
    if not _is_current(folder, stamp):
        try:
            with FileLock(f"{folder}.lock"):
                if not _is_current(folder, stamp):
                    _write(folder, name_arrays(terminology.all_names), stamp)
        except OSError:  # a folder that can't be written: the index lives in memory, for this process
            return NameIndex(name_arrays(terminology.all_names))
    return NameIndex(
        {file.stem: np.load(file, mmap_mode="r").view(np.ndarray) for file in sorted(folder.glob("*.npy"))}
    )


def _stamp(path: Path, version: str) -> str:
    size = path.stat().st_size if path.exists() else 0
    return blake2b(json.dumps([version, size, FORMAT, GRAMS]).encode(), digest_size=8).hexdigest()


def _is_current(folder: Path, stamp: str) -> bool:
    try:
        return (folder / "stamp").read_text(encoding="ascii") == stamp
    except OSError:
        return False


def _write(folder: Path, arrays: Mapping[str, NDArray[np.generic]], stamp: str) -> None:
    """The folder appears whole or not at all."""
    staged = Path(tempfile.mkdtemp(prefix=f"{folder.name}.{os.getpid()}.", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(staged / f"{name}.npy", array, allow_pickle=False)
        (staged / "stamp").write_text(stamp, encoding="ascii")
        shutil.rmtree(folder, ignore_errors=True)
        staged.rename(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
