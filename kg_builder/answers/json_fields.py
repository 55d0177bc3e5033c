"""The keys under which models give an answer's parts."""

from __future__ import annotations

import re
from functools import lru_cache

from kg_builder.answers.json_values import Pairs, Value

TEXT = ("entity", "text", "name", "mention", "span", "word", "term", "value", "surface", "phrase", "entity_text")
"""Of an entity's words, the likeliest first."""
TEXT_BESIDE_LABEL = tuple(key for key in TEXT if key != "entity")
"""The same where ``entity`` is the label: ``{"entity": "DRUG", "word": "aspirin"}``."""
ITEM_TYPE = (
    "type", "label", "category", "entity_type", "class", "tag", "entity_group", "entity_label", "kind", "semantic_type",
)  # fmt: skip
SUBJECT = ("subject", "head", "source", "from", "subj", "entity1", "arg1", "chemical", "drug")
OBJECT = ("object", "tail", "target", "to", "obj", "entity2", "arg2", "disease")
PREDICATE = ("predicate", "relation", "relation_type", "relationship", "type", "label", "rel")
EVIDENCE = ("evidence", "sentence", "quote", "evidence_sentence", "context", "text", "supporting_text")
WRAPPERS = frozenset(
    {
        "entities", "items", "results", "result", "list", "answer", "answers", "data", "output", "mentions",
        "entity_list", "medical_entities", "extracted_entities", "named_entities", "annotations", "response",
        "spans", "ner", "relations", "relationships", "triples", "pairs",
    }
)  # fmt: skip
"""Keys that say nothing of what they hold."""
REMARKS = frozenset(
    {
        "explanation", "reason", "reasoning", "note", "notes", "comment", "confidence", "score", "start", "end",
        "offset", "id", "count", "total", "language", "text", "sentence", "input",
    }
)  # fmt: skip
"""Keys of a wrapper that hold no entities."""

LABEL_LIKE = re.compile(r"[A-Z][A-Z0-9]*(?:[_ &/-]+[A-Z0-9]+)*")
"""Written like a type: ``SYMPTOM_AND_DISEASE``."""


def fold_key(key: str) -> str:
    """Case, blanks and hyphens don't count."""
    return key if key.isascii() and key.isalpha() and key.islower() else _folded(key)


def _folded(key: str) -> str:
    return key.strip().casefold().replace("-", "_").replace(" ", "_")


class Fields:
    """An object's fields; each is taken once."""

    def __init__(self, pairs: Pairs) -> None:
        self._left: dict[str, list[tuple[str, Value]]] = {}
        for pair in pairs:
            self._left.setdefault(fold_key(pair[0]), []).append(pair)

    def take(self, keys: tuple[str, ...]) -> Value:
        """The value of the first of the keys that has one."""
        for key in keys:
            for pair in self._left.get(key, ()):
                if isinstance(pair[1], (str, list, tuple)):
                    self._left[key].remove(pair)
                    return pair[1]
        return None

    def take_text_beside_label(self) -> Value:
        """The words of an entity whose label, if it has one, may stand under ``entity``."""
        if "entity" in self._left and (text := self.take(TEXT_BESIDE_LABEL)) is not None:
            self._left["type"] = self._left.pop("entity")
            return text
        return self.take(TEXT)

    def rest(self) -> list[tuple[str, Value]]:
        """What wasn't taken."""
        return [pair for pairs in self._left.values() for pair in pairs]


def flat_item(pairs: Pairs) -> tuple[int, int] | None:
    """Places of words and type in an object with strings only; None for others, and where one of the two is missing."""
    return _item_places(tuple([key for key, _ in pairs])) if _is_flat(pairs) else None


def flat_relation(pairs: Pairs) -> tuple[int, int, int, int] | None:
    """Places of subject, predicate, object and evidence, likewise; -1 where one of the others is missing."""
    return _relation_places(tuple([key for key, _ in pairs])) if _is_flat(pairs) else None


def _is_flat(pairs: Pairs) -> bool:
    for _, value in pairs:  # noqa: SIM110 - a loop is twice as quick as all() here
        if not isinstance(value, str):
            return False
    return True


@lru_cache(maxsize=256)  # the objects of an answer, and of most answers of a model, have the same keys
def _item_places(keys: tuple[str, ...]) -> tuple[int, int] | None:
    fields = _numbered(keys)
    kind = fields.take(ITEM_TYPE)
    text = fields.take(TEXT) if kind else fields.take_text_beside_label()
    kind = kind or fields.take(ITEM_TYPE)
    return (int(text), int(kind)) if isinstance(text, str) and isinstance(kind, str) else None


@lru_cache(maxsize=256)
def _relation_places(keys: tuple[str, ...]) -> tuple[int, int, int, int] | None:
    fields = _numbered(keys)
    ends = fields.take(SUBJECT), fields.take(OBJECT)
    predicate, evidence = fields.take(PREDICATE), fields.take(EVIDENCE)
    if not isinstance(ends[0], str) or not isinstance(ends[1], str):
        return None
    others = [int(place) if isinstance(place, str) else -1 for place in (predicate, evidence)]
    return int(ends[0]), others[0], int(ends[1]), others[1]


def _numbered(keys: tuple[str, ...]) -> Fields:
    """An object with those keys whose values are their places."""
    return Fields(tuple((key, str(place)) for place, key in enumerate(keys)))
