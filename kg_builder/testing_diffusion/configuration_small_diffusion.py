"""Configuration of a small masked-denoising language model; saved with its checkpoints as remote code."""

from __future__ import annotations

from typing import Any

from transformers import PretrainedConfig


class SmallDiffusionConfig(PretrainedConfig):
    """Sizes and special tokens. The defaults train on one CPU core in a minute."""

    model_type = "small-diffusion"

    def __init__(
        self,
        *,
        vocab_size: int = 512,
        hidden_size: int = 96,
        num_hidden_layers: int = 2,
        num_attention_heads: int = 4,
        intermediate_size: int = 256,
        max_position_embeddings: int = 1024,
        rope_base: float = 10_000.0,
        mask_token_id: int | None = None,
        **others: Any,
    ) -> None:
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.num_attention_heads = num_attention_heads
        self.intermediate_size = intermediate_size
        self.max_position_embeddings = max_position_embeddings
        self.rope_base = rope_base
        self.mask_token_id = mask_token_id
        super().__init__(**others)
