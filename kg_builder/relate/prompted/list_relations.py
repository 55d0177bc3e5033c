"""Which chemical induces which disease, by a model that answers with a list of pairs."""

from __future__ import annotations

from collections.abc import Sequence

from kg_builder.answers.items import AnswerPair, ReadAnswer
from kg_builder.answers.list_answers import read_pairs
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Generator
from kg_builder.backends.list_requests import knows_headers, list_request
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import plan_try, seed_of, system_text, with_samples
from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Provenance
from kg_builder.relate.prompted.grounding import Claim
from kg_builder.relate.prompted.passages import Answered, Passage, ask, passages, settle_all
from kg_builder.schema import Schema
from kg_builder.text.list_prompts import SYSTEM, ListTask

PREDICATE = "INDUCES"
"""The influences that the published adapters were trained on are chemical-induced diseases."""

MAX_CHARACTERS = 4000
"""About 1,000 tokens: the models were trained on whole abstracts, up to 2,048 tokens with prompt and answer."""

DEFAULTS = GenerationOptions(max_new_tokens=128, repetition_penalty=1.15)
"""As on the models' card; greedy."""


class ListRelationExtractor:
    """Asks for the influences between chemicals and diseases, and states them as ``INDUCES``.

    Like `ListExtractor` it can't be told what was wrong with an answer: further attempts are sampled.
    """

    deterministic = False

    def __init__(self, generator: Generator, settings: ModelSettings, *, name: str) -> None:
        """Raises SettingsError where the system text's file can't be read."""
        self.name = name
        self.model: str | None = generator.model
        self.remote = generator.remote
        self._generator = generator
        self._settings = settings
        self._system = system_text(settings, SYSTEM)
        self._headers = knows_headers(generator)

    def predicates(self, schema: Schema) -> frozenset[str]:
        """``INDUCES``, where the schema has it."""
        return frozenset([PREDICATE]) if schema.relation(PREDICATE) is not None else frozenset()

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """One relation for each pair listed whose names are mentions."""
        kind = request.schema.relation(PREDICATE)
        kinds = [] if kind is None else [kind]
        found = passages(request, kinds, self._settings.max_characters or MAX_CHARACTERS)
        if not found:
            return RelationExtraction()
        asked = [(passage, self._requests(request, passage)) for passage in found]
        answered = ask(self._generator, asked, _read)
        return settle_all(request, answered, _claimed, Provenance(extractor=self.name, model=self.model))

    def _requests(self, request: RelationRequest, passage: Passage) -> Sequence[GenerationRequest]:
        seed = seed_of(request.document_id, passage.text, request.attempt, self.model, ListTask.INFLUENCES)
        plan = plan_try(
            self._settings,
            DEFAULTS,
            attempt=request.attempt,
            issues=request.issues,
            seed=seed,
            takes_feedback=False,
        )
        prompt = list_request(ListTask.INFLUENCES, passage.text, system=self._system, headers=self._headers)
        return with_samples(prompt, plan.options, seed=seed, samples=self._settings.resamples)


def _read(answer: Generated) -> ReadAnswer:
    return read_pairs(answer.text, complete=answer.complete)


def _claimed(answered: Answered, pair: AnswerPair) -> Claim:
    return Claim(pair.subject, PREDICATE, pair.object, confidence=answered.confidence(pair))
