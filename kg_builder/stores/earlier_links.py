"""What linking decides of a part, as it is kept so that a relinking can be undone.

A document whose links stayed and only its settings hash changed keeps no more than the hash.
"""

from __future__ import annotations

import json
from typing import Any

from kg_builder.records import Concept, DocumentGraph, Mention, Reject, Relation
from kg_builder.stores.rows import dumps

_KEPT: dict[str, Any] = {"mentions": Mention, "concepts": Concept, "relations": Relation, "rejects": Reject}
"""What linking decides of a part, and the records that it is made of."""


def differs(present: DocumentGraph, after: DocumentGraph) -> bool:
    """Whether two parts of one document have other links, not only another settings hash."""
    return any(getattr(present, name) != getattr(after, name) for name in _KEPT)


def kept_links(present: DocumentGraph, after: DocumentGraph) -> str:
    """What of the present part is to be kept when the other takes its place, as JSON."""
    kept: dict[str, Any] = {"settings_hash": present.settings_hash}
    if differs(present, after):
        kept |= {name: [item.model_dump() for item in getattr(present, name)] for name in _KEPT}
    return dumps(kept)


def completed_links(body: str, present: DocumentGraph, after: DocumentGraph) -> str:
    """What was kept by the beginning of a relinking, which may have been the hash alone."""
    return dumps(json.loads(kept_links(present, after)) | json.loads(body))


def restored_part(present: DocumentGraph, body: str) -> DocumentGraph:
    """The part with the links that were kept of it."""
    kept = json.loads(body)
    records = {
        name: tuple(record.model_validate(item) for item in kept[name])
        for name, record in _KEPT.items()
        if name in kept
    }
    return present.model_copy(update={"settings_hash": kept["settings_hash"], **records})
