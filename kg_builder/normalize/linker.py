"""Links mentions to concepts: candidates by a chain of evidence, weighed by a calibrated model, or left unknown."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from kg_builder.normalize.chain import VOCABULARIES, Chain, is_of
from kg_builder.normalize.features import Around, Asked, lone_likeness, own_features
from kg_builder.normalize.linking_model import LinkingModel, shipped_linking_model
from kg_builder.normalize.name_index import NameIndex, open_index
from kg_builder.normalize.readings import Reading, readings
from kg_builder.normalize.steps import Found, Step
from kg_builder.protocols import Link
from kg_builder.records import Mention
from kg_builder.schema import Schema
from kg_builder.terminology.rows import Tier
from kg_builder.terminology.table import Terminology
from kg_builder.text.abbreviations import find_abbreviations

_REMEMBERED = 10_000
_SHOWN = 10
_LIKELY = 0.5
_SURE = 2.0


class Candidate(NamedTuple):
    """A concept that a text may name, and why."""

    id: str
    """CURIE; of a composite, several with a bar between them."""
    name: str
    score: float
    """Calibrated probability that it is the one meant."""
    reason: str


class Weighed(NamedTuple):
    """A candidate with the log odds of its own features."""

    found: Found
    log_odds: float


Ranked = Sequence[tuple[Found, float]]
"""Candidates with their probabilities, the likeliest first."""


class Weighing(NamedTuple):
    """What is known of a question whatever document it stands in."""

    candidates: Sequence[Weighed]
    sure: str | None
    """`sure_found`."""
    settled: bool
    """Whether what stands around could change nothing: a single candidate that is sure."""
    ranked: Ranked
    """The candidates in order, where nothing that stands around says anything of them."""
    link: Link
    """Of the first of `ranked`."""


Question = tuple[tuple[Reading, ...], str | None]
"""Readings of a mention and the semantic group of its type."""


class LinkingNormalizer:
    """Links what it is sure enough of; the rest stays unknown."""

    name = "linker"

    def __init__(
        self,
        terminology: Terminology,
        model: LinkingModel | None = None,
        *,
        threshold: float | None = None,
        vocabularies: Collection[str] = VOCABULARIES,
    ) -> None:
        """`threshold`: the least probability of a link; None: the one that the model was trained with.

        `vocabularies`: prefixes of ids that go before others where both are likely; none: all are alike.
        """
        self._terminology = terminology
        self._model = shipped_linking_model() if model is None else model
        self.threshold = self._model.threshold if threshold is None else threshold
        """A mention whose best candidate scores less stays unlinked."""
        self.model: str | None = f"{terminology.version} {self._model.version}"
        self._vocabularies = frozenset(vocabularies)
        # ids of a terminology of the user's own stand in the place of those that annotators gave
        self._priors = self._model.priors if vocabularies else replace(self._model.priors, current=terminology.current)
        self._chain = Chain(terminology, lambda: self._index, self._priors, self._vocabularies)
        self._lone_log_odds: dict[Hashable, float] = {}
        self._weighed = lru_cache(_REMEMBERED)(self._weigh)
        self._ancestors = lru_cache(_REMEMBERED)(terminology.ancestors)

    @cached_property
    def _index(self) -> NameIndex:
        return open_index(self._terminology)

    def normalize(self, text: str, mentions: Sequence[Mention], schema: Schema) -> Sequence[Link]:
        """One link a mention, in order; only concepts of the semantic group that its type asks for."""
        known, weighed = self._asked(text, mentions, schema)
        links = {
            question: one.link if ranked is one.ranked else self._link(ranked)
            for (question, ranked), one in zip(self._rank(weighed).items(), weighed.values(), strict=True)
        }
        return [links[known[mention.type, mention.clean_text or mention.text]] for mention in mentions]

    def rank(self, text: str, mentions: Sequence[Mention], schema: Schema) -> list[Ranked]:
        """The candidates of each mention with their probabilities, the likeliest first."""
        known, weighed = self._asked(text, mentions, schema)
        ranked = self._rank(weighed)
        return [ranked[known[mention.type, mention.clean_text or mention.text]] for mention in mentions]

    def _asked(
        self, text: str, mentions: Sequence[Mention], schema: Schema
    ) -> tuple[dict[tuple[str, str], Question], dict[Question, Weighing]]:
        """The question of each type and name in the document, and what is known of each question."""
        abbreviations = find_abbreviations(text) if mentions else {}
        groups = {entity.name: entity.semantic_group for entity in schema.entities}
        surfaces: dict[str, dict[str, None]] = {}
        for mention in mentions:
            surfaces.setdefault(mention.type, {})[mention.clean_text or mention.text] = None
        known: dict[tuple[str, str], Question] = {}
        for type_name, names in surfaces.items():
            group = groups.get(type_name)
            for surface in names:
                known[type_name, surface] = readings(surface, abbreviations, group=group, others=names), group
        return known, {question: self._weighed(*question) for question in known.values()}

    def _rank(self, weighed: Mapping[Question, Weighing]) -> dict[Question, Ranked]:
        """The candidates of each question of one document, in the order of the questions."""
        around = Around([one.sure for one in weighed.values() if one.sure is not None], self._ancestors)
        return {
            question: one.ranked if one.settled else self._in_document(question[1], one, around)
            for question, one in weighed.items()
        }

    def explain(self, text: str, *, group: str | None = None) -> list[Candidate]:
        """The concepts that a name may stand for, likeliest first; `group`: code of a semantic group, None: any."""
        question = (readings(text.strip(), {}, group=group), group)
        ranked = self._rank({question: self._weighed(*question)})[question]
        return [
            Candidate("|".join(found.ids), self._names(found.ids), round(score, 4), found.reason)
            for found, score in ranked[:_SHOWN]
        ]

    def _weigh(self, asked: tuple[Reading, ...], group: str | None) -> Weighing:
        lone = self._chain.lone(asked, group)
        likeness = lone_likeness(lone, asked, group, self._priors) if lone is not None and group is not None else None
        if lone is not None and (log_odds := self._lone_log_odds.get(likeness)) is not None:
            return self._weighing((lone,), [Weighed(lone, log_odds)])
        found = self._chain.find(asked, group)
        features = own_features(Asked(asked, group, found, None, self._vocabularies), self._priors) if found else []
        weighed = [Weighed(one, self._model.log_odds(row)) for one, row in zip(found, features, strict=True)]
        if likeness is not None:
            self._lone_log_odds[likeness] = weighed[0].log_odds
        return self._weighing(found, weighed)

    def _weighing(self, found: Sequence[Found], weighed: Sequence[Weighed]) -> Weighing:
        settled = len(weighed) == 1 and weighed[0].log_odds >= _SURE
        ranked = self._ranked(weighed)
        return Weighing(weighed, sure_found(found), settled, ranked, self._link(ranked))

    def _in_document(self, group: str | None, weighing: Weighing, around: Around) -> Ranked:
        """Candidates in order, with what stands around considered; as they are, where it says nothing."""
        more = [around.features(one.found.ids, group, weighing.sure) for one in weighing.candidates]
        if not any(more):
            return weighing.ranked
        return self._ranked(
            Weighed(one.found, one.log_odds + self._model.log_odds(features))
            for one, features in zip(weighing.candidates, more, strict=True)
        )

    def _ranked(self, weighed: Iterable[Weighed]) -> Ranked:
        scored = [(found, self._model.probability(log_odds)) for found, log_odds in weighed]
        return _in_order(scored, self._vocabularies)

    def _link(self, ranked: Ranked) -> Link:
        if not ranked:
            return Link()
        found, score = ranked[0]
        if score < self.threshold:
            return Link((), score, f"unknown: the likeliest is not likely enough ({found.reason})")
        concepts = tuple(filter(None, map(self._terminology.concept, found.ids)))
        return Link(concepts, score, found.reason) if concepts else Link()

    def _names(self, ids: Sequence[str]) -> str:
        concepts = map(self._terminology.concept, ids)
        return " + ".join(concept.name for concept in concepts if concept is not None)


def _in_order(scored: list[tuple[Found, float]], vocabularies: Collection[str]) -> Ranked:
    """Likeliest first; but a concept of the vocabulary that is wanted goes before one of another, if it is likely."""
    if len(scored) == 1:
        return scored
    scored.sort(key=lambda pair: (-pair[1], pair[0].ids))
    wanted = next((pair for pair in scored if is_of(pair[0].ids, vocabularies)), None)
    if wanted is None or wanted is scored[0] or wanted[1] < _LIKELY:
        return scored
    return [wanted, *(pair for pair in scored if pair is not wanted)]


def sure_found(found: Sequence[Found]) -> str | None:
    """The concept that a mention surely names, whatever stands around it: the one with exactly the name."""
    exact = [one for one in found if one.step is Step.EXACT and one.rank == 0]
    certain = len(exact) == 1 and not exact[0].rivals and exact[0].tier is not None and exact[0].tier <= Tier.VARIANT
    return exact[0].ids[0] if certain else None
