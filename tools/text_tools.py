"""Tools that read a text by the workflow: to look at what it says, or to add it to the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.building import run_into
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.document import read_document
from kg_builder.graphs.rolling_up import keep_rolled_up
from kg_builder.records import Document, DocumentGraph, Mention
from kg_builder.retrieve.asked import Named
from kg_builder.retrieve.context import one_line
from kg_builder.stores.views import RunRecord
from kg_builder.text.counted import counted
from kg_builder.tools.answers import Answer, listed

MakeComponents = Callable[[], Components]
"""The parts of the workflow, made when they are first needed."""


def extract_from_text(make_components: MakeComponents, text: str, *, max_tokens: int = 1500) -> Answer[DocumentGraph]:
    """Concepts and relations that a text states; nothing is written."""
    part = read_document(_document(text, None), replace(make_components(), store=None))
    names = {concept.id: one_line(concept.name) for concept in part.concepts}
    blocks = [
        *([f"- {_mention(mention, names)}"] for mention in part.mentions),
        *(
            [
                f"- {names[relation.subject]} ({relation.subject}) {relation.predicate} "
                f"{names[relation.object]} ({relation.object}), {relation.assertion.value}"
            ]
            for relation in part.relations
        ),
    ]
    heading = (
        f"{counted(len(part.mentions), 'mention')} and {counted(len(part.relations), 'relation')}; nothing was written"
    )
    return listed(blocks, part, max_tokens, heading=heading, nothing="Nothing was found in the text.")


def add_text(
    store: GraphStore, make_components: MakeComponents, text: str, document_id: str | None = None
) -> Answer[RunRecord]:
    """Read a text and write its part of the graph; a document of the same id is replaced."""
    document = _document(text, document_id)
    components = replace(make_components(), store=store)
    run = run_into(store, run_corpus([document], components), components, None)
    keep_rolled_up(store, components.settings)
    if run.failed:
        [failure] = [one for one in store.failures() if one.document_id == document.id]
        return f"Document {document.id} could not be read: {failure.code}: {failure.message}", run
    status = "was there already, unchanged" if run.unchanged else "was written"
    return (f"Document {document.id} {status}: {run.items_written} items written, {run.items_rejected} rejected."), run


def recognizer(make_components: MakeComponents) -> Callable[[str], Sequence[Named]]:
    """Finds and links what a question names, by the same workflow that reads documents."""

    def recognize(question: str) -> list[Named]:
        part = read_document(_document(question, None), replace(make_components(), store=None))
        linked = {concept.id for concept in part.concepts if concept.linked}
        return [Named(one.text, tuple(c for c in one.concepts if c in linked)) for one in part.mentions]

    return recognize


def _document(text: str, document_id: str | None) -> Document:
    document = Document(id=document_id or "text", text=text)
    return document if document_id else document.model_copy(update={"id": f"text-{document.sha256[:16]}"})


def _mention(mention: Mention, names: dict[str, str]) -> str:
    concepts = "; ".join(f"{names.get(one, one)} ({one})" for one in mention.concepts)
    said = f"'{one_line(mention.text)}' at {mention.start}-{mention.end}, {mention.type}, {mention.assertion.value}"
    return f"{said}: {concepts}"
