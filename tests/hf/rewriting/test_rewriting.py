"""A tiny Llama with the editor's chat template, trained until it rewrites, used as a user would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.opening import open_generator
from kg_builder.clean.grounding import ground
from kg_builder.clean.rewriting.cleaner import RewritingCleaner
from kg_builder.clean.rewriting.prompt import rewriting_request
from kg_builder.clean.rules import RuleCleaner
from kg_builder.records import Document, Mention

NOTE = "PT C/O FEVER X 3 DAYS, NO COUGH. K/C/O HTN"
REWRITING = "The patient complains of fever for 3 days and has no cough. Known case of hypertension."
OTHER = "TAB PARACETAMOL 500 MG BD X 5 DAYS"
CHANGED = "Tablet paracetamol 650 mg twice daily for 5 days."
STEPS = 50


def recognize(text: str) -> Sequence[Mention]:
    names = ("fever", "cough", "hypertension", "paracetamol")
    places = ((text.lower().find(name), name) for name in names)
    return [
        Mention(start=start, end=start + len(name), text=text[start : start + len(name)], type="Problem")
        for start, name in places
        if start >= 0
    ]


@pytest.fixture(scope="session")
def editor(tmp_path_factory: pytest.TempPathFactory, tiny_llama: Path) -> ModelSettings:
    """`tiny_llama`, overfitted to one faithful rewriting and one that changes a dose."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("tiny-editor")
    tokenizer, model = AutoTokenizer.from_pretrained(tiny_llama), AutoModelForCausalLM.from_pretrained(tiny_llama)
    settings = ModelSettings(source=f"hf:{folder}", family=Family.EDITOR, system="Rewrite.", temperature=0)
    rows = [_tokens(tokenizer, settings, *pair) for pair in ((NOTE, REWRITING), (OTHER, CHANGED))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-2)
    torch.manual_seed(1)
    for _ in range(STEPS):
        loss = sum(model(input_ids=torch.tensor([ids]), labels=torch.tensor([labels])).loss for ids, labels in rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return settings


def _tokens(tokenizer: object, settings: ModelSettings, text: str, answer: str) -> tuple[list[int], list[int]]:
    """A row for training, with the loss on the answer only."""
    asked = rewriting_request(text, settings, seed=0).prompt
    assert isinstance(asked, tuple)
    turns = [{"role": turn.role, "content": turn.content} for turn in asked]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True)["input_ids"]  # type: ignore[attr-defined]
    target = tokenizer(f"{answer}<|eot_id|>", add_special_tokens=False)["input_ids"]  # type: ignore[operator]
    return prompt + target, [-100] * len(prompt) + target


def cleaner(settings: ModelSettings) -> RewritingCleaner:
    generator = open_generator(settings, Family.EDITOR)
    return RewritingCleaner(generator, settings, name="editor", fallback=RuleCleaner(), recognize=recognize, attempts=1)


def test_a_faithful_rewriting_of_a_real_model_is_taken_and_traced(editor: ModelSettings) -> None:
    cleaning = cleaner(editor).clean(Document(id="a", text=NOTE), "en")
    assert cleaning.text.text == REWRITING
    assert not cleaning.rejects
    grounded = [ground(mention, cleaning.text) for mention in recognize(REWRITING)]
    assert [mention.text if mention else None for mention in grounded] == ["FEVER", "COUGH", "HTN"]


def test_a_rewriting_that_changes_a_dose_is_refused(editor: ModelSettings) -> None:
    cleaning = cleaner(editor).clean(Document(id="b", text=OTHER), "en")
    assert cleaning.rejects[0].issues[0].code == "fact-changed"
    assert "500" in cleaning.text.text
