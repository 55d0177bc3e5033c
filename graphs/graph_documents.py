"""LangChain's GraphDocuments: from a store, or straight from documents in the place of an `LLMGraphTransformer`."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document as LangChainDocument

from kg_builder.corpora.langchain import from_langchain
from kg_builder.errors import DocumentError, MissingExtraError
from kg_builder.graph_store import Failure, GraphStore
from kg_builder.graphs.building import build
from kg_builder.graphs.corpus import DocumentReport
from kg_builder.records import Document
from kg_builder.settings import Settings, load_settings
from kg_builder.stores.views import ConceptView, DocumentView, Filter, MentionView, RelationView

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig
    from langchain_neo4j.graphs.graph_document import GraphDocument

logger = logging.getLogger(__name__)

_CLASSES = ("langchain_neo4j.graphs.graph_document", "langchain_community.graphs.graph_document")
_MODEL = "llm"


def graph_documents(store: GraphStore, *, where: Filter | None = None) -> Iterator[GraphDocument]:
    """One for each document of a store, in order of id: nodes are its concepts, relationships what it states of them.

    As in a store's queries, denied, family and hypothetical statements are left out unless `where` lets them pass:
    who reads a graph document may not look at `assertion`. Raises MissingExtraError.
    """
    condition = where or Filter()
    concepts = {view.id: view for view in store.concepts(condition)}
    relations: defaultdict[str, list[RelationView]] = defaultdict(list)
    for relation in store.relations(condition):
        relations[relation.documents[0]].append(relation)
    mentions = groupby(store.mentions(condition), key=lambda view: view.document)
    coming = next(mentions, None)
    for document in store.documents(condition):
        named: list[MentionView] = []
        if coming is not None and coming[0] == document.id:
            named = list(coming[1])
            coming = next(mentions, None)
        source = _source(document, store.document_text(document.id))
        yield _graph_document(source, document.id, concepts, named, relations.pop(document.id, []))


class GraphTransformer:
    """Stands where an `LLMGraphTransformer` stood: documents of LangChain in, GraphDocuments out.

    `llm`: a chat model to extract with; None: the parts that the settings name, by default offline ones. A model that
    runs elsewhere gets the texts only with `allow_remote`. `where`: which statements count, as in `graph_documents`.
    """

    def __init__(
        self,
        llm: BaseChatModel | None = None,
        *,
        settings: Settings | None = None,
        where: Filter | None = None,
        allow_remote: bool = False,
    ) -> None:
        changes: dict[str, Any] = {"allow_remote": True} if allow_remote else {}
        if llm is not None:
            changes |= {"extractors": (_MODEL,), "relation_extractor": _MODEL}
        self._settings = (settings or load_settings()).model_copy(update=changes)
        self._models = {} if llm is None else {_MODEL: llm}
        self._where = where
        self.failures: tuple[Failure, ...] = ()
        """Documents of the last call that could not be read; they have no GraphDocument."""

    def convert_to_graph_documents(
        self, documents: Sequence[LangChainDocument], config: RunnableConfig | None = None
    ) -> list[GraphDocument]:
        """A GraphDocument for each document that could be read, in order; see `failures` for the others.

        Raises DocumentError where none could be read, MissingExtraError.
        """
        graph_document_class()
        reports: list[DocumentReport] = []
        built = build(
            documents,
            settings=self._settings,
            on_report=reports.append,
            models=self._models or None,
            callbacks=_callbacks(config),
        )
        self.failures = tuple(report.failure for report in reports if report.status == "failed" and report.failure)
        for failure in self.failures:
            logger.warning("document %s could not be read: %s", failure.document_id, failure.code)
        found = dict(_by_id(built.store, self._where))
        built.store.close()
        if self.failures and not found:
            raise DocumentError(self.failures[0].code, self.failures[0].message)
        given = {name: document for name, document in _own_ids(documents) if name in found}
        for name, document in given.items():
            found[name].source = document
        return [found[name] for name in given]

    async def aconvert_to_graph_documents(
        self, documents: Sequence[LangChainDocument], config: RunnableConfig | None = None
    ) -> list[GraphDocument]:
        """`convert_to_graph_documents` in a thread of its own."""
        return await asyncio.to_thread(self.convert_to_graph_documents, documents, config)

    def process_response(self, document: LangChainDocument, config: RunnableConfig | None = None) -> GraphDocument:
        """The GraphDocument of one document. Raises as `convert_to_graph_documents` does."""
        [found] = self.convert_to_graph_documents([document], config)
        return found

    async def aprocess_response(
        self, document: LangChainDocument, config: RunnableConfig | None = None
    ) -> GraphDocument:
        """`process_response` in a thread of its own."""
        return await asyncio.to_thread(self.process_response, document, config)


def graph_document_class() -> Any:
    """The module of GraphDocument, Node and Relationship: that of langchain-neo4j, else that of langchain-community.

    Raises MissingExtraError.
    """
    for name in _CLASSES:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise MissingExtraError("A GraphDocument", "neo4j-interop")


def _by_id(store: GraphStore, where: Filter | None) -> Iterator[tuple[str, GraphDocument]]:
    return zip(
        (view.id for view in store.documents(where or Filter())), graph_documents(store, where=where), strict=True
    )


def _own_ids(documents: Sequence[LangChainDocument]) -> Iterator[tuple[str, LangChainDocument]]:
    """The documents by the ids that ours have, in order; of those that share one the first, which alone is read."""
    seen: list[LangChainDocument] = []

    def watched() -> Iterator[LangChainDocument]:
        for document in documents:
            seen.append(document)
            yield document

    known: set[str] = set()
    for row in from_langchain(watched()):
        if isinstance(row, Document) and row.id not in known:
            known.add(row.id)
            yield row.id, seen[-1]


def _callbacks(config: RunnableConfig | None) -> list[Any]:
    found = (config or {}).get("callbacks") or []
    return list(found) if isinstance(found, list) else list(found.handlers)


def _graph_document(
    source: LangChainDocument,
    document_id: str,
    concepts: Mapping[str, ConceptView],
    mentions: Iterable[MentionView],
    relations: Sequence[RelationView],
) -> GraphDocument:
    of = graph_document_class()
    places: defaultdict[str, list[MentionView]] = defaultdict(list)
    for view in mentions:
        places[view.concept].append(view)
    ends = {end for one in relations for end in (one.subject, one.object)}
    nodes = {
        name: of.Node(id=name, type=concepts[name].type, properties=_node(concepts[name], places[name]))
        for name in sorted(places.keys() | ends)
    }
    edges = [
        of.Relationship(
            source=nodes[one.subject],
            target=nodes[one.object],
            type=one.predicate,
            properties=_edge(document_id, one),
        )
        for one in relations
    ]
    found: GraphDocument = of.GraphDocument(nodes=list(nodes.values()), relationships=edges, source=source)
    return found


def _node(concept: ConceptView, places: Sequence[MentionView]) -> dict[str, Any]:
    """Plain values and lists of them alone, which is what property graphs hold; lists of places go together."""
    return {
        "name": concept.name,
        "linked": concept.linked,
        "xrefs": list(concept.xrefs),
        "synonyms": sorted({view.text for view in places}),
        "mention_starts": [view.start for view in places],
        "mention_ends": [view.end for view in places],
        "mention_assertions": [view.assertion.value for view in places],
    }


def _edge(document_id: str, relation: RelationView) -> dict[str, Any]:
    first = relation.evidence[0]
    fields: dict[str, Any] = {
        "document": document_id,
        "assertion": first.assertion.value,
        "confidence": relation.confidence,
        "sentences": [item.sentence_text for item in relation.evidence],
        "extractor": first.provenance.extractor,
        "model": first.provenance.model,
        "review": first.review.value,
    }
    for name in ("sentence", "subject", "object"):
        spans = [getattr(item, name) for item in relation.evidence]
        fields |= {f"{name}_starts": [start for start, _ in spans], f"{name}_ends": [end for _, end in spans]}
    return {name: value for name, value in fields.items() if value is not None}


def _source(document: DocumentView, text: str) -> LangChainDocument:
    fields = document.metadata.model_dump(mode="json", exclude_none=True, exclude={"extra", "tags"})
    tags = {"tags": list(document.metadata.tags)} if document.metadata.tags else {}
    metadata = {**document.metadata.extra, **fields, **tags, "id": document.id}
    return LangChainDocument(id=document.id, page_content=text, metadata=metadata)
