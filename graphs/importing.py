"""A corpus's own annotations as a graph: for tests, demos and comparisons with what is extracted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path

from kg_builder.corpora.records import GOLD, GoldDocument, GoldRelation, Row
from kg_builder.errors import DocumentError
from kg_builder.evaluate.labels import relation_map, type_map
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.assembling import assemble
from kg_builder.graphs.building import Build, OnReport, run_into
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.rolling_up import keep_rolled_up
from kg_builder.graphs.run_control import RunControl
from kg_builder.graphs.state import Output
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.normalize.local import local_concept
from kg_builder.records import Concept, Document, Issue, Mention, Reject, RelationMention, Selection
from kg_builder.schema import Role, Schema
from kg_builder.schemas import load_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.text.sentences import sentence_at, split_sentences


def import_annotations(
    items: Iterable[Row],
    *,
    store: str | Path | GraphStore,
    schema_name: str = "chemical-disease",
    on_report: OnReport | None = None,
    control: RunControl | None = None,
) -> Build:
    """Write gold annotations to a store: their types and predicates as the schema's, their ids as concepts."""
    target = open_store(str(store)) if isinstance(store, str | Path) else store
    terminology = load_terminology()
    schema = load_schema(schema_name)
    settings = Settings(schema_name=schema_name, extractors=("gold",))
    components = Components(
        settings=settings,
        extractors={},
        normalizer=LinkingNormalizer(terminology),
        schemas={schema_name: schema},
        store=target,
    )
    process = partial(_import_one, schema=schema, terminology=terminology)
    control = control or RunControl()
    reports = run_corpus(items, components, process=process, control=control)
    run = run_into(target, reports, components, on_report, control=control)
    return Build(target, run, None if run.ended == "stopped" else keep_rolled_up(target, settings))


def _import_one(
    item: Document | GoldDocument, components: Components, *, schema: Schema, terminology: Terminology
) -> Output:
    if not isinstance(item, GoldDocument):
        raise DocumentError("no-annotations", "The document has no annotations to import.")
    mentions, unmapped = _typed(item.mentions, schema)
    concepts: dict[str, Concept] = {}
    places = [None if mention is None else _linked(mention, schema, terminology, concepts) for mention in mentions]
    linked = [mention for mention in places if mention is not None]
    relations, unplaced = _placed(item, schema, places)
    part = assemble(
        document=item.document,
        selection=Selection(
            schema_name=components.settings.schema_name or schema.name,
            extractors=("gold",),
            language=item.document.language or "und",
            reason="imported annotations",
        ),
        settings_hash=components.settings_hash,
        mentions=linked,
        concepts=concepts,
        relations=relations,
        rejects=(*unmapped, *unplaced),
    )
    accepted = len(linked) + len(relations)
    return Output(
        graph=part,
        accepted=accepted,
        extracted=accepted + len(part.rejects),
        seconds={},
    )


def _typed(mentions: Sequence[Mention], schema: Schema) -> tuple[list[Mention | None], list[Reject]]:
    """Mentions with the schema's types; None, and a reject, where there is none or the mention is a repeated one."""
    types = type_map((mention.type for mention in mentions), schema)
    seen: set[object] = set()
    typed: list[Mention | None] = []
    rejects = []
    for mention in mentions:
        named = mention.model_copy(update={"type": types.get(mention.type, mention.type)})
        if mention.type in types and named.key not in seen:
            seen.add(named.key)
            typed.append(named)
            continue
        typed.append(None)
        code = "duplicate" if mention.type in types else "unknown-type"
        issue = Issue(code=code, message=f"'{mention.type}': {code}.")
        place = {"start": mention.start, "end": mention.end, "text": mention.text}
        rejects.append(Reject.model_validate({"kind": "mention", "type": mention.type, "issues": (issue,)} | place))
    return typed, rejects


def _linked(mention: Mention, schema: Schema, terminology: Terminology, concepts: dict[str, Concept]) -> Mention:
    entity = schema.entity(mention.type)
    if entity is None or entity.role is not Role.CONCEPT:
        return mention.model_copy(update={"concepts": ()})
    own = [
        terminology.concept(concept_id) or Concept(id=concept_id, name=concept_id, type=entity.concept_type)
        for concept_id in dict.fromkeys(mention.concepts)
    ] or [local_concept(entity.concept_type, mention.text)]
    concepts.update((concept.id, concept) for concept in own)
    return mention.model_copy(update={"concepts": tuple(concept.id for concept in own)})


def _placed(
    item: GoldDocument, schema: Schema, mentions: Sequence[Mention | None]
) -> tuple[list[RelationMention], list[Reject]]:
    """Relations on the nearest mentions of their ends; the corpus says what holds, not where."""
    predicates = relation_map((relation.predicate for relation in item.relations), schema)
    by_concept: dict[str, list[Mention]] = {}
    for mention in filter(None, mentions):
        for concept_id in mention.concepts:
            by_concept.setdefault(concept_id, []).append(mention)
    sentences = split_sentences(item.document.text)
    placed, rejects = [], []
    for relation in item.relations:
        for subject, target in _pairs(relation, mentions):
            predicate = predicates.get(relation.predicate)
            nearest = _nearest(by_concept, subject, target)
            if predicate is None or nearest is None:
                code = "unknown-predicate" if predicate is None else "no-mention"
                issue = Issue(code=code, message=f"'{relation.predicate}': {code}.")
                text = f"{subject} | {target}"
                rejects.append(Reject(kind="relation", type=relation.predicate, text=text, issues=(issue,)))
                continue
            first, second = nearest
            start, end = min(first.start, second.start), max(first.end, second.end)
            placed.append(
                RelationMention(
                    subject=first,
                    predicate=predicate,
                    object=second,
                    sentence=sentence_at(sentences, start, end),
                    provenance=GOLD,
                )
            )
    return placed, rejects


def _pairs(relation: GoldRelation, mentions: Sequence[Mention | None]) -> Iterable[tuple[str, str]]:
    """Concept pairs of a relation; where the corpus relates mentions, those of the mentions."""
    if relation.concept_pairs or relation.subject_mention is None or relation.object_mention is None:
        return relation.concept_pairs
    subject, target = mentions[relation.subject_mention], mentions[relation.object_mention]
    return product(subject.concepts if subject else (), target.concepts if target else ())


def _nearest(by_concept: Mapping[str, list[Mention]], subject: str, target: str) -> tuple[Mention, Mention] | None:
    """The two mentions with the fewest characters between them, each standing for its one concept."""
    pairs = product(by_concept.get(subject, ()), by_concept.get(target, ()))
    best = min(
        pairs,
        key=lambda pair: (max(pair[0].start, pair[1].start) - min(pair[0].end, pair[1].end), pair[0].key, pair[1].key),
        default=None,
    )
    if best is None:
        return None
    return best[0].model_copy(update={"concepts": (subject,)}), best[1].model_copy(update={"concepts": (target,)})
