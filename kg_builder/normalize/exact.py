"""Links a mention to the concept that has exactly its name, its document's abbreviations resolved first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from kg_builder.protocols import Link
from kg_builder.records import Mention
from kg_builder.schema import Schema
from kg_builder.terminology.table import Terminology
from kg_builder.text.abbreviations import Abbreviation, find_abbreviations
from kg_builder.text.keys import exact_key, inverted, name_key, singular_key

_UNKNOWN = Link()


class ExactNormalizer:
    """Exact names only: what it doesn't know it leaves unknown."""

    name = "exact"

    def __init__(self, terminology: Terminology) -> None:
        self.model: str | None = terminology.version
        self._terminology = terminology

    def normalize(self, text: str, mentions: Sequence[Mention], schema: Schema) -> Sequence[Link]:
        """One link a mention, in order; only concepts of the semantic group that its type asks for."""
        abbreviations = find_abbreviations(text) if mentions else {}
        known: dict[tuple[str, str], Link] = {}
        links = []
        for mention in mentions:
            surface = mention.clean_text or mention.text
            if (link := known.get((mention.type, surface))) is None:
                link = self._link(surface, abbreviations, _groups(mention.type, schema))
                known[mention.type, surface] = link
            links.append(link)
        return links

    def _link(self, surface: str, abbreviations: Mapping[str, Abbreviation], groups: frozenset[str] | None) -> Link:
        definition = abbreviations.get(surface) or abbreviations.get(surface.removesuffix("s"))
        if definition is not None and (link := self._by_name(definition.long, groups)).concepts:
            return Link(link.concepts, link.score, f"abbreviation of {definition.long}: {link.reason}")
        return self._by_name(surface, groups)

    def _by_name(self, surface: str, groups: frozenset[str] | None) -> Link:
        for name, reason in _readings(surface):
            ids = [hit.id for hit in self._terminology.lookup(name_key(name), groups)]
            if ids and (concept := self._terminology.concept(self._best(ids, name))) is not None:
                return Link((concept,), 1.0 / len(ids), reason)
        return _UNKNOWN

    def _best(self, ids: Sequence[str], name: str) -> str:
        """Among several concepts, the one with this very spelling: benzamide is not the class Benzamides."""
        if len(ids) == 1:
            return ids[0]
        spelled = exact_key(name)
        return next((found for found in ids if spelled in map(exact_key, self._terminology.names_of(found))), ids[0])


def _groups(type_name: str, schema: Schema) -> frozenset[str] | None:
    """The semantic group that a type stands for; None: any."""
    entity = schema.entity(type_name)
    return frozenset({entity.semantic_group}) if entity is not None and entity.semantic_group else None


def _readings(surface: str) -> Iterator[tuple[str, str]]:
    """The name as it stands, then in natural word order, then with what doesn't change the concept left out."""
    yield surface, "exact name"
    if ", " in surface:
        yield inverted(surface), "exact name, word order turned"
    words = singular_key(exact_key(surface)).split()
    before, after = _dropped_words()["before"], _dropped_words()["after"]
    end = len(words)
    start = words.index("induced") + 1 if "induced" in words[:-1] else 0
    while start < end - 1 and words[start] in before:
        start += 1
    while end > start + 1 and words[end - 1] in after:
        end -= 1
    if (start, end) != (0, len(words)):
        left_out = " ".join((*words[:start], *words[end:]))
        yield " ".join(words[start:end]), f"exact name without '{left_out}'"


@lru_cache(maxsize=1)
def _dropped_words() -> dict[str, frozenset[str]]:
    lines = files("kg_builder.normalize").joinpath("dropped_words.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {where: frozenset(map(name_key, words.split("|"))) for where, words, _ in rows}
