"""The keys of a text's words, asked by place; before the first and after the last one there is nothing."""

from __future__ import annotations

from collections.abc import Sequence

from kg_builder.clean.rewriting.words import Word


class Keys:
    """What the readers of quantities look at."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._keys = [word.key for word in words]

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, place: int) -> str:
        """The key there, or an empty string."""
        return self._keys[place] if 0 <= place < len(self._keys) else ""

    def has(self, place: int, *keys: str) -> bool:
        """Whether one of the keys is there; as a number, how many words to step over it."""
        return self.at(place) in keys

    def run(self, first: int, last: int) -> Sequence[str]:
        """The keys from a place up to another."""
        return self._keys[max(0, first) : max(0, last)]

    def span(self, first: int, last: int) -> dict[str, int]:
        """Start and end in the text of the words from a place up to another."""
        return {"start": self._words[first].start, "end": self._words[last - 1].end}
