"""Relations from the tables, with names and evidence sentences."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from kg_builder.records import Relation
from kg_builder.stores import sql
from kg_builder.stores.choice import Choice
from kg_builder.stores.graph_loading import descriptions
from kg_builder.stores.rows import Packed, dumps, provenances_from_json, relation_from_row, unpacked
from kg_builder.stores.views import EvidenceView, Path, RelationView

RELATIONS_A_PAGE = 200

Ends = tuple[str, Any, str]
"""Subject, predicate (as the tables have it) and object: where a page of relations starts."""
START: Ends = ("", "", "")
PREDICATE = 4
"""Its column in the rows that relations are made from."""


class Stated(NamedTuple):
    """A relation as one document states it."""

    document: str
    relation: Relation
    evidence: tuple[EvidenceView, ...]


def relation_page(
    connection: sqlite3.Connection, after: Ends, choice: Choice
) -> tuple[list[RelationView], Ends | None]:
    """One view a subject, predicate, object, document and assertion, in that order."""
    ends = connection.execute(sql.RELATION_PAGE, (*after, RELATIONS_A_PAGE)).fetchall()
    if not ends:
        return [], None
    stated = _between(connection, ends[0], ends[-1], choice)
    return _views(connection, stated, lambda item: (item.document, item.relation.assertion)), ends[-1]


def one_relation(connection: sqlite3.Connection, ends: Ends, choice: Choice) -> RelationView | None:
    """A relation over all documents that state it; the predicate as written before those that differ in case."""
    subject, predicate, object_ = ends
    spellings = {row[0] for row in connection.execute(sql.PREDICATES_JOINING, (subject, object_))}
    alike = (spelling for spelling in spellings if _same_name(spelling, predicate))
    for spelling in sorted(alike, key=lambda found: (unpacked(found) != predicate, unpacked(found))):
        key = (subject, spelling, object_)
        if views := _views(connection, _between(connection, key, key, choice)):
            return views[0]
    return None


def relations_of(
    connection: sqlite3.Connection, concepts: Sequence[str], *, predicate: str | None, direction: str, choice: Choice
) -> list[RelationView]:
    """Relations of these concepts over all documents, best supported first."""
    parameters = choice.parameters(
        concepts=dumps(concepts),
        out=direction in {"out", "both"},
        **{"in": direction in {"in", "both"}},
    )
    rows = connection.execute(sql.RELATIONS_OF, parameters)
    wanted = [row for row in rows if predicate is None or _same_name(row[PREDICATE], predicate)]
    stated = _stated(connection, wanted)
    return sorted(_views(connection, stated), key=best_first)


def found_under(view: RelationView, concepts: Collection[str], direction: str) -> RelationView:
    """A relation that names which of the concepts it was found under: its subject, where both ends are among them."""
    of_subject = direction != "in" and view.subject in concepts
    under, name = (view.subject, view.subject_name) if of_subject else (view.object, view.object_name)
    return view.model_copy(update={"under": under, "under_name": name})


def paths(connection: sqlite3.Connection, chains: Sequence[tuple[str, ...]], choice: Choice) -> list[Path]:
    """Chains of concepts with their names and, for each step, the best supported relation that joins the two."""
    joining: dict[tuple[str, str], RelationView] = {}
    for chain in chains:
        for one, other in pairwise(chain):
            if (one, other) not in joining:
                rows = connection.execute(sql.RELATIONS_JOINING, choice.parameters(one=one, other=other)).fetchall()
                joining[one, other] = min(_views(connection, _stated(connection, rows)), key=best_first)
    names = _names(connection, {concept for chain in chains for concept in chain})
    return [
        Path(
            concepts=chain,
            names=tuple(names[concept] for concept in chain),
            relations=tuple(joining[step] for step in pairwise(chain)),
        )
        for chain in chains
    ]


def best_first(view: RelationView) -> tuple[int, float, str, str, str]:
    """Sorting key: most documents, then highest confidence, then ids."""
    return (-len(view.documents), -(view.confidence or 0.0), view.subject, view.predicate, view.object)


def _between(connection: sqlite3.Connection, first: Ends, last: Ends, choice: Choice) -> list[Stated]:
    bounds = dict(zip(("subject", "predicate", "object"), first, strict=True))
    bounds |= dict(zip(("last_subject", "last_predicate", "last_object"), last, strict=True))
    rows = connection.execute(sql.RELATIONS_BETWEEN, choice.parameters(**bounds)).fetchall()
    return _stated(connection, rows)


def _stated(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> list[Stated]:
    """The rows as relations with evidence, in the same order; each document's text is read once."""
    positions: defaultdict[int, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        positions[row[1]].append(position)
    found: dict[int, Stated] = {}
    for key, places in positions.items():
        text, provenances = connection.execute(
            "SELECT text, provenances FROM texts JOIN documents ON key = document WHERE document = ?", (key,)
        ).fetchone()
        whole, sources = unpacked(text), provenances_from_json(provenances)
        for place in places:
            document, relation = rows[place][0], relation_from_row(rows[place][1:], sources)
            found[place] = Stated(document, relation, _evidence(document, whole, relation))
    return [found[place] for place in range(len(rows))]


def _evidence(document: str, text: str, relation: Relation) -> tuple[EvidenceView, ...]:
    return tuple(
        EvidenceView(
            document=document,
            sentence=item.sentence,
            sentence_text=text[slice(*item.sentence)],
            subject=item.subject,
            subject_text=text[slice(*item.subject)],
            object=item.object,
            object_text=text[slice(*item.object)],
            assertion=relation.assertion,
            confidence=relation.confidence,
            cue=item.cue,
            provenance=relation.provenance,
        )
        for item in relation.evidence
    )


def _views(
    connection: sqlite3.Connection, stated: Iterable[Stated], apart: Callable[[Stated], Any] = lambda _: None
) -> list[RelationView]:
    """One view a relation, and one for each value of `apart` within it."""
    items = list(stated)
    ends = {end for item in items for end in (item.relation.subject, item.relation.object)}
    names = _names(connection, ends)
    grouped = groupby(items, lambda item: (*_ends(item.relation), apart(item)))
    return [_view(list(group), names) for _, group in grouped]


def _same_name(stored: Packed, given: str) -> bool:
    return unpacked(stored).casefold() == given.casefold()


def _names(connection: sqlite3.Connection, concept_ids: Iterable[str]) -> dict[str, str]:
    return {concept_id: found.name for concept_id, found in descriptions(connection, concept_ids).items()}


def _place(piece: EvidenceView) -> tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]]:
    return piece.document, piece.sentence, piece.subject, piece.object


def _ends(relation: Relation) -> tuple[str, str, str]:
    return relation.subject, relation.predicate, relation.object


def _view(stated: list[Stated], names: dict[str, str]) -> RelationView:
    subject, predicate, object_ = _ends(stated[0].relation)
    confidences = [item.relation.confidence for item in stated if item.relation.confidence is not None]
    evidence = [piece for item in stated for piece in item.evidence]
    return RelationView(
        subject=subject,
        subject_name=names[subject],
        predicate=predicate,
        object=object_,
        object_name=names[object_],
        documents=tuple(sorted({item.document for item in stated})),
        assertions=tuple(sorted({item.relation.assertion for item in stated})),
        confidence=max(confidences, default=None),
        evidence=tuple(sorted(evidence, key=_place)),
    )
