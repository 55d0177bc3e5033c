"""Relations with names and evidence sentences. In the queries `r` leads from `s` to `o`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from kg_builder.records import Evidence, Provenance, Relation
from kg_builder.stores.neo4j.asking import Conditions, Transaction, relations, rows
from kg_builder.stores.neo4j.bodies import carried
from kg_builder.stores.neo4j.concepts import CHANGED, exact_names
from kg_builder.stores.neo4j.documents import document_fields
from kg_builder.stores.rows import evidence_from_json, evidence_json, merged_relations
from kg_builder.stores.stated_relations import Stated, best_first, in_document, merged_views, path, same_name, stated
from kg_builder.stores.strengths import Ends, statement, statements_of, summed
from kg_builder.stores.views import Path, RelationView

RELATIONS_A_PAGE = 500

RETURN = """
RETURN s.id, r.predicate, o.id, r.document, r.assertion, r.confidence, r.evidence, r.sentences,
    r.extractor, r.model, r.settings_hash, s.name, o.name, r.review
"""
_PAGE = (
    """
MATCH (s:Concept)-[r:{types}]->(o:Concept)
WHERE s.id >= $subject AND (s.id > $subject OR r.predicate > $predicate OR r.predicate = $predicate AND (
    o.id > $object OR o.id = $object AND (
    r.document > $document OR r.document = $document AND r.assertion > $assertion)))
    AND {passes}
WITH s, r, o ORDER BY s.id, r.predicate, o.id, r.document, r.assertion LIMIT $limit
"""
    + RETURN
)
_OF = """
UNWIND $concepts AS id
MATCH (c:Concept {{id: id}}){left}[r:{types}]{right}(:Concept)
WHERE {passes}
WITH DISTINCT r, startNode(r) AS s, endNode(r) AS o
"""
_STATED = "RETURN s.id, r.predicate, o.id, r.document, r.assertion, r.confidence"
_ARROWS = {"out": ("-", "->"), "in": ("<-", "-"), "both": ("-", "-")}
_BETWEEN = "MATCH (s:Concept {{id: $subject}})-[r:{types}]->(o:Concept {{id: $object}}) WHERE {passes}" + RETURN
_JOINING = (
    """
UNWIND $steps AS step
MATCH (one:Concept {{id: step[0]}})-[r:{types}]-(other:Concept {{id: step[1]}}) WHERE {passes}
WITH DISTINCT r, startNode(r) AS s, endNode(r) AS o
"""
    + RETURN
)
_CHANGED = "MATCH (s:Concept)-[r:{types}]->(o:Concept) WHERE r.predicate CONTAINS $changed AND {passes}" + RETURN


class Row(NamedTuple):
    """A relation as one document states it, as far as Bolt could carry it."""

    subject: str
    predicate: str
    object: str
    document: str
    assertion: str
    confidence: float | None
    evidence: str
    sentences: list[str]
    extractor: str
    model: str | None
    settings_hash: str
    subject_name: str
    object_name: str
    review: str

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """Where it stands among all of them."""
        return self.subject, self.predicate, self.object, self.document, self.assertion


Place = tuple[str, str, str, str, str]
START: Place = ("", "", "", "", "")


def relation_page(
    tx: Transaction, after: Place, passing: Conditions, limit: int = RELATIONS_A_PAGE
) -> tuple[list[RelationView], Place | None]:
    """One view a subject, predicate, object, document and assertion, in that order, and where the next page starts."""
    bounds = dict(zip(("subject", "predicate", "object", "document", "assertion"), after, strict=True))
    found = [Row(*row) for row in _run(tx, _PAGE, passing, limit=limit, **bounds)]
    return _views(tx, found, apart=True), found[-1].place if len(found) == limit else None


def one_relation(tx: Transaction, ends: tuple[str, str, str], passing: Conditions) -> RelationView | None:
    """A relation over all documents that state it; the predicate as written before those that differ in case."""
    subject, predicate, object_ = ends
    found = [Row(*row) for row in _run(tx, _BETWEEN, passing, subject=subject, object=object_)]
    alike = [row for row in found if CHANGED in row.predicate or same_name(row.predicate, predicate)]
    views = [view for view in _views(tx, alike) if same_name(view.predicate, predicate)]
    return min(views, key=lambda view: (view.predicate != predicate, view.predicate), default=None)


def relations_of(
    tx: Transaction, concepts: Sequence[str], *, predicate: str | None, direction: str, passing: Conditions
) -> list[RelationView]:
    """Relations of these concepts over all documents, best supported first."""
    left, right = _ARROWS[direction]
    found = [Row(*row) for row in _run(tx, _OF + RETURN, passing, concepts=list(concepts), left=left, right=right)]
    if predicate is not None:
        found = [row for row in found if CHANGED in row.predicate or same_name(row.predicate, predicate)]
    views = [view for view in _views(tx, found) if predicate is None or same_name(view.predicate, predicate)]
    return sorted(views, key=best_first)


def strengths(tx: Transaction, concepts: Sequence[str], passing: Conditions) -> dict[Ends, float]:
    """Relations of these concepts, each with the sum over its documents of how surely they state it."""
    found = _run(tx, _OF + _STATED, passing, concepts=list(concepts), left="-", right="-")
    if not any(CHANGED in predicate for _, predicate, *_ in found):
        return summed(statement((row[0], row[1], row[2]), *row[3:]) for row in found)
    views = relations_of(tx, concepts, predicate=None, direction="both", passing=passing)
    return summed(statements_of(views))


def relations_among(tx: Transaction, concepts: Sequence[str], passing: Conditions) -> list[Stated]:
    """Relations whose ends are both among these, a document each."""
    wanted = set(concepts)
    found = [Row(*row) for row in _run(tx, _OF + RETURN, passing, concepts=list(concepts), left="-", right="->")]
    return stated_in(tx, [row for row in found if row.object in wanted])


def changed_relations(tx: Transaction, passing: Conditions) -> list[Stated]:
    """Those whose predicate Bolt may not have carried as it is."""
    return stated_in(tx, [Row(*row) for row in _run(tx, _CHANGED, passing, changed=CHANGED)])


def paths(tx: Transaction, chains: Sequence[tuple[str, ...]], passing: Conditions) -> list[Path]:
    """Chains of concepts with their names and, for each step, the best supported relation that joins the two."""
    steps = {step for chain in chains for step in pairwise(chain)}
    found = [Row(*row) for row in _run(tx, _JOINING, passing, steps=sorted(map(list, steps)))]
    names = names_in(tx, found)
    views = merged_views(stated_in(tx, found), names)
    joining = {
        (one, other): [view for view in views if {view.subject, view.object} == {one, other}] for one, other in steps
    }
    return [path(chain, joining, names) for chain in chains if all(joining[s] for s in pairwise(chain))]


def _run(tx: Transaction, query: str, passing: Conditions, **parameters: Any) -> list[list[Any]]:
    arrows = {name: parameters.pop(name) for name in ("left", "right") if name in parameters}
    text = query.format(types=relations(tx), passes=passing.on_relation("r"), **arrows)
    return rows(tx, text, passing.parameters, **parameters)


def _views(tx: Transaction, found: Sequence[Row], *, apart: bool = False) -> list[RelationView]:
    items, names = stated_in(tx, found), names_in(tx, found)
    return merged_views(items, names, in_document) if apart else merged_views(items, names)


def names_in(tx: Transaction, found: Sequence[Row]) -> dict[str, str]:
    """Names of the concepts at the ends, by id."""
    names = {row.subject: row.subject_name for row in found} | {row.object: row.object_name for row in found}
    changed = [concept_id for concept_id, name in names.items() if CHANGED in name]
    return names | exact_names(tx, changed) if changed else names


def stated_in(tx: Transaction, found: Sequence[Row]) -> list[Stated]:
    """The relations with evidence, in order of place; a document's body is read only where the edge doesn't do."""
    parsed = [(row, evidence_from_json(row.evidence)) for row in found]
    lacking = {row.document for row, evidence in parsed if not _suffices(row, evidence)}
    parts = document_fields(tx, lacking) if lacking else {}
    items = []
    for row, evidence in parsed:
        if _suffices(row, evidence):
            items.append(stated(row.document, _relation(row, evidence), partial(_of_sentence, row.sentences, evidence)))
        elif row.document in parts:  # else it was forgotten just now
            part = parts[row.document]
            items.append(stated(row.document, _exact(part, row), partial(_of_text, part["document"]["text"])))
    return sorted(items, key=lambda item: (*item.ends, *in_document(item)))


def _suffices(row: Row, evidence: Sequence[Evidence]) -> bool:
    """Whether the edge itself says all: its strings are whole, and the ends lie within their sentences."""
    texts = (row.predicate, row.extractor, row.model or "", row.settings_hash, *row.sentences)
    return not any(CHANGED in text for text in texts) and all(
        len(sentence) == item.sentence[1] - item.sentence[0]
        and all(item.sentence[0] <= start <= end <= item.sentence[1] for start, end in (item.subject, item.object))
        for item, sentence in zip(evidence, row.sentences, strict=True)
    )


def _relation(row: Row, evidence: tuple[Evidence, ...]) -> Relation:
    return Relation.model_validate(
        {
            "subject": row.subject,
            "predicate": row.predicate,
            "object": row.object,
            "evidence": evidence,
            "confidence": row.confidence,
            "assertion": row.assertion,
            "provenance": Provenance(extractor=row.extractor, model=row.model, settings_hash=row.settings_hash),
            "review": row.review,
        }
    )


def _exact(part: dict[str, Any], row: Row) -> Relation:
    """The relation as the document's part has it."""
    every = merged_relations([Relation.model_validate(item) for item in part["relations"]])
    near = [one for one in every if (one.subject, carried(one.predicate), one.object) == row.place[:3]]
    near = [one for one in near if one.assertion == row.assertion]
    return next((one for one in near if evidence_json(one.evidence) == row.evidence), near[0])


def _of_sentence(sentences: Sequence[str], evidence: Sequence[Evidence], number: int, span: tuple[int, int]) -> str:
    start = evidence[number].sentence[0]
    return sentences[number][span[0] - start : span[1] - start]


def _of_text(text: str, _: int, span: tuple[int, int]) -> str:
    return text[slice(*span)]
