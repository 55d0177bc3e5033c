"""The default for Vietnamese: the sequence model for its types, the dictionary for the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg_builder.extract.vietnamese.labels import CHEMICAL, asked_labels, label_groups
from kg_builder.extract.vietnamese.model import SequenceModel
from kg_builder.extract.vietnamese.sentences import dictionary_names, named_labels, read_sentences
from kg_builder.extract.vietnamese.spelling import Spelled, in_one_spelling
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Mention, Provenance
from kg_builder.schema import Schema

LANGUAGE = "vi"


class VietnameseExtractor:
    """Symptoms and diseases, procedures, places, organisations and dates by the model; drugs, body parts and what else
    the dictionary has by the dictionary. Text in any Unicode form, with either placement of tone marks and with or
    without the underscores of a word segmenter, gives the same mentions.
    """

    name = "vietnamese"
    deterministic = True
    remote = False
    languages = frozenset({LANGUAGE})
    kinds: frozenset[str] = frozenset()
    max_characters: int | None = 50_000
    """About as much as is held in memory at once; longer texts come in chunks."""

    def __init__(self, model: SequenceModel, dictionary: Extractor) -> None:
        described = model.description
        own = f"{described.name} {described.version} ({described.sha256[:8]})"
        self.model: str | None = f"{own} with {dictionary.model}" if dictionary.model else own
        self._model = model
        self._dictionary = dictionary
        self._known = named_labels(dictionary)
        self._provenance = Provenance(extractor=self.name, model=self.model)

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:
        """The model's types and the dictionary's that the schema asks for, in Vietnamese only."""
        if language != LANGUAGE:
            return {}
        return {**self._dictionary.labels(schema, language), **label_groups(schema)}

    def extract(self, request: ExtractionRequest) -> Extraction:
        """Mentions in order. A drug may lie inside a mention of the model (*dị ứng penicillin*), else none overlap."""
        if not self.labels(request.schema, request.language) or not request.text.strip():
            return Extraction()
        spelled = in_one_spelling(request.text)
        names = dictionary_names(self._dictionary, spelled.text)
        own = list(self._labelled(spelled.text, names, asked_labels(request.schema)))
        others = self._others(spelled.text, names, request.schema)
        kept = sorted((*own, *_beside(own, others)), key=lambda mention: (mention.start, mention.end))
        return Extraction([self._placed(mention, spelled, request.text) for mention in kept])

    def _labelled(self, text: str, names: Sequence[Mention], asked: Mapping[str, str]) -> Iterator[Mention]:
        """The model's mentions of the types asked for."""
        for sentence in read_sentences(text, names):
            for found in self._model.label(sentence.features, sentence.names):
                if (label := asked.get(found.type)) is not None:
                    start, end = sentence.spans[found.first][0], sentence.spans[found.last - 1][1]
                    yield self._mention(text, start, end, label, found.probability)

    def _others(self, text: str, names: Sequence[Mention], schema: Schema) -> Iterator[Mention]:
        """The dictionary's names of the types that the schema asks for and the model hasn't."""
        others = self._dictionary.labels(schema, LANGUAGE).keys() - label_groups(schema).keys()
        if not others <= self._known:
            names = self._dictionary.extract(ExtractionRequest(text, schema, language=LANGUAGE)).mentions
        return (name for name in names if name.type in others)

    def _mention(self, text: str, start: int, end: int, label: str, confidence: float | None) -> Mention:
        return Mention(
            start=start,
            end=end,
            text=text[start:end],
            type=label,
            confidence=confidence,
            provenance=self._provenance,
        )

    def _placed(self, mention: Mention, spelled: Spelled, text: str) -> Mention:
        """In the text as it was given."""
        start, end = spelled.original(mention.start, mention.end)
        if (start, end) == (mention.start, mention.end) and text[start:end] == mention.text:
            return mention
        return mention.model_copy(update={"start": start, "end": end, "text": text[start:end]})


def _beside(own: Sequence[Mention], names: Iterable[Mention]) -> Iterator[Mention]:
    """The dictionary's names that share no character with the model's mentions, and drugs inside those."""
    for name in names:
        over = [mention for mention in own if mention.start < name.end and name.start < mention.end]
        inside = name.type == CHEMICAL and all(
            mention.start <= name.start and name.end <= mention.end and len(mention.text) > len(name.text)
            for mention in over
        )
        if inside or not over:
            yield name
