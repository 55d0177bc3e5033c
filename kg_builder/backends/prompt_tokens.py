"""From a prompt to token ids, and from an answer's ids to text with the characters of each token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg_builder.backends.generation import Message, Prompt
from kg_builder.errors import ModelError, SettingsError

TEMPLATE_DATE = "26 Jul 2024"
"""Templates of the Llama 3 kind write today's date into the prompt; this is their own default, and keeps answers the
same tomorrow."""


def encode_prompt(tokenizer: Any, prompt: Prompt) -> list[int]:
    """Token ids: a conversation by the tokenizer's chat template with the answer opened, a string as it stands."""
    if isinstance(prompt, str):
        return list(tokenizer(prompt, add_special_tokens=False)["input_ids"])
    if not tokenizer.chat_template:
        raise SettingsError(
            "the model's tokenizer has no chat template, so it can't hold a conversation",
            hint="Is it a base model? Use its instruct version.",
        )
    control = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
    turns = [Message(message.role, defuse(message.content, control)) for message in prompt]
    from jinja2 import TemplateError  # type: ignore[import-not-found, unused-ignore]

    for conversation in (turns, _without_system(turns)):  # some templates refuse a system turn
        try:
            return _templated(tokenizer, conversation)
        except TemplateError:
            continue
    raise ModelError("the model's chat template refused the prompt")


def _templated(tokenizer: Any, turns: Sequence[Message]) -> list[int]:
    conversation = [{"role": turn.role, "content": turn.content} for turn in turns]
    rendered = tokenizer.apply_chat_template(
        conversation, add_generation_prompt=True, tokenize=True, return_dict=True, date_string=TEMPLATE_DATE
    )
    return list(rendered["input_ids"])


def _without_system(turns: Sequence[Message]) -> list[Message]:
    system = "\n\n".join(turn.content for turn in turns if turn.role == "system")
    rest = [turn for turn in turns if turn.role != "system"]
    if not system or not rest:
        return rest
    return [Message(rest[0].role, f"{system}\n\n{rest[0].content}"), *rest[1:]]


def defuse(text: str, control_tokens: Sequence[str]) -> str:
    """Text in which no control token is left, so that a document can't end its turn or open another.

    A blank is set after a token's first character; the answer is aligned to the document's own text in any case.
    """
    for token in control_tokens:
        if len(token) > 1 and token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def decode_answer(tokenizer: Any, ids: Sequence[int]) -> tuple[str, list[tuple[int, int]]]:
    """The text without special tokens, and the half-open range of characters that each token has a part of.

    A token that holds some bytes of a character has that character, as has each of the others with a part of it.
    Found by decoding prefixes: what a prefix shares with the whole text is settled, and one that ends inside a
    character shows a replacement character there.
    """
    text = _decode(tokenizer, ids)
    ranges, settled = [], 0
    for count in range(1, len(ids) + 1):
        prefix = _decode(tokenizer, ids[:count])
        shared = settled + shared_length(prefix[settled:], text[settled:])
        ranges.append((settled, shared + (len(prefix) > shared and shared < len(text))))
        settled = shared
    return text, ranges


def shared_length(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items two sequences have in common from their beginnings."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _decode(tokenizer: Any, ids: Sequence[int]) -> str:
    decoded: str = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return decoded
