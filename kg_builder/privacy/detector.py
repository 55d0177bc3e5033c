"""All identifiers of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg_builder.privacy.clinical import Recognize, clinical_names, nothing_clinical
from kg_builder.privacy.identifiers import Identifier, Kind, merged
from kg_builder.privacy.name_runs import key_words
from kg_builder.privacy.names import find_again, find_names
from kg_builder.privacy.patterns import find_by_pattern

if TYPE_CHECKING:
    from kg_builder.privacy.learned.finder import LearnedFinder
    from kg_builder.terminology.table import Terminology


@dataclass(frozen=True, slots=True)
class Detector:
    """Rules over word lists, and a model beside them; nothing is fetched or kept."""

    clinical: Recognize = nothing_clinical
    """What is no name, whatever it is called."""
    learned: LearnedFinder | None = None
    """None: rules only."""

    def find(self, text: str, language: str = "und") -> list[Identifier]:
        """In order, without overlaps. `language`: ISO 639-1 or ``und``."""
        clinical = self.clinical(text, language)
        by_form = (one for one in find_by_pattern(text) if not (_part_of(one, clinical) or _foreign(one, language)))
        by_cue = find_names(text, clinical)
        return merged([*by_form, *by_cue, *self._learned(text, by_cue, clinical)])

    def _learned(
        self, text: str, by_cue: Sequence[Identifier], clinical: Sequence[tuple[int, int]]
    ) -> list[Identifier]:
        """What the model finds, and the words of names wherever they stand again."""
        if self.learned is None:
            return []
        found = self.learned.find(text, clinical)
        sure = [one.identifier for one in found if one.sure]
        known = {key for one in (*by_cue, *sure) for key in _words_of_name(text, one)}
        again = (one.identifier for one in found if not one.sure and _words_of_name(text, one.identifier) <= known)
        surest = (one.identifier for one in found if one.sure and one.surest and one.identifier.kind is Kind.NAME)
        return [*sure, *again, *find_again(text, surest, clinical)]


def _words_of_name(text: str, one: Identifier) -> frozenset[str]:
    return key_words(text, one.start, one.end) if one.kind is Kind.NAME else frozenset()


def rules_and_model(terminology: Terminology, directory: Path | None = None) -> Detector:
    """What the terminology knows is no name. `directory`: of a model; None: the shipped one. Raises ModelError."""
    from kg_builder.privacy.learned.finder import LearnedFinder
    from kg_builder.privacy.learned.model import load_model

    return Detector(clinical_names(terminology), LearnedFinder(load_model(directory)))


def _foreign(one: Identifier, language: str) -> bool:
    """``BN 52021`` is a patient's number in Vietnamese, and a drug's in English."""
    return language == "en" and one.rule.endswith(":vietnamese")


def _part_of(one: Identifier, clinical: Sequence[tuple[int, int]]) -> bool:
    """Whether a clinical name holds it and more: the number of ``BN 52021``."""
    size = one.end - one.start
    return any(start <= one.start and one.end <= end and end - start > size for start, end in clinical)
