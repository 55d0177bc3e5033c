"""Whether the extractors were made for such a document."""

from __future__ import annotations

from collections.abc import Iterable

from kg_builder.protocols import Extractor
from kg_builder.select.routing import plain_kind


def unsuited(extractors: Iterable[Extractor], language: str, kind: str | None) -> tuple[str, ...]:
    """A sentence for each extractor that declares other languages or kinds; what is unknown is passed over."""
    return tuple(said for extractor in extractors for said in _warnings(extractor, language, kind))


def _warnings(extractor: Extractor, language: str, kind: str | None) -> list[str]:
    found = []
    if extractor.languages and language != "und" and language not in extractor.languages:
        made_for = ", ".join(sorted(extractor.languages))
        found.append(f"{extractor.name} was made for text in {made_for}; this is in {language}")
    kinds = {plain_kind(known) for known in extractor.kinds}
    if kinds and kind and plain_kind(kind) not in kinds:
        found.append(f"{extractor.name} was made for {', '.join(sorted(kinds))}; this is a {plain_kind(kind)}")
    return found
