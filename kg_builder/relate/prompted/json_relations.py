"""Relations of the schema by any language model that follows instructions and answers as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kg_builder.answers.aligning import find_evidence
from kg_builder.answers.items import AnswerPair, ReadAnswer
from kg_builder.answers.json_answers import read_json_relations
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import plan_try, seed_of, with_samples
from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Mention, Provenance
from kg_builder.relate.prompted.grounding import Claim
from kg_builder.relate.prompted.named_ends import folded
from kg_builder.relate.prompted.passages import Answered, Passage, ask, passages, settle_all
from kg_builder.relate.prompted.relation_prompts import (
    Named,
    answer_schema,
    answer_text,
    end_types,
    relation_prompt,
    user_text,
)
from kg_builder.schema import Example, RelationType, Schema
from kg_builder.text.sentences import split_sentences

MAX_CHARACTERS = 3000
LEAST_TOKENS = 256
CHARACTERS_PER_TOKEN = 3
"""Of the text, for each token that the answer may have."""


class PromptedRelationExtractor:
    """Asks which of the schema's relations the text states between the accepted mentions, with the sentence for each.

    `ModelSettings.system` isn't for this prompt: a model that also finds the mentions has its own for that.
    """

    deterministic = False

    def __init__(self, generator: Generator, settings: ModelSettings, *, name: str) -> None:
        self.name = name
        self.model: str | None = generator.model
        self.remote = generator.remote
        self._generator = generator
        self._settings = settings

    def predicates(self, schema: Schema) -> frozenset[str]:
        """All of the schema's."""
        return frozenset(relation.name for relation in schema.relations)

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """Relations whose ends are mentions. The assertion comes from cue words and the ends, not from the model."""
        found = passages(request, request.schema.relations, self._settings.max_characters or MAX_CHARACTERS)
        if not found:
            return RelationExtraction()
        asked = [(passage, self._requests(request, passage)) for passage in found]
        answered = ask(self._generator, asked, _read)
        return settle_all(request, answered, _Claims(request.schema), Provenance(extractor=self.name, model=self.model))

    def _requests(self, request: RelationRequest, passage: Passage) -> Sequence[GenerationRequest]:
        relations, entities = request.schema.relations, named_once(passage.mentions)
        seed = seed_of(request.document_id, passage.text, request.attempt, self.model, "relations")
        tokens = max(LEAST_TOKENS, len(passage.text) // CHARACTERS_PER_TOKEN)
        held = answer_schema(relations, entities) if self._settings.constrained else None
        plan = plan_try(
            self._settings,
            GenerationOptions(max_new_tokens=tokens, json_schema=held),
            attempt=request.attempt,
            issues=request.issues,
            seed=seed,
        )
        prompt = relation_prompt(
            relations,
            passage.text,
            entities,
            examples=example_turns(request.schema) if self._settings.few_shot else (),
            feedback=plan.feedback,
        )
        return with_samples(prompt, plan.options, seed=seed, samples=self._settings.resamples)


class _Claims:
    """Pairs of an answer as claims, with the schema's predicates and the quoted evidence found in the text."""

    def __init__(self, schema: Schema) -> None:
        self._predicates = {_folded_name(relation.name): relation.name for relation in schema.relations}

    def __call__(self, answered: Answered, pair: AnswerPair) -> Claim:
        passage = answered.passage
        quoted = find_evidence(pair.evidence, passage.text)
        return Claim(
            pair.subject,
            self._predicates.get(_folded_name(pair.predicate), pair.predicate),
            pair.object,
            evidence=(quoted[0] + passage.start, quoted[1] + passage.start) if quoted else None,
            confidence=answered.confidence(pair),
        )


def named_once(mentions: Iterable[Mention]) -> list[Named]:
    """Text and type of the mentions, in order of place, each once whatever its case."""
    found: dict[tuple[str, str], Named] = {}
    for mention in mentions:
        found.setdefault((folded(mention.text), mention.type), (mention.text, mention.type))
    return list(found.values())


def example_turns(schema: Schema) -> Iterator[tuple[str, str]]:
    """What is asked and answered about the schema's examples that name two possible ends."""
    types = end_types(schema.relations)
    for example in schema.examples:
        ends = {(mention.text, mention.type): None for mention in example.mentions if mention.type in types}
        if any(_may_hold(relation, ends) for relation in schema.relations):
            stated = [
                (one.subject, one.predicate, one.object, _sentence_of(example, one.subject, one.object))
                for one in example.relations
            ]
            yield user_text(example.text, ends), answer_text(stated)


def _may_hold(relation: RelationType, ends: Iterable[Named]) -> bool:
    types = {kind for _, kind in ends}
    return not types.isdisjoint(relation.subject) and not types.isdisjoint(relation.object)


def _sentence_of(example: Example, *ends: str) -> str:
    """The first sentence that holds both, else the whole text."""
    sentences = (example.text[start:end] for start, end in split_sentences(example.text))
    return next((text for text in sentences if all(end in text for end in ends)), example.text)


def _folded_name(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _read(answer: Generated) -> ReadAnswer:
    return read_json_relations(answer.text, complete=answer.complete)
