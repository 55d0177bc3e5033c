"""Builds the small diffusion model, trains it on made-up text, and saves it in the published layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from kg_builder.backends.transformers_loading import without_progress_bars
from kg_builder.testing_diffusion.configuration_small_diffusion import SmallDiffusionConfig
from kg_builder.testing_diffusion.modeling_small_diffusion import SmallDiffusionModel
from kg_builder.testing_diffusion.toy_text import TOY_LABELS, ToyText
from kg_builder.train.denoising.fitting import Tokens, make_optimizer, train_denoising_epoch
from kg_builder.train.denoising.recipe import Denoising
from kg_builder.train.denoising.samples import make_sample, tagged_text

_CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_END, _MASK = "<|endoftext|>", "<|mask|>"
_SPECIAL = [_END, _MASK, "<|im_start|>", "<|im_end|>"]
_BATCH = 16

ANSWER_TOKENS = 28
"""For `max_new_tokens`."""


def small_diffusion_tokenizer(texts: Sequence[str], labels: Sequence[str]) -> Any:
    """Byte-level pairs learned from texts, so that any text can be encoded; one token a tag."""
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4000,
        special_tokens=_SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words = [word for text in texts for word in text.split()]  # as they begin after a tag, without their blank
    tokenizer.train_from_iterator([*texts, *words, "user\n", "assistant\n", "<ner>\n", "\n</ner>"], trainer)
    tags = [mark for label in labels for mark in (f"<{label}>", f"</{label}>")]
    tokenizer.add_tokens([AddedToken(tag, normalized=False) for tag in tags])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=_END,
        pad_token=_END,
        mask_token=_MASK,
        extra_special_tokens=_SPECIAL[2:],
        chat_template=_CHAT,
        clean_up_tokenization_spaces=False,
    )


def train_small_diffusion_model(folder: Path, toys: Sequence[ToyText], *, steps: int, layers: int, seed: int) -> None:
    """Learn to tag these texts, and save. Answers have at most `ANSWER_TOKENS` tokens, which is what to ask for."""
    tokenizer = small_diffusion_tokenizer([toy.text for toy in toys], TOY_LABELS)
    samples = [make_sample(tokenizer, toy.text, tagged_text(toy.text, toy.mentions)) for toy in toys]
    batch = min(_BATCH, 2 * len(samples))
    samples *= -(-batch // len(samples))  # few texts are masked in two ways at a time
    settings = Denoising(
        epochs=-(-steps * batch // len(samples)),
        batch_size=batch,
        accumulation=1,
        learning_rate=3e-3 if layers == 1 else 2.5e-3,
        warmup=0.1,
        weight_decay=0.0,
        answer_tokens=ANSWER_TOKENS,
        seed=seed,
    )
    torch.manual_seed(seed)
    model = small_diffusion_model(tokenizer, layers=layers)
    optimizer = make_optimizer(model, settings)
    tokens = Tokens(mask=tokenizer.mask_token_id, end=tokenizer.eos_token_id)
    for epoch in range(settings.epochs):
        train_denoising_epoch(model, optimizer, samples, settings, tokens, epoch=epoch)
    save_small_diffusion_checkpoint(model, tokenizer, folder)


def small_diffusion_model(tokenizer: Any, *, layers: int, width: int = 128) -> SmallDiffusionModel:
    """Random weights for a tokenizer's vocabulary."""
    return SmallDiffusionModel(
        SmallDiffusionConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            num_hidden_layers=layers,
            intermediate_size=3 * width,
            mask_token_id=tokenizer.mask_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def save_small_diffusion_checkpoint(model: SmallDiffusionModel, tokenizer: Any, folder: Path) -> None:
    """Configuration with ``auto_map``, safetensors, tokenizer with chat template, and the code."""
    SmallDiffusionConfig.register_for_auto_class()
    SmallDiffusionModel.register_for_auto_class("AutoModel")
    with without_progress_bars():
        model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
