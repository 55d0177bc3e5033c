"""From annotated documents to what a diffusion model learns: the prompt of extraction, and the text with tags.

Tags stand within one another as the mentions do: ``viêm <ANATOMY>phổi</ANATOMY>`` inside ``<DISEASE>…</DISEASE>``.
Mentions of different types that cross give tags that cross; tags of one type that cross would read as nested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg_builder.corpora.records import GoldDocument
from kg_builder.extract.prompted.diffusion_extractor import user_turn
from kg_builder.records import Mention
from kg_builder.text.chunks import split_chunks


@dataclass(frozen=True, slots=True)
class Sample:
    """Token ids of a rendered prompt and of its answer, without an end token."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(slots=True)
class Counted:
    """What became of the documents."""

    samples: int = 0
    mentions: int = 0
    """In the samples' answers."""
    nested: int = 0
    """Of these, how many lie within or across another."""
    cut: int = 0
    """Mentions left out because a long text was split within them."""
    discontinuous: int = 0
    """Mentions left out because tags can't show them."""
    crossing: int = 0
    """Mentions left out because they cross one of their own type."""
    too_long: int = 0
    """Samples left out."""


def tagged_text(text: str, mentions: Iterable[Mention]) -> str:
    """The text with a pair of tags around each mention, the outer ones further out."""
    ordered = sorted(mentions, key=lambda one: (one.start, -one.end, one.type))
    opened = {(one.start, place): f"<{one.type}>" for place, one in enumerate(ordered)}
    closed = {(one.end, -place): f"</{one.type}>" for place, one in enumerate(ordered)}
    marks = [(end, 0, place, mark) for (end, place), mark in closed.items()]
    marks += [(start, 1, place, mark) for (start, place), mark in opened.items()]
    parts, done = [], 0
    for position, _, _, mark in sorted(marks):
        parts += [text[done:position], mark]
        done = position
    return "".join([*parts, text[done:]])


def annotated_chunks(
    documents: Iterable[GoldDocument], types: Mapping[str, str], max_characters: int, counted: Counted
) -> Iterator[tuple[str, list[Mention]]]:
    """Texts of at most `max_characters` with the mentions that are whole in them, offsets in each, types renamed."""
    for gold in documents:
        text = gold.document.text
        wanted = [mention for mention in gold.mentions if not types or mention.type in types]
        counted.discontinuous += sum(bool(mention.fragments) for mention in wanted)
        left = [mention for mention in wanted if not mention.fragments]
        for chunk in split_chunks(text, max_characters, 0):
            inside = [one for one in left if chunk.start <= one.start and one.end <= chunk.end]
            counted.cut += sum(chunk.start <= one.start < chunk.end < one.end for one in left)
            moved = [_moved(one, -chunk.start, types) for one in inside]
            shown = without_crossings(moved)
            counted.crossing += len(moved) - len(shown)
            yield text[chunk.start : chunk.end], shown


def without_crossings(mentions: Iterable[Mention]) -> list[Mention]:
    """In order of place, without those that cross an earlier one of their type."""
    kept: list[Mention] = []
    for one in sorted(mentions, key=lambda one: (one.start, -one.end, one.type)):
        if not any(other.type == one.type and other.start < one.start < other.end < one.end for other in kept):
            kept.append(one)
    return kept


def make_samples(
    tokenizer: Any, chunks: Iterable[tuple[str, Sequence[Mention]]], *, max_tokens: int, counted: Counted
) -> list[Sample]:
    """Rendered prompts and tagged answers as token ids."""
    found = []
    for text, mentions in chunks:
        sample = make_sample(tokenizer, text, tagged_text(text, mentions))
        if len(sample) >= max_tokens:
            counted.too_long += 1
            continue
        counted.samples += 1
        counted.mentions += len(mentions)
        counted.nested += sum(any(one is not two and one.overlaps(two) for two in mentions) for one in mentions)
        found.append(sample)
    return found


def make_sample(tokenizer: Any, text: str, answer: str) -> Sample:
    """The prompt as the extractor sends it, and the answer."""
    turn = [{"role": "user", "content": user_turn(text)}]
    prompt = tokenizer.apply_chat_template(turn, return_dict=True, add_generation_prompt=True)["input_ids"]
    return Sample(tuple(prompt), tuple(tokenizer(answer, add_special_tokens=False)["input_ids"]))


def _moved(mention: Mention, by: int, types: Mapping[str, str]) -> Mention:
    name = types.get(mention.type, mention.type)
    return mention.model_copy(update={"start": mention.start + by, "end": mention.end + by, "type": name})
