"""Models that note what they would be asked, and a sample of documents that stands for all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.backends.family import Family
from kg_builder.backends.generation import Generated, GenerationRequest, Generator
from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_counts import CountTokens, estimated_tokens, prompt_tokens, token_counter
from kg_builder.errors import ModelError
from kg_builder.graphs.model_parts import OpenGenerator
from kg_builder.records import Document


@dataclass(slots=True)
class Sample:
    """So many documents, each with the same chance (reservoir sampling; Vitter 1985), and the length of all."""

    size: int
    kept: list[Document] = field(default_factory=list)
    documents: int = 0
    characters: int = 0
    _dice: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, document: Document) -> None:
        """One more document, which may take the place of another."""
        self.documents += 1
        self.characters += len(document.text)
        if len(self.kept) < self.size:
            self.kept.append(document)
        elif (place := self._dice.randrange(self.documents)) < self.size:
            self.kept[place] = document

    def of_all(self, amounts: Sequence[int]) -> int:
        """The sum over all documents, from an amount for each that was kept.

        As it goes with the length of the text (regression estimator; Cochran 1977, *Sampling Techniques*).
        """
        if not self.kept:
            return 0
        lengths = [len(document.text) for document in self.kept]
        length, amount = sum(lengths) / len(lengths), sum(amounts) / len(lengths)
        spread = sum((one - length) ** 2 for one in lengths)
        together = sum((one - length) * (other - amount) for one, other in zip(lengths, amounts, strict=True))
        slope = together / spread if spread else 0.0
        return max(0, round(self.documents * amount + slope * (self.characters - self.documents * length)))


@dataclass(slots=True)
class Tally:
    """Requests that one model would get, document by document."""

    generator: Generator
    limits: ModelLimits
    count: CountTokens | None
    """The tokenizer's; None: estimated."""
    rows: list[list[int]] = field(default_factory=list)
    """Requests, tokens of prompts, most tokens of answers."""

    def add(self, request: GenerationRequest) -> None:
        """One more, about the document that was begun last."""
        row = self.rows[-1]
        row[0] += 1
        row[1] += prompt_tokens(request, self.count or estimated_tokens)
        row[2] += request.options.max_new_tokens

    def column(self, place: int) -> list[int]:
        """One number a document."""
        return [row[place] for row in self.rows]


class Recorder:
    """Opens models that note what they are asked, instead of answering."""

    def __init__(self, opens: OpenGenerator) -> None:
        self._opens = opens
        self.tallies: dict[tuple[str, ModelLimits], Tally] = {}
        """By name and limits."""

    def open(self, name: str, model: ModelSettings, family: Family) -> Generator:
        """An `OpenGenerator`."""
        generator = self._opens(name, model, family)
        limits = model.limits or ModelLimits()
        tally = self.tallies.setdefault((generator.model, limits), Tally(generator, limits, token_counter(model)))
        return _Noting(tally, fails=family is Family.EDITOR)

    def begin(self) -> None:
        """What is asked from now on is about another document."""
        for tally in self.tallies.values():
            tally.rows.append([0, 0, 0])


class _Noting:
    """A generator that finds nothing. `fails`: after the first request, so that no rewriting is asked for again."""

    def __init__(self, tally: Tally, *, fails: bool) -> None:
        self._tally = tally
        self._fails = fails
        self.model = tally.generator.model
        self.remote = tally.generator.remote

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """Nothing, for each."""
        for request in requests:
            self._tally.add(request)
        if self._fails:
            raise ModelError("not asked")
        return [Generated("[]")] * len(requests)

    def knows_token(self, text: str) -> bool:
        """As the model itself."""
        knows = getattr(self._tally.generator, "knows_token", None)
        return knows is None or bool(knows(text))
