"""What a run would take of its language models, told before it: requests, tokens, cost and time.

A sample of the documents is made into the very prompts that the run would send, without sending any; the rest is
reckoned by their length. Mentions that a model would have to find first are made up, one in so many characters. Texts
pass the privacy gate as they would in the run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING

from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.spending import Spending
from kg_builder.clean.alignment import CleanText
from kg_builder.corpora.records import GoldDocument, Row
from kg_builder.errors import KgBuilderError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.corpus import document_of
from kg_builder.graphs.model_parts import Models
from kg_builder.graphs.recording_models import Recorder, Sample, Tally
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor, RelationRequest
from kg_builder.records import Document, Mention, Provenance, document_state
from kg_builder.schema import Schema
from kg_builder.select.language import detect_language
from kg_builder.select.routing import select as route
from kg_builder.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SAMPLE = 50
"""Documents of which the prompts are made."""
ANSWERED = 0.5
"""Share of the tokens that an answer may have which it is expected to take."""
A_MENTION_EVERY = 100
"""Characters, where mentions are made up."""
WINDOW = 256
"""Documents looked up in the store at once."""


@dataclass(frozen=True, slots=True)
class ModelForecast:
    """What one model would be asked. Further attempts after bad answers come on top."""

    model: str
    remote: bool
    requests: int
    input_tokens: int
    output_tokens: int
    """Expected; `most_output_tokens` is the limit that the requests carry."""
    most_output_tokens: int
    cost: float | None
    """In the currency of the prices that were set; None: no prices."""
    most_cost: float | None
    minutes: float | None
    """Least time at the limits; None: none limits the pace."""
    counted: bool
    """By the model's own tokenizer; else estimated from the length."""
    limits: ModelLimits
    exceeds: bool
    """The budget or ceiling would probably be used up before the end."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would take."""

    documents: int
    """To be read, without those that the store has unchanged."""
    unchanged: int
    sampled: int
    """Of those to be read: prompts were made of so many."""
    blocked: int
    """Of those to be read: expected to be set aside, as they identify people (`Settings.privacy`)."""
    masked: int
    """Of those to be read: expected to be sent with placeholders."""
    models: tuple[ModelForecast, ...]

    @property
    def spends(self) -> bool:
        """Whether a model elsewhere is paid for, or may be used up."""
        return any(model.remote and model.requests and model.limits.spends for model in self.models)


def forecast(
    items: Iterable[Row],
    settings: Settings,
    *,
    store: GraphStore | None = None,
    models: Mapping[str, BaseChatModel] | None = None,
    sample: int = SAMPLE,
) -> Forecast:
    """Read documents once, and say what a build of them would take. Nothing is sent, nothing written.

    Raises what making the parts of the build raises.
    """
    recorder = Recorder(Models(Spending(), models or {}).open)
    components = make_components(settings, models=models, open_generator=recorder.open)
    drawn, unchanged = Sample(sample), 0
    for document, known in _documents(items, components, store):
        if known:
            unchanged += 1
        else:
            drawn.add(document)
    kept_back = []
    if recorder.tallies:
        for document in drawn.kept:
            recorder.begin()
            kept_back.append(int(_ask(document, components)))
    held = drawn.of_all(kept_back) if any(kept_back) else 0
    blocked, masked = (held if settings.privacy == policy else 0 for policy in ("block", "mask"))
    told = (_told(tally, drawn) for _, tally in sorted(recorder.tallies.items(), key=lambda item: item[0][0]))
    return Forecast(drawn.documents, unchanged, len(drawn.kept), blocked, masked, tuple(told))


def _told(tally: Tally, drawn: Sample) -> ModelForecast:
    requests, prompts, most = (drawn.of_all(tally.column(place)) for place in range(3))
    answers = math.ceil(most * ANSWERED)
    limits, generator = tally.limits, tally.generator
    cost = limits.cost(prompts, answers)
    budget, ceiling = limits.token_budget, limits.cost_ceiling
    return ModelForecast(
        model=generator.model,
        remote=generator.remote,
        requests=requests,
        input_tokens=prompts,
        output_tokens=answers,
        most_output_tokens=most,
        cost=cost,
        most_cost=limits.cost(prompts, most),
        minutes=limits.minutes(requests, prompts + answers),
        counted=tally.count is not None,
        limits=limits,
        exceeds=(budget is not None and prompts + answers > budget)
        or (ceiling is not None and cost is not None and cost > ceiling),
    )


def _documents(
    items: Iterable[Row], components: Components, store: GraphStore | None
) -> Iterator[tuple[Document, bool]]:
    """Each with whether the store has it as it is."""
    source = (document_of(item) for item in items if isinstance(item, Document | GoldDocument))
    while window := list(islice(source, WINDOW)):
        known = store.fingerprints([document.id for document in window]) if store is not None else {}
        for document in window:
            yield document, known.get(document.id) == document_state(document, components.settings_hash)


def _ask(document: Document, components: Components) -> bool:
    """The steps that ask models, once each: whether one would get what identifies people. A document that fails here
    fails in the run too.
    """
    gate, identified = components.gate, False
    language = document.language or detect_language(document.text).language
    try:
        clean = CleanText.unchanged(document.text)
        if (cleaner := components.cleaner) is not None:
            identified |= gate.identifies(cleaner, clean, language)
            clean = gate.clean(cleaner, document, language).text
        schema, extractor = _chosen(document, language, components)
        if extractor is None:
            return identified
        identified |= gate.identifies(extractor, clean, language)
        request = ExtractionRequest(clean.text, schema, language=language, document_id=document.id)
        mentions = list(_typed(extractor, request, partial(gate.extract, extractor, request, clean)))
        if (relate := components.relation_extractor) is not None:
            identified |= gate.identifies(relate, clean, language)
            mentions = mentions or _made_up(clean.text, schema)
            asked = RelationRequest(clean.text, mentions, schema, language=language, document_id=document.id)
            gate.relate(relate, asked, clean)
    except KgBuilderError:
        pass
    return identified


def _chosen(document: Document, language: str, components: Components) -> tuple[Schema, Extractor | None]:
    settings = components.settings
    chosen = route(
        document,
        language,
        reason="",
        schema_name=settings.schema_name,
        extractors=settings.extractors,
        rules=settings.rules,
    )
    schema = components.schemas[chosen.schema_name]
    named = (components.extractors[name] for name in chosen.extractors)
    return schema, next((found for found in named if _serves(found, schema, language)), None)


def _serves(extractor: Extractor, schema: Schema, language: str) -> bool:
    return any(schema.entity_for_label(*label) is not None for label in extractor.labels(schema, language).items())


def _typed(extractor: Extractor, request: ExtractionRequest, extract: Callable[[], Extraction]) -> Iterator[Mention]:
    labels = extractor.labels(request.schema, request.language)
    for mention in extract().mentions:
        entity = request.schema.entity_for_label(mention.type, labels.get(mention.type))
        if entity is not None:
            yield mention.model_copy(update={"type": entity.name})


def _made_up(text: str, schema: Schema) -> list[Mention]:
    """Words at even distances, as the types that relations join, in turn."""
    types = list(dict.fromkeys(name for kind in schema.relations for name in (*kind.subject, *kind.object)))
    if not types:
        return []
    mentions: list[Mention] = []
    turn, begin = cycle(types), 0
    for word in re.finditer(r"\w{3,}", text):
        if word.start() >= begin:
            begin = word.start() + A_MENTION_EVERY
            provenance = Provenance(extractor="forecast")
            mentions.append(
                Mention(start=word.start(), end=word.end(), text=word[0], type=next(turn), provenance=provenance)
            )
    return mentions
