"""The prompt that asks any instruct model for the relations between mentions that were found before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg_builder.backends.generation import Message
from kg_builder.schema import RelationType

SYSTEM = (
    "You are a medical expert. Your task is to find the relations that the given text states between the listed "
    "entities.\n"
    "The relation types to find are:\n"
    "{relations}\n"
    "\n"
    'Return the result as a JSON list containing dictionaries with "subject", "predicate", "object" and "evidence" '
    'keys. Copy "subject" and "object" from the list of entities, and as "evidence" the sentence of the text that '
    "states the relation. Leave out what the text doesn't state. If there are no such relations, return an empty "
    "list []"
)
"""`{relations}` stands for the list of relation types."""

Named = tuple[str, str]
"""Text and type of a mention."""


def system_text(relations: Iterable[RelationType], *, system: str = SYSTEM) -> str:
    """The system turn for some relation types, in their order."""
    return system.replace("{relations}", "\n".join(_described(relation) for relation in relations))


def user_text(text: str, entities: Iterable[Named], feedback: Sequence[str] = ()) -> str:
    """The user's turn: the text and what it names; after an invalid answer also what was wrong with it."""
    listed = "\n".join(f"- {name} ({kind})" for name, kind in entities)
    turn = f"Text: {text}\n\nEntities:\n{listed}"
    if not feedback:
        return turn
    wrong = "\n".join(f"- {message}" for message in feedback)
    return f"{turn}\n\nAn earlier answer could not be used:\n{wrong}\nGive a corrected answer, as a complete JSON list."


def answer_text(relations: Iterable[tuple[str, str, str, str]]) -> str:
    """The answer that states these: subject, predicate, object, evidence."""
    keys = ("subject", "predicate", "object", "evidence")
    return json.dumps([dict(zip(keys, relation, strict=True)) for relation in relations], ensure_ascii=False)


def relation_prompt(
    relations: Sequence[RelationType],
    text: str,
    entities: Sequence[Named],
    *,
    system: str = SYSTEM,
    examples: Iterable[tuple[str, str]] = (),
    feedback: Sequence[str] = (),
) -> tuple[Message, ...]:
    """The whole conversation; `examples`: a user's and an assistant's turn each."""
    turns = [Message("system", system_text(relations, system=system))]
    for asked, answered in examples:
        turns += (Message("user", asked), Message("assistant", answered))
    return (*turns, Message("user", user_text(text, entities, feedback)))


def answer_schema(relations: Iterable[RelationType], entities: Iterable[Named]) -> Mapping[str, Any]:
    """JSON schema of an answer, for decoding that is held to it."""
    names = list(dict.fromkeys(name for name, _ in entities))
    properties = {
        "subject": {"type": "string", "enum": names},
        "predicate": {"type": "string", "enum": [relation.name for relation in relations]},
        "object": {"type": "string", "enum": names},
        "evidence": {"type": "string"},
    }
    item = {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    return {"type": "array", "items": item}


def end_types(relations: Iterable[RelationType]) -> frozenset[str]:
    """Entity types that some end takes."""
    return frozenset(name for relation in relations for name in (*relation.subject, *relation.object))


def _described(relation: RelationType) -> str:
    ends = f"subject: {' or '.join(relation.subject)}; object: {' or '.join(relation.object)}"
    return f"- {relation.name}: {relation.description} ({ends})"
