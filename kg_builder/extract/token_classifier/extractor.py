"""Any token classifier as an extractor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_classifiers import TokenClassifier
from kg_builder.extract.token_classifier.decoding import Found
from kg_builder.extract.token_classifier.finding import find_mentions
from kg_builder.extract.token_classifier.label_meanings import Meaning
from kg_builder.extract.token_classifier.label_schemes import read_labels
from kg_builder.protocols import Extraction, ExtractionRequest, Normalizer
from kg_builder.records import Issue, Mention, Provenance, Reject
from kg_builder.schema import EntityType, Schema


class TokenClassifierExtractor:
    """Gives all mentions that its labels name, whatever the schema asks for.

    Some labels take in more than a schema's type: MedMentions' *Biologic Function* holds diseases and normal functions,
    so it is the linked concept that tells. Under a schema without a type of that name, such a mention is given only if
    `normalizer`, which should be the workflow's own, links it to a concept of the type's semantic group; the others are
    rejects, and so are all of them without a `normalizer`.
    """

    deterministic = True
    remote = False
    kinds: frozenset[str] = frozenset()

    def __init__(
        self, classifier: TokenClassifier, settings: ModelSettings, *, name: str, normalizer: Normalizer | None = None
    ) -> None:
        self.name = name
        self.model: str | None = classifier.model
        self.languages = classifier.languages
        self.max_characters: int | None = settings.max_characters or 100_000
        self._classifier = classifier
        self._tags = read_labels(classifier.labels, classifier.model)
        self._meanings = list(dict.fromkeys(tag.meaning for tag in self._tags if tag.meaning is not None))
        self._normalizer = normalizer
        self._provenance = Provenance(extractor=name, model=self.model)

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:  # noqa: ARG002
        """All its labels, those that the schema has a type for under the schema's own name."""
        return {
            meaning.name_in(schema): meaning.group if not meaning.partly or self._normalizer else None
            for meaning in self._meanings
        }

    def extract(self, request: ExtractionRequest) -> Extraction:
        """Mentions in order; they never overlap, and each has a letter or digit."""
        text, schema = request.text, request.schema
        if not text.strip():
            return Extraction()
        found = find_mentions(self._classifier, self._tags, text)
        wider = {one: kind for one in found if (kind := _wider_type(one.meaning, schema)) is not None}
        linked = self._linked(text, found, wider, schema)
        rejects = [_unlinked(text, one, kind) for one, kind in wider.items() if one not in linked]
        kept = (one for one in found if one not in wider or one in linked)
        return Extraction([self._mention(text, one, one.meaning.name_in(schema)) for one in kept], rejects)

    def _mention(self, text: str, found: Found, type_name: str) -> Mention:
        return Mention(
            start=found.start,
            end=found.end,
            text=text[found.start : found.end],
            type=type_name,
            confidence=found.confidence,
            provenance=self._provenance,
        )

    def _linked(
        self, text: str, found: Sequence[Found], wider: Mapping[Found, EntityType], schema: Schema
    ) -> set[Found]:
        """Those of `wider` that name a concept of the type that would take them, seen among all that was found."""
        if self._normalizer is None or not wider:
            return set()
        types = [schema.entity_for_label(one.meaning.name_in(schema), one.meaning.group) for one in found]
        asked = [(one, kind) for one, kind in zip(found, types, strict=True) if kind is not None]
        links = self._normalizer.normalize(text, [self._mention(text, one, kind.name) for one, kind in asked], schema)
        return {
            one
            for (one, kind), link in zip(asked, links, strict=True)
            if one in wider and link.concepts and all(concept.type == kind.concept_type for concept in link.concepts)
        }


def _wider_type(meaning: Meaning, schema: Schema) -> EntityType | None:
    """The type that would take a label which means more than the type; None: it fits, or no type takes it."""
    if not meaning.partly or schema.entity(meaning.name_in(schema)) is not None:
        return None
    return schema.entity_for_label(meaning.name, meaning.group)


def _unlinked(text: str, found: Found, kind: EntityType) -> Reject:
    issue = Issue(
        code="type-mismatch",
        message=f"A {found.meaning.name} need not be a {kind.name}, and this one isn't linked to a concept that is.",
    )
    return Reject(
        kind="mention",
        type=kind.name,
        start=found.start,
        end=found.end,
        text=text[found.start : found.end],
        issues=(issue,),
    )
