"""Where in a schema's data two parts contradict each other, so that a message can point there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg_builder.schema import Role

Location = tuple[int | str, ...]


def first_conflict(data: Mapping[str, Any]) -> Location:
    """Path to the first name defined twice or relation end that can't be one; empty if there is none.

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
