"""What a document, annotated or predicted, answers to the three tasks of the list family: names, as a list has them.

The tasks are those of ``albyos/llama3-medical-ner-lora``: chemicals, diseases, and influences between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.facts import STATED
from kg_builder.records import DocumentGraph, Mention
from kg_builder.schema import Schema


class Task(StrEnum):
    """What is listed."""

    CHEMICALS = "chemicals"
    DISEASES = "diseases"
    INFLUENCES = "influences"


Name = str
"""As lists are compared: in lower case, white space folded, hyphens kept."""

NamedPair = tuple[Name, Name]
"""(chemical, disease)."""

_GROUPS = {Task.CHEMICALS: "CHEM", Task.DISEASES: "DISO"}
INFLUENCE = "INDUCES"
"""Influences are BC5CDR's chemical-induced diseases."""


@dataclass(frozen=True, slots=True)
class Lists:
    """One document's answers."""

    chemicals: frozenset[Name] = frozenset()
    diseases: frozenset[Name] = frozenset()
    influences: Mapping[NamedPair, tuple[frozenset[Name], frozenset[Name]]] | None = None
    """Pairs under the names that stand first in the text, with all names of either end; None: not annotated."""


def folded(name: str) -> Name:
    """The name as lists are compared."""
    return " ".join(name.lower().split())


def types_of(task: Task, schema: Schema) -> frozenset[str]:
    """The schema's types that the task lists."""
    return frozenset(entity.name for entity in schema.entities if entity.semantic_group == _GROUPS.get(task))


def gold_lists(
    gold: GoldDocument, schema: Schema, *, type_map: Mapping[str, str], relation_map: Mapping[str, str]
) -> Lists:
    """What the corpus says; `type_map` and `relation_map` give the schema's names (`kg_builder.evaluate.labels`)."""
    mentions = [(type_map[mention.type], mention) for mention in gold.mentions if mention.type in type_map]
    ends: list[tuple[Sequence[Mention], Sequence[Mention]]] = []
    for relation in gold.relations:
        if relation_map.get(relation.predicate) != INFLUENCE:
            continue
        if relation.subject_mention is not None and relation.object_mention is not None:
            ends.append(([gold.mentions[relation.subject_mention]], [gold.mentions[relation.object_mention]]))
        else:
            ends += [_carriers(gold.mentions, pair) for pair in relation.concept_pairs]
    return _lists(mentions, ends if INFLUENCE in relation_map.values() else None, schema)


def found_lists(graph: DocumentGraph, schema: Schema) -> Lists:
    """What was predicted."""
    ends = [
        _carriers(graph.mentions, (relation.subject, relation.object))
        for relation in graph.relations
        if relation.predicate == INFLUENCE and relation.assertion in STATED
    ]
    return _lists([(mention.type, mention) for mention in graph.mentions], ends, schema)


def _lists(
    mentions: Iterable[tuple[str, Mention]],
    ends: Iterable[tuple[Sequence[Mention], Sequence[Mention]]] | None,
    schema: Schema,
) -> Lists:
    chemicals, diseases = types_of(Task.CHEMICALS, schema), types_of(Task.DISEASES, schema)
    typed = list(mentions)
    return Lists(
        frozenset(folded(mention.text) for kind, mention in typed if kind in chemicals),
        frozenset(folded(mention.text) for kind, mention in typed if kind in diseases),
        None if ends is None else dict(_named(*pair) for pair in ends if all(pair)),
    )


def _named(
    subjects: Sequence[Mention], objects: Sequence[Mention]
) -> tuple[NamedPair, tuple[frozenset[Name], frozenset[Name]]]:
    """A pair under the first names, with all names of both ends."""
    return (_first(subjects), _first(objects)), (_names(subjects), _names(objects))


def _carriers(mentions: Sequence[Mention], pair: tuple[str, str]) -> tuple[list[Mention], list[Mention]]:
    """The mentions of both concepts; an end that no mention carries has no name to be listed under."""
    subject, target = pair
    return (
        [mention for mention in mentions if subject in mention.concepts],
        [mention for mention in mentions if target in mention.concepts],
    )


def _first(mentions: Sequence[Mention]) -> Name:
    return folded(min(mentions, key=lambda mention: (mention.start, mention.end)).text)


def _names(mentions: Sequence[Mention]) -> frozenset[Name]:
    return frozenset(folded(mention.text) for mention in mentions)
