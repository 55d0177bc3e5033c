"""Several texts that go to one model together: one set of placeholders for all of them, and the way back."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kg_builder.privacy.detector import Detector
from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.privacy.known_words import KnownWords, Piece
from kg_builder.privacy.placeholders import PLACEHOLDER, SOURCE, Placeholders

_BETWEEN = "\n\n\n\n"
"""Between texts: no name goes on beyond it."""
_CITED = re.compile(r"\[(?P<id>[^\[\]\s]+):\d+-\d+\]")
"""A sentence's source, as `kg_builder.retrieve.citations` writes it."""
_KEPT = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Texts without what identifies somebody."""

    texts: tuple[str, ...]
    """In the order of the originals."""
    found: tuple[tuple[Identifier, ...], ...]
    """Identifiers in each original. Names of documents aren't among them."""
    placeholders: Placeholders


def hide(texts: Sequence[str], detector: Detector, known: KnownWords, given: Mapping[str, str]) -> Hidden:
    """Placeholders in the place of identifiers; what is one in one text is one in all of them.

    `given`: placeholders of texts that were hidden before, which stay. Names of documents are hidden whatever they
    are: as sources of sentences, and where `known` has them.
    """
    whole = _BETWEEN.join(texts)
    pieces = _joined(_sure(whole, given), known.find(whole))
    pieces = _joined(pieces, (Piece(one.start, one.end, one.kind) for one in detector.find(whole)))
    said = {whole[one.start : one.end]: one.kind for one in pieces if one.kind in set(Kind)}
    said |= {words: kind_of(placeholder) for placeholder, words in given.items()}
    again = KnownWords(((words, kind) for words, kind in said.items() if kind != SOURCE), least=2, cased=True)
    pieces = [one for one in _joined(pieces, again.find(whole)) if one.kind != _KEPT]
    return _hidden(texts, pieces, Placeholders(given, whole))


def kind_of(placeholder: str) -> str:
    """The kind of what a placeholder stands for."""
    return placeholder.strip("[]").rpartition("-")[0]


def _sure(text: str, given: Mapping[str, str]) -> list[Piece]:
    """Sources, whose numbers stay, and placeholders that the text has already: ours by accident, or to be kept."""
    found = [
        piece
        for match in _CITED.finditer(text)
        for piece in (
            Piece(match.start(), match.start("id"), _KEPT),
            Piece(*match.span("id"), SOURCE),
            Piece(match.end("id"), match.end(), _KEPT),
        )
    ]
    literal = (
        Piece(*match.span(), match["kind"] if match[0] in given and match["kind"] != SOURCE else _KEPT)
        for match in PLACEHOLDER.finditer(text)
    )
    return _joined(found, literal)


def _joined(first: Sequence[Piece], others: Iterable[Piece]) -> list[Piece]:
    """Both in order; of the others what the first leave free."""
    starts = [one.start for one in first]
    added = []
    for one in others:
        at = one.start
        for taken in first[max(0, bisect_right(starts, one.start) - 1) : bisect_right(starts, one.end - 1)]:
            if at < taken.start:
                added.append(Piece(at, taken.start, one.kind))
            at = max(at, taken.end)
        if at < one.end:
            added.append(Piece(at, one.end, one.kind))
    return sorted((*first, *added))


def _hidden(texts: Sequence[str], pieces: Sequence[Piece], names: Placeholders) -> Hidden:
    """The texts apart again."""
    hidden: list[str] = []
    found: list[tuple[Identifier, ...]] = []
    begins = accumulate((len(text) + len(_BETWEEN) for text in texts), initial=0)
    for text, begin in zip(texts, begins, strict=False):
        own = list(_of(text, pieces, begin))
        done, written = 0, ""
        for start, end, kind in own:
            written += text[done:start] + names.of(text[start:end], kind)
            done = end
        hidden.append(written + text[done:])
        found.append(tuple(Identifier(*one[:2], Kind(one.kind), "") for one in own if one.kind != SOURCE))
    return Hidden(tuple(hidden), tuple(found), names)


def _of(text: str, pieces: Sequence[Piece], begin: int) -> Iterator[Piece]:
    """Those of the text that begins there, with its own offsets, without blanks at their ends."""
    first = bisect_right(pieces, begin, key=lambda one: one.end)
    for start, end, kind in pieces[first:]:
        if start >= begin + len(text):
            return
        inside = text[max(0, start - begin) : end - begin]
        at = max(0, start - begin) + len(inside) - len(inside.lstrip())
        if inside.strip():
            yield Piece(at, at + len(inside.strip()), kind)
