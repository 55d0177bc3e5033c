"""What is known of a candidate, in numbers that a linear model weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log1p

from kg_builder.normalize.chain import VOCABULARIES, is_of, is_sure, prior_places
from kg_builder.normalize.priors import CONCEPT, EXACT_CONCEPT, GIST, Ids, Priors
from kg_builder.normalize.readings import Reading
from kg_builder.normalize.steps import Found, Step
from kg_builder.text.keys import name_key

_PLACES = {GIST: "gist", EXACT_CONCEPT: "concept"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A mention with its candidates."""

    readings: tuple[Reading, ...]
    group: str | None
    found: tuple[Found, ...]
    document_id: str | None = None
    """Of a training document, which the priors must leave out."""
    vocabularies: Collection[str] = VOCABULARIES
    """Prefixes of the ids that are wanted first."""


class Around:
    """What the mentions of a document were surely linked to."""

    def __init__(self, ids: Iterable[str], ancestors: Callable[[str], frozenset[str]]) -> None:
        """`ids`: one a different name; `ancestors`: ids of all concepts that are broader than one."""
        self._ids = Counter(ids)
        self._different = frozenset(self._ids)
        self._ancestors = ancestors

    @cached_property
    def _above(self) -> dict[str, int]:
        """How many of the ids each concept is broader than."""
        found: dict[str, int] = {}
        for one, times in self._ids.items():
            for above in self._ancestors(one):
                found[above] = found.get(above, 0) + times
        return found

    def features(self, ids: Ids, group: str | None, own: str | None) -> dict[str, float]:
        """Of a candidate; `own`: what its mention itself was surely linked to, which tells nothing."""
        found: dict[str, float] = {}
        if len(self._ids) <= (own is not None and self._ids[own] == 1):
            return found
        for one in ids:
            if one in self._ids and self._ids[one] > (one == own):
                found["same concept in document"] = 1.0
            if not self._different.isdisjoint(above := self._ancestors(one)) and any(
                self._ids[other] > (other == own) for other in above if other in self._ids
            ):
                found["broader concept in document"] = 1.0
            if one in self._above and self._above[one] > (own is not None and one in self._ancestors(own)):
                found["narrower concept in document"] = 1.0
        return _with_group(found, group) if found else found


def own_features(asked: Asked, priors: Priors) -> list[dict[str, float]]:
    """Features of each candidate by itself, in order."""
    shared = dict(_of_mention(asked))
    heard = list(_heard(asked, priors)) if asked.group is not None else []
    return [_with_group(_of_candidate(found, asked, shared, heard, priors), asked.group) for found in asked.found]


def lone_likeness(found: Found, asked: tuple[Reading, ...], group: str, priors: Priors) -> Hashable:
    """Equal for two candidates of `Chain.lone` whose features are equal: all that tells such candidates apart."""
    (one,) = found.ids
    documents = priors.seen(group, CONCEPT + one).get((one,), 0)
    heard = [sum(seen.values()) for _, seen in _heard(Asked(asked, group, (found,)), priors)]
    return group, found.tier, one.startswith("MESH:C"), documents, *heard, *_of_length(asked)


def _heard(asked: Asked, priors: Priors) -> Iterator[tuple[str, Mapping[Ids, int]]]:
    for place in prior_places(asked.readings, asked.found):
        yield _PLACES.get(place[:1], "name"), priors.seen(asked.group or "", place, asked.document_id)


def _of_length(readings: Sequence[Reading]) -> Iterator[str]:
    """Features that a mention has by how short it is, or by being defined."""
    reading = readings[0]
    if reading.defined:
        yield "defined in document"
        return
    own = next((one for one in readings if not one.note), reading)
    length = len(name_key(own.text).replace(" ", ""))
    if length <= 3:
        yield "short"
    if length <= 6 and sum(map(str.isupper, own.text)) > 1:
        yield "abbreviation without definition"


def _of_mention(asked: Asked) -> Iterator[tuple[str, float]]:
    yield from ((name, 1.0) for name in _of_length(asked.readings))
    yield "candidates", log1p(len(asked.found))
    if any(is_sure(one) and not is_of(one.ids, asked.vocabularies) for one in asked.found):
        yield "exact name in another vocabulary", 1.0
    if asked.found:
        surest = asked.found[0].step
        yield f"surest step {(Step.EXACT if surest is Step.UNMARKED else surest).label}", 1.0


def _of_candidate(
    found: Found,
    asked: Asked,
    shared: Mapping[str, float],
    heard: Sequence[tuple[str, Mapping[Ids, int]]],
    priors: Priors,
) -> dict[str, float]:
    # no annotated document is in Vietnamese: a name without its diacritics counts as one with them
    step = (Step.EXACT if found.step is Step.UNMARKED else found.step).label
    features = {"bias": 1.0, f"step {step}": 1.0, **shared}
    for name, value in found.features.items():
        features[name] = value
        if found.step is Step.SIMILAR:
            features[f"similar: {name}"] = value
    if found.tier is not None:
        features[f"tier {found.tier.label}"] = 1.0
        features[f"{step} {found.tier.label}"] = 1.0
    features[f"rivals {step}"] = log1p(found.rivals)
    features["rank"] = float(min(found.rank, 4))
    if found.rank == 0:
        features[f"first {step}"] = 1.0
    if found.ids[0].startswith("MESH:C"):
        features["supplementary record"] = 1.0
    if len(found.ids) > 1:
        features["several concepts"] = 1.0
    if asked.group is not None:
        features.update(_from_priors(found, asked, heard, priors))
    return features


def _from_priors(
    found: Found, asked: Asked, heard: Sequence[tuple[str, Mapping[Ids, int]]], priors: Priors
) -> Iterator[tuple[str, float]]:
    """Shares of documents that chose this candidate, by name, gist and the concept that has exactly the name."""
    for place, seen in heard:
        total = sum(seen.values())
        if not total:
            yield f"prior {place}: none", 1.0
            continue
        mine = seen.get(found.ids, 0)
        yield f"prior {place}: share", (mine + 0.1) / (total + 0.5)
        yield f"prior {place}: documents", log1p(mine)
        yield f"prior {place}: others", log1p(total - mine)
        if mine == max(seen.values()):
            yield f"prior {place}: first", 1.0
        if not mine:
            yield f"prior {place}: never", 1.0
    group = asked.group or ""
    counts = [priors.seen(group, CONCEPT + one, asked.document_id).get((one,), 0) for one in found.ids]
    yield "documents with the concept", log1p(min(counts))


def _with_group(features: Mapping[str, float], group: str | None) -> dict[str, float]:
    """Each feature once for all groups and, of substances, whose names have rules of their own, once more."""
    found = dict(features)
    if group == "CHEM":
        found.update((f"CHEM {name}", value) for name, value in features.items())
    return found
