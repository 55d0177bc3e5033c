"""Mentions by a language model that is told the types of the schema and answers as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.answers.aligning import align_items
from kg_builder.answers.json_answers import read_json_items
from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import plan_try, seed_of, system_text, with_samples
from kg_builder.extract.prompted.answer_rejects import reject_answer, withhold_identifiers
from kg_builder.extract.prompted.confidences import item_confidence
from kg_builder.extract.prompted.json_prompts import SYSTEM, answer_schema, json_prompt
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Provenance
from kg_builder.schema import Schema

PUBLISHED = "Qwen2.5-7B-Vietnamese-Medical-NER"
"""A checkpoint whose name holds this was trained on this prompt, without examples, on Vietnamese only."""

MAX_CHARACTERS = 3000
LEAST_TOKENS = 256
CHARACTERS_PER_TOKEN = 3
"""Of the text, for each token that the answer may have."""


class PromptedExtractor:
    """Asks for all entity types of the schema at once. For any schema and any model that follows instructions."""

    deterministic = False
    kinds: frozenset[str] = frozenset()

    def __init__(self, generator: Generator, settings: ModelSettings, *, name: str) -> None:
        """Raises SettingsError where the system text's file can't be read."""
        published = PUBLISHED.casefold() in settings.place.casefold()
        self.name = name
        self.model: str | None = generator.model
        self.remote = generator.remote
        self.languages = frozenset({"vi"}) if published else frozenset()
        self.max_characters: int | None = settings.max_characters or MAX_CHARACTERS
        self._generator = generator
        self._settings = settings
        self._system = system_text(settings, SYSTEM)
        self._few_shot = settings.few_shot and not published

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:  # noqa: ARG002
        """The schema's own types."""
        return {entity.name: entity.semantic_group for entity in schema.entities}

    def extract(self, request: ExtractionRequest) -> Extraction:
        """The mentions of one answer, aligned to the text; labels that no type is called come as they are."""
        answers = self._generator.generate(self._requests(request))
        read = [read_json_items(answer.text, complete=answer.complete) for answer in answers]
        mentions, rejects = align_items(
            read[0].items,
            request.text,
            provenance=Provenance(extractor=self.name, model=self.model),
            confidence=item_confidence(answers[0], read),
            labels=[entity.name for entity in request.schema.entities],
        )
        return Extraction(mentions, [*reject_answer(read[0].issues), *withhold_identifiers(rejects, request.schema)])

    def _requests(self, request: ExtractionRequest) -> list[GenerationRequest]:
        """The one whose answer counts, then those for agreement."""
        seed = seed_of(request.document_id, request.text, request.attempt, self.model)
        plan = plan_try(
            self._settings, self._defaults(request), attempt=request.attempt, issues=request.issues, seed=seed
        )
        prompt = json_prompt(
            request.schema.entities,
            request.text,
            system=self._system,
            examples=request.schema.examples if self._few_shot else (),
            feedback=plan.feedback,
        )
        return with_samples(prompt, plan.options, seed=seed, samples=self._settings.resamples)

    def _defaults(self, request: ExtractionRequest) -> GenerationOptions:
        tokens = max(LEAST_TOKENS, len(request.text) // CHARACTERS_PER_TOKEN)
        held = answer_schema(request.schema.entities) if self._settings.constrained else None
        return GenerationOptions(max_new_tokens=tokens, json_schema=held)
