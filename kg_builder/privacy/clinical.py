"""What a terminology recognizes in a text: drugs, diseases and procedures are no names, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.schemas import builtin_schema

if TYPE_CHECKING:
    from kg_builder.terminology.table import Terminology

Recognize = Callable[[str, str], Sequence[tuple[int, int]]]
"""Half-open spans of clinical names in a text of a language (ISO 639-1 or ``und``)."""


@lru_cache(maxsize=2)
def clinical_names(terminology: Terminology) -> Recognize:
    """Finds them by longest match. Vietnamese ones too where the text isn't said to be English."""
    lexicon, schema = LexiconExtractor(terminology), builtin_schema("clinical-note")

    def recognize(text: str, language: str) -> Sequence[tuple[int, int]]:
        languages = ("en",) if language == "en" else ("en", "vi")
        return sorted(
            {
                (mention.start, mention.end)
                for code in languages
                for mention in lexicon.extract(ExtractionRequest(text, schema, language=code)).mentions
            }
        )

    return recognize


def nothing_clinical(text: str, language: str) -> Sequence[tuple[int, int]]:  # noqa: ARG001
    """For those who have no terminology: then eponyms are told by the word lists only."""
    return ()
