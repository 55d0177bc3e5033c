"""A cleaner that lets a copy-editor model rewrite, and takes its word only where no fact was lost or added."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.backends.generation import Generated, Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import seed_of
from kg_builder.clean.alignment import CleanText
from kg_builder.clean.encoding import composed, odd_characters
from kg_builder.clean.rewriting.alignment import align, within
from kg_builder.clean.rewriting.fidelity import fact_differences
from kg_builder.clean.rewriting.names import Recognize
from kg_builder.clean.rewriting.pieces import split_pieces
from kg_builder.clean.rewriting.prompt import MAX_CHARACTERS, Refused, rewriting_request
from kg_builder.clean.rules import decoded
from kg_builder.errors import ModelError, TransientModelError
from kg_builder.protocols import Cleaner, Cleaning
from kg_builder.records import Document, Issue, Reject
from kg_builder.text.chunks import Chunk

FAILED = "cleaner-failed"
ATTEMPTS = 3
_PREFACE = re.compile(r"\A\s*(?:here(?:'s| is)|sure|certainly)\b[^\n]{0,80}:\s*\n", re.IGNORECASE)
_PROSE = ("abstract", "article", "paper", "journal", "guideline", "literature")
_MOST_ISSUES = 8


@dataclass
class _Piece:
    """A stretch of the decoded text and what became of it."""

    chunk: Chunk
    text: str
    accepted: str | None = None
    refused: list[Refused] = field(default_factory=list)
    failed: bool = False


class RewritingCleaner:
    """Rewrites English clinical notes; other texts, and pieces whose rewriting isn't faithful, go to the fallback.

    Encoding damage is repaired before the model sees the text; everything else it sees as it was trained,
    raw. An accepted rewriting is not cleaned by rules again.
    """

    kinds = frozenset({"note", "clinical-note", "discharge-summary", "admission-note", "progress-note"})
    """What it was trained on."""
    languages = frozenset({"en"})

    def __init__(
        self,
        generator: Generator,
        settings: ModelSettings,
        *,
        name: str,
        fallback: Cleaner,
        recognize: Recognize,
        attempts: int = ATTEMPTS,
    ) -> None:
        """`recognize`: drugs and diseases, which a rewriting must keep. `attempts`: answers asked for at most."""
        self.name = name
        self.model: str | None = generator.model
        self.remote = generator.remote
        self._generator = generator
        self._settings = settings
        self._fallback = fallback
        self._recognize = recognize
        self._attempts = attempts

    def clean(self, document: Document, language: str) -> Cleaning:
        """Clean one document. Raises TransientModelError; where the model fails for good, the rules do it."""
        if language != "en" or _is_prose(document.metadata.kind) or not document.text.strip():
            return self._fallback.clean(document, language)
        base = _readable(document.text)
        limit = self._settings.max_characters or MAX_CHARACTERS
        chunks = split_pieces(base.text, limit)
        pieces = [_Piece(chunk, base.text[chunk.start : chunk.end]) for chunk in chunks]
        for attempt in range(self._attempts):
            self._ask([piece for piece in pieces if piece.accepted is None and not piece.failed], document, attempt)
        rejects = tuple(_reject(piece, base) for piece in pieces if piece.accepted is None)
        if all(piece.accepted is None for piece in pieces):
            plain = self._fallback.clean(document, language)
            return Cleaning(plain.text, (*plain.rejects, *rejects))
        return Cleaning(self._joined(pieces, base, document, language), rejects)

    def _ask(self, pieces: Sequence[_Piece], document: Document, attempt: int) -> None:
        """One more answer for each piece, judged."""
        if not pieces:
            return
        requests = [
            rewriting_request(
                piece.text,
                self._settings,
                seed=seed_of(document.id, piece.text, piece.chunk.start, attempt),
                refused=piece.refused,
            )
            for piece in pieces
        ]
        try:
            answers = self._generator.generate(requests)
        except TransientModelError:
            raise
        except ModelError:
            for piece in pieces:
                piece.failed = True
            return
        for piece, answer in zip(pieces, answers, strict=True):
            self._judge(piece, answer)

    def _judge(self, piece: _Piece, answer: Generated) -> None:
        text = _PREFACE.sub("", answer.text).strip()
        issues = fact_differences(piece.text, text, recognize=self._recognize, complete=answer.complete)
        if issues:
            piece.refused.append(Refused(answer.text.strip(), issues))
        else:
            piece.accepted = text

    def _joined(self, pieces: Sequence[_Piece], base: CleanText, document: Document, language: str) -> CleanText:
        """The pieces with what stood between them, each traced to the original."""
        texts: list[str] = []
        starts, ends = array("Q"), array("Q")
        done = 0
        for piece in pieces:
            between = slice(done, piece.chunk.start)
            texts += (base.text[between], "")
            starts += base.starts[between]
            ends += base.ends[between]
            traced = within(self._of_piece(piece, document, language), base, piece.chunk.start)
            texts.append(traced.text)
            starts += traced.starts
            ends += traced.ends
            done = piece.chunk.end
        texts.append(base.text[done:])
        starts += base.starts[done:]
        ends += base.ends[done:]
        return CleanText("".join(texts), base.original, starts, ends)

    def _of_piece(self, piece: _Piece, document: Document, language: str) -> CleanText:
        if piece.accepted is not None:
            return align(piece.text, piece.accepted)
        return self._fallback.clean(document.model_copy(update={"text": piece.text}), language).text


def _readable(text: str) -> CleanText:
    """The text without encoding damage, otherwise as it stands."""
    clean = decoded(CleanText.unchanged(text))
    for edits_of in (odd_characters, composed):
        clean = clean.apply(edits_of(clean.text))
    return clean


def _is_prose(kind: str | None) -> bool:
    return kind is not None and any(word in kind.lower() for word in _PROSE)


def _reject(piece: _Piece, base: CleanText) -> Reject:
    """Why a piece was cleaned by rules instead."""
    where = base.to_original(piece.chunk.start, piece.chunk.end)
    start, end = where or (None, None)
    failed = Issue(code=FAILED, message="The copy-editor failed; the text was cleaned by rules.")
    issues = (failed,) if piece.failed else tuple(piece.refused[-1].issues[:_MOST_ISSUES])
    return Reject(kind="answer", type="rewriting", start=start, end=end, issues=issues)
