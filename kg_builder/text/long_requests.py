"""Extractors asked about texts that are longer than they take at once."""

from __future__ import annotations

from dataclasses import replace

from kg_builder.deadlines import check
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Reject
from kg_builder.text.chunks import merge_mentions, split_chunks

CHUNK_OVERLAP = 200
"""Characters that neighbouring chunks share, so that a mention at the edge is whole in one of them."""


def extract_whole(extractor: Extractor, request: ExtractionRequest) -> Extraction:
    """The extractor's answer to the whole text: in chunks where it is longer than `max_characters`, put together."""
    limit = extractor.max_characters
    if limit is None or len(request.text) <= limit:
        return extractor.extract(request)
    parts = []
    rejects: list[Reject] = []
    for chunk in split_chunks(request.text, limit, min(CHUNK_OVERLAP, limit // 4)):
        check()
        found = extractor.extract(replace(request, text=request.text[chunk.start : chunk.end]))
        parts.append((chunk, found.mentions))
        rejects += (_shifted(item, chunk.start) for item in found.rejects)
    return Extraction(merge_mentions(parts), rejects)


def _shifted(reject: Reject, by: int) -> Reject:
    if reject.start is None or reject.end is None:
        return reject
    return reject.model_copy(update={"start": reject.start + by, "end": reject.end + by})
