"""Samples as token ids, and batches of them: only the answer's tokens are learned."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from kg_builder.backends.prompt_tokens import encode_prompt, shared_length
from kg_builder.errors import ModelError
from kg_builder.train.generative.samples import Sample

IGNORED = -100
"""Label of a token that isn't learned, as torch's cross-entropy knows it."""
_POOL = 20
"""Batches' worth of samples that are sorted by length together: little padding, and still a random order."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sample as token ids; the answer ends with the tokenizer's end token."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    kind: str = ""

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples padded on the left, so that the answers are at the end. Shapes: samples × tokens."""

    beginning: torch.Tensor | None
    """What all prompts begin with (1 × tokens), which isn't in `input_ids` then; None: nothing apart."""
    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    labels: torch.Tensor
    """`IGNORED` but for the answers."""
    answer_tokens: int
    """Of the longest answer: that many positions at the end, and the one before them, are needed for the loss."""


def encode(samples: Iterable[Sample], tokenizer: Any, *, most: int) -> tuple[list[Encoded], int]:
    """The samples of at most `most` tokens, and how many are longer. Raises ModelError without an end token."""
    end = tokenizer.eos_token_id
    if end is None:
        raise ModelError("the tokenizer has no end token, so answers would have no end")
    found, longer = [], 0
    for sample in samples:
        prompt = encode_prompt(tokenizer, sample.prompt)
        answer = tokenizer(sample.answer, add_special_tokens=False)["input_ids"]
        one = Encoded(tuple(prompt), (*answer, end), sample.kind)
        if len(one) > most:
            longer += 1
        else:
            found.append(one)
    return found, longer


def batches_of(
    samples: Sequence[Encoded], size: int, dice: random.Random, *, last: str = "", entities_first: float = 0.0
) -> list[list[Encoded]]:
    """All samples once, in batches of one kind and of similar lengths, in random order.

    Of the batches of other kinds than `last` the share `entities_first` comes before any of `last`.
    """
    early: list[list[Encoded]] = []
    late: list[list[Encoded]] = []
    for kind in sorted({sample.kind for sample in samples}):
        (late if last and kind == last else early).extend(
            _of_one_kind([sample for sample in samples if sample.kind == kind], size, dice)
        )
    dice.shuffle(early)
    first = round(len(early) * entities_first)
    mixed = early[first:] + late
    dice.shuffle(mixed)
    return early[:first] + mixed


def _of_one_kind(samples: list[Encoded], size: int, dice: random.Random) -> list[list[Encoded]]:
    dice.shuffle(samples)
    found: list[list[Encoded]] = []
    for first in range(0, len(samples), size * _POOL):
        pool = sorted(samples[first : first + size * _POOL], key=len)
        found += [pool[start : start + size] for start in range(0, len(pool), size)]
    return found


def make_batch(samples: Sequence[Encoded], *, pad: int, device: Any, share_beginning: bool = False) -> Batch:
    """Pad to the longest sample."""
    shared = _shared([sample.prompt for sample in samples]) if share_beginning else 0
    width = max(map(len, samples)) - shared
    input_ids = torch.full((len(samples), width), pad)
    attention_mask = torch.zeros((len(samples), width), dtype=torch.long)
    labels = torch.full((len(samples), width), IGNORED)
    for row, sample in enumerate(samples):
        tokens = torch.tensor(sample.prompt[shared:] + sample.answer)
        input_ids[row, width - len(tokens) :] = tokens
        attention_mask[row, width - len(tokens) :] = 1
        labels[row, width - len(sample.answer) :] = torch.tensor(sample.answer)
    beginning = torch.tensor([samples[0].prompt[:shared]], device=device) if shared else None
    return Batch(
        beginning,
        input_ids.to(device),
        attention_mask.to(device),
        labels.to(device),
        max(len(sample.answer) for sample in samples),
    )


def _shared(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with; the last one of each stays its own."""
    first = prompts[0]
    return min(min(shared_length(first, prompt), len(prompt) - 1) for prompt in prompts)
