"""Tiny models that were taught a few answers by heart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kg_builder.backends.generation import Prompt

STEPS = 120


@pytest.fixture
def teach(tmp_path: Path) -> Callable[[Path, Mapping[Prompt, str]], Path]:
    """Trains a tiny checkpoint until it gives these answers, or an adapter on it, and saves that in a new folder."""

    def taught(checkpoint: Path, answers: Mapping[Prompt, str], *, adapter: bool = False) -> Path:
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM, AutoTokenizer

        from kg_builder.backends.prompt_tokens import encode_prompt

        torch.manual_seed(1)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        model = AutoModelForCausalLM.from_pretrained(checkpoint)
        if adapter:
            config = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
            model = get_peft_model(model, config)
        rows = []
        for prompt, answer in answers.items():
            asked = encode_prompt(tokenizer, prompt)
            told = [*tokenizer(answer, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
            rows.append((torch.tensor([asked + told]), torch.tensor([[-100] * len(asked) + told])))
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2 if adapter else 3e-3)
        for _ in range(STEPS):
            losses = [model(input_ids=ids, labels=labels).loss for ids, labels in rows]
            torch.stack(losses).mean().backward()
            optimizer.step()
            optimizer.zero_grad()
            if max(loss.item() for loss in losses) < 0.01:
                break
        folder = tmp_path / "taught"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return taught
