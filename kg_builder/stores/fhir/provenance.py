"""Where a resource comes from: Provenance with the offsets of each mention in the document's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kg_builder.records import Attribute
from kg_builder.records import Provenance as Source
from kg_builder.stores.fhir.identity import Resource, fhir_text, reference, resource_id
from kg_builder.stores.views import MentionView

TEXT_POSITION = "urn:kg-builder:fhir:text-position"
"""Extension of `Provenance.entity`: half-open offsets (Unicode code points) of a stretch of the document's text."""

_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def provenance(
    target: Resource, document: Resource, mentions: Sequence[MentionView], attributes: Iterable[Attribute] = ()
) -> Resource:
    """Says which characters of a document a resource was read from, and by what.

    Times are in run records alone, so that equal graphs give equal bundles: `recorded` is said to be absent.
    """
    used = list(attributes)
    sources = dict.fromkeys([*(one.provenance for one in mentions), *(one.provenance for one in used)])
    places = [*map(_mentioned, mentions), *map(_valued, used)]
    return {
        "resourceType": "Provenance",
        "id": resource_id("Provenance", target["id"]),
        "target": [reference(target)],
        "_recorded": {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]},
        "agent": [_agent(source) for source in sources],
        "entity": [{"extension": places, "role": "source", "what": reference(document)}],
    }


def _agent(source: Source) -> dict[str, Any]:
    model = f" ({source.model})" if source.model else ""
    name = fhir_text(f"kg-builder, {source.extractor}{model}")
    kind = {"coding": [{"system": _AGENT, "code": "assembler", "display": "Assembler"}]}
    return {"type": kind, "who": {"type": "Device", "display": name}}


def _mentioned(view: MentionView) -> dict[str, Any]:
    stretches = [_part("fragment", valueString=f"{start}-{end}") for start, end in view.fragments]
    said = [_part("assertion", valueCode=view.assertion.value), _part("review", valueCode=view.review.value)]
    sure = [] if view.confidence is None else [_part("confidence", valueDecimal=view.confidence)]
    return _position(view.start, view.end, view.text, [*stretches, *said, *sure])


def _valued(attribute: Attribute) -> dict[str, Any]:
    return _position(attribute.start, attribute.end, attribute.text, [])


def _position(start: int, end: int, text: str, more: list[dict[str, Any]]) -> dict[str, Any]:
    read = fhir_text(text)
    told = [] if read is None else [_part("text", valueString=read)]
    offsets = [_part("start", valueUnsignedInt=start), _part("end", valueUnsignedInt=end)]
    return {"extension": [*offsets, *told, *more], "url": TEXT_POSITION}


def _part(name: str, **value: Any) -> dict[str, Any]:
    return {"url": name, **value}
