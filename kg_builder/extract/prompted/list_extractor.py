"""Chemicals and diseases by a model that answers each task with a list of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.answers.aligning import align_items
from kg_builder.answers.items import AnswerItem
from kg_builder.answers.list_answers import read_list
from kg_builder.answers.occurrences import occurrences
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Generator
from kg_builder.backends.list_requests import knows_headers, list_request
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import plan_try, seed_of, system_text, with_samples
from kg_builder.extract.prompted.answer_rejects import reject_answer
from kg_builder.extract.prompted.confidences import item_confidence
from kg_builder.extract.prompted.list_filters import shipped_filters
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Issue, Mention, Provenance, Reject
from kg_builder.schema import Schema
from kg_builder.text.list_prompts import SYSTEM, ListTask

MAX_CHARACTERS = 4000
"""About 1,000 tokens: the models were trained on whole abstracts, up to 2,048 tokens with prompt and answer."""

DEFAULTS = GenerationOptions(max_new_tokens=128, repetition_penalty=1.15)
"""As on the models' card; greedy."""


@dataclass(frozen=True, slots=True)
class _List:
    """A task and what its names are."""

    task: ListTask
    label: str
    group: str


_LISTS = (_List(ListTask.CHEMICALS, "Chemical", "CHEM"), _List(ListTask.DISEASES, "Disease", "DISO"))


class ListExtractor:
    """One question for the chemicals, one for the diseases. Made for English abstracts; weak on clinical notes.

    The prompt is the one the models were trained on, so they can't be told what was wrong with an answer:
    further attempts are sampled, whatever `ModelSettings.retry` says.
    """

    deterministic = False
    languages = frozenset({"en"})
    kinds = frozenset({"abstract", "article"})

    def __init__(self, generator: Generator, settings: ModelSettings, *, name: str) -> None:
        """Raises SettingsError where the system text's file can't be read."""
        self.name = name
        self.model: str | None = generator.model
        self.remote = generator.remote
        self.max_characters: int | None = settings.max_characters or MAX_CHARACTERS
        self._generator = generator
        self._settings = settings
        self._system = system_text(settings, SYSTEM)
        self._headers = knows_headers(generator)

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:  # noqa: ARG002
        """``Chemical`` and ``Disease``, where a type of the schema takes them."""
        return {one.label: one.group for one in _asked(schema)}

    def extract(self, request: ExtractionRequest) -> Extraction:
        """Every place of every name listed, in the text's own characters."""
        lists = _asked(request.schema)
        asked = [self._requests(request, one) for one in lists]
        answers = self._generator.generate([each for of_list in asked for each in of_list])
        mentions: list[Mention] = []
        rejects: list[Reject] = []
        share = 1 + self._settings.resamples
        for place, one in enumerate(lists):
            found, unusable = self._listed(one, answers[place * share : (place + 1) * share], request.text)
            mentions += found
            rejects += unusable
        return Extraction(mentions, rejects)

    def _requests(self, request: ExtractionRequest, one: _List) -> list[GenerationRequest]:
        seed = seed_of(request.document_id, request.text, request.attempt, self.model, one.task)
        plan = plan_try(
            self._settings,
            DEFAULTS,
            attempt=request.attempt,
            issues=request.issues,
            seed=seed,
            takes_feedback=False,
        )
        prompt = list_request(one.task, request.text, system=self._system, headers=self._headers)
        return with_samples(prompt, plan.options, seed=seed, samples=self._settings.resamples)

    def _listed(self, one: _List, answers: Sequence[Generated], text: str) -> tuple[list[Mention], list[Reject]]:
        read = [read_list(answer.text, complete=answer.complete) for answer in answers]
        aligned, unaligned = align_items(
            _once(read[0].items),
            text,
            provenance=Provenance(extractor=self.name, model=self.model),
            confidence=item_confidence(answers[0], read),
            labels=[one.label],
        )
        kept, filtered = _filtered(aligned, chemical=one.group == "CHEM")
        everywhere = {mention.key: mention for first in kept for mention in every_place(first, text)}
        return sorted(everywhere.values(), key=lambda mention: mention.key), [
            *reject_answer(read[0].issues),
            *unaligned,
            *filtered,
        ]


def every_place(mention: Mention, text: str) -> Iterator[Mention]:
    """The mention, and the same words wherever else they stand alone: a list names what occurs several times once.

    Case doesn't count, but for what is written in capitals: AIDS isn't aids.
    """
    yield mention
    for start, end in occurrences(text, mention.text, fold_case=not mention.text.isupper()):
        if start != mention.start:
            yield mention.model_copy(update={"start": start, "end": end, "text": text[start:end]})


def _asked(schema: Schema) -> list[_List]:
    return [one for one in _LISTS if schema.entity_for_label(one.label, one.group) is not None]


def _once(items: Iterable[AnswerItem]) -> list[AnswerItem]:
    """Each name once: in a list a repetition says nothing."""
    found: dict[str, AnswerItem] = {}
    for item in items:
        found.setdefault(" ".join(item.text.casefold().split()), item)
    return list(found.values())


def _filtered(mentions: Iterable[Mention], *, chemical: bool) -> tuple[list[Mention], list[Reject]]:
    """What the profile takes, and what it doesn't."""
    filters = shipped_filters()
    kept: list[Mention] = []
    rejects: list[Reject] = []
    for mention in mentions:
        issue = filters.issue(mention, chemical=chemical)
        kept += [mention] if issue is None else []
        rejects += [] if issue is None else [_reject(mention, issue)]
    return kept, rejects


def _reject(mention: Mention, issue: Issue) -> Reject:
    return Reject(
        kind="mention", type=mention.type, start=mention.start, end=mention.end, text=mention.text, issues=(issue,)
    )
