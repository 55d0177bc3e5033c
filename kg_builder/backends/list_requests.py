"""In which form a model is asked for lists: as the published adapters are, or by its own chat template."""

from __future__ import annotations

from kg_builder.backends.generation import Generator, Message, Prompt
from kg_builder.text.list_prompts import TURN_OPENING, ListTask, list_prompt, user_text


def knows_headers(generator: Generator) -> bool:
    """Whether Llama 3's turns are tokens of the model; to others they would be so much text."""
    knows = getattr(generator, "knows_token", None)
    return knows is None or bool(knows(TURN_OPENING))


def list_request(task: ListTask, text: str, *, system: str, headers: bool) -> Prompt:
    """The raw string of Llama 3's headers, or the same two turns as a conversation.

    Adapters of other bases are trained on the latter. No system text: no system turn.
    """
    if headers:
        return list_prompt(task, text, system=system)
    turns = (Message("system", system), Message("user", user_text(task, text)))
    return turns if system else turns[1:]
