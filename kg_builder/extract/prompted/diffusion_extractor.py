"""Mentions, also nested and overlapping ones, by a diffusion language model."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.answers.aligning import align_items
from kg_builder.answers.items import ReadAnswer
from kg_builder.answers.tagged_answers import read_tagged
from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Generator, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import plan_try, seed_of, with_samples
from kg_builder.extract.prompted.answer_rejects import reject_answer, withhold_identifiers
from kg_builder.extract.prompted.confidences import item_confidence
from kg_builder.extract.prompted.diffusion_labels import known_labels, schema_label, tells_who
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Issue, Mention, Provenance, Reject
from kg_builder.schema import Schema

PUBLISHED = GenerationOptions(max_new_tokens=512, temperature=0.2, top_p=0.95)
"""As on the published checkpoint's card."""

MAX_CHARACTERS = 800
"""An answer may repeat the whole text with tags around its mentions, and must fit into the 512 tokens."""


def user_turn(text: str) -> str:
    """What the published checkpoint was trained to answer."""
    return f"<ner>\n{text}\n</ner>"


class DiffusionExtractor:
    """Asks for all that the model was trained to find; what the schema has no type for is a reject ``type-not-asked``.

    The prompt can't be told what was wrong, so another attempt is the same question with another seed.
    """

    deterministic = False
    kinds: frozenset[str] = frozenset()
    languages = frozenset({"vi"})

    def __init__(self, generator: Generator, settings: ModelSettings, *, name: str) -> None:
        self.name = name
        self.model: str | None = generator.model
        self.remote = generator.remote
        self.max_characters: int | None = settings.max_characters or MAX_CHARACTERS
        self._generator = generator
        self._settings = settings

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:  # noqa: ARG002
        """The schema's own types, and what Vietnamese corpora annotate."""
        return known_labels(schema)

    def extract(self, request: ExtractionRequest) -> Extraction:
        """The mentions of one answer, aligned to the text, whatever the format of the answer."""
        answers = self._generator.generate(self._requests(request))
        read = [
            _renamed(read_tagged(answer.text, complete=answer.complete, source=request.text), request.schema)
            for answer in answers
        ]
        mentions, rejects = align_items(
            read[0].items,
            request.text,
            provenance=Provenance(extractor=self.name, model=self.model),
            confidence=item_confidence(answers[0], read),
        )
        known = known_labels(request.schema)
        kept: list[Mention] = []
        others: list[Mention] = []
        for mention in mentions:
            taken = request.schema.entity_for_label(mention.type, known.get(mention.type))
            (others if taken is None else kept).append(mention)
        lost = [_without_text(reject, request.schema) for reject in withhold_identifiers(rejects, request.schema)]
        return Extraction(
            kept, [*reject_answer(read[0].issues), *lost, *(_not_asked(one, request.schema) for one in others)]
        )

    def _requests(self, request: ExtractionRequest) -> list[GenerationRequest]:
        """The one whose answer counts, then those for agreement."""
        seed = seed_of(request.document_id, request.text, request.attempt, self.model)
        plan = plan_try(
            self._settings,
            PUBLISHED,
            attempt=request.attempt,
            issues=request.issues,
            seed=seed,
            takes_feedback=False,
        )
        prompt = (Message("user", user_turn(request.text)),)
        return with_samples(prompt, plan.options, seed=seed, samples=self._settings.resamples)


def _renamed(read: ReadAnswer, schema: Schema) -> ReadAnswer:
    return read._replace(items=[item._replace(type=schema_label(item.type, schema)) for item in read.items])


def _not_asked(mention: Mention, schema: Schema) -> Reject:
    """A label that no type of the schema takes. The model can't be told the types, so asking again would not help."""
    if tells_who(mention.type, schema):
        issue = Issue(code="identifier", message=f"{mention.type} identifies a person and is never written.")
        return Reject(kind="mention", type=mention.type, start=mention.start, end=mention.end, issues=(issue,))
    issue = Issue(code="type-not-asked", message=f"The schema '{schema.name}' has no type for '{mention.type}'.")
    return Reject(
        kind="mention", type=mention.type, start=mention.start, end=mention.end, text=mention.text, issues=(issue,)
    )


def _without_text(reject: Reject, schema: Schema) -> Reject:
    """What the ledger may keep of a rejected item whose label tells who somebody is."""
    if not tells_who(reject.type, schema):
        return reject
    issues = tuple(
        Issue(code=issue.code, message=f"A {reject.type} can't be used ({issue.code}).") for issue in reject.issues
    )
    return reject.model_copy(update={"text": None, "issues": issues})
