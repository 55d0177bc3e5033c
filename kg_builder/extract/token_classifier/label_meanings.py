"""What a label stands for: a name that schemas may have for it, and its semantic group by ``label_groups.tsv``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kg_builder.schema import Schema


@dataclass(frozen=True, slots=True)
class Meaning:
    """The type of mentions that a label gives."""

    parts: tuple[str, ...]
    """From the general to the special: ``("Disorders", "Finding")``; of most labels one alone."""

    @property
    def name(self) -> str:
        """The special part as one word: ``InjuryOrPoisoning``."""
        words = re.findall(r"[^\W_]+", self.parts[-1])
        # a label without spaces stays as its authors write it
        return "".join(word[:1].upper() + word[1:] for word in words) if " " in self.parts[-1] else self.parts[-1]

    @property
    def group(self) -> str | None:
        """Semantic group code, of the special part where it is listed; None: neither part is."""
        return next((group for part in reversed(self.parts) if (group := _listed(part)[0])), None)

    @property
    def partly(self) -> bool:
        """Whether the label takes in more than its group."""
        return _listed(self.parts[-1])[1]

    def name_in(self, schema: Schema) -> str:
        """The schema's type of that name, written as the schema writes it; else the label's own."""
        return next((entity.name for entity in schema.entities if folded(entity.name) == folded(self.name)), self.name)


def folded(label: str) -> str:
    """Without case, white space and punctuation."""
    return "".join(character for character in label.casefold() if character.isalnum())


def _listed(label: str) -> tuple[str | None, bool]:
    return _groups().get(folded(label), (None, False))


@lru_cache
def _groups() -> Mapping[str, tuple[str, bool]]:
    """Group and whether it holds partly, by folded label."""
    text = files(__package__).joinpath("label_groups.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {folded(label): (group, "partly" in more) for label, group, *more in rows}
