"""Documents, concepts, mentions and statistics from the tables, a page at a time.

A page function answers with its items and where the next page starts (None: there is none), so that
iterating holds neither the whole graph in memory nor a lock between two pages.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from kg_builder.records import Document, DocumentGraph, Reject, Selection
from kg_builder.stores import decision_rows, hierarchy, sql
from kg_builder.stores.choice import Choice
from kg_builder.stores.rows import (
    attributes_from_json,
    concept_from,
    mention_from_row,
    mention_place,
    mention_views,
    merged_description,
    metadata_from_json,
    provenances_from_json,
    reject_from_json,
    relation_from_row,
    unpacked,
)
from kg_builder.stores.search import Name
from kg_builder.stores.views import ConceptView, DocumentView, MentionView, Statistics

DOCUMENTS_A_PAGE = 50
CONCEPTS_A_PAGE = 500


def document_page(connection: sqlite3.Connection, after: str, choice: Choice) -> tuple[list[str], str | None]:
    """Ids of documents, in order."""
    parameters = {"after": after, "chosen": choice.chosen, "limit": DOCUMENTS_A_PAGE}
    found = [row[0] for row in connection.execute(sql.DOCUMENT_PAGE, parameters)]
    return found, found[-1] if found else None


def document_key(connection: sqlite3.Connection, document_id: str) -> int | None:
    """Where the tables have a document now."""
    row = connection.execute("SELECT key FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else int(row[0])


def document_text(connection: sqlite3.Connection, document_id: str) -> str | None:
    """The original text, or None if there is no such document."""
    row = connection.execute(sql.TEXT, (document_id,)).fetchone()
    return None if row is None else unpacked(row[0])


def document_view(connection: sqlite3.Connection, key: int, _: Choice) -> list[DocumentView]:
    """A document without its text."""
    id_, sha256, fingerprint, metadata, selection, attributes = connection.execute(sql.DOCUMENT, (key,)).fetchone()
    view = DocumentView(
        id=id_,
        sha256=sha256,
        fingerprint=fingerprint,
        metadata=metadata_from_json(metadata),
        selection=Selection.model_validate(json.loads(selection)),
        attributes=attributes_from_json(attributes),
    )
    return [view]


def document_part(connection: sqlite3.Connection, key: int, _: Choice) -> list[DocumentGraph]:
    """All that one document added, as it was written."""
    row = connection.execute(sql.WHOLE_DOCUMENT, (key,)).fetchone()
    id_, text, metadata, language, selection, settings_hash, attributes, provenances, cleaning = row
    sources = provenances_from_json(provenances)
    mentions = connection.execute("SELECT * FROM mentions WHERE document = ? ORDER BY ordinal", (key,))
    relations = connection.execute("SELECT * FROM relations WHERE document = ? ORDER BY ordinal", (key,))
    part = DocumentGraph(
        document=Document(
            id=id_,
            text=unpacked(text),
            metadata=metadata_from_json(metadata),
            language=None if language is None else unpacked(language),
        ),
        selection=Selection.model_validate(json.loads(selection)),
        settings_hash=unpacked(settings_hash),
        cleaning=tuple(map(tuple, json.loads(cleaning))),
        mentions=tuple(mention_from_row(row, sources) for row in mentions),
        attributes=attributes_from_json(attributes),
        concepts=tuple(concept_from(*row) for row in connection.execute(sql.DOCUMENT_CONCEPTS, (key,))),
        relations=tuple(relation_from_row(row, sources) for row in relations),
        rejects=tuple(_rejects(connection, key)),
    )
    return [decision_rows.as_read(connection, key, part)]


def document_rejects(connection: sqlite3.Connection, key: int, _: Choice) -> list[tuple[str, Reject]]:
    """What was rejected in a document, in order, with the document's id."""
    document_id = connection.execute("SELECT id FROM documents WHERE key = ?", (key,)).fetchone()[0]
    return [(document_id, reject) for reject in _rejects(connection, key)]


def _rejects(connection: sqlite3.Connection, key: int) -> list[Reject]:
    rows = connection.execute("SELECT body FROM rejects WHERE document = ? ORDER BY ordinal", (key,))
    return [reject_from_json(row[0]) for row in rows]


def document_mentions(connection: sqlite3.Connection, key: int, choice: Choice) -> list[MentionView]:
    """A document's mentions, in order of start, end, type and concept."""
    document_id, provenances = connection.execute(
        "SELECT id, provenances FROM documents WHERE key = ?", (key,)
    ).fetchone()
    sources = provenances_from_json(provenances)
    rows = connection.execute(sql.DOCUMENT_MENTIONS, choice.parameters(document=key))
    views = [view for row in rows for view in mention_views(document_id, mention_from_row(row, sources))]
    return sorted(views, key=mention_place)


def concept_page(connection: sqlite3.Connection, after: str, choice: Choice) -> tuple[list[ConceptView], str | None]:
    """Concepts in order of id."""
    ids = [row[0] for row in connection.execute(sql.CONCEPT_PAGE, (after, CONCEPTS_A_PAGE))]
    return (concept_views(connection, ids[0], ids[-1], choice), ids[-1]) if ids else ([], None)


def concept_views(connection: sqlite3.Connection, first: str, last: str, choice: Choice) -> list[ConceptView]:
    """Concepts from one id to another that the choice takes in; what they count is the choice's."""
    parameters = choice.parameters(first=first, last=last)
    bodies: defaultdict[str, list[str]] = defaultdict(list)
    for concept_id, body in connection.execute(sql.DESCRIPTIONS, parameters):
        bodies[concept_id].append(body)
    broader: defaultdict[str, list[str]] = defaultdict(list)
    for child, parent in connection.execute(sql.BROADER, {"first": first, "last": last}):
        broader[child].append(parent)
    forms: defaultdict[str, set[str]] = defaultdict(set)
    documents: defaultdict[str, set[int]] = defaultdict(set)
    mentions: Counter[str] = Counter()
    for concept_id, document, form, count in connection.execute(sql.FORMS, parameters):
        forms[concept_id].add(unpacked(form))
        documents[concept_id].add(document)
        mentions[concept_id] += count
    taken = bodies.keys() if choice.everything else forms.keys() | _related(connection, parameters, choice)
    return [
        ConceptView(
            id=concept_id,
            **merged_description(bodies[concept_id])._asdict(),
            synonyms_seen=tuple(sorted(forms[concept_id])),
            documents=len(documents[concept_id]),
            mentions=mentions[concept_id],
            broader=tuple(broader[concept_id]),
        )
        for concept_id in sorted(taken)
    ]


def concept_view(connection: sqlite3.Connection, concept_id: str, choice: Choice) -> ConceptView | None:
    """One concept that the choice takes in, or that stands above one that it takes in."""
    for found in concept_views(connection, concept_id, concept_id, choice):
        return found
    view = hierarchy.ancestor_view(connection, concept_id)
    if view is None or choice.everything:
        return view
    return view if _passing(connection, choice).intersection(hierarchy.descendants(connection, concept_id)) else None


def ancestors(connection: sqlite3.Connection, choice: Choice) -> list[ConceptView]:
    """What stands above what the choice takes in, in order of id."""
    if not hierarchy.exists(connection):
        return []
    return hierarchy.ancestor_views(hierarchy.rows(connection), _passing(connection, choice))


def _passing(connection: sqlite3.Connection, choice: Choice) -> set[str]:
    """Ids of all concepts that the choice takes in."""
    parameters = choice.parameters()
    mentioned = connection.execute(sql.COUNT_MENTIONS, parameters)
    concepts = {concept_id for _, ids, _ in mentioned for concept_id in ids[1:-1].split(" ")}
    others = sql.SUPPORTED_CONCEPTS if choice.every_statement else sql.RELATED_CONCEPTS
    return concepts | {row[0] for row in connection.execute(others, parameters)}


def _related(connection: sqlite3.Connection, parameters: dict[str, Any], choice: Choice) -> set[str]:
    statement = sql.SUPPORTED if choice.every_statement else sql.RELATED
    return {row[0] for row in connection.execute(statement, parameters)}


def statistics(connection: sqlite3.Connection, choice: Choice) -> Statistics:
    """Counts over what the choice takes in."""
    parameters = choice.parameters()
    concepts: set[str] = set()
    mentions: Counter[str] = Counter()
    counted = sql.COUNT_ALL_MENTIONS if choice.everything else sql.COUNT_MENTIONS
    for assertion, mentioned, count in connection.execute(counted, parameters):
        ids = set(mentioned[1:-1].split(" "))
        concepts |= ids
        mentions[assertion] += count * len(ids)
    predicates: Counter[str] = Counter()
    assertions: Counter[str] = Counter()
    for predicate, assertion, count in connection.execute(sql.COUNT_RELATIONS, parameters):
        predicates[unpacked(predicate)] += count
        assertions[assertion] += count
    others = sql.SUPPORTED_CONCEPTS if choice.every_statement else sql.RELATED_CONCEPTS
    concepts.update(row[0] for row in connection.execute(others, parameters))
    types, unlinked = _concept_types(connection, concepts)
    ancestors, broader = hierarchy.count_above(hierarchy.rows(connection), concepts)
    return Statistics(
        documents=_count_documents(connection, choice),
        concepts=len(concepts),
        mentions=mentions.total(),
        relations=assertions.total(),
        concepts_by_type=_sorted(types),
        concepts_unlinked=unlinked,
        relations_by_predicate=_sorted(predicates),
        mentions_by_assertion=_sorted(mentions),
        relations_by_assertion=_sorted(assertions),
        rejects=connection.execute(sql.COUNT_REJECTS, parameters).fetchone()[0],
        failures=connection.execute(sql.COUNT_FAILURES, parameters).fetchone()[0],
        ancestors=ancestors,
        broader=broader,
    )


def _concept_types(connection: sqlite3.Connection, concepts: set[str]) -> tuple[Counter[str], int]:
    """How many of the concepts have each type, and how many are unlinked."""
    bodies: defaultdict[str, list[str]] = defaultdict(list)
    for concept_id, body in connection.execute(sql.ALL_DESCRIPTIONS):
        if concept_id in concepts:
            bodies[concept_id].append(body)
    described = [merged_description(items) for items in bodies.values()]
    return Counter(item.type for item in described), sum(not item.linked for item in described)


def _count_documents(connection: sqlite3.Connection, choice: Choice) -> int:
    if choice.chosen is not None:
        return len(json.loads(choice.chosen))
    return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def names(connection: sqlite3.Connection, choice: Choice) -> Iterator[Name]:
    """Every name that what the choice takes in gives a concept, for searching."""
    parameters = choice.parameters()
    for concept_id, body in connection.execute(sql.SUPPORTED_DESCRIPTIONS, parameters):
        yield Name(concept_id, concept_id)
        yield Name(concept_id, merged_description([body]).name)
    for concepts, form in connection.execute(sql.ALL_FORMS, parameters):
        for concept_id in concepts[1:-1].split(" "):
            yield Name(concept_id, unpacked(form))
    for view in ancestors(connection, choice):
        yield Name(view.id, view.id)
        yield Name(view.id, view.name)
