"""The prompt of models that are told the types and answer as JSON.

Interface of the published checkpoint ``Qwen2.5-7B-Vietnamese-Medical-NER``, to the character; any instruct model
can be asked so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg_builder.backends.generation import Message
from kg_builder.schema import EntityType, Example

SYSTEM = (
    "You are a medical expert. Your task is to identify and extract medical entities from the given text.\n"
    "The entity types to extract are:\n"
    "{types}\n"
    "\n"
    'Return the result as a JSON list containing dictionaries with "entity" and "type" keys. '
    "If no relevant entities are found, return an empty list []"
)
"""`{types}` stands for the list of types."""


def system_text(entities: Iterable[EntityType], *, system: str = SYSTEM) -> str:
    """The system turn for some types, in their order."""
    return system.replace("{types}", "\n".join(f"- {entity.name}: {entity.description}" for entity in entities))


def user_text(text: str, feedback: Sequence[str] = ()) -> str:
    """The user's turn; after an invalid answer also what was wrong with it.

    One turn, since some chat templates refuse two of one role in a row.
    """
    if not feedback:
        return f"Text: {text}"
    listed = "\n".join(f"- {message}" for message in feedback)
    return (
        f"Text: {text}\n\nAn earlier answer could not be used:\n{listed}\n"
        "Give a corrected answer, as a complete JSON list."
    )


def answer_text(mentions: Iterable[tuple[str, str]]) -> str:
    """The answer that gives these (text, type) pairs."""
    return json.dumps([{"entity": text, "type": kind} for text, kind in mentions], ensure_ascii=False)


def json_prompt(
    entities: Sequence[EntityType],
    text: str,
    *,
    system: str = SYSTEM,
    examples: Iterable[Example] = (),
    feedback: Sequence[str] = (),
) -> tuple[Message, ...]:
    """The whole conversation: system, a pair of turns for each example, the text."""
    turns = [Message("system", system_text(entities, system=system))]
    for example in examples:
        shown = [(mention.text, mention.type) for mention in example.mentions]
        turns += (Message("user", user_text(example.text)), Message("assistant", answer_text(shown)))
    return (*turns, Message("user", user_text(text, feedback)))


def answer_schema(entities: Iterable[EntityType]) -> Mapping[str, Any]:
    """JSON schema of an answer, for decoding that is held to it."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "entity": {"type": "string"},
                "type": {"type": "string", "enum": [entity.name for entity in entities]},
            },
            "required": ["entity", "type"],
            "additionalProperties": False,
        },
    }
