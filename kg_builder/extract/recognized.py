"""Drugs, diseases and procedures of an English note, with ids and assertions: what a rewriting of it must keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from kg_builder.extract.assertion import assert_mentions
from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.records import Mention
from kg_builder.schemas import builtin_schema
from kg_builder.terminology.table import Terminology
from kg_builder.text.keys import name_key

_DISORDERS = frozenset({"Problem"})


@lru_cache(maxsize=2)
def recognizer(terminology: Terminology) -> Callable[[str], Sequence[Mention]]:
    """Finds the names of a terminology in a text; each mention's `concepts` are all that have exactly its name."""
    lexicon, schema = LexiconExtractor(terminology), builtin_schema("clinical-note")
    labels = lexicon.labels(schema, "en")

    def recognize(text: str) -> Sequence[Mention]:
        found = []
        for mention in lexicon.extract(ExtractionRequest(text, schema)).mentions:
            entity = schema.entity_for_label(mention.type, labels.get(mention.type))
            if entity is not None:
                ids = tuple(hit.id for hit in terminology.lookup(name_key(mention.text)))
                found.append(mention.model_copy(update={"type": entity.name, "concepts": ids}))
        return assert_mentions(text, found, language="en", disorders=_DISORDERS)

    return recognize
