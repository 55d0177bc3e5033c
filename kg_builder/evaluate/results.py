"""What an evaluation found, and the JSON object it is published as.

The object's keys (each figure has its interval beside it, ``f1`` and ``f1_ci: [low, high]``; null
stands for "nothing to measure")::

    corpus, schema, settings_hash, documents, failed: [id…], repeated: [id…],
    types: {corpus type: schema type}, predicates: {…}, left_out: {types: {…: n}, predicates: {…: n}},
    bootstrap: {resamples, seed, level}
    mentions.strict, mentions.relaxed     SCORE, by_type: {TYPE: SCORE}
    normalization.gold_spans              accuracy, accuracy_ci, correct, total,
                                          by_type: {TYPE: accuracy}, by_type_ci, by_type_correct, by_type_total
    normalization.end_to_end              accuracy, accuracy_ci, correct, total, SCORE, by_type: {TYPE: all of these}
    concepts                              SCORE, by_type: {TYPE: SCORE}
    relations                             SCORE (end to end), by_predicate: {PREDICATE: SCORE},
                                          gold_mentions: SCORE, by_predicate
    mentions.confidence, relations.confidence
                                          {all: CONFIDENCE, TYPE or PREDICATE: CONFIDENCE}; {} where none are given
    CONFIDENCE = expected_calibration_error, predictions, bins: [{low, high, predictions, confidence, right}…],
                 at_threshold: [{threshold, kept, precision, recall}…]
    normalization.gold_spans.scores       {all: SCORES, TYPE: SCORES}; {} where the corpus has no ids
    SCORES = mentions, unknown, expected_calibration_error,
             at_score: [{threshold, links, right, precision, coverage, recall, unknown_unlinked}…]
    retired                               {ids, mentions}: of the gold, what its vocabulary has retired
    other_vocabularies                    {PREFIX: predicted concepts of a vocabulary that the gold never uses}
    as_annotated                          normalization, concepts and relations again with ids as both sides give them;
                                          null where retired ids weren't made current
    SCORE = precision, precision_ci, recall, recall_ci, f1, f1_ci, tp, fp, fn

Definitions. Overall figures are micro-averaged.

- *mentions*: `kg_builder.evaluate.matching`. Mentions that agree in span and type count once.
- Ids are compared as their vocabulary has them today: where it has retired an id, on either side, the one that
  stands for it now is put in its place (`Terminology.current`). *as_annotated* is without that.
- *normalization.gold_spans*: share of the linked gold mentions to which the normalizer, given the
  gold mentions, gives exactly the gold ids: of a composite's (``D1|D2``) all and no other, a part is wrong.
  Gold mentions without an id (``-1``, NIL) are left out; *scores* has them: a link given to one is wrong.
- *normalization.end_to_end*: ``accuracy`` is the share of exactly right id sets among the linked gold
  mentions that were found strictly; precision, recall and F1 count (mention, id): the mention found
  strictly and the id right, so that a missed mention is a missed link.
- *concepts*: distinct (document, type, id), as in BioCreative V. An id of another vocabulary than the corpus's is
  wrong, whatever it means; how many of these there are is told (*other_vocabularies*).
- *relations*: distinct (document, subject id, predicate, object id), as BioCreative V scores CID;
  ids of composites are expanded. A prediction counts if it is asserted (present, possible or
  historical) under a predicate that the corpus annotates.
- *confidence*: expected calibration error over ten bins of equal width, and what is left at thresholds, of
  the strict mentions and of the relations end to end that carry a confidence (`kg_builder.evaluate.calibration`).

Ids of unlinked concepts (``local:…``) claim nothing and are left out everywhere; types that the
corpus does not annotate are left out of the predictions, types that the schema lacks out of the
gold (and are listed). A part of which the corpus holds no gold at all is null throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kg_builder.evaluate.bootstrap import Resampling
from kg_builder.evaluate.confidences import ConfidencesByType
from kg_builder.evaluate.facts import LeftOut
from kg_builder.evaluate.figures import Accuracy, Figure, Score
from kg_builder.evaluate.link_scores import LinkScores
from kg_builder.stores.run_setup import RunSetup


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """A score, and the same for each type or predicate."""

    overall: Score
    by_type: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class AccuracyBreakdown:
    """An accuracy, and the same for each type."""

    overall: Accuracy
    by_type: Mapping[str, Accuracy]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdFigures:
    """The figures for which ids are compared."""

    gold_spans: AccuracyBreakdown
    found_spans: AccuracyBreakdown
    linked_spans: ScoreBreakdown
    concepts: ScoreBreakdown
    relations: ScoreBreakdown
    gold_mention_relations: ScoreBreakdown

    def of_ids(self) -> dict[str, Any]:
        """``normalization``, ``concepts`` and ``relations`` of the JSON object."""
        return {
            "normalization": {"gold_spans": self._gold_spans(), "end_to_end": self._end_to_end()},
            "concepts": _scores(self.concepts),
            "relations": {
                **_scores(self.relations, by="by_predicate"),
                "gold_mentions": _scores(self.gold_mention_relations, by="by_predicate"),
            },
        }

    def _gold_spans(self) -> dict[str, Any]:
        types = self.gold_spans.by_type
        return {
            **_accuracy(self.gold_spans.overall),
            "by_type": {label: share.accuracy.value for label, share in types.items()},
            "by_type_ci": {label: _bounds(share.accuracy) for label, share in types.items()},
            "by_type_correct": {label: share.correct for label, share in types.items()},
            "by_type_total": {label: share.total for label, share in types.items()},
        }

    def _end_to_end(self) -> dict[str, Any]:
        return {
            **_accuracy(self.found_spans.overall),
            **_score(self.linked_spans.overall),
            "by_type": {
                label: {**_accuracy(self.found_spans.by_type[label]), **_score(score)}
                for label, score in self.linked_spans.by_type.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Retired:
    """What of the gold its vocabulary has retired."""

    ids: int = 0
    """Distinct ones."""
    mentions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(IdFigures):
    """All figures of one evaluation, with what they were measured on; ids are compared as they stand today."""

    corpus: str
    schema: str
    settings_hash: str
    documents: int
    failed: tuple[str, ...]
    """Ids of documents without a prediction: all their gold is missed."""
    repeated: tuple[str, ...]
    """Ids that came more than once; only the first counts."""
    types: Mapping[str, str]
    predicates: Mapping[str, str]
    left_out: LeftOut
    resampling: Resampling
    strict: ScoreBreakdown
    relaxed: ScoreBreakdown
    mention_confidences: ConfidencesByType = field(default_factory=dict)
    relation_confidences: ConfidencesByType = field(default_factory=dict)
    link_scores: LinkScores = field(default_factory=dict)
    """Of the links on gold mentions."""
    retired: Retired = Retired()
    foreign: Mapping[str, int] = field(default_factory=dict)
    """Predicted concepts, once a document, of vocabularies whose ids the corpus never uses: they count as wrong."""
    as_annotated: IdFigures | None = None
    """The same with ids as both sides give them; None: ids weren't made current."""
    setup: RunSetup | None = None
    """What was measured: models, versions and settings, where it is known."""

    def as_json(self) -> dict[str, Any]:
        """The JSON object described above, all of it plain values."""
        compared = self.of_ids()
        compared["normalization"]["gold_spans"]["scores"] = {
            label: found.as_json() for label, found in self.link_scores.items()
        }
        compared["relations"]["confidence"] = _confidences(self.relation_confidences)
        return {
            "corpus": self.corpus,
            "schema": self.schema,
            "settings_hash": self.settings_hash,
            "documents": self.documents,
            "failed": list(self.failed),
            "repeated": list(self.repeated),
            "types": dict(self.types),
            "predicates": dict(self.predicates),
            "left_out": {
                "types": dict(sorted(self.left_out.types.items())),
                "predicates": dict(sorted(self.left_out.predicates.items())),
            },
            "bootstrap": {
                "resamples": self.resampling.resamples,
                "seed": self.resampling.seed,
                "level": self.resampling.level,
            },
            "mentions": {
                "strict": _scores(self.strict),
                "relaxed": _scores(self.relaxed),
                "confidence": _confidences(self.mention_confidences),
            },
            **compared,
            "retired": {"ids": self.retired.ids, "mentions": self.retired.mentions},
            "other_vocabularies": dict(self.foreign),
            "as_annotated": self.as_annotated.of_ids() if self.as_annotated is not None else None,
        }


def _scores(breakdown: ScoreBreakdown, *, by: str = "by_type") -> dict[str, Any]:
    return {**_score(breakdown.overall), by: {label: _score(score) for label, score in breakdown.by_type.items()}}


def _confidences(figures: ConfidencesByType) -> dict[str, Any]:
    return {label: found.as_json() for label, found in figures.items()}


def _score(score: Score) -> dict[str, Any]:
    return {
        "precision": score.precision.value,
        "precision_ci": _bounds(score.precision),
        "recall": score.recall.value,
        "recall_ci": _bounds(score.recall),
        "f1": score.f1.value,
        "f1_ci": _bounds(score.f1),
        "tp": score.tp,
        "fp": score.fp,
        "fn": score.fn,
    }


def _accuracy(share: Accuracy) -> dict[str, Any]:
    return {
        "accuracy": share.accuracy.value,
        "accuracy_ci": _bounds(share.accuracy),
        "correct": share.correct,
        "total": share.total,
    }


def _bounds(figure: Figure) -> list[float] | None:
    return list(figure.ci) if figure.ci else None
