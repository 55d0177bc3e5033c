"""Texts with annotations of two sides, and their comparison."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.evaluate.bootstrap import Resampling
from kg_builder.evaluate.evaluation import evaluate
from kg_builder.evaluate.results import Report
from kg_builder.records import (
    Assertion,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Mention,
    Relation,
    Selection,
)
from kg_builder.schema import EntityType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    description="For these tests.",
    entities=(
        EntityType(name="Chemical", description="A drug.", semantic_group="CHEM"),
        EntityType(name="Disease", description="A disease.", semantic_group="DISO"),
        EntityType(name="Dose", description="An amount.", role=Role.ATTRIBUTE),
    ),
    relations=(
        RelationType(name="INDUCES", description="Brings about.", subject=("Chemical",), object=("Disease",)),
        RelationType(name="TREATS", description="Helps against.", subject=("Chemical",), object=("Disease",)),
    ),
)
TYPES = {"Chemical": "Chemical", "Disease": "Disease"}
RELATIONS = {"CID": "INDUCES"}
FEW = Resampling(resamples=20)

Triple = tuple[str, str, str]


@dataclass(frozen=True)
class Annotated:
    """One side's view of a text; either side can be gold."""

    id: str
    text: str
    mentions: tuple[Mention, ...] = ()
    relations: frozenset[tuple[str, str]] = frozenset()

    def gold(self) -> GoldDocument:
        stated = tuple(GoldRelation("CID", (subject,), (target,)) for subject, target in sorted(self.relations))
        return GoldDocument(Document(id=self.id, text=self.text), self.mentions, stated)

    def graph(self, assertion: Assertion = Assertion.PRESENT) -> DocumentGraph:
        mentions = tuple(
            mention if mention.concepts else mention.model_copy(update={"concepts": (f"local:{mention.start}",)})
            for mention in self.mentions
        )
        ids = {concept for mention in mentions for concept in mention.concepts}
        ids |= {end for pair in self.relations for end in pair}
        evidence = (Evidence(sentence=(0, 1), subject=(0, 1), object=(0, 1)),)
        return DocumentGraph(
            document=Document(id=self.id, text=self.text),
            selection=Selection(schema_name="small", extractors=(), language="en", reason="test"),
            settings_hash="",
            mentions=mentions,
            concepts=tuple(
                Concept(id=curie, name=curie, type="Thing", linked=not curie.startswith("local:"))
                for curie in sorted(ids)
            ),
            relations=tuple(
                Relation(subject=s, predicate="INDUCES", object=o, evidence=evidence, assertion=assertion)
                for s, o in sorted(self.relations)
            ),
        )


def annotated(marked: str, *relations: tuple[str, str], id: str = "1") -> Annotated:
    """From text such as ``[Lithium|Chemical M:1] and [rash|Disease M:2 M:3]``."""
    text, mentions = "", []
    for plain, surface, label, ids in re.findall(r"([^\[]*)(?:\[([^|]*)\|(\w+)([^\]]*)\])?", marked):
        text += plain
        if surface:
            start, text = len(text), text + surface
            mention = Mention(start=start, end=len(text), text=surface, type=label, concepts=tuple(ids.split()))
            mentions.append(mention)
    return Annotated(id, text, tuple(mentions), frozenset(relations))


def compare(
    gold: Iterable[Annotated | GoldDocument],
    predicted: Iterable[Annotated | DocumentGraph],
    *,
    normalize_gold: Callable[[GoldDocument], Sequence[Sequence[str]]] | None = None,
    relate_gold: Callable[[GoldDocument], set[Triple]] | None = None,
    **options: Any,
) -> Report:
    """Evaluate one side against the other; by default the normalizer and relation extractor know nothing."""
    parts = [side.graph() if isinstance(side, Annotated) else side for side in predicted]
    graphs = {part.document.id: part for part in parts}
    return evaluate(
        [side.gold() if isinstance(side, Annotated) else side for side in gold],
        lambda document: graphs.get(document.id),
        normalize_gold=normalize_gold or (lambda document: [()] * len(document.mentions)),
        relate_gold=relate_gold or (lambda document: set()),
        **{"schema": SCHEMA, "type_map": TYPES, "relation_map": RELATIONS, "resampling": FEW, **options},
    )


def at(report: Report, path: str) -> Any:
    found: Any = report.as_json()
    for key in path.split("/"):
        found = found[key]
    return found
