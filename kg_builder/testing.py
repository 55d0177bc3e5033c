"""Ordinary implementations of the seams for tests: of this package and of its users' workflows.

They answer from scripts instead of models, so that retries, failures and long texts can be tested
without patching anything.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.backends.generation import Generated, GenerationRequest
from kg_builder.protocols import Extraction, ExtractionRequest, Link, RelationExtraction, RelationRequest
from kg_builder.records import Concept, Issue, Mention, Provenance, Reject, RelationMention
from kg_builder.schema import Schema
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.rows import AddedName, ConceptRow
from kg_builder.terminology.table import Terminology
from kg_builder.terminology.table_writing import write_table
from kg_builder.testing_diffusion.toy_text import ToyText

Answer = Sequence[tuple[str, str]] | Exception
"""(text, label) pairs, or an error to raise."""


def small_terminology(
    rows: Iterable[ConceptRow] = (),
    added: Mapping[str, Sequence[AddedName]] | None = None,
    *,
    release: str = "made-up",
    retired: Mapping[str, str] | None = None,
) -> Terminology:
    """A terminology of a few concepts; its file goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="kg_builder-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "terminology.sqlite"
    write_table(path, Preamble(release, retired=retired or {}), rows, added, digest="0")
    return Terminology(path)


@dataclass
class ScriptedExtractor:
    """Gives one prepared answer an attempt (the last one again after that) and remembers what it was asked.

    Each text is found at its next occurrence; one that isn't there comes back as a reject ``not-in-text``.
    """

    answers: Sequence[Answer]
    name: str = "scripted"
    model: str | None = None
    deterministic: bool = False
    languages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    remote: bool = False
    max_characters: int | None = None
    groups: Mapping[str, str | None] = field(default_factory=dict)
    """Label → semantic group; empty: the schema's own type names."""
    confidence: float | None = None
    requests: list[ExtractionRequest] = field(default_factory=list)

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:  # noqa: ARG002
        """Those given, or the schema's own."""
        return self.groups or {entity.name: entity.semantic_group for entity in schema.entities}

    def extract(self, request: ExtractionRequest) -> Extraction:
        """The next answer."""
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        mentions, rejects = [], []
        places: dict[str, int] = {}
        for text, label in answer:
            start = request.text.find(text, places.get(text, 0))
            if start < 0:
                issue = Issue(code="not-in-text", message=f"'{text}' is not in the text.")
                rejects.append(Reject(kind="mention", type=label, text=text, issues=(issue,)))
                continue
            places[text] = start + len(text)
            mentions.append(self._mention(text, label, start))
        return Extraction(mentions, rejects)

    def _mention(self, text: str, label: str, start: int) -> Mention:
        provenance = Provenance(extractor=self.name, model=self.model)
        return Mention(
            start=start,
            end=start + len(text),
            text=text,
            type=label,
            confidence=self.confidence,
            provenance=provenance,
        )


@dataclass
class ScriptedGenerator:
    """Gives one prepared answer a request, in order (the last one again after that), and remembers the requests."""

    answers: Sequence[str | Generated | Exception]
    model: str = "scripted"
    remote: bool = False
    requests: list[GenerationRequest] = field(default_factory=list)

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """The next answers."""
        found = []
        for request in requests:
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append(request)
            if isinstance(answer, Exception):
                raise answer
            found.append(Generated(answer) if isinstance(answer, str) else answer)
        return found


@dataclass
class ScriptedRelations:
    """States (subject text, predicate, object text) triples, one list an attempt, on the mentions it is given."""

    answers: Sequence[Sequence[tuple[str, str, str]]]
    name: str = "scripted-relations"
    model: str | None = None
    deterministic: bool = False
    remote: bool = False
    requests: list[RelationRequest] = field(default_factory=list)

    def predicates(self, schema: Schema) -> frozenset[str]:
        """All of the schema's."""
        return frozenset(relation.name for relation in schema.relations)

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """The next answer; a triple whose ends aren't mentions comes back as a reject."""
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        by_text = {mention.text: mention for mention in request.mentions}
        relations, rejects = [], []
        for subject, predicate, object_ in answer:
            if subject not in by_text or object_ not in by_text:
                issue = Issue(code="not-in-text", message="An end is not among the mentions.")
                rejects.append(Reject(kind="relation", type=predicate, text=f"{subject} | {object_}", issues=(issue,)))
                continue
            relations.append(self._relation(by_text[subject], predicate, by_text[object_], len(request.text)))
        return RelationExtraction(relations, rejects)

    def _relation(self, subject: Mention, predicate: str, object_: Mention, length: int) -> RelationMention:
        return RelationMention(
            subject=subject,
            predicate=predicate,
            object=object_,
            sentence=(0, length),
            provenance=Provenance(extractor=self.name, model=self.model),
        )


@dataclass
class TableNormalizer:
    """Links by a table of folded names; all else is unknown."""

    concepts: Mapping[str, Concept] = field(default_factory=dict)
    name: str = "table"
    model: str | None = None

    def normalize(self, text: str, mentions: Sequence[Mention], schema: Schema) -> Sequence[Link]:  # noqa: ARG002
        """Exact names only."""
        found = (self.concepts.get((mention.clean_text or mention.text).casefold()) for mention in mentions)
        return [Link() if concept is None else Link((concept,), 1.0, "table") for concept in found]


def save_small_diffusion_model(folder: Path, *, texts: int = 120, steps: int = 700, seed: int = 1) -> Sequence[ToyText]:
    """Train a small diffusion language model on made-up Vietnamese reports, and save it in the published layout.

    By default it learns to tag unseen reports, in about a minute of one core; ``texts=4, steps=260`` learns four of
    them by heart, in seconds. Returns the texts it was trained on; ask for 28 `max_new_tokens`. Needs the extra `hf`.
    """
    from kg_builder.testing_diffusion.building import train_small_diffusion_model
    from kg_builder.testing_diffusion.toy_text import toy_texts

    toys = toy_texts(texts, seed=seed)
    train_small_diffusion_model(folder, toys, steps=steps, layers=1 if texts < 16 else 2, seed=seed)
    return toys
