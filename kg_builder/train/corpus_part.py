"""One corpus file in a recipe, and how its documents are told from those of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class RecipePart(BaseModel):
    """What the parts of recipes share: no unknown fields, no assignment, no conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _one_group(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if groups != 1:
        raise ValueError("needs exactly one group in brackets, which is the id to compare")
    return pattern


class CorpusPart(RecipePart):
    """A file or folder of annotated documents, and what the run does with it."""

    path: Annotated[str, Field(min_length=1)]
    """Below the corpora folder, or absolute."""
    format: str | None = None
    """One of `kg_builder.corpora.reading.FORMATS`; None: by suffix and content."""
    role: Literal["train", "evaluate"] = "train"
    id_pattern: Annotated[str, AfterValidator(_one_group)] | None = None
    """Regular expression whose one group is the id to compare, for example the PMID of ``123.s4``: ``^(\\d+)``."""

    def source_id(self, document_id: str) -> str:
        """The id that documents from the same source share, whatever corpus they are in."""
        found = re.search(self.id_pattern, document_id) if self.id_pattern else None
        return (found[1] if found else None) or document_id


def check_corpora(corpora: Iterable[CorpusPart]) -> None:
    """Raise ValueError for a corpus that a recipe lists twice, and where nothing is to train on."""
    parts = list(corpora)
    for path, times in Counter(part.path for part in parts).items():
        if times > 1:
            raise ValueError(f"corpora: {path} is listed {times} times")
    if not any(part.role == "train" for part in parts):
        raise ValueError("corpora: none has the role 'train'")
