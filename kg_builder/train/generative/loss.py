"""The loss of a batch of answers: cross-entropy of their tokens, each as it follows from what stands before it."""

from __future__ import annotations

from typing import Any

import torch

from kg_builder.train.generative.batches import IGNORED, Batch


def answer_loss(model: Any, batch: Batch) -> torch.Tensor:
    """Mean over the answers' tokens. Logits are made where answers stand only, which saves most of the last layer."""
    mask = batch.attention_mask
    known, past = 0, None
    if batch.beginning is not None:
        # keys and values of what all begin with, computed once; gradients flow through them as through any others
        past = model(input_ids=batch.beginning, use_cache=True, logits_to_keep=1).past_key_values
        past.batch_repeat_interleave(len(mask))
        known = batch.beginning.shape[1]
    positions = known + (mask.cumsum(1) - 1).clamp(min=0)
    logits = model(
        input_ids=batch.input_ids,
        attention_mask=torch.cat([mask.new_ones((len(mask), known)), mask], dim=1),
        position_ids=positions,
        past_key_values=past,
        use_cache=past is not None,
        logits_to_keep=batch.answer_tokens + 1,
    ).logits
    wanted = batch.labels[:, -batch.answer_tokens :]
    return torch.nn.functional.cross_entropy(
        logits[:, -batch.answer_tokens - 1 : -1].float().flatten(0, 1), wanted.flatten(), ignore_index=IGNORED
    )
