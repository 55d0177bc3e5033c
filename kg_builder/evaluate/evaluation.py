"""From gold documents and a predictor to a report. Documents are taken one at a time; only counts are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.bootstrap import THOUSAND, Resampling, Totals, totals
from kg_builder.evaluate.calibration import Judged
from kg_builder.evaluate.comparison import Answers, Sides, id_counts, sides
from kg_builder.evaluate.confidences import Confidences, ConfidencesByType, confidence_figures
from kg_builder.evaluate.counts import Cell, Counts, Measure, mention_counts
from kg_builder.evaluate.facts import CurrentId, LeftOut, Terms, Triple, Vocabularies, is_linked
from kg_builder.evaluate.figures import accuracy, score, unmeasured
from kg_builder.evaluate.link_scores import Answer, JudgedLinks, link_score_figures
from kg_builder.evaluate.mistakes import Mistake, Page
from kg_builder.evaluate.results import AccuracyBreakdown, IdFigures, Report, Retired, ScoreBreakdown
from kg_builder.records import Document, DocumentGraph
from kg_builder.schema import Schema

Predict = Callable[[Document], DocumentGraph | None]
"""What the pipeline makes of a document; None: it failed."""

NormalizeGold = Callable[[GoldDocument], Sequence[Answer]]
"""The link, or just the ids, of each gold mention, in order."""

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
    `labels.relation_map`); `current_id` (`Terminology.current`) is applied to the ids of both sides, and the
    figures without it are given beside. `on_mistake` gets every difference as it is found (`ErrorList.add`).
    Raises InputError for a map that the schema doesn't fit.
    """
    run = _Run(Terms(schema, type_map, relation_map, current_id), predict, normalize_gold, relate_gold, on_mistake)
    for document in gold:
        run.take(document)
    types, predicates = sorted(set(type_map.values())), sorted(set(relation_map.values()))
    sums = _sums(run.counts, resampling)
    strict, ids = _scores(sums, Measure.STRICT, types), _id_figures(sums, types, predicates)
    as_annotated = _id_figures(_sums(run.plain_counts, resampling), types, predicates) if run.terms.renews else None
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
        gold_spans=ids.gold_spans,
        found_spans=ids.found_spans,
        linked_spans=ids.linked_spans,
        concepts=ids.concepts,
        relations=ids.relations,
        gold_mention_relations=ids.gold_mention_relations,
        mention_confidences=_confidences(run.confidences.mentions, strict),
        relation_confidences=_confidences(run.confidences.relations, ids.relations),
        link_scores=link_score_figures(run.links),
        retired=Retired(len(run.retired), run.retired.total()),
        foreign=run.vocabularies.foreign,
        as_annotated=as_annotated,
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
    plain_counts: dict[str, Counts] = field(default_factory=dict)
    """Those for which ids are compared, with ids as both sides give them."""
    failed: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    retired: Counter[str] = field(default_factory=Counter)
    left_out: LeftOut = field(default_factory=LeftOut)
    vocabularies: Vocabularies = field(default_factory=Vocabularies)
    confidences: Confidences = field(default_factory=Confidences)
    links: JudgedLinks = field(default_factory=JudgedLinks)

    def take(self, gold: GoldDocument) -> None:
        """Predict and count one document."""
        document = gold.document
        if document.id in self.counts:
            self.repeated.append(document.id)
            return
        graph = self.predict(document)
        if graph is None:
            self.failed.append(document.id)
        answers = Answers(gold, graph, self._links(gold), self._related(gold))
        self._count(answers, sides(answers, self.terms, self.left_out))
        if self.terms.renews:
            self.plain_counts[document.id] = id_counts(sides(answers, self.terms.as_given(), LeftOut()))
            self.retired.update(self.terms.retired(gold))

    def _count(self, answers: Answers, found: Sides) -> None:
        document = answers.gold.document
        self.counts[document.id] = {
            **mention_counts(found.expected, found.predicted, found.strict),
            **id_counts(found),
        }
        self.vocabularies.take(found.expected, found.predicted)
        if answers.links:
            scores = self.terms.scores(answers.gold, answers.links)
            self.links.take(found.expected.mentions, found.relinked, scores)
        if answers.graph:
            graph, expected = answers.graph, found.expected
            self.confidences.take(graph, self.terms, expected, predicted=found.predicted, strict=found.strict)
        if self.on_mistake:
            page = Page(document.id, document.text)
            for mistake in page.mistakes(found.expected, found.predicted, found.strict, found.relinked):
                self.on_mistake(mistake)

    def _links(self, gold: GoldDocument) -> Sequence[Answer]:
        """The normalizer's answers on the gold mentions; it isn't asked where there is no gold id to compare with."""
        typed = (mention for mention in gold.mentions if mention.type in self.terms.types)
        known = any(is_linked(concept) for mention in typed for concept in mention.concepts)
        return self.normalize_gold(gold) if known else ()

    def _related(self, gold: GoldDocument) -> Set[Triple]:
        """The relation extractor's answer on gold mentions; it isn't asked where the corpus annotates none."""
        return self.relate_gold(gold) if self.terms.predicates else frozenset()


def _sums(counts: Mapping[str, Counts], resampling: Resampling) -> Totals:
    return totals([found for _, found in sorted(counts.items())], resampling)


def _id_figures(sums: Totals, types: Sequence[str], predicates: Sequence[str]) -> IdFigures:
    return IdFigures(
        gold_spans=_accuracies(sums, Measure.GOLD_SPANS, types),
        found_spans=_accuracies(sums, Measure.FOUND_SPANS, types),
        linked_spans=_scores(sums, Measure.LINKED_SPANS, types),
        concepts=_scores(sums, Measure.CONCEPTS, types),
        relations=_scores(sums, Measure.RELATIONS, predicates),
        gold_mention_relations=_scores(sums, Measure.GOLD_MENTION_RELATIONS, predicates),
    )


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
