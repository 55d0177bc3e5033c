"""From gold documents and a predictor to a report. Documents are taken one at a time; only counts are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.bootstrap import THOUSAND, Resampling, Totals, totals
from kg_builder.evaluate.calibration import Judged
from kg_builder.evaluate.confidences import Confidences, ConfidencesByType, confidence_figures
from kg_builder.evaluate.counts import (
    Cell,
    Counts,
    Measure,
    id_set_counts,
    linking_counts,
    mention_counts,
    relation_counts,
)
from kg_builder.evaluate.facts import CurrentId, Facts, LeftOut, Terms, Triple
from kg_builder.evaluate.figures import accuracy, score, unmeasured
from kg_builder.evaluate.matching import TypedSpan, strict_pairs
from kg_builder.evaluate.mistakes import Mistake, Page
from kg_builder.evaluate.results import AccuracyBreakdown, Report, ScoreBreakdown
from kg_builder.records import Document, DocumentGraph
from kg_builder.schema import Schema

Predict = Callable[[Document], DocumentGraph | None]
"""What the pipeline makes of a document; None: it failed."""

NormalizeGold = Callable[[GoldDocument], Sequence[Sequence[str]]]
"""Ids for each gold mention, in order."""

RelateGold = Callable[[GoldDocument], Set[Triple]]
"""Relations between the gold ids of the gold mentions, in the schema's predicates."""


def evaluate(
    gold: Iterable[GoldDocument],
    predict: Predict,
    *,
    schema: Schema,
    normalize_gold: NormalizeGold,
    relate_gold: RelateGold,
    type_map: Mapping[str, str],
    relation_map: Mapping[str, str],
    current_id: CurrentId = str,
    on_mistake: Callable[[Mistake], None] | None = None,
    resampling: Resampling = THOUSAND,
    corpus: str = "",
    settings_hash: str = "",
) -> Report:
    """Compare predictions with gold annotations. Definitions: `kg_builder.evaluate.results`.

    `type_map` and `relation_map` give the schema's names for the corpus's (`labels.type_map`,
    `labels.relation_map`); `current_id` is applied to the ids of both sides. `on_mistake` gets every
    difference as it is found (`ErrorList.add`). Raises InputError for a map that the schema doesn't fit.
    """
    terms = Terms(schema, type_map, relation_map, current_id)
    run = _Run(terms, predict, normalize_gold, relate_gold, on_mistake)
    for document in gold:
        run.take(document)
    sums = totals([counts for _, counts in sorted(run.counts.items())], resampling)
    types = sorted(set(type_map.values()))
    predicates = sorted(set(relation_map.values()))
    strict, relations = _scores(sums, Measure.STRICT, types), _scores(sums, Measure.RELATIONS, predicates)
    return Report(
        corpus=corpus,
        schema=schema.name,
        settings_hash=settings_hash,
        documents=len(run.counts),
        failed=tuple(run.failed),
        repeated=tuple(run.repeated),
        types=dict(type_map),
        predicates=dict(relation_map),
        left_out=run.left_out,
        resampling=resampling,
        strict=strict,
        relaxed=_scores(sums, Measure.RELAXED, types),
        gold_spans=_accuracies(sums, Measure.GOLD_SPANS, types),
        found_spans=_accuracies(sums, Measure.FOUND_SPANS, types),
        linked_spans=_scores(sums, Measure.LINKED_SPANS, types),
        concepts=_scores(sums, Measure.CONCEPTS, types),
        relations=relations,
        gold_mention_relations=_scores(sums, Measure.GOLD_MENTION_RELATIONS, predicates),
        mention_confidences=_confidences(run.confidences.mentions, strict),
        relation_confidences=_confidences(run.confidences.relations, relations),
    )


@dataclass
class _Run:
    """What accumulates while the documents pass by."""

    terms: Terms
    predict: Predict
    normalize_gold: NormalizeGold
    relate_gold: RelateGold
    on_mistake: Callable[[Mistake], None] | None
    counts: dict[str, Counts] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    confidences: Confidences = field(default_factory=Confidences)

    def take(self, gold: GoldDocument) -> None:
        """Predict and count one document."""
        document = gold.document
        if document.id in self.counts:
            self.repeated.append(document.id)
            return
        graph = self.predict(document)
        if graph is None:
            self.failed.append(document.id)
        expected = self.terms.gold_facts(gold, self.left_out)
        predicted = self.terms.predicted_facts(graph) if graph else Facts()
        relinked = self._relinked(gold, expected)
        related = self._related(gold)
        strict = strict_pairs(expected.mentions, predicted.mentions)
        self.counts[document.id] = {
            **mention_counts(expected, predicted, strict),
            **linking_counts(expected, predicted, strict),
            **id_set_counts(Measure.GOLD_SPANS, expected.mentions, relinked),
            **relation_counts(Measure.RELATIONS, expected.relations, predicted.relations),
            **relation_counts(Measure.GOLD_MENTION_RELATIONS, expected.relations, related),
        }
        if graph:
            self.confidences.take(graph, self.terms, expected, predicted=predicted, strict=strict)
        if self.on_mistake:
            for mistake in Page(document.id, document.text).mistakes(expected, predicted, strict, relinked):
                self.on_mistake(mistake)

    def _relinked(self, gold: GoldDocument, expected: Facts) -> Mapping[TypedSpan, frozenset[str]]:
        """The normalizer's ids for the gold mentions; it isn't asked where there is no gold id to compare with."""
        if not any(expected.mentions.values()):
            return {}
        return self.terms.relinked(gold, self.normalize_gold(gold))

    def _related(self, gold: GoldDocument) -> frozenset[Triple]:
        """The relation extractor's answer on gold mentions; it isn't asked where the corpus annotates none."""
        if not self.terms.predicates:
            return frozenset()
        return self.terms.relations(self.relate_gold(gold))


def _scores(sums: Totals, measure: Measure, types: Sequence[str]) -> ScoreBreakdown:
    overall = score(sums, [Cell(measure, label) for label in types])
    by_type = {label: score(sums, [Cell(measure, label)]) for label in types}
    if not overall.gold:
        return ScoreBreakdown(unmeasured(overall), {label: unmeasured(part) for label, part in by_type.items()})
    return ScoreBreakdown(overall, by_type)


def _confidences(judged: Mapping[str, Judged], scores: ScoreBreakdown) -> ConfidencesByType:
    if scores.overall.f1.value is None:
        return {}
    gold = {label: score.gold for label, score in scores.by_type.items()}
    return confidence_figures(judged, gold, overall=scores.overall.gold)


def _accuracies(sums: Totals, measure: Measure, types: Sequence[str]) -> AccuracyBreakdown:
    return AccuracyBreakdown(
        accuracy(sums, [Cell(measure, label) for label in types]),
        {label: accuracy(sums, [Cell(measure, label)]) for label in types},
    )
