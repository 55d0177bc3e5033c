"""The mentions that a model means by a name it writes."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from kg_builder.records import Mention
from kg_builder.text.abbreviations import find_abbreviations
from kg_builder.text.keys import name_key


class NamedEnds:
    """The accepted mentions of a text by what they are called.

    Case, composition and blanks don't count; then spelling doesn't, as far as `name_key` levels it. A name
    means the mentions of its abbreviation as well, and the other way round.
    """

    def __init__(self, text: str, mentions: Iterable[Mention]) -> None:
        """`text`: the whole one, for abbreviations."""
        mentions = list(mentions)
        self._by_name = _index(mentions, folded)
        self._by_key = _index(mentions, name_key)
        self._other: defaultdict[str, set[str]] = defaultdict(set)
        for found in find_abbreviations(text).values():
            short, long = folded(found.short), folded(found.long)
            self._other[short].add(long)
            self._other[long].add(short)

    def find(self, name: str) -> list[Mention]:
        """The mentions it may mean, in order of place; none where it isn't a mention."""
        written = folded(name)
        names = (written, *sorted(self._other.get(written, ())))
        found = _all(self._by_name, names) or _all(self._by_key, [name_key(one) for one in names])
        return sorted(found, key=lambda mention: mention.key)


def folded(text: str) -> str:
    """Without case, composed, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _index(mentions: Iterable[Mention], key: Callable[[str], str]) -> Mapping[str, Sequence[Mention]]:
    found: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        for name in {key(mention.text), key(mention.clean_text or mention.text)} - {""}:
            found[name].append(mention)
    return found


def _all(index: Mapping[str, Sequence[Mention]], names: Iterable[str]) -> list[Mention]:
    return list({mention.key: mention for name in names for mention in index.get(name, ())}.values())
