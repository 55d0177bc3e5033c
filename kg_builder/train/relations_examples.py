"""Annotated documents as the relation model sees them: pages with all pairs of concepts and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.facts import is_linked
from kg_builder.evaluate.labels import type_map
from kg_builder.protocols import RelationRequest
from kg_builder.records import RelationMention
from kg_builder.relate.cooccurrence import CueRelationExtractor
from kg_builder.relate.document_classifier import group_keys, statements_by_pair
from kg_builder.relate.pair_features import Key, PairValues, pair_values
from kg_builder.relate.pair_model import page_words
from kg_builder.relate.pair_roles import End, page_ends
from kg_builder.relate.pairs import Group, Named, Page, read_pages
from kg_builder.relate.sentence_view import OBJECT, SUBJECT
from kg_builder.schema import Schema
from kg_builder.schemas import load_schema
from kg_builder.terminology.table import Terminology
from kg_builder.train.documents import LoadedCorpus
from kg_builder.train.relation_recipe import RelationCorpus

SCHEMA = "chemical-disease"
"""Its types are those that the corpora's are mapped to."""

Labels = Mapping[Key, Mapping[str, bool]]
"""By pair and predicate; what the corpus leaves open isn't there."""


@dataclass(frozen=True, slots=True)
class PageExample:
    """One page of a document, with what its corpus says of the pairs."""

    document_id: str
    corpus: str
    page: Page
    trees: Mapping[str, Sequence[str]]
    statements: Mapping[Key, Sequence[RelationMention]]
    pairs: Sequence[PairValues]
    words: Sequence[Mapping[str, set[str]]]
    """Of each pair, by family."""
    ends: Sequence[End]
    """The concepts of the pairs."""
    labels: Sequence[Mapping[str, bool]]
    """Of each pair, by predicate; a predicate that isn't there is left open."""

    @property
    def keys(self) -> list[Key]:
        """Of the pairs, in order."""
        return [(one.subject.key, one.object.key) for one in self.pairs]


def corpus_examples(corpus: LoadedCorpus[RelationCorpus], terminology: Terminology) -> Iterator[PageExample]:
    """The pages of a corpus that name a chemical and a disease, in order."""
    schema, cues = load_schema(SCHEMA), CueRelationExtractor()
    types = type_map({mention.type for gold in corpus.documents for mention in gold.mentions}, schema)
    relations = {"Chemical": SUBJECT, "Disease": OBJECT}
    roles = {name: relations[target] for name, target in types.items() if target in relations}
    for gold in corpus.documents:
        named = [
            Named(roles[one.type], one.model_copy(update={"type": types[one.type]}), one.concepts)
            for one in gold.mentions
            if one.type in roles
        ]
        told = _told(gold, corpus.part.predicates)
        for page in read_pages(gold.document.text, named):
            statements = _statements(cues, gold, named, page=page, schema=schema)
            trees = _trees([*page.subjects, *page.objects], terminology)
            pairs = pair_values(page, statements, trees)
            words = page_words(page, pairs, trees)
            yield PageExample(
                corpus.part.source_id(gold.document.id),
                corpus.part.path,
                page,
                trees,
                statements,
                pairs,
                words,
                page_ends(pairs, words),
                [_labels(one, told, corpus.part.predicates) for one in pairs],
            )


def gold_pairs(gold: GoldDocument, predicates: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """(subject, predicate, object) of the annotated relations of a document, ends either way round."""
    subjects = {concept for one in gold.mentions for concept in one.concepts}
    return {
        (first, predicates[relation.predicate], second)
        for relation in gold.relations
        if relation.predicate in predicates
        for first, second in relation.concept_pairs
        if first in subjects and second in subjects
    }


def _told(gold: GoldDocument, predicates: Mapping[str, str]) -> dict[frozenset[str], set[str | None]]:
    """Our predicates that the corpus states of two concepts, None for one that has no predicate of ours."""
    told: dict[frozenset[str], set[str | None]] = {}
    for relation in gold.relations:
        for pair in relation.concept_pairs:
            told.setdefault(frozenset(pair), set()).add(predicates.get(relation.predicate))
    return told


def _labels(
    pair: PairValues, told: Mapping[frozenset[str], set[str | None]], predicates: Mapping[str, str]
) -> dict[str, bool]:
    """What holds of a pair. A corpus without a predicate only says where another one holds in its place."""
    if not is_linked(pair.subject.key) or not is_linked(pair.object.key) or not pair.subject.linked:
        return {}
    said = told.get(frozenset((pair.subject.key, pair.object.key)), set())
    if None in said:
        return {}
    annotated = set(predicates.values())
    return {predicate: predicate in said for predicate in ("INDUCES", "TREATS") if predicate in annotated or said}


def _statements(
    cues: CueRelationExtractor, gold: GoldDocument, named: Sequence[Named], *, page: Page, schema: Schema
) -> dict[Key, list[RelationMention]]:
    request = RelationRequest(gold.document.text, [one.mention for one in named], schema)
    keys = {one.mention.key: group_keys(one) for one in named}
    return statements_by_pair(cues.relate(request).relations, keys, page)


def _trees(groups: Sequence[Group], terminology: Terminology) -> dict[str, tuple[str, ...]]:
    return {group.key: terminology.trees(group.key) for group in groups if group.linked}
