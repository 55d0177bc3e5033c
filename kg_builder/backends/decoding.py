"""The decoding loop: a batch of prompts through a causal language model, token by token.

Prompts are padded on the left. Rows that are finished leave the batch, each row has its own chooser and limit, and of
the checkpoint's generation configuration nothing but its end tokens is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from kg_builder.backends.prefix_cache import Beginning
from kg_builder.backends.sampling import Chooser


@dataclass(slots=True)
class Row:
    """One prompt on its way to an answer."""

    prompt: Sequence[int]
    chooser: Chooser
    limit: int
    """Most new tokens."""
    ids: list[int] = field(default_factory=list)
    """The answer's tokens, without the end token."""
    logprobs: list[float] = field(default_factory=list)
    """Natural-log probabilities in the model's own distribution, before temperature, penalty and constraint."""
    complete: bool = False
    """True: the model, or the constraint, ended it."""


@torch.inference_mode()  # type: ignore[untyped-decorator, unused-ignore]
def decode(
    model: Any, rows: Sequence[Row], *, end_tokens: frozenset[int], device: torch.device, beginning: Beginning | None
) -> None:
    """Fill the rows' answers."""
    known = beginning.length if beginning else 0
    ids, mask = _padded(rows, known, device)
    cache = beginning.cache if beginning else None
    active = list(rows)
    while True:
        positions = (mask.cumsum(-1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        answer = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache = answer.past_key_values
        chosen = _choose(active, answer.logits[:, -1].float(), end_tokens)
        kept = [number for number, token in enumerate(chosen) if token is not None]
        if not kept:
            return
        if len(kept) < len(active):
            places = torch.tensor(kept, device=device)
            cache.batch_select_indices(places)
            mask = mask[places]
            active = [active[number] for number in kept]
        ids = torch.tensor([[chosen[number]] for number in kept], device=device)
        mask = torch.cat([mask, mask.new_ones((len(kept), 1))], dim=1)


def _padded(rows: Sequence[Row], known: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids past the known beginning and the mask of all positions; the padding lies between the two."""
    rest = [list(row.prompt[known:]) for row in rows]
    width = max(map(len, rest))
    ids = torch.tensor([[0] * (width - len(row)) + row for row in rest], device=device)
    mask = torch.tensor([[1] * known + [0] * (width - len(row)) + [1] * len(row) for row in rest], device=device)
    return ids, mask


def _choose(rows: Sequence[Row], logits: torch.Tensor, end_tokens: frozenset[int]) -> list[int | None]:
    """Each row's next token; None where it is finished."""
    logprobs = logits.log_softmax(dim=-1)
    chosen: list[int | None] = []
    for number, row in enumerate(rows):
        token = row.chooser.choose(logits[number])
        if token in end_tokens:
            row.complete = True
            chosen.append(None)
            continue
        row.ids.append(token)
        row.logprobs.append(float(logprobs[number, token]))
        row.complete = row.chooser.finished
        chosen.append(None if row.complete or len(row.ids) >= row.limit else token)
    return chosen
