"""LangChain chat models as generators, with models that are real but for the provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import Field

from kg_builder.backends.chat_generator import ChatModelGenerator, runs_here, token_scores
from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
from kg_builder.errors import KeyRefusedError, ModelError, SettingsError, TransientModelError

PROMPT = (Message("system", "List the drugs."), Message("user", "Text: aspirin"))


class OwnModel(BaseChatModel):
    """Answers by a function of the messages and of its own fields."""

    answer: Callable[[Sequence[BaseMessage], OwnModel], AIMessage]
    model_name: str = "own-1"
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = Field(default=None, alias="max_completion_tokens")
    base_url: str | None = None

    @property
    def _llm_type(self) -> str:
        return "own"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **extra: Any
    ) -> ChatResult:
        assert not extra, "a provider's client would refuse what it doesn't know"
        return ChatResult(generations=[ChatGeneration(message=self.answer(messages, self))])


class SeededModel(OwnModel):
    """Takes a seed, and can hold answers to a schema."""

    seed: int | None = None

    def with_structured_output(
        self,
        schema: Any,
        *,
        method: Literal["function_calling", "json_schema"] = "function_calling",
        include_raw: bool = False,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        assert method == "json_schema"
        assert include_raw
        assert schema["title"]
        assert schema["type"] == "object"
        return self | RunnableLambda(lambda message: {"raw": message, "parsed": None, "parsing_error": None})


class StatusError(Exception):
    """As providers' packages raise them, quoting the prompt."""

    def __init__(self, status_code: int, param: str | None = None) -> None:
        super().__init__("your message 'Text: aspirin' was not liked")
        self.status_code = status_code
        self.param = param


class APIConnectionError(Exception):
    """As openai and anthropic name it."""


class LengthFinishReasonError(Exception):
    """As openai raises it for answers that are held to a schema."""

    def __init__(self, text: str) -> None:
        super().__init__("length limit was reached")
        message = SimpleNamespace(content=text)
        self.completion = SimpleNamespace(choices=[SimpleNamespace(message=message)])


def says(text: str, **details: Any) -> Callable[..., AIMessage]:
    return lambda messages, model: AIMessage(text, response_metadata=details)


def fails(error: Exception) -> Callable[..., AIMessage]:
    def answer(messages: Sequence[BaseMessage], model: OwnModel) -> AIMessage:
        raise error

    return answer


def ask(model: BaseChatModel, **options: Any) -> Any:
    return ChatModelGenerator(model).generate([GenerationRequest(PROMPT, GenerationOptions(**options))])[0]


def test_the_conversation_arrives_as_it_is() -> None:
    seen: list[tuple[str, Any]] = []

    def answer(messages: Sequence[BaseMessage], model: OwnModel) -> AIMessage:
        seen.extend((message.type, message.content) for message in messages)
        return AIMessage("[]", usage_metadata={"input_tokens": 9, "output_tokens": 1, "total_tokens": 10})

    generator = ChatModelGenerator(OwnModel(answer=answer))
    found = generator.generate([GenerationRequest((*PROMPT, Message("assistant", "x"), Message("user", "again")))])[0]
    assert seen == [("system", "List the drugs."), ("human", "Text: aspirin"), ("ai", "x"), ("human", "again")]
    assert (found.text, found.complete, found.prompt_tokens, found.new_tokens) == ("[]", True, 9, 1)
    assert generator.model == "chat:own-1"


def test_options_are_set_where_the_model_has_them() -> None:
    def shown(messages: Sequence[BaseMessage], model: OwnModel) -> AIMessage:
        return AIMessage(f"{model.temperature} {model.top_p} {model.max_tokens} {getattr(model, 'seed', 'no seed')}")

    assert ask(OwnModel(answer=shown), max_new_tokens=7, seed=3).text == "0.0 None 7 no seed"
    assert ask(SeededModel(answer=shown), temperature=0.7, top_p=0.9, seed=3).text == "0.7 0.9 256 3"


def test_the_users_own_model_is_not_changed() -> None:
    model = OwnModel(answer=says("[]"), temperature=1.0)
    ask(model, temperature=0.2)
    assert model.temperature == 1.0


def test_several_requests_run_at_once_and_come_back_in_order() -> None:
    def echo(messages: Sequence[BaseMessage], model: OwnModel) -> AIMessage:
        return AIMessage(str(messages[-1].content))

    asked = [GenerationRequest((Message("user", str(number)),)) for number in range(20)]
    assert [answer.text for answer in ChatModelGenerator(OwnModel(answer=echo)).generate(asked)] == [
        str(number) for number in range(20)
    ]


@pytest.mark.parametrize(
    ("details", "complete"),
    [
        ({"finish_reason": "stop"}, True),
        ({"finish_reason": "length"}, False),
        ({"finish_reason": "MAX_TOKENS"}, False),
        ({"stop_reason": "max_tokens"}, False),
        ({"stop_reason": "end_turn"}, True),
        ({"done_reason": "length"}, False),
        ({}, True),
    ],
)
def test_a_cut_off_answer_is_incomplete(details: dict[str, str], complete: bool) -> None:
    assert ask(OwnModel(answer=says("[", **details))).complete is complete


@pytest.mark.parametrize("details", [{"finish_reason": "content_filter"}, {"stop_reason": "refusal"}])
def test_a_withheld_answer_is_an_error_and_no_empty_answer(details: dict[str, str]) -> None:
    with pytest.raises(ModelError, match="withheld"):
        ask(OwnModel(answer=says("", **details)))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StatusError(429), TransientModelError),
        (StatusError(503), TransientModelError),
        (APIConnectionError("Text: aspirin"), TransientModelError),
        (TimeoutError("Text: aspirin"), TransientModelError),
        (ConnectionResetError("Text: aspirin"), TransientModelError),
        (StatusError(401), KeyRefusedError),
        (StatusError(403), ModelError),
        (StatusError(400), ModelError),
        (ValueError("Text: aspirin"), ModelError),
    ],
)
def test_errors_are_ours_and_quote_nothing(error: Exception, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as caught:
        ask(OwnModel(answer=fails(error)))
    assert type(caught.value) is kind
    assert "aspirin" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__suppress_context__


def test_an_option_that_a_model_refuses_is_left_out() -> None:
    def choosy(messages: Sequence[BaseMessage], model: OwnModel) -> AIMessage:
        if model.temperature is not None:
            raise StatusError(400, param="temperature")
        return AIMessage("[]")

    generator = ChatModelGenerator(OwnModel(answer=choosy))
    assert [generator.generate([GenerationRequest(PROMPT)])[0].text for _ in range(2)] == ["[]", "[]"]


def test_an_option_that_is_refused_without_end_is_an_error() -> None:
    with pytest.raises(ModelError, match="status 400"):
        ask(OwnModel(answer=fails(StatusError(400, param="temperature"))))


LIST = {"type": "array", "items": {"type": "string"}}


def test_a_list_is_asked_for_in_an_object_and_unwrapped() -> None:
    model = SeededModel(answer=says('{"items": ["đau bụng"]}'))
    assert ask(model, json_schema=LIST).text == '["đau bụng"]'
    assert ask(SeededModel(answer=says('{"items": ["đa')), json_schema=LIST).text == '{"items": ["đa'


def test_a_cut_off_answer_that_comes_as_an_error_is_kept() -> None:
    found = ask(SeededModel(answer=fails(LengthFinishReasonError('{"items": ["đa'))), json_schema=LIST)
    assert (found.text, found.complete) == ('{"items": ["đa', False)


def test_an_object_stays_as_it_is() -> None:
    model = SeededModel(answer=says('{"items": []}'))
    assert ask(model, json_schema={"type": "object", "properties": {}}).text == '{"items": []}'


def test_without_a_providers_own_schemas_the_answer_is_free() -> None:
    assert ask(OwnModel(answer=says("free")), json_schema=LIST).text == "free"


def test_probabilities_with_bytes_of_letters() -> None:
    text = "bệnh"
    pieces = [b"b", "ệ".encode()[:1], "ệ".encode()[1:], b"nh"]
    rows = [{"token": "?", "bytes": list(piece), "logprob": -0.5} for piece in pieces]
    found = ask(OwnModel(answer=says(text, logprobs={"content": rows}))).tokens
    assert [(score.start, score.end) for score in found] == [(0, 1), (1, 2), (1, 2), (2, 4)]


@pytest.mark.parametrize(
    "logprobs", [None, [], {"content": None}, {"content": [{"token": "x", "logprob": -1}]}, "x", [1]]
)
def test_probabilities_that_do_not_spell_the_text_are_none(logprobs: Any) -> None:
    assert token_scores("ab", logprobs) == []


def test_content_in_blocks_is_read() -> None:
    blocks: list[Any] = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "[]"}]
    assert ask(OwnModel(answer=lambda messages, model: AIMessage(blocks))).text == "[]"


def test_raw_prompts_are_refused() -> None:
    assert not ChatModelGenerator(OwnModel(answer=says(""))).knows_token("<|start_header_id|>")
    with pytest.raises(SettingsError, match="chat model can't take"):
        ChatModelGenerator(OwnModel(answer=says(""))).generate([GenerationRequest("<|begin_of_text|>")])


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://localhost:11434", True),
        ("http://[::1]:80", True),
        ("localhost:8000", True),
        ("https://api.example.org/v1", False),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1@example.org/", False),
        ("http://10.0.0.1", False),
        (None, False),
    ],
)
def test_only_an_address_on_this_machine_is_local(address: str | None, here: bool) -> None:
    model = OwnModel(answer=says(""), base_url=address)
    assert runs_here(model) is here
    assert ChatModelGenerator(model).remote is not here
    assert ChatModelGenerator(model, remote=False).remote is False
