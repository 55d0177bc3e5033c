"""One document's gold and answers side by side, and the counts for which ids are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.counts import Counts, Measure, id_set_counts, linking_counts, relation_counts
from kg_builder.evaluate.facts import Facts, LeftOut, Terms, Triple
from kg_builder.evaluate.link_scores import Answer
from kg_builder.evaluate.matching import Pair, TypedSpan, strict_pairs
from kg_builder.records import DocumentGraph


@dataclass(frozen=True, slots=True)
class Answers:
    """What was made of a gold document."""

    gold: GoldDocument
    graph: DocumentGraph | None
    """None: it failed."""
    links: Sequence[Answer]
    """Of the gold mentions, in order; none where the normalizer wasn't asked."""
    related: Set[Triple]
    """Relations among the gold mentions."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides in the same terms."""

    expected: Facts
    predicted: Facts
    strict: Sequence[Pair]
    relinked: Mapping[TypedSpan, frozenset[str]]
    """Ids that the normalizer gave the gold mentions."""
    related: frozenset[Triple]
    """Relations that were found among the gold mentions."""


def sides(answers: Answers, terms: Terms, left_out: LeftOut) -> Sides:
    """Both sides as `terms` have them; what of the gold they can't express is counted in `left_out`."""
    expected = terms.gold_facts(answers.gold, left_out)
    predicted = terms.predicted_facts(answers.graph) if answers.graph else Facts()
    return Sides(
        expected,
        predicted,
        strict_pairs(expected.mentions, predicted.mentions),
        terms.relinked(answers.gold, answers.links) if answers.links else {},
        terms.relations(answers.related),
    )


def id_counts(found: Sides) -> Counts:
    """The counts for which ids are compared."""
    return {
        **linking_counts(found.expected, found.predicted, found.strict),
        **id_set_counts(Measure.GOLD_SPANS, found.expected.mentions, found.relinked),
        **relation_counts(Measure.RELATIONS, found.expected.relations, found.predicted.relations),
        **relation_counts(Measure.GOLD_MENTION_RELATIONS, found.expected.relations, found.related),
    }
