"""What asking a model again does for answers that have something wrong with them: feedback, resampling, salvage.

    python benchmarks/semantic_retry.py hf:MODEL CORPUS [--family json] [--limit 50] [--characters 500] [--attempts 3]

MODEL is named as for ``kg-builder build --extractor``; CORPUS is annotated, in any format that ``kg-builder
evaluate`` reads, and its texts are cut to whole sentences. Every text is asked about once. Where the answer has an
issue that a model could mend (unreadable, cut off, not in the text, unknown type), each policy asks again until an
answer has none or the attempts are used up, and keeps the valid items of all of them, as the workflow does. Salvage
asks nobody and keeps the valid items of the first answer. Figures are of these texts: the share that got an answer
without issues ("repaired"), the share that got one that isn't empty, and strict precision, recall and F1 of what was
kept, where the corpus's types are the schema's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice

from kg_builder.backends.family import Family
from kg_builder.backends.generation import Generated, GenerationRequest, Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.opening import open_generator
from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument
from kg_builder.extract.prompted.json_extractor import PromptedExtractor
from kg_builder.extract.prompted.list_extractor import ListExtractor
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Issue, Mention
from kg_builder.schema import Schema
from kg_builder.schemas import load_schema
from kg_builder.text.sentences import split_sentences
from kg_builder.validate.checks import REPAIRABLE

MENDABLE = REPAIRABLE | {"truncated-answer"}
POLICIES = ("resample", "feedback", "feedback-then-resample")
SALVAGE = "salvage"

Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and what people annotated in it."""

    name: str
    text: str
    gold: frozenset[Key]


@dataclass(slots=True)
class Counting:
    """A generator that counts what is written, and doesn't write again what two policies ask alike."""

    generator: Generator
    written: int = 0
    known: dict[str, Generated] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """Of the generator."""
        return self.generator.model

    @property
    def remote(self) -> bool:
        """Of the generator."""
        return self.generator.remote

    def knows_token(self, text: str) -> bool:
        """Of the generator."""
        knows = getattr(self.generator, "knows_token", None)
        return knows is None or bool(knows(text))

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """Its answers, those known already from memory."""
        fresh = [request for request in requests if repr(request) not in self.known]
        if fresh:
            for request, answer in zip(fresh, self.generator.generate(fresh), strict=True):
                self.known[repr(request)] = answer
        answers = [self.known[repr(request)] for request in requests]
        self.written += sum(answer.new_tokens for answer in answers)
        return answers


@dataclass(slots=True)
class Outcome:
    """What a policy came to for one text."""

    found: set[Key]
    attempts: int = 1
    repaired: bool = False
    empty: bool = False
    """The answer without issues said that there is nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("corpus")
    parser.add_argument("--family", type=Family, choices=[Family.JSON, Family.LISTS], default=Family.JSON)
    parser.add_argument("--base", help="model under an adapter")
    parser.add_argument("--system", help="system text instead of the family's own")
    parser.add_argument("--schema", default="chemical-disease")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--characters", type=int, default=500)
    parser.add_argument("--attempts", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--max-new-tokens", type=int)
    parser.add_argument("--no-examples", action="store_true")
    parser.add_argument("--constrained", action="store_true")
    chosen = parser.parse_args()
    settings = ModelSettings(
        source=chosen.model,
        base=chosen.base,
        system=chosen.system,
        batch_size=chosen.batch_size,
        max_new_tokens=chosen.max_new_tokens,
        few_shot=not chosen.no_examples,
        constrained=chosen.constrained,
    )
    schema = load_schema(chosen.schema)
    texts = list(islice(_texts(chosen.corpus, chosen.characters), chosen.skip, chosen.skip + chosen.limit))
    generator = Counting(open_generator(settings, chosen.family))
    kind = PromptedExtractor if chosen.family is Family.JSON else ListExtractor
    trial = Trial(generator, settings, kind, schema, chosen.attempts)
    _report(trial, texts)


@dataclass(slots=True)
class Trial:
    """One model under all policies."""

    generator: Counting
    settings: ModelSettings
    kind: Callable[..., Extractor]
    schema: Schema
    attempts: int

    def first(self, texts: Sequence[Text]) -> list[Extraction]:
        """The first answers."""
        extractor = self._extractor("resample")
        return self._each(lambda text: self._ask(extractor, text, 0, ()), texts)

    def policy(self, name: str, texts: Sequence[Text], first: Sequence[Extraction]) -> list[Outcome]:
        """What a policy makes of texts whose first answers had issues."""
        extractor = self._extractor(name)
        return self._each(
            lambda pair: self._again(extractor, *pair),
            list(zip(texts, first, strict=True)),
        )

    def keys(self, extraction: Extraction) -> set[Key]:
        """The valid items."""
        return {_key(mention) for mention in extraction.mentions if self.schema.entity(mention.type)}

    def issues(self, extraction: Extraction) -> list[Issue]:
        """What a model could mend."""
        names = ", ".join(entity.name for entity in self.schema.entities)
        unknown = {mention.type for mention in extraction.mentions if not self.schema.entity(mention.type)}
        typed = [
            Issue(code="unknown-type", message=f"'{label}' is not a type; use one of {names}.") for label in unknown
        ]
        given = (issue for reject in extraction.rejects for issue in reject.issues)
        return [*(issue for issue in given if issue.code in MENDABLE), *sorted(typed, key=lambda issue: issue.message)]

    def _again(self, extractor: Extractor, text: Text, extraction: Extraction) -> Outcome:
        outcome, issues = Outcome(self.keys(extraction)), self.issues(extraction)
        while issues and outcome.attempts < self.attempts:
            extraction = self._ask(extractor, text, outcome.attempts, issues)
            outcome.attempts += 1
            outcome.found |= self.keys(extraction)
            issues = self.issues(extraction)
        outcome.repaired = not issues
        outcome.empty = outcome.repaired and not self.keys(extraction)
        return outcome

    def _ask(self, extractor: Extractor, text: Text, attempt: int, issues: Sequence[Issue]) -> Extraction:
        labels = extractor.labels(self.schema, "en")
        extraction = extractor.extract(
            ExtractionRequest(text.text, self.schema, attempt=attempt, issues=issues, document_id=text.name)
        )
        typed = [
            mention.model_copy(update={"type": entity.name}) if entity else mention
            for mention in extraction.mentions
            for entity in [self.schema.entity_for_label(mention.type, labels.get(mention.type))]
        ]
        return replace(extraction, mentions=typed)

    def _extractor(self, policy: str) -> Extractor:
        return self.kind(self.generator, self.settings.model_copy(update={"retry": policy}), name=policy)

    def _each(self, ask: Callable[..., object], items: Sequence[object]) -> list:  # type: ignore[type-arg]
        with ThreadPoolExecutor(self.settings.batch_size) as pool:
            return list(pool.map(ask, items))


def _report(trial: Trial, texts: Sequence[Text]) -> None:
    first = trial.first(texts)
    cost = trial.generator.written
    invalid = [place for place, extraction in enumerate(first) if trial.issues(extraction)]
    sound = [place for place in range(len(texts)) if place not in set(invalid)]
    print(f"{trial.generator.model}: {len(texts)} texts, {cost} tokens written", flush=True)
    codes = [issue.code for place in invalid for issue in trial.issues(first[place])]
    print(f"first answer with an issue: {len(invalid)} ({len(invalid) / max(1, len(texts)):.0%}); ", end="")
    print(", ".join(f"{code} {codes.count(code)}" for code in sorted(set(codes))) or "none")
    print(f"the others: {_quality([trial.keys(first[place]) for place in sound], [texts[place] for place in sound])}")
    asked, answers = [texts[place] for place in invalid], [first[place] for place in invalid]
    print(f"\n{'policy':24s} repaired  not empty  {'precision':>9s} {'recall':>7s} {'F1':>6s}  tokens a text")
    salvaged = [Outcome(trial.keys(extraction)) for extraction in answers]
    _row(SALVAGE, salvaged, asked, 0)
    kept = sum(bool(outcome.found) for outcome in salvaged)
    for policy in POLICIES:
        before = trial.generator.written
        outcomes = trial.policy(policy, asked, answers)
        _row(policy, outcomes, asked, trial.generator.written - before)
    print(f"\nsalvage kept something of {kept} of {len(asked)} answers")


def _row(name: str, outcomes: Sequence[Outcome], texts: Sequence[Text], tokens: int) -> None:
    count = max(1, len(outcomes))
    repaired = sum(outcome.repaired for outcome in outcomes) / count
    full = sum(outcome.repaired and not outcome.empty for outcome in outcomes) / count
    quality = _quality([outcome.found for outcome in outcomes], texts)
    shares = f"{repaired:8.0%}  {full:9.0%}" if name != SALVAGE else f"{'-':>8s}  {'-':>9s}"
    print(f"{name:24s} {shares}  {quality}  {tokens / count:13.0f}", flush=True)


def _quality(found: Sequence[set[Key]], texts: Sequence[Text]) -> str:
    right = sum(len(keys & text.gold) for keys, text in zip(found, texts, strict=True))
    given, wanted = sum(map(len, found)), sum(len(text.gold) for text in texts)
    precision, recall = right / max(1, given), right / max(1, wanted)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return f"{precision:9.3f} {recall:7.3f} {f1:6.3f}"


def _texts(corpus: str, characters: int) -> Iterator[Text]:
    for row in read(corpus):
        if isinstance(row, GoldDocument):
            text = row.document.text
            ends = [end for _, end in split_sentences(text) if end <= characters]
            cut = max(ends, default=characters)
            gold = frozenset(_key(mention) for mention in row.mentions if mention.end <= cut)
            yield Text(row.document.id, text[:cut], gold)


def _key(mention: Mention) -> Key:
    return mention.start, mention.end, mention.type


if __name__ == "__main__":
    main()
