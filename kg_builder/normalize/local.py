"""Typed local ids for mentions that no vocabulary knows: the same name gives the same node everywhere."""

from __future__ import annotations

import hashlib
import unicodedata

from kg_builder.records import Concept
from kg_builder.text.keys import name_key

PREFIX = "local"
_LONGEST = 100


def local_id(concept_type: str, name: str) -> str:
    """``local:Disease/milk_fever``: depends on the type and the name's key alone.

    A name without letters or digits, and the rest of a very long one, are stood for by a hash.
    """
    key = name_key(name).replace(" ", "_")
    if not key:
        key = f"unnamed-{_digest(_shown(name))}"
    elif len(key) > _LONGEST:
        key = f"{key[:_LONGEST]}-{_digest(key)}"
    return f"{PREFIX}:{concept_type}/{key}"


def local_concept(concept_type: str, name: str) -> Concept:
    """The concept of that id. Its name is the key, so that it doesn't depend on which spelling came first."""
    shown = name_key(name) or _shown(name)
    return Concept(id=local_id(concept_type, name), name=shown, type=concept_type, linked=False)


def _shown(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()) or "unnamed"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
