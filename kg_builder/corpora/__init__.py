"""Readers of documents and annotated corpora: `read` for files, `from_langchain` for LangChain's documents."""

from kg_builder.corpora.langchain import from_langchain
from kg_builder.corpora.reading import FORMATS, read
from kg_builder.corpora.records import GOLD, GoldDocument, GoldRelation, Row, Unreadable

__all__ = ["FORMATS", "GOLD", "GoldDocument", "GoldRelation", "Row", "Unreadable", "from_langchain", "read"]
