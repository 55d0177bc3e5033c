"""What is noted of a generator's answers, and how tokens are counted before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from kg_builder.backends.chat_errors import WithheldAnswerError
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Message
from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.metered_generator import MeteredGenerator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.spending import Account, ModelUsage
from kg_builder.backends.token_counts import TOKENS_PER_MESSAGE, estimated_tokens, prompt_tokens, token_counter
from kg_builder.errors import DocumentError, TransientModelError
from kg_builder.testing import ScriptedGenerator

CHAT = ModelSettings(source="chat:maker:model")


def asked(*texts: str, most: int = 10) -> list[GenerationRequest]:
    return [GenerationRequest((Message("user", text),), GenerationOptions(max_new_tokens=most)) for text in texts]


class Echo:
    """Answers with the prompt; remembers how many requests came together."""

    model = "echo"
    remote = False

    def __init__(self) -> None:
        self.together: list[int] = []

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        self.together.append(len(requests))
        return [Generated(str(request.prompt[0].content), prompt_tokens=3, new_tokens=2) for request in requests]  # type: ignore[union-attr]

    def knows_token(self, text: str) -> bool:
        return text == "<known>"


def test_chat_models_are_asked_one_by_one_and_answer_in_order() -> None:
    echo, account = Echo(), Account("echo", ModelLimits())
    answers = MeteredGenerator(echo, account, CHAT).generate(asked(*map(str, range(20))))
    assert [answer.text for answer in answers] == list(map(str, range(20)))
    assert echo.together == [1] * 20
    assert account.usage() == ModelUsage(requests=20, input_tokens=60, output_tokens=40)


def test_local_models_get_their_requests_together() -> None:
    echo, account = Echo(), Account("echo", ModelLimits())
    MeteredGenerator(echo, account, ModelSettings(source="hf:a/b")).generate(asked("a", "b", "c"))
    assert echo.together == [3]
    assert account.usage() == ModelUsage(requests=3, input_tokens=9, output_tokens=6)


def test_it_is_what_it_stands_for() -> None:
    metered = MeteredGenerator(Echo(), Account("echo", ModelLimits()), CHAT)
    assert (metered.model, metered.remote) == ("echo", False)
    assert metered.knows_token("<known>")
    assert not metered.knows_token("<other>")
    assert MeteredGenerator(ScriptedGenerator([""]), Account("x", ModelLimits()), CHAT).knows_token("any")


def test_withheld_answers_are_paid_for_and_failed_ones_counted() -> None:
    withheld = WithheldAnswerError("no", Generated("", prompt_tokens=7, new_tokens=1))
    account = Account("scripted", ModelLimits())
    metered = MeteredGenerator(ScriptedGenerator([withheld, TransientModelError("busy")]), account, CHAT)
    with pytest.raises(WithheldAnswerError):
        metered.generate(asked("a"))
    with pytest.raises(TransientModelError):
        metered.generate(asked("a"))
    assert account.usage() == ModelUsage(requests=2, input_tokens=7, output_tokens=1)


def test_nothing_is_asked_that_does_not_fit_the_budget() -> None:
    echo, account = Echo(), Account("echo", ModelLimits(token_budget=40))
    metered = MeteredGenerator(echo, account, CHAT)
    with pytest.raises(DocumentError, match="budget of 40 tokens"):
        metered.generate(asked(*"abcdefgh"))
    assert len(echo.together) == account.usage().requests == 6, "5 tokens each, of which the last took 15 at most"


def test_a_prompt_is_estimated_by_its_bytes() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("aspirin") == 2
    assert estimated_tokens("bệnh") > estimated_tokens("benh")
    assert estimated_tokens("\ud800") == 1
    [request] = asked("x" * 400)
    assert prompt_tokens(request) == 100 + TOKENS_PER_MESSAGE
    held = GenerationRequest(request.prompt, GenerationOptions(json_schema={"type": "array"}))
    assert prompt_tokens(held) > prompt_tokens(request)
    assert prompt_tokens(GenerationRequest("x" * 8)) == 2


def test_a_tokenizer_on_this_machine_counts_exactly(tmp_path: Path) -> None:
    tokenizer = Tokenizer(WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    count = token_counter(ModelSettings(source=f"hf:{tmp_path}"))
    assert count is not None
    assert count("a b zork a") == 4
    assert count("a \ud800") == 2
    (tmp_path / "tokenizer.json").unlink()
    for source in (f"hf:{tmp_path}", "hf:nobody/has-this-one", "chat:maker:model", "gguf:model.gguf"):
        assert token_counter(ModelSettings(source=source)) is None
