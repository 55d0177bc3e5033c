"""The stretches of a text that a model is asked about, and what its claims about them come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kg_builder.answers.confidence import agreement, span_confidence
from kg_builder.answers.items import AnswerPair, ReadAnswer
from kg_builder.backends.generation import Generated, GenerationRequest, Generator
from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Mention, Provenance, Reject, RelationMention
from kg_builder.relate.cooccurrence import CueRelationExtractor
from kg_builder.relate.prompted.grounding import Claim, Ground, without_repeats
from kg_builder.relate.prompted.named_ends import NamedEnds, folded
from kg_builder.schema import RelationType
from kg_builder.text.chunks import Chunk, split_chunks
from kg_builder.text.sentences import split_sentences

OVERLAP = 200
"""Characters that neighbouring passages share."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, or a chunk of it that can be asked about at once."""

    start: int
    text: str
    mentions: Sequence[Mention]
    """Those that may be an end of a relation, in order of place; offsets in the whole text."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A passage with what a model says of it."""

    passage: Passage
    read: ReadAnswer
    confidence: Callable[[AnswerPair], float | None]


def passages(request: RelationRequest, kinds: Sequence[RelationType], max_characters: int) -> list[Passage]:
    """Those that name both ends of some relation of these kinds."""
    text = request.text
    whole = len(text) <= max_characters
    chunks = [Chunk(0, len(text))] if whole else split_chunks(text, max_characters, min(OVERLAP, max_characters // 4))
    types = {name for kind in kinds for name in (*kind.subject, *kind.object)}
    ends = sorted((one for one in request.mentions if one.type in types), key=lambda mention: mention.key)
    inside = [
        Passage(start, text[start:end], [one for one in ends if start <= one.start and one.end <= end])
        for start, end in chunks
    ]
    return [passage for passage in inside if any(_may_hold(kind, passage.mentions) for kind in kinds)]


def ask(
    generator: Generator,
    asked: Sequence[tuple[Passage, Sequence[GenerationRequest]]],
    read: Callable[[Generated], ReadAnswer],
) -> list[Answered]:
    """One answer a passage; the further requests of each are for agreement."""
    answers = iter(generator.generate([request for _, requests in asked for request in requests]))
    found = []
    for passage, requests in asked:
        given = [next(answers) for _ in requests]
        readings = [read(answer) for answer in given]
        found.append(Answered(passage, readings[0], _pair_confidence(given[0], readings)))
    return found


def settle_all(
    request: RelationRequest,
    answered: Iterable[Answered],
    claimed: Callable[[Answered, AnswerPair], Claim],
    provenance: Provenance,
) -> RelationExtraction:
    """The relations that the answers state, and a reject for everything in them that is none."""
    stated = CueRelationExtractor().relate(request).relations
    sentences = split_sentences(request.text)
    relations: list[RelationMention] = []
    rejects: list[Reject] = []
    for one in answered:
        ends = NamedEnds(request.text, one.passage.mentions)
        ground = Ground(request.schema, ends, sentences, stated, provenance)
        rejects += [Reject(kind="relation", issues=(issue,)) for issue in one.read.issues]
        settled = [ground.settle(claimed(one, pair)) for pair in one.read.pairs]
        relations += [each for each in settled if isinstance(each, RelationMention)]
        rejects += [each for each in settled if isinstance(each, Reject)]
    return RelationExtraction(without_repeats(relations), rejects)


def _may_hold(kind: RelationType, mentions: Sequence[Mention]) -> bool:
    return any(one.type in kind.subject for one in mentions) and any(one.type in kind.object for one in mentions)


def _pair_confidence(generated: Generated, answers: Sequence[ReadAnswer]) -> Callable[[AnswerPair], float | None]:
    """By agreement where several answers were given, else by the tokens' probabilities."""
    if len(answers) < 2:
        return lambda pair: span_confidence(pair, generated)
    keys = [{_key(pair) for pair in answer.pairs} for answer in answers]
    return lambda pair: agreement(keys, _key(pair))


def _key(pair: AnswerPair) -> tuple[str, str, str]:
    return folded(pair.subject), pair.predicate.casefold(), folded(pair.object)
