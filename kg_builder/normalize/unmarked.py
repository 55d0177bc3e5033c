"""Vietnamese names typed without diacritics: ``tang huyet ap`` for tăng huyết áp."""

from __future__ import annotations

from functools import cached_property

from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.table import Hit, Terminology
from kg_builder.text.keys import could_be_vietnamese, without_marks

_LANGUAGE = "vi"


class UnmarkedNames:
    """The terminology's Vietnamese names of several syllables by what they are without diacritics."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology

    def lookup(self, key: str, groups: frozenset[str] | None) -> tuple[Hit, ...]:
        """Concepts with such a name; none for one syllable, which is a part of too many words."""
        words = key.split(" ")
        if len(words) < 2 or not key.isascii() or not all(map(could_be_vietnamese, words)):
            return ()
        hits = [hit for name in self._keys.get(key, ()) for hit in self._terminology.lookup(name, groups)]
        return tuple({hit.id: hit for hit in hits}.values())

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for group in GROUPS:
            for name in self._terminology.names(group, _LANGUAGE):
                if name.id and " " in name.key and (plain := without_marks(name.key)) != name.key:
                    found[plain] = (*found.get(plain, ()), name.key)
        return found
