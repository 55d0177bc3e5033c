"""Where in a schema's data two parts contradict each other, so that a message can point there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg_builder.schema import Role

Location = tuple[int | str, ...]


def first_conflict(data: Mapping[str, Any]) -> Location:
    """Path to the first name defined twice, relation end that can't be one, or example that shows what the schema
    doesn't have; empty if there is none.

    Follows the order in which `Schema` checks. `data` has passed the checks of its single fields.
    """
    return next(_conflicts(data), ())


def _conflicts(data: Mapping[str, Any]) -> Iterator[Location]:
    entities, relations = list(data.get("entities") or ()), list(data.get("relations") or ())
    for part, items in (("entities", entities), ("relations", relations)):
        seen: set[str] = set()
        for index, item in enumerate(items):
            if item["name"] in seen:
                yield part, index, "name"
            seen.add(item["name"])
    concepts = {item["name"] for item in entities if item.get("role", Role.CONCEPT) == Role.CONCEPT}
    for index, relation in enumerate(relations):
        for end in ("subject", "object"):
            for place, name in enumerate(relation[end]):
                if name not in concepts:
                    yield "relations", index, end, place
    yield from _unfit_examples(data)


def _unfit_examples(data: Mapping[str, Any]) -> Iterator[Location]:
    shown = {item["name"] for item in data["entities"] if item.get("role") != Role.IDENTIFIER}
    relations = {item["name"]: item for item in data.get("relations") or ()}
    for index, example in enumerate(data.get("examples") or ()):
        mentions = list(example.get("mentions") or ())
        for place, mention in enumerate(mentions):
            if mention["type"] not in shown:
                yield "examples", index, "mentions", place, "type"
        for place, relation in enumerate(example.get("relations") or ()):
            kind = relations.get(relation["predicate"])
            if kind is None:
                yield "examples", index, "relations", place, "predicate"
                continue
            for end in ("subject", "object"):
                if not any(one["text"] == relation[end] and one["type"] in kind[end] for one in mentions):
                    yield "examples", index, "relations", place, end
