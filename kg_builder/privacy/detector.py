"""All identifiers of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.privacy.clinical import Recognize, nothing_clinical
from kg_builder.privacy.identifiers import Identifier, merged
from kg_builder.privacy.names import find_names
from kg_builder.privacy.patterns import find_by_pattern


@dataclass(frozen=True, slots=True)
class Detector:
    """Rules over word lists; nothing is learned, fetched or kept."""

    clinical: Recognize = nothing_clinical
    """What is no name, whatever it is called."""

    def find(self, text: str, language: str = "und") -> list[Identifier]:
        """In order, without overlaps. `language`: ISO 639-1 or ``und``."""
        clinical = self.clinical(text, language)
        by_form = (one for one in find_by_pattern(text) if not _part_of(one, clinical))
        return merged([*by_form, *find_names(text, clinical)])


def _part_of(one: Identifier, clinical: Sequence[tuple[int, int]]) -> bool:
    """Whether a clinical name holds it and more: the number of ``BN 52021``."""
    size = one.end - one.start
    return any(start <= one.start and one.end <= end and end - start > size for start, end in clinical)
