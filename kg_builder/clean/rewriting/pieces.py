"""Long notes in pieces that a copy-editor takes at once: whole sections, else whole sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kg_builder.text.chunks import Chunk, split_chunks
from kg_builder.text.sections import find_sections


def split_pieces(text: str, max_characters: int) -> list[Chunk]:
    """Pieces of at most `max_characters`, in order, disjoint, that hold every character but white space."""
    pieces: list[Chunk] = []
    for part in _parts(text, max_characters):
        if pieces and part.end - pieces[-1].start <= max_characters:
            pieces[-1] = Chunk(pieces[-1].start, part.end)
        else:
            pieces.append(part)
    return pieces


def _parts(text: str, max_characters: int) -> Iterator[Chunk]:
    """Sections without the white space around them; those that are too long in runs of sentences."""
    edges = sorted({0, *(section.start for section in find_sections(text)), len(text)})
    for start, end in pairwise(edges):
        stretch = text[start:end]
        if len(stretch.strip()) <= max_characters:
            if stretch.strip():
                begin = start + len(stretch) - len(stretch.lstrip())
                yield Chunk(begin, begin + len(stretch.strip()))
        else:
            yield from (Chunk(start + a, start + b) for a, b in split_chunks(stretch, max_characters, 0))
