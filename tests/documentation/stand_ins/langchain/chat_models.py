"""``init_chat_model``, which answers under any name: with names it knows, or with what the tools said."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from kg_builder.testing_chat import ScriptedChatModel

KNOWN = {"cisplatin": "Chemical", "aspirin": "Chemical", "gentamicin": "Chemical", "nausea": "Disease"}
CITATION = re.compile(r"\[[^\[\]\s]+:\d+-\d+\]")


class Model(ScriptedChatModel):
    """With an address on this machine."""

    base_url: str = "http://127.0.0.1:11434"

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        """The first tool that it has been given is asked first, about what was asked last."""
        if not self.tools or any(message.type == "tool" for message in messages):
            return super()._next(messages)
        question = next(message.text for message in reversed(messages) if message.type == "human")
        return AIMessage("", tool_calls=[{"name": "facts_about", "args": {"question": question}, "id": "call"}])


def init_chat_model(name: str, **_: Any) -> Model:
    """The same model, whatever it is called; one of a provider elsewhere has no address on this machine."""
    local = name.startswith("ollama")
    return Model(lines=[answer], base_url="http://127.0.0.1:11434" if local else "https://models.example.org")


def answer(messages: Sequence[BaseMessage]) -> str:
    """A list of the known names in the text, or the first sources that tools gave."""
    said = messages[-1].text
    if sources := CITATION.findall(said):
        return f"The documents say so {sources[0]}."
    text = said.rpartition("Text:")[2].lower()
    return json.dumps([{"entity": name, "type": label} for name, label in KNOWN.items() if name in text])
