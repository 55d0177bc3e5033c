"""From documents to what a generative model learns: prompts as the extractors send them, and right answers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.backends.generation import Prompt
from kg_builder.backends.list_requests import list_request
from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.extract.prompted.json_prompts import SYSTEM as JSON_SYSTEM
from kg_builder.extract.prompted.json_prompts import answer_text, json_prompt
from kg_builder.records import Mention
from kg_builder.schema import EntityType
from kg_builder.text.chunks import Chunk, split_chunks
from kg_builder.text.list_prompts import SYSTEM as LIST_SYSTEM
from kg_builder.text.list_prompts import ListTask
from kg_builder.train.generative.answers import listed_names, listed_pairs, whole_in
from kg_builder.train.generative.prompt_injection import choose_types
from kg_builder.train.generative.recipe import GenerativeRecipe
from kg_builder.train.generative.rewriting import pairs_of, rewriting_prompt

_ENTITIES = frozenset({ListTask.CHEMICALS.name, ListTask.DISEASES.name})
_EMPTY = frozenset({"", "[]"})


@dataclass(frozen=True, slots=True)
class Sample:
    """A prompt and its answer."""

    prompt: Prompt
    answer: str
    kind: str = ""
    """Samples of one kind stand in batches together: their prompts begin alike."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of one corpus with the labels that it marks."""

    documents: Sequence[GoldDocument]
    labels: frozenset[str]


def make_samples(
    corpora: Iterable[Corpus], recipe: GenerativeRecipe, *, epoch: int, headers: bool = True
) -> list[Sample]:
    """The samples of an epoch, each prompt once, in the order of the documents; depends on seed and epoch only.

    `headers`: the base knows Llama 3's header tokens, so lists are asked for with a raw string, else by its own
    chat template.
    """
    dice = random.Random(f"{recipe.seed}/{epoch}/samples")
    found: dict[Prompt, Sample] = {}
    for corpus in corpora:
        if recipe.family == "json":
            samples = _json_samples(corpus, recipe, dice)
        elif recipe.family == "lists":
            samples = _list_samples(corpus, recipe, headers=headers)
        else:
            samples = _rewriting_samples(corpus, recipe, dice)
        for sample in samples:
            if sample.prompt not in found and dice.random() < _share(sample, recipe):
                found[sample.prompt] = sample
    return list(found.values())


def _share(sample: Sample, recipe: GenerativeRecipe) -> float:
    """How likely a sample is used."""
    of_kind = recipe.lists.entity_share if sample.kind in _ENTITIES else 1.0
    return of_kind if sample.answer not in _EMPTY else of_kind * recipe.empty_share


def _json_samples(corpus: Corpus, recipe: GenerativeRecipe, dice: random.Random) -> Iterator[Sample]:
    names = {label: name for name, shown in recipe.types.items() for label in shown.labels}
    annotated = sorted({names[label] for label in corpus.labels if label in names})
    if not annotated:
        raise InputError(
            f"types: none of them names a label of a corpus that has {', '.join(sorted(corpus.labels)) or 'no labels'}"
        )
    for document in corpus.documents:
        text = document.document.text
        for chunk in split_chunks(text, recipe.max_characters, 0):
            inside = [item for item in whole_in(chunk, document.mentions) if item.type in names]
            present = {names[item.type] for item in inside}
            chosen = choose_types(annotated, present, recipe.injection, dice)
            shown = [EntityType(name=name, description=recipe.types[name].description) for name in chosen]
            answer = [(item.text, names[item.type]) for item in inside if names[item.type] in chosen]
            prompt = json_prompt(shown, text[chunk.start : chunk.end], system=recipe.system or JSON_SYSTEM)
            yield Sample(prompt, answer_text(answer))


def _list_samples(corpus: Corpus, recipe: GenerativeRecipe, *, headers: bool) -> Iterator[Sample]:
    system = LIST_SYSTEM if recipe.system is None else recipe.system
    pair_characters = recipe.lists.pair_characters or recipe.max_characters

    def sample(task: ListTask, answers: Iterable[str]) -> Sample:
        prompt = list_request(task, text, system=system, headers=headers)
        return Sample(prompt, "\n".join(f"- {name}" for name in answers), task.name)

    for document in corpus.documents:
        whole = document.document.text
        for chunk in split_chunks(whole, recipe.max_characters, 0):
            text = whole[chunk.start : chunk.end]
            inside = whole_in(chunk, document.mentions)
            yield sample(ListTask.CHEMICALS, listed_names(inside, "Chemical"))
            yield sample(ListTask.DISEASES, listed_names(inside, "Disease"))
        for chunk in _with_both(document.mentions, split_chunks(whole, pair_characters, 0)):
            text = whole[chunk.start : chunk.end]
            yield sample(ListTask.INFLUENCES, listed_pairs(document, chunk))


def _with_both(mentions: Sequence[Mention], chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Those in which a chemical and a disease stand: nobody asks about others."""
    for chunk in chunks:
        if {"Chemical", "Disease"} <= {mention.type for mention in whole_in(chunk, mentions)}:
            yield chunk


def _rewriting_samples(corpus: Corpus, recipe: GenerativeRecipe, dice: random.Random) -> Iterator[Sample]:
    for document in corpus.documents:
        for messy, clean in pairs_of(document, max_characters=recipe.max_characters, dice=dice):
            yield Sample(rewriting_prompt(messy, base=recipe.base, system=recipe.system), clean)


def counted(samples: Iterable[Sample]) -> Mapping[str, int]:
    """Samples by kind, and how many of them have an empty answer."""
    found: dict[str, int] = {}
    for sample in samples:
        kind = sample.kind.lower() or "samples"
        found[kind] = found.get(kind, 0) + 1
        found["empty"] = found.get("empty", 0) + (sample.answer in _EMPTY)
    return found
