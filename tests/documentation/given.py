"""What a reader of a page has at hand without its being made there, by the names that the pages use."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from langchain_core.documents import Document as LangChainDocument

from kg_builder import Document
from kg_builder.testing_chat import ScriptedChatModel

FOUND = '[{"entity": "cisplatin", "type": "Chemical"}, {"entity": "hearing loss", "type": "Disease"}]'


class Texts:
    """A loader of LangChain's kind over the abstracts."""

    def lazy_load(self) -> Iterator[LangChainDocument]:
        """One at a time."""
        for path in sorted(Path("abstracts").glob("*.txt")):
            yield LangChainDocument(path.read_text(encoding="utf-8"), metadata={"source": str(path)})

    def load(self) -> list[LangChainDocument]:
        """All at once."""
        return list(self.lazy_load())


class Sentences:
    """A splitter of LangChain's kind."""

    def split_documents(self, documents: list[LangChainDocument]) -> list[LangChainDocument]:
        """At full stops."""
        return [
            LangChainDocument(part.strip(), metadata=document.metadata)
            for document in documents
            for part in document.page_content.split(". ")
        ]


def store() -> Any:
    """Of graph.kg; one that can be written to, which no command uses at the same time."""
    from kg_builder import open_store

    return open_store("graph.kg")


def checkpointer() -> Any:
    """In memory, with our types allowed."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    from kg_builder.graphs.state import CHECKPOINT_TYPES

    return InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES))


def components() -> Any:
    """Those of the defaults, with a store in memory."""
    from kg_builder import Settings, open_store
    from kg_builder.graphs.components import make_components

    return make_components(Settings(), store=open_store(":memory:"))


def provider() -> Any:
    """OpenTelemetry's, which exports nothing."""
    from opentelemetry.sdk.trace import TracerProvider

    return TracerProvider()


def chat_model() -> Any:
    """One that names two things."""
    return ScriptedChatModel(lines=[FOUND])


GIVEN: Mapping[str, Callable[[], Any]] = {
    "store": store,
    "documents": lambda: Texts().load(),
    "document": lambda: Document(id="note-17", text="Gave aspirin; then gastric bleeding."),
    "texts": lambda: ["Cisplatin caused hearing loss.", "Aspirin was given for fever."],
    "paths": lambda: [Path("abstracts")],
    "loader": Texts,
    "splitter": Sentences,
    "llm": chat_model,
    "chat_model": chat_model,
    "model": chat_model,
    "checkpointer": checkpointer,
    "components": components,
    "provider": provider,
}


UNDONE: Mapping[str, Callable[[Any], None]] = {
    "LangChainInstrumentor": lambda made: made().uninstrument(),
}
"""What pages import and switch on for the whole process → how it is switched off after the page."""


def wanted(code: str, variables: Mapping[str, Any]) -> Iterator[str]:
    """Names that the code uses and nobody has made: neither it nor the blocks before it."""
    tree = ast.parse(code)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for name in dict.fromkeys(node.id for node in names if isinstance(node.ctx, ast.Load)):
        if name in GIVEN and name not in variables and name not in made:
            yield name
