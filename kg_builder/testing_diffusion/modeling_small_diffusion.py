"""A bidirectional transformer that restores masked tokens; saved with its checkpoints as remote code.

It has the interface of the Dream models (Ye et al. 2025, "Dream 7B: Diffusion Large Language Models",
arXiv 2508.15487): `diffusion_generate`, attention masks of batch × 1 × positions × positions, and scores that stand one
place before the token they are for, as in the causal models that Dream was made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.modeling_outputs import MaskedLMOutput
from transformers.utils import ModelOutput

from .configuration_small_diffusion import SmallDiffusionConfig  # noqa: TID252 - as code beside a checkpoint must

_LAST_TIME = 1e-3
"""Time runs from 1, where all is masked, to this."""


@dataclass
class DiffusionOutput(ModelOutput):
    """What `diffusion_generate` answers."""

    sequences: Tensor | None = None
    """batch × positions, prompt first."""
    history: tuple[Tensor, ...] | None = None
    """The same after each step, where asked for."""


class _Block(nn.Module):
    def __init__(self, config: SmallDiffusionConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.before_attention, self.before_mixing = nn.LayerNorm(width), nn.LayerNorm(width)
        self.reading = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.wide = nn.Linear(width, config.intermediate_size)
        self.narrow = nn.Linear(config.intermediate_size, width)

    def forward(self, hidden: Tensor, turns: tuple[Tensor, Tensor], mask: Tensor | None) -> Tensor:
        batch, length, width = hidden.shape
        split = self.reading(self.before_attention(hidden)).view(batch, length, 3, self.heads, -1)
        query, key, value = (part.transpose(1, 2) for part in split.unbind(2))
        found = functional.scaled_dot_product_attention(
            _turned(query, turns), _turned(key, turns), value, attn_mask=mask
        )
        hidden = hidden + self.attended(found.transpose(1, 2).reshape(batch, length, width))
        mixed: Tensor = hidden + self.narrow(functional.gelu(self.wide(self.before_mixing(hidden))))
        return mixed


class SmallDiffusionModel(PreTrainedModel):
    """Scores of the token at every place, given all others."""

    config_class = SmallDiffusionConfig
    base_model_prefix = "model"

    def __init__(self, config: SmallDiffusionConfig) -> None:
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        # tells each place its neighbours, without which layers would be spent on that before copying can begin
        self.neighbours = nn.Conv1d(config.hidden_size, config.hidden_size, 3, padding=1)
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.num_hidden_layers))
        self.last_norm = nn.LayerNorm(config.hidden_size)
        self.score_bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        """As transformers asks for it."""
        return self.embedding

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        **_: Any,
    ) -> MaskedLMOutput:
        """Logits, batch × positions × vocabulary: those at place i are for the token at place i + 1.

        attention_mask: batch × 1 × positions × positions, or batch × positions; true where there is something to read.
        """
        if position_ids is None:
            position_ids = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        mask = None if attention_mask is None else attention_mask.bool()
        if mask is not None and mask.dim() == 2:
            mask = mask[:, None, None, :]
        hidden = self.embedding(input_ids)
        hidden = hidden + self.neighbours(hidden.transpose(1, 2)).transpose(1, 2)
        turns = self._turns(position_ids, hidden.dtype)
        for block in self.blocks:
            hidden = block(hidden, turns, mask)
        # scored by likeness to the embeddings, which makes copying easy to learn
        logits = functional.linear(self.last_norm(hidden), self.embedding.weight, self.score_bias)
        return MaskedLMOutput(logits=logits)

    def _turns(self, positions: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Cosines and sines of rotary positions (Su et al. 2021), batch × 1 × positions × half a head."""
        half = self.config.hidden_size // self.config.num_attention_heads // 2
        rates = self.config.rope_base ** (-torch.arange(half, device=positions.device) / half)
        angles = positions[:, None, :, None].float() * rates
        return angles.cos().to(dtype), angles.sin().to(dtype)

    def diffusion_generate(
        self,
        inputs: Tensor,
        attention_mask: Tensor | None = None,
        *,
        max_new_tokens: int = 64,
        output_history: bool = False,
        return_dict_in_generate: bool = False,
        steps: int = 64,
        temperature: float = 0.0,
        top_p: float | None = None,
        alg: str = "entropy",
        alg_temp: float | None = None,
        **_: Any,
    ) -> DiffusionOutput | Tensor:
        """Fill `max_new_tokens` masked places after the prompts (batch × positions, padded on the left).

        In each step the same share of the time is run down, and as many places get their token as that takes: those
        where the distribution has least entropy; with `alg_temp` above 0, drawn by softmax(-entropy / alg_temp).
        """
        if alg != "entropy":
            raise ValueError("this model only has alg='entropy'")
        mask_id = self.config.mask_token_id
        tokens = functional.pad(inputs, (0, max_new_tokens), value=mask_id)
        seen, positions = _full_mask(attention_mask, max_new_tokens)
        history = []
        times = torch.linspace(1, _LAST_TIME, steps + 1).tolist()
        for step, (time, following) in enumerate(pairwise(times)):
            with torch.no_grad():
                logits = self(tokens, seen, positions).logits
            logits = torch.cat([logits[:, :1], logits[:, :-1]], dim=1)
            logits[..., mask_id] = -torch.inf
            share = 1.0 if step + 1 == steps else 1 - following / time
            for row in range(len(tokens)):
                places = (tokens[row] == mask_id).nonzero()[:, 0]
                count = int(len(places) * share)
                if count:
                    _restore(tokens[row], logits[row], places, count, temperature, top_p or 1.0, alg_temp or 0.0)
            if output_history:
                history.append(tokens.clone())
        if not return_dict_in_generate:
            return tokens
        return DiffusionOutput(sequences=tokens, history=tuple(history) if output_history else None)


def _restore(  # noqa: PLR0917 - the sampling settings, in the order that Dream has them
    tokens: Tensor, logits: Tensor, places: Tensor, count: int, temperature: float, top_p: float, alg_temp: float
) -> None:
    """Put tokens at the `count` most certain places of one row."""
    distribution = functional.softmax(_narrowed(logits[places].float(), temperature, top_p), dim=-1)
    drawn = torch.multinomial(distribution, 1)[:, 0] if temperature > 0 else distribution.argmax(dim=-1)
    certainty = torch.xlogy(distribution, distribution).sum(dim=-1)  # minus the entropy
    if alg_temp > 0:
        chosen = torch.multinomial(functional.softmax(certainty / alg_temp, dim=-1), count)
    else:
        chosen = certainty.topk(count).indices
    tokens[places[chosen]] = drawn[chosen]


def _narrowed(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Sharpened by the temperature, and without the tail beyond the smallest set that has `top_p` of the mass."""
    if temperature > 0:
        logits = logits / temperature
    if top_p >= 1:
        return logits
    ordered, order = logits.sort(dim=-1, descending=True)
    shares = functional.softmax(ordered, dim=-1)
    tail = shares.cumsum(dim=-1) - shares > top_p
    return logits.masked_fill(torch.zeros_like(tail).scatter(-1, order, tail), -torch.inf)


def _full_mask(attention_mask: Tensor | None, more: int) -> tuple[Tensor | None, Tensor | None]:
    """Attention mask and positions of prompt and answer, for rows with padding on their left; None: no padding."""
    if attention_mask is None or bool(attention_mask.all()):
        return None, None
    seen = functional.pad(attention_mask.bool(), (0, more), value=True)
    positions = (seen.long().cumsum(-1) - 1).clamp(min=0)
    # padding reads itself: its softmax can't be over nothing
    alone = torch.eye(seen.shape[1], dtype=torch.bool, device=seen.device)
    return (seen[:, None, None, :] & seen[:, None, :, None]) | alone, positions


def _turned(parts: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys, batch × heads × positions × width, rotated by their positions."""
    cosines, sines = turns
    first, second = parts.chunk(2, dim=-1)
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], dim=-1)
