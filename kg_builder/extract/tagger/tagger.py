"""The shipped token classifier as an extractor: chemicals and diseases in English text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kg_builder.calibration import Platt
from kg_builder.extract.tagger.consistency import describe, second_look, weigh
from kg_builder.extract.tagger.encoding import Window, Words, sentence_starts, split_words, windows
from kg_builder.extract.tagger.features import TYPES
from kg_builder.extract.tagger.model import MODEL, TaggerModel
from kg_builder.extract.tagger.reading import Candidate, Reading, without_overlaps
from kg_builder.extract.tagger.session import Session
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Mention, Provenance
from kg_builder.schema import Role, Schema
from kg_builder.schemas import load_schema
from kg_builder.semantic_groups import GROUPS

_GROUPS = {group.label: group.code for group in GROUPS.values()}


class TaggerExtractor:
    """A small encoder run by ONNX Runtime. `dictionary` tells it which words are names of the vocabulary.

    Whatever the schema, it reads the text for all its types, so that a document's mentions don't depend on what
    else was asked for. `threads`: those that one text is spread over; None: the usable cores, at most four.
    """

    name = "tagger"
    deterministic = True
    remote = False
    kinds: frozenset[str] = frozenset()
    max_characters: int | None = 50_000
    """About as many words' scores as are held in memory at once; longer texts come in chunks."""

    def __init__(self, model: TaggerModel, dictionary: Extractor, *, threads: int | None = None) -> None:
        described = model.description
        self.model: str | None = f"{described.name} {described.version} ({described.sha256[MODEL][:8]})"
        self.languages = frozenset(described.languages)
        self._model = model
        self._dictionary = dictionary
        self._calibration = [described.calibration.get(label, Platt()) for label in TYPES]
        self._session = Session(model.path, threads=threads)
        self._provenance = Provenance(extractor=self.name, model=self.model)

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:
        """Its types whose semantic group the schema asks for, in a language it was trained on."""
        if language not in self.languages:
            return {}
        asked = {entity.semantic_group for entity in schema.entities if entity.role is Role.CONCEPT}
        return {label: _GROUPS[label] for label in TYPES if _GROUPS[label] in asked}

    def extract(self, request: ExtractionRequest) -> Extraction:
        """Mentions in order; they never overlap, and each has a letter."""
        wanted = self.labels(request.schema, request.language)
        if not wanted or not request.text.strip():
            return Extraction()
        text = request.text
        words = split_words(self._model.tokenizer, text, self._hits(text))
        apart = sentence_starts(text, words.spans) if "\n" in text else ()
        found = self._decoded(text, words, Reading(self._scored(text, words), self._model.transitions, apart))
        mentions = (self._mention(text, words, item) for item in found if TYPES[item.column] in wanted)
        return Extraction([mention for mention in mentions if any(map(str.isalpha, mention.text))])

    def _decoded(self, text: str, words: Words, reading: Reading) -> list[Candidate]:
        """With calibrated probabilities, in order."""
        described = self._model.description
        if described.second_look:
            weights = [described.second_look[label] for label in TYPES]
            found = second_look(weigh(describe(text, words), reading), weights, described.least)
        else:
            found = reading.found
        calibrated = (
            replace(item, probability=self._calibration[item.column].apply(item.probability)) for item in found
        )
        return without_overlaps(item for item in calibrated if item.probability >= described.least)

    def _hits(self, text: str) -> list[Mention]:
        """The dictionary's mentions, found as they were for training."""
        request = ExtractionRequest(text, load_schema("chemical-disease"))
        return list(self._dictionary.extract(request).mentions)

    def _scored(self, text: str, words: Words) -> Iterator[tuple[Window, NDArray[np.float32]]]:
        start, end = self._model.mark("[CLS]"), self._model.mark("[SEP]")
        for window in windows(text, words, start_mark=start, end_mark=end):
            yield window, self._session.run(window)

    def _mention(self, text: str, words: Words, found: Candidate) -> Mention:
        start, end = words.spans[found.first][0], words.spans[found.last - 1][1]
        return Mention(
            start=start,
            end=end,
            text=text[start:end],
            type=TYPES[found.column],
            confidence=found.probability,
            provenance=self._provenance,
        )
