"""Prompts that begin alike: the common beginning runs through the model once, its keys and values are kept.

System text and examples are most of an extraction prompt. A kept beginning serves any prompt that shares a part of it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from kg_builder.backends.prompt_tokens import shared_length

LEAST = 32
"""Tokens; a shorter beginning isn't worth a run of its own."""
SLACK = 16
"""Tokens; a kept beginning that lacks no more than this is used as it is."""
KEPT = 4
"""Beginnings kept, the least recently used goes first."""
REMEMBERED = 16
"""Recent prompts that a single new one is compared with."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Keys and values of the first tokens, for all rows of a batch."""

    length: int
    cache: Any


class PrefixCache:
    """Beginnings of prompts for one model. Not safe for several threads at once."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model = model
        self._device = device
        self._kept: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._recent: deque[Sequence[int]] = deque(maxlen=REMEMBERED)
        self._possible = True

    def beginning(self, rows: Sequence[Sequence[int]]) -> Beginning | None:
        """What these prompts share with one another or, if there is one only, with recent ones; None: too little."""
        wanted = self._shared(rows)
        self._recent.extend(rows)
        if len(wanted) < LEAST or not self._possible:
            return None
        nearest, shared = self._nearest(wanted)
        if shared < len(wanted) - SLACK:
            self._keep(wanted, nearest, shared)
            nearest, shared = tuple(wanted), len(wanted)
        if not self._possible or nearest is None:
            return None
        self._kept.move_to_end(nearest)
        return Beginning(shared, _repeated(self._kept[nearest], shared, len(rows)))

    def _shared(self, rows: Sequence[Sequence[int]]) -> Sequence[int]:
        """At least one token of each prompt is left to run."""
        shortest = min(map(len, rows)) - 1
        shared = [shared_length(rows[0], other) for other in (rows[1:] or self._recent)]
        length = (min(shared) if len(rows) > 1 else max(shared)) if shared else 0
        return rows[0][: min(length, shortest)]

    def _nearest(self, wanted: Sequence[int]) -> tuple[tuple[int, ...] | None, int]:
        best, most = None, 0
        for ids in self._kept:
            shared = shared_length(ids, wanted)
            if shared > most:
                best, most = ids, shared
        return best, most

    def _keep(self, wanted: Sequence[int], nearest: tuple[int, ...] | None, shared: int) -> None:
        """Run what the nearest kept beginning lacks."""
        past = None if nearest is None else _repeated(self._kept[nearest], shared, 1)
        if nearest is not None:
            self._kept.move_to_end(nearest)
        ids = torch.tensor([list(wanted[shared:])], device=self._device)
        answer = self._model(
            input_ids=ids,
            attention_mask=torch.ones((1, len(wanted)), dtype=torch.long, device=self._device),
            position_ids=torch.arange(shared, len(wanted), device=self._device)[None],
            past_key_values=past,
            use_cache=True,
            logits_to_keep=1,
        )
        self._possible = _plain(answer.past_key_values)
        if self._possible:
            self._kept[tuple(wanted)] = answer.past_key_values
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _plain(cache: Any) -> bool:
    """Whether every layer keeps all positions; sliding windows and recurrent states can't be cut to a beginning."""
    from transformers.cache_utils import DynamicLayer

    return all(type(layer) is DynamicLayer for layer in getattr(cache, "layers", [None]))


def _repeated(cache: Any, length: int, rows: int) -> Any:
    """The first `length` positions for each of `rows`, as a cache of its own."""
    from transformers import DynamicCache

    copy = DynamicCache()
    for number, layer in enumerate(cache.layers):
        keys, values = layer.keys[..., :length, :], layer.values[..., :length, :]
        copy.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1), number)
    return copy
