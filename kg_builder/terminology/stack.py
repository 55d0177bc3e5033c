"""Several terminologies as one: the first that has a concept gives its id, the others add what they know of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import cast

from kg_builder.errors import InputError, SettingsError
from kg_builder.records import Concept
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.joining import Joins, join, members, number_of_concepts
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier
from kg_builder.terminology.shipped import cache_folder, load_terminology
from kg_builder.terminology.table import Hit, Matching, Name, Terminology
from kg_builder.text.keys import inverted

SHIPPED = "shipped"
"""The word for the terminology that comes with the package, among paths."""
_REMEMBERED = 10_000


def open_terminologies(names: Sequence[str] = (SHIPPED,)) -> Terminology:
    """The terminologies that the setting names, the first with priority; the same object while the files are the same.

    Raises SettingsError for a file that isn't there or isn't a terminology.
    """
    if not names:
        raise SettingsError("terminologies: names none", hint=f"Leave it out, or write {SHIPPED}.")
    return _stacked(tuple((name, 0 if name == SHIPPED else _age(name)) for name in dict.fromkeys(names)))


@lru_cache(maxsize=8)
def _stacked(dated: tuple[tuple[str, int], ...]) -> Terminology:
    layers = [load_terminology() if name == SHIPPED else _opened(name) for name, _ in dated]
    # a stack has all of a terminology's reading methods; nobody that reads asks for more
    return layers[0] if len(layers) == 1 else cast(Terminology, TerminologyStack(layers))


def _age(name: str) -> int:
    path = Path(name).expanduser()
    if not path.is_file():
        raise SettingsError(
            f"terminologies: {name}: there is no such file",
            hint=f"Make it with kg-builder terms load-…, or take it out of the setting; '{SHIPPED}' is the package's.",
        )
    return path.stat().st_mtime_ns


def _opened(name: str) -> Terminology:
    try:
        return Terminology(Path(name).expanduser())
    except InputError as error:
        raise SettingsError(
            f"terminologies: {error.message}", hint="Load it again with kg-builder terms load-…."
        ) from error


class TerminologyStack:
    """Terminologies by priority, with the reading methods of one. Any number of threads may read.

    Concepts that one-to-one cross-references join are one concept, with the id, the name and the group that the
    first terminology gives it. Every method takes any of its ids and answers with that one.
    """

    def __init__(self, layers: Sequence[Terminology]) -> None:
        """`layers`: the first with priority."""
        self.layers = tuple(layers)
        self.version = " + ".join(layer.version for layer in layers)
        """For provenance: the versions of all, in order."""
        digest = blake2b(self.version.encode(), digest_size=8).hexdigest()
        self.path = cache_folder() / f"stack-{digest}"
        """There is no such file: what is made from the stack, an index, is kept beside it."""
        self.lookup = lru_cache(_REMEMBERED)(self._lookup)
        self.concept = lru_cache(_REMEMBERED)(self._concept)

    def __len__(self) -> int:
        return number_of_concepts([layer.path for layer in self.layers], self._joins.homes)

    @cached_property
    def _joins(self) -> Joins:
        return join([layer.path for layer in self.layers])

    @cached_property
    def _members(self) -> dict[str, tuple[str, ...]]:
        return members(self._joins.homes)

    def _home(self, identifier: str) -> str:
        return self._joins.homes.get(identifier, identifier)

    def _parts(self, identifier: str) -> Iterator[tuple[Terminology, str]]:
        """Where a concept is, and under which id, the first with priority first."""
        home = self._home(identifier)
        own = (home, *self._members.get(home, ()))
        for layer in self.layers:
            for name in own:
                if layer.group(name) is not None:
                    yield layer, name

    @property
    def sources(self) -> tuple[Source, ...]:
        """What all of them were made from."""
        return tuple(dict.fromkeys(source for layer in self.layers for source in layer.sources))

    def current(self, identifier: str) -> str:
        """The id that stands for a concept here: of the first terminology that has it, the latest if it was retired."""
        for layer in self.layers:
            if layer.group(identifier) is not None:
                break
            if (latest := layer.current(identifier)) != identifier:
                return self._home(latest)
        return self._home(identifier)

    def row(self, identifier: str) -> ConceptRow | None:
        """A concept with everything that any of them knows of it; the first one's name is the preferred one."""
        rows = [row for layer, name in self._parts(identifier) if (row := layer.row(name)) is not None]
        if not rows:
            return None
        first = rows[0]
        more = [name for row in rows[1:] for name in (TermName(inverted(row.name), row.tier), *row.names)]
        known = {inverted(first.name)}
        xrefs = dict.fromkeys(xref for row in rows for xref in (*(() if row is first else (row.id,)), *row.xrefs))
        return ConceptRow(
            id=first.id,
            group=first.group,
            name=first.name,
            names=_distinct((*first.names, *sorted(more, key=lambda name: name.tier)), known),
            tier=first.tier,
            trees=next((row.trees for row in rows if row.trees), ()),
            broader=self.broader(identifier),
            xrefs=tuple(xref for xref in xrefs if xref != first.id),
        )

    def _concept(self, identifier: str) -> Concept | None:
        """A concept as a node; its type is the label of its semantic group."""
        if (row := self.row(identifier)) is None:
            return None
        synonyms = tuple(dict.fromkeys(name.text for name in row.names if name.tier <= Tier.ENTRY))
        return Concept(id=row.id, name=row.name, type=GROUPS[row.group].label, synonyms=synonyms, xrefs=row.xrefs)

    def group(self, identifier: str) -> str | None:
        """Semantic group code of a concept."""
        return next((layer.group(name) for layer, name in self._parts(identifier)), None)

    def trees(self, identifier: str) -> tuple[str, ...]:
        """Tree numbers of a concept, from the first terminology that has some."""
        return next((trees for layer, name in self._parts(identifier) if (trees := layer.trees(name))), ())

    def by_xref(self, curie: str) -> tuple[str, ...]:
        """Ids of the concepts that have a cross-reference."""
        return tuple(dict.fromkeys(self._home(found) for layer in self.layers for found in layer.by_xref(curie)))

    def broader(self, identifier: str) -> tuple[str, ...]:
        """Ids of the next broader concepts."""
        home = self._home(identifier)
        above = (self._home(found) for layer, name in self._parts(identifier) for found in layer.broader(name))
        return tuple(found for found in dict.fromkeys(above) if found != home)

    def ancestors(self, identifier: str) -> frozenset[str]:
        """Ids of all broader concepts, itself left out."""
        return self._closure(identifier, lambda layer, name: layer.ancestors(name))

    def descendants(self, identifier: str) -> frozenset[str]:
        """Ids of all narrower concepts, itself left out."""
        return self._closure(identifier, lambda layer, name: layer.descendants(name))

    def _closure(self, identifier: str, step: Callable[[Terminology, str], Iterable[str]]) -> frozenset[str]:
        """All that is reached within terminologies and from one to the next."""
        reached: set[str] = set()
        done: set[tuple[str, str]] = set()
        waiting = [self._home(identifier)]
        while waiting:
            for layer, name in self._parts(waiting.pop()):
                if (layer.version, name) in done:
                    continue
                found = set(step(layer, name))
                done |= {(layer.version, one) for one in (name, *found)}
                new = {self._home(one) for one in found} - reached
                reached |= new
                waiting += new
        return frozenset(reached - {self._home(identifier)})

    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes that one of them has names in."""
        return frozenset().union(*(layer.languages() for layer in self.layers))

    def covers(self, group: str, language: str) -> bool:
        """Whether one of them has names of a semantic group in a language that are looked for in texts."""
        return any(layer.covers(group, language) for layer in self.layers)

    def names(self, group: str, language: str) -> Iterator[Name]:
        """The names of a semantic group's concepts in a language that are looked for in texts, the first one's first.

        A concept that another terminology puts in another group is left to that one.
        """
        for layer in self.layers:
            for name in layer.names(group, language):
                home = self._home(name.id)
                if home not in self._joins.several or self.group(home) == group:
                    yield name._replace(id=home)

    def all_names(self, groups: Collection[str] | None = None) -> Iterator[Name]:
        """Every name that a concept has, for an index of one's own; `groups`: only concepts of these."""
        for layer in self.layers:
            for name in layer.all_names(groups):
                yield name._replace(id=self._home(name.id))

    def _lookup(self, key: str, groups: frozenset[str] | None = None, how: Matching = Matching.NAME) -> tuple[Hit, ...]:
        """The concepts with a name of that key, each once and by its best tier; among equal tiers the first one's."""
        best: dict[str, Hit] = {}
        for layer in self.layers:
            for hit in layer.lookup(key, None, how):
                home = self._home(hit.id)
                if home not in best or hit.tier < best[home].tier:
                    best[home] = hit._replace(id=home)
        hits = (self._in_its_group(hit) for hit in best.values())
        return tuple(sorted((hit for hit in hits if groups is None or hit.group in groups), key=lambda hit: hit.tier))

    def _in_its_group(self, hit: Hit) -> Hit:
        """As the first terminology that has the concept says."""
        if hit.id not in self._joins.several:
            return hit
        return hit._replace(group=self.group(hit.id) or hit.group)

    def names_of(self, identifier: str) -> Sequence[str]:
        """All names of a concept in natural word order, in every language, the preferred one first."""
        if (row := self.row(identifier)) is None:
            return ()
        return tuple(dict.fromkeys((inverted(row.name), *row.synonyms)))


def _distinct(names: Iterable[TermName], known: set[str]) -> tuple[TermName, ...]:
    """Each text once, as it comes first; the best tiers first."""
    found: dict[str, TermName] = {}
    for name in names:
        if name.text not in known:
            found.setdefault(name.text, name)
    return tuple(sorted(found.values(), key=lambda name: name.tier))
