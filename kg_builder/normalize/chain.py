"""The chain: for each reading of a mention the concepts that the terminology has for it, the surest step first.

A step is taken only where those before it found nothing, but what annotators chose before is always heard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from kg_builder.normalize.composites import splits
from kg_builder.normalize.name_arrays import group_bits
from kg_builder.normalize.name_index import NameIndex
from kg_builder.normalize.priors import EXACT_CONCEPT, GIST, NAME, Ids, Priors
from kg_builder.normalize.readings import Reading
from kg_builder.normalize.similarity import are_apart, compare
from kg_builder.normalize.steps import Found, Step
from kg_builder.normalize.unmarked import UnmarkedNames
from kg_builder.normalize.word_forms import gist, kinds_of_dropped_words, without_modifiers
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.rows import Tier
from kg_builder.terminology.table import Hit, Matching, Terminology
from kg_builder.text.keys import exact_key, name_key

_MOST = 6
"""Candidates of one step."""
_SIMILAR = 10
"""Names that are like a mention and are looked at closely."""
_SHORT = 3
"""Characters of a key that is matched with trusted names only, unless the document defines it."""
_HIGHEST = 4
"""Levels that a concept of another vocabulary is rolled up."""
_REMEMBERED = 10_000

VOCABULARIES = frozenset({"MESH"})
"""Prefixes of the ids that the annotated documents have."""

_ONLY = {group: frozenset({group}) for group in GROUPS}

Groups = frozenset[str] | None


class Chain:
    """Finds candidates; any number of threads may ask."""

    def __init__(
        self,
        terminology: Terminology,
        index: Callable[[], NameIndex],
        priors: Priors,
        vocabularies: Collection[str] = VOCABULARIES,
    ) -> None:
        """`vocabularies`: prefixes of ids that are wanted first, and that others are rolled up to; none: all are."""
        self._terminology = terminology
        self._index = index
        self._priors = priors
        self._vocabularies = frozenset(vocabularies)
        self._unmarked = UnmarkedNames(terminology)
        self._rarity = lru_cache(_REMEMBERED)(lambda word: self._index().rarity(word))

    def find(self, readings: tuple[Reading, ...], group: str | None) -> tuple[Found, ...]:
        """Candidates of a mention, each once; those of the surest step come first."""
        groups = None if group is None else _ONLY[group]
        found: dict[Ids, Found] = {}
        for step in (self._by_key, self._by_words, self._by_likeness):
            for reading in readings:
                for candidate in step(reading, groups):
                    found.setdefault(candidate.ids, candidate)
                if any(map(self._is_wanted, found)):
                    break
            if any(map(self._is_wanted, found)):
                break
            for candidate in self._rolled_up(tuple(found.values()), groups):
                found.setdefault(candidate.ids, candidate)
        if group is not None:
            for candidate in self._before(readings, group, tuple(found.values())):
                found.setdefault(candidate.ids, candidate)
        for candidate in self._composites(readings, groups, sure=any(is_sure(one) for one in found.values())):
            found.setdefault(candidate.ids, candidate)
        return tuple(found.values())

    def lone(self, readings: tuple[Reading, ...], group: str | None) -> Found | None:
        """What `find` gives for a mention whose first reading is exactly one concept's name, and which no annotator
        linked to anything else; else None. Found without asking anything else.
        """
        if group is None:
            return None
        reading = readings[0]
        key = name_key(reading.text)
        if len(key.replace(" ", "")) <= _SHORT:
            return None
        hits = self._terminology.lookup(key, _ONLY[group])
        if len(hits) != 1 or not self._is_wanted((hits[0].id,)):
            return None
        found = next(self._ranked(hits, Step.EXACT, reading))
        return found if self.heard(readings, group, (found,)) <= {found.ids} else None

    def exact(self, readings: Sequence[Reading], group: str | None) -> Found | None:
        """The first concept that has the name letter by letter, or nearly so."""
        first = next(iter(self.named(readings, group)), None)
        return first if first is not None and is_sure(first) else None

    def named(self, readings: Sequence[Reading], group: str | None) -> tuple[Found, ...]:
        """What has the name of the first reading that is a name."""
        groups = None if group is None else frozenset({group})
        found = (tuple(self._by_key(reading, groups)) for reading in readings)
        return next(filter(None, found), ())

    def _is_wanted(self, ids: Ids) -> bool:
        return is_of(ids, self._vocabularies)

    def _rolled_up(self, found: Sequence[Found], groups: Groups) -> Iterator[Found]:
        """The nearest broader concepts, of the vocabularies that are wanted, of what has exactly the name."""
        for each in found:
            if is_sure(each) and not self._is_wanted(each.ids):
                level, seen = [each.ids[0]], {each.ids[0]}
                for depth in range(1, _HIGHEST + 1):
                    above = [one for identifier in level for one in self._terminology.broader(identifier)]
                    level = [one for one in dict.fromkeys(above) if one not in seen]
                    seen.update(level)
                    wanted = [one for one in level if self._is_wanted((one,))]
                    for rank, one in enumerate(wanted):
                        if groups is None or self._terminology.group(one) in groups:
                            features = {"levels up": float(depth), "concepts there": float(len(wanted))}
                            yield Found((one,), Step.BROADER, each.name, each.tier, each.note, rank, 0, features)
                    if wanted:
                        break

    def _by_key(self, reading: Reading, groups: Groups) -> Iterator[Found]:
        key = name_key(reading.text)
        for how, step in _KEY_STEPS:
            hits = self._trusted(key, self._terminology.lookup(key, groups, how), reading)
            if hits:
                yield from self._ranked(hits, step, reading)
                return
        yield from self._ranked(self._unmarked.lookup(key, groups), Step.UNMARKED, reading)

    def _trusted(self, key: str, hits: Sequence[Hit], reading: Reading) -> Sequence[Hit]:
        """Short keys are names of many things: only those that the vocabulary itself or people gave count."""
        if len(key.replace(" ", "")) > _SHORT or reading.defined:
            return hits
        return [hit for hit in hits if hit.tier <= Tier.ADDED]

    def _ranked(self, hits: Sequence[Hit], step: Step, reading: Reading) -> Iterator[Found]:
        """Hits in order, those whose name is spelled like the mention first: benzamide is not the class Benzamides."""
        if len(hits) == 1:
            yield Found((hits[0].id,), step, hits[0].text, hits[0].tier, reading.note)
            return
        spelled = exact_key(reading.text)
        like = [exact_key(hit.text) == spelled for hit in hits]
        if not all(like):
            names = (self._terminology.names_of(hit.id) for hit in hits)
            like = [same or spelled in map(exact_key, own) for same, own in zip(like, names, strict=True)]
        order = sorted(range(len(hits)), key=lambda place: (not like[place], hits[place].tier, place))
        for rank, place in enumerate(order[:_MOST]):
            hit = hits[place]
            rivals = sum(other.tier == hit.tier for other in hits) - 1
            features = {"spelled otherwise": 1.0} if not like[place] else {}
            yield Found((hit.id,), step, hit.text, hit.tier, reading.note, rank, rivals, features)

    def _by_words(self, reading: Reading, groups: Groups) -> Iterator[Found]:
        key = name_key(reading.text)
        if len(key) > _SHORT:
            yield from self._of_names(self._index().by_gist(key, loose=False), key, Step.WORDS, reading, groups)

    def _by_likeness(self, reading: Reading, groups: Groups) -> Iterator[Found]:
        key = name_key(reading.text)
        if len(key) <= _SHORT:
            return
        reduced, left_out = without_modifiers(key)
        kinds = kinds_of_dropped_words()
        told = {f"without {kinds.get(word, 'cause of the condition')}": 1.0 for word in left_out.split()}
        if left_out and "induced" not in left_out:
            hits = self._terminology.lookup(reduced, groups)
            for one in self._ranked(self._trusted(reduced, hits, reading), Step.REDUCED, reading):
                yield replace(one, features={**one.features, **told, "exactly the rest": 1.0})
        names = [reduced, *self._index().by_gist(reduced, loose=False)] if left_out else []
        if "induced" in left_out:
            names = [f"drug induced {reduced}", *self._index().by_gist(f"drug induced {reduced}", loose=False), *names]
        if len(reduced) > _SHORT:
            names += self._index().by_gist(key, loose=True)
            for one in self._of_names(names, reduced, Step.REDUCED, reading, groups):
                yield replace(one, features={**one.features, **told})
        names = self._index().similar(key, group_bits(groups), _SIMILAR)
        yield from self._of_names(names, key, Step.SIMILAR, reading, groups)

    def _of_names(
        self, names: Iterable[str], key: str, step: Step, reading: Reading, groups: Groups
    ) -> Iterator[Found]:
        """Concepts that have one of these name keys, each by the first."""
        seen: set[str] = set()
        for name in dict.fromkeys(names):
            if len(name) <= _SHORT or (step is Step.SIMILAR and are_apart(key, name)):
                continue
            hits = self._terminology.lookup(name, groups)
            for hit in hits[:_MOST]:
                if hit.id not in seen:
                    features = compare(key, name, self._rarity)
                    rivals = sum(other.tier == hit.tier for other in hits) - 1
                    yield Found((hit.id,), step, hit.text, hit.tier, reading.note, len(seen), rivals, features)
                    seen.add(hit.id)

    def _before(self, readings: Sequence[Reading], group: str, found: Sequence[Found]) -> Iterator[Found]:
        """What annotators linked the same name to."""
        for ids in sorted(self.heard(readings, group, found)):
            if all(self._terminology.group(one) is not None for one in ids):
                yield Found(ids, Step.BEFORE, readings[0].text, note=readings[0].note)

    def heard(
        self, readings: Sequence[Reading], group: str, found: Sequence[Found], document_id: str | None = None
    ) -> set[Ids]:
        """All ids that annotators gave the same name."""
        places = prior_places(readings, found)
        return {ids for place in places for ids in self._priors.seen(group, place, document_id)}

    def _composites(self, readings: Sequence[Reading], groups: Groups, *, sure: bool) -> Iterator[Found]:
        """Mentions of several concepts, cut in the ways that language allows; every part must have a name."""
        if sure:
            return
        for reading in readings[:1]:
            for parts in splits(reading.text):
                named = [self._part(part, groups) for part in parts]
                if all(named):
                    ids = tuple(sorted({hit.ids[0] for hit in named if hit is not None}))
                    if len(ids) > 1:
                        weak = sum(part is not None and part.step is not Step.EXACT for part in named)
                        features = {"parts": float(len(ids)), "parts named loosely": float(weak)}
                        yield Found(ids, Step.COMPOSITE, " + ".join(parts), None, reading.note, features=features)

    def _part(self, part: str, groups: Groups) -> Found | None:
        reading = Reading(part)
        return next(self._by_key(reading, groups), None) or next(self._by_words(reading, groups), None)


def prior_places(readings: Sequence[Reading], found: Sequence[Found]) -> Iterator[str]:
    """Keys of the priors that a mention with these candidates asks."""
    reading = readings[0]
    key = name_key(reading.text)
    if key:
        yield NAME + key
        if words := gist(key):  # empty: nothing but words like "the", or abbreviations spelled like them
            yield GIST + words
    first = found[0] if found else None
    if first is not None and is_sure(first):
        yield EXACT_CONCEPT + first.ids[0]


def is_of(ids: Ids, vocabularies: Collection[str]) -> bool:
    """Whether all ids are of these vocabularies; none named: any will do."""
    return not vocabularies or all(one[: one.index(":")] in vocabularies for one in ids)


def is_sure(found: Found) -> bool:
    """Whether the mention is a name of the concept, letter by letter or nearly so."""
    step = found.step
    return step is Step.EXACT or step is Step.COMPACT or step is Step.SORTED


_KEY_STEPS = ((Matching.NAME, Step.EXACT), (Matching.COMPACT, Step.COMPACT), (Matching.SORTED, Step.SORTED))
