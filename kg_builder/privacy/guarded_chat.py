"""A chat model that runs elsewhere, behind the policy: what is said to it, and what it says back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from kg_builder.errors import InputError
from kg_builder.privacy.conversations import Hidden, hide
from kg_builder.privacy.detector import Detector
from kg_builder.privacy.gate import Policy
from kg_builder.privacy.identifiers import Identifier, summary
from kg_builder.privacy.known_words import KnownWords

STANDS_FOR = "kg_builder_stands_for"
"""Where an answer carries what its placeholders stand for; it isn't sent."""
_NOT_WORDS = frozenset({"type", "id", "name", "index", "signature", "encrypted_content", "call_id", "tool_use_id"})
"""Keys of an answer's parts that are the provider's own."""
_ALONE: dict[str, Any] = {"callbacks": []}
"""The model behind isn't heard by those who listen to the conversation: it speaks of placeholders."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a chat model elsewhere may get."""

    policy: Policy
    detector: Callable[[], Detector]
    known: Callable[[], KnownWords]
    """Names of the graph's documents, patients and encounters."""


class GuardedChatModel(BaseChatModel):
    """Asks a chat model that runs elsewhere. Raises InputError where it would get identifiers under ``block``.

    All messages of a call are looked at together, so that it doesn't matter who kept them in between. Descriptions
    of tools go as they are.
    """

    inner: Any
    """The model, or one with tools bound to it."""
    guard: Any
    """A `Guard`."""
    model_name: str

    @property
    def _llm_type(self) -> str:
        return "guarded"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Runnable[Any, AIMessage]:
        """With tools; their arguments come back with the words that placeholders stand for."""
        return self.model_copy(update={"inner": self.inner.bind_tools(tools, **options)})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **options: Any,
    ) -> ChatResult:
        hidden, sent = self._hidden(messages)
        return _result(self.inner.invoke(sent, _ALONE, **_options(stop, options)), hidden)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **options: Any,
    ) -> ChatResult:
        hidden, sent = self._hidden(messages)
        return _result(await self.inner.ainvoke(sent, _ALONE, **_options(stop, options)), hidden)

    def _hidden(self, messages: Sequence[BaseMessage]) -> tuple[Hidden, list[BaseMessage]]:
        """The messages as the model gets them."""
        guard: Guard = self.guard
        texts: list[str] = []
        owners: list[BaseMessage] = []
        for message in messages:
            _changed(message, lambda text: texts.append(text) or text)  # type: ignore[func-returns-value]
            owners += [message] * (len(texts) - len(owners))
        hidden = hide(texts, guard.detector(), guard.known(), _given(messages))
        if guard.policy == "block":
            _refuse(owners, hidden, self.model_name)
        written = iter(hidden.texts)
        return hidden, [_changed(message, lambda _: next(written)) for message in messages]


def carried(answer: BaseMessage) -> dict[str, Any]:
    """What another message in the place of a guarded model's answer must carry, for the next call."""
    return {key: value for key, value in answer.additional_kwargs.items() if key == STANDS_FOR}


def _options(stop: list[str] | None, options: Mapping[str, Any]) -> dict[str, Any]:
    return dict(options) if stop is None else {"stop": stop, **options}


def _given(messages: Sequence[BaseMessage]) -> dict[str, str]:
    """Placeholders that the model saw before in this conversation."""
    given: dict[str, str] = {}
    for message in messages:
        given |= message.additional_kwargs.get(STANDS_FOR, {})
    return given


def _refuse(owners: Sequence[BaseMessage], hidden: Hidden, model: str) -> None:
    """Raise InputError for the first message that identifies people; what the model itself said is known to it."""
    found: dict[int, list[Identifier]] = {}
    for owner, identifiers in zip(owners, hidden.found, strict=True):
        if STANDS_FOR not in owner.additional_kwargs:
            found.setdefault(id(owner), []).extend(identifiers)
    for owner in owners:
        if told := found.get(id(owner)):
            raise InputError(
                f"{_what(owner)} isn't sent to '{model}', which runs elsewhere: it identifies people or may do so "
                f"({summary(told)}).",
                hint="Let placeholders stand for them (privacy: mask in the settings, or KG_BUILDER_PRIVACY=mask), "
                "name a model on this machine, or send it as it is (privacy: allow). docs/privacy.md says what is "
                "found and what isn't.",
            )


def _what(message: BaseMessage) -> str:
    if isinstance(message, ToolMessage):
        return f"What the tool '{message.name or 'unnamed'}' found"
    if isinstance(message, HumanMessage):
        return "The question"
    return "An earlier answer" if isinstance(message, AIMessage) else "What the model is told to begin with"


def _result(answer: BaseMessage, hidden: Hidden) -> ChatResult:
    """The answer with the words that its placeholders stand for, and with those for the next call."""
    restored = _changed(answer, hidden.placeholders.restore, kept=True)
    restored.additional_kwargs[STANDS_FOR] = dict(hidden.placeholders.said)
    return ChatResult(generations=[ChatGeneration(message=restored)])


def _changed(message: BaseMessage, change: Callable[[str], str], *, kept: bool = False) -> BaseMessage:
    """A copy whose words went through `change`. What else a message may carry is left out, unless the model itself
    said it or it is `kept`. Raises InputError for what is no text.
    """
    own = kept or STANDS_FOR in message.additional_kwargs
    update: dict[str, Any] = {"content": _content(message, change)}
    others = {key: value for key, value in message.additional_kwargs.items() if key != STANDS_FOR}
    update["additional_kwargs"] = others if own else {}
    update["response_metadata"] = message.response_metadata if own else {}
    if isinstance(message, AIMessage):
        update["tool_calls"] = [{**call, "args": _words(call["args"], change)} for call in message.tool_calls]
        update["invalid_tool_calls"] = [
            {**call, "args": _words(call["args"], change), "error": None} for call in message.invalid_tool_calls
        ]
    elif isinstance(message, ToolMessage):
        update["artifact"] = None
    else:
        update["name"] = None
    return message.model_copy(update=update)


def _content(message: BaseMessage, change: Callable[[str], str]) -> Any:
    if isinstance(message.content, str):
        return change(message.content)
    said: list[Any] = []
    for part in message.content:
        if isinstance(part, str):
            said.append(change(part))
        elif isinstance(message, AIMessage) or part.get("type") == "text":
            said.append({key: one if key in _NOT_WORDS else _words(one, change) for key, one in part.items()})
        else:
            raise InputError(
                f"A part of type '{part.get('type')}' isn't sent to a model that runs elsewhere: only text can be "
                "searched for what identifies people."
            )
    return said


def _words(value: Any, change: Callable[[str], str]) -> Any:
    """Data with all its strings changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(key) if isinstance(key, str) else key: _words(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_words(one, change) for one in value]
    return value
