"""Ids, references and text as FHIR takes them: the same for the same document, whatever the store."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

Resource = dict[str, Any]

DOCUMENT = "urn:kg-builder:document"
PATIENT = "urn:kg-builder:patient"
ENCOUNTER = "urn:kg-builder:encounter"
SHA256 = "urn:kg-builder:text-sha256"
"""Systems of identifiers: a document's id, metadata of documents, the hash of a document's text."""

_NOT_IN_FHIR = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def resource_id(*parts: str) -> str:
    """An id made of what a resource is about."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "kg-builder:fhir:" + json.dumps(parts)))


def reference(resource: Resource) -> dict[str, str]:
    """A reference to a resource of the same bundle."""
    return {"reference": f"urn:uuid:{resource['id']}"}


def fhir_text(text: str) -> str | None:
    """Text with U+FFFD for each character that FHIR can't hold; None for a blank one, which it can't hold either."""
    return _NOT_IN_FHIR.sub("\N{REPLACEMENT CHARACTER}", text) if text.strip() else None


def given(**fields: Any) -> dict[str, Any]:
    """Those of the fields that have something in them."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def quantity(number: float, unit: str | None) -> dict[str, Any]:
    """A number with its UCUM unit."""
    return {"value": number} | given(unit=unit, system="http://unitsofmeasure.org" if unit else None, code=unit)


def coded(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    """A codeable concept of one code."""
    return {"coding": [given(system=system, code=code, display=display)]}
