"""What stands before every model that runs elsewhere: identifiers are found, and the policy says what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from kg_builder.clean.alignment import CleanText
from kg_builder.errors import DocumentError
from kg_builder.privacy.identifiers import Identifier, merged, summary
from kg_builder.privacy.masked_answers import mentions_back, relations_back, request_of
from kg_builder.privacy.masking import Masked, within_clean
from kg_builder.protocols import (
    Cleaner,
    Cleaning,
    Extraction,
    ExtractionRequest,
    Extractor,
    RelationExtraction,
    RelationExtractor,
    RelationRequest,
)
from kg_builder.records import Document
from kg_builder.text.long_requests import extract_whole

if TYPE_CHECKING:
    from kg_builder.privacy.detector import Detector

Policy = Literal["block", "mask", "allow"]
"""What becomes of a text with identifiers that a model elsewhere would get: its document is set aside, placeholders
stand for them, or it is sent as it is."""
Part = Cleaner | Extractor | RelationExtractor
IDENTIFIERS_FOUND = "identifiers-found"
"""Code of documents that are set aside."""
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class Gate:
    """Asks parts; those that are remote see what the policy lets them see. Texts stay in memory for a while."""

    policy: Policy
    detector: Callable[[], Detector]
    """Called when the first text would go elsewhere."""

    def clean(self, cleaner: Cleaner, document: Document, language: str) -> Cleaning:
        """The cleaner's answer. Raises DocumentError (`identifiers-found`)."""
        masked = self._masked(cleaner, CleanText.unchanged(document.text), language)
        if masked is None:
            return cleaner.clean(document, language)
        cleaned = cleaner.clean(document.model_copy(update={"text": masked.text}), language)
        rejects = [
            reject
            if reject.start is None or reject.end is None
            else reject.model_copy(
                update=dict(zip(("start", "end"), masked.to_original(reject.start, reject.end), strict=True))
            )
            for reject in cleaned.rejects
        ]
        return Cleaning(masked.unmask(cleaned.text), rejects)

    def extract(self, extractor: Extractor, request: ExtractionRequest, clean: CleanText) -> Extraction:
        """The extractor's answer about the whole of ``clean.text``. Raises DocumentError (`identifiers-found`)."""
        masked = self._masked(extractor, clean, request.language)
        if masked is None:
            return extract_whole(extractor, request)
        issues = [issue.model_copy(update={"message": masked.hide(issue.message)}) for issue in request.issues]
        found = extract_whole(extractor, replace(request, text=masked.text, issues=issues))
        return mentions_back(found, masked, request.schema, extractor.labels(request.schema, request.language))

    def relate(self, extractor: RelationExtractor, request: RelationRequest, clean: CleanText) -> RelationExtraction:
        """The relation extractor's answer. Raises DocumentError (`identifiers-found`)."""
        masked = self._masked(extractor, clean, request.language)
        if masked is None:
            return extractor.relate(request)
        hidden, own = request_of(request, masked)
        return relations_back(extractor.relate(hidden), masked, own)

    def identifies(self, part: Part, clean: CleanText, language: str) -> bool:
        """Whether the part would get a text with identifiers that the policy keeps from it."""
        return part.remote and self.policy != "allow" and bool(self._found(clean, language))

    def _masked(self, part: Part, clean: CleanText, language: str) -> Masked | None:
        """The text as the part may see it; None: as it is."""
        if not part.remote or self.policy == "allow":
            return None
        found = self._found(clean, language)
        if not found:
            return None
        if self.policy == "block":
            raise DocumentError(
                IDENTIFIERS_FOUND,
                f"'{part.name}' would send the text to a model that runs elsewhere, and it identifies people or may "
                f"do so ({summary(found)}).",
                hint="Let placeholders stand for them (privacy: mask in the settings), read it with a local model, or "
                "send it as it is (privacy: allow). docs/privacy.md says what is found and what isn't.",
            )
        return Masked.of(clean.text, found)

    def _found(self, clean: CleanText, language: str) -> Sequence[Identifier]:
        """In the cleaned text and in the original, which has capitals and line ends that cleaning may take out."""
        detector = self.detector()
        found = list(_find(detector, clean.text, language))
        if clean.original != clean.text:
            for one in _find(detector, clean.original, language):
                found += (
                    Identifier(start, end, one.kind, one.rule)
                    for start, end in within_clean(clean, [(one.start, one.end)])
                )
        return merged(found)


@lru_cache(maxsize=_REMEMBERED)
def _find(detector: Detector, text: str, language: str) -> tuple[Identifier, ...]:
    """Several parts are asked about one text."""
    return tuple(detector.find(text, language))
