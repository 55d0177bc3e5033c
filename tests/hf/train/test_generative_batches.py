"""Batches and their loss: only answers count, and what prompts share changes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("torch")


def test_only_answers_are_labelled_and_prefixes_change_nothing(tiny_llama: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from kg_builder.train.generative.batches import IGNORED, encode, make_batch
    from kg_builder.train.generative.loss import answer_loss
    from kg_builder.train.generative.samples import Sample

    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    model = AutoModelForCausalLM.from_pretrained(tiny_llama, dtype=torch.float32)
    texts = {"List: lithium and aspirin.\n": "- lithium\n- aspirin", "List: nothing here at all.\n": ""}
    samples, longer = encode([Sample(prompt, answer) for prompt, answer in texts.items()], tokenizer, most=500)
    assert not longer
    plain, shared = (make_batch(samples, pad=1, device="cpu", share_beginning=share) for share in (False, True))
    for row, sample in enumerate(samples):
        labels = plain.labels[row].tolist()
        learned = [place for place, label in enumerate(labels) if label != IGNORED]
        assert learned == list(range(len(labels) - len(sample.answer), len(labels)))
        assert [labels[place] for place in learned] == list(sample.answer)
        assert sample.answer[-1] == tokenizer.eos_token_id
        assert tokenizer.decode(sample.prompt) in texts
    assert shared.beginning is not None
    by_hand = []
    for sample in samples:
        ids = torch.tensor([[*sample.prompt, *sample.answer]])
        logits = model(input_ids=ids).logits[0, len(sample.prompt) - 1 : -1]
        by_hand.append(torch.nn.functional.cross_entropy(logits, torch.tensor(sample.answer), reduction="sum"))
    expected = torch.stack(by_hand).sum() / sum(len(sample.answer) for sample in samples)
    torch.testing.assert_close(answer_loss(model, plain), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(answer_loss(model, shared), expected, rtol=1e-5, atol=1e-6)


def test_gradients_flow_through_a_shared_beginning(tiny_llama: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from kg_builder.train.generative.batches import encode, make_batch
    from kg_builder.train.generative.loss import answer_loss
    from kg_builder.train.generative.samples import Sample

    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    samples, _ = encode([Sample(f"List of {name}:\n", f"- {name}") for name in ("ab", "rash")], tokenizer, most=500)
    gradients = []
    for share in (False, True):
        model = AutoModelForCausalLM.from_pretrained(tiny_llama, dtype=torch.float32)
        answer_loss(model, make_batch(samples, pad=1, device="cpu", share_beginning=share)).backward()
        gradients.append({name: value.grad for name, value in model.named_parameters()})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], gradient, rtol=1e-3, atol=1e-5)


def test_batches_hold_every_sample_once_and_influences_come_late() -> None:
    from kg_builder.train.generative.batches import Encoded, batches_of

    kinds = ("CHEMICALS", "DISEASES", "INFLUENCES")
    samples = [Encoded((place,), (place,), kinds[place % 3]) for place in range(60)]
    batches = batches_of(samples, 4, random.Random(1), last="INFLUENCES", entities_first=0.5)
    assert sorted(sample.prompt for batch in batches for sample in batch) == [(place,) for place in range(60)]
    assert all(len({sample.kind for sample in batch}) == 1 for batch in batches)
    assert all(batch[0].kind != "INFLUENCES" for batch in batches[:5])


def test_the_rate_rises_then_falls_to_nothing() -> None:
    from kg_builder.train.generative.fitting import rate_share

    shares = [rate_share(step, 100, 0.1) for step in range(101)]
    assert shares[:11] == sorted(shares[:11])
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[10] == 1
    assert shares[100] == pytest.approx(0, abs=1e-9)
