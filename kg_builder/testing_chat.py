"""A chat model that answers from a script, for tests of agents: calls of tools, answers, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

Line = str | tuple[str, dict[str, Any]] | Callable[[Sequence[BaseMessage]], str]
"""An answer; the name of a tool with its arguments; or what makes an answer of the conversation so far."""


class ScriptedChatModel(BaseChatModel):
    """Says its lines in order and remembers what it was asked; the last line again after that."""

    lines: list[Any]
    asked: list[list[BaseMessage]] = Field(default_factory=list)
    """The conversation of each call."""
    tools: list[str] = Field(default_factory=list)
    """Names of the tools it was given."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> ScriptedChatModel:
        """Note the tools' names."""
        self.tools[:] = [tool.name for tool in tools]
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **_: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        answer = self._next(messages)
        pieces = answer.text.split(" ") if answer.text else [""]
        for place, piece in enumerate(pieces):
            last = place == len(pieces) - 1
            chunk = AIMessageChunk(content=piece if last else f"{piece} ", tool_calls=answer.tool_calls if last else [])
            yield ChatGenerationChunk(message=chunk)

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        line: Line = self.lines[min(len(self.asked), len(self.lines) - 1)]
        self.asked.append(list(messages))
        if isinstance(line, tuple):
            name, arguments = line
            return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call-{len(self.asked)}"}])
        return AIMessage(line if isinstance(line, str) else line(messages))
