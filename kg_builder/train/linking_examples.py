"""Annotated mentions as the linker sees them: their candidates, the right one among them or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

from kg_builder.corpora.records import GoldDocument
from kg_builder.normalize.chain import VOCABULARIES, Chain, is_of
from kg_builder.normalize.features import Around, Asked, own_features
from kg_builder.normalize.linker import sure_found
from kg_builder.normalize.name_index import NameIndex
from kg_builder.normalize.priors import CONCEPT, EXACT_CONCEPT, GIST, NAME, Ids, Priors, Row, count_priors
from kg_builder.normalize.readings import Reading, readings
from kg_builder.normalize.steps import Found, Step
from kg_builder.normalize.word_forms import gist
from kg_builder.records import Concept
from kg_builder.terminology.table import Hit, Matching, Terminology
from kg_builder.text.abbreviations import find_abbreviations
from kg_builder.text.keys import name_key

Index = Callable[[], NameIndex]


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A name of a document, with the ids that its annotators gave it."""

    document_id: str
    group: str
    surface: str
    readings: tuple[Reading, ...]
    gold: Ids
    """Current ids in alphabetical order; empty where the annotators knew none."""
    times: int = 1
    """How often the document has it."""


@dataclass(frozen=True, slots=True)
class LinkingExample:
    """A mention with its candidates and their features."""

    mention: GoldMention
    found: tuple[Found, ...]
    features: tuple[Mapping[str, float], ...]
    hidden: bool = False
    """Whether its concept was hidden."""

    @property
    def labels(self) -> tuple[bool, ...]:
        """Whether each candidate is the right one."""
        return tuple(found.ids == self.mention.gold for found in self.found)


class WithoutConcepts:
    """A terminology that lacks some concepts."""

    def __init__(self, terminology: Terminology, hidden: Callable[[str], bool]) -> None:
        self._terminology = terminology
        self._hidden = hidden
        self.path, self.version = terminology.path, terminology.version

    def lookup(self, key: str, groups: frozenset[str] | None = None, how: Matching = Matching.NAME) -> tuple[Hit, ...]:
        """As the terminology's."""
        return tuple(hit for hit in self._terminology.lookup(key, groups, how) if not self._hidden(hit.id))

    def concept(self, identifier: str) -> Concept | None:
        """As the terminology's."""
        return None if self._hidden(identifier) else self._terminology.concept(identifier)

    def group(self, identifier: str) -> str | None:
        """As the terminology's."""
        return None if self._hidden(identifier) else self._terminology.group(identifier)

    def __getattr__(self, name: str) -> object:
        return getattr(self._terminology, name)


def gold_mentions(
    documents: Iterable[GoldDocument], types: Mapping[str, str], terminology: Terminology
) -> Iterator[GoldMention]:
    """Each name of a document once for each of its types and ids."""
    for gold in documents:
        abbreviations = find_abbreviations(gold.document.text)
        counted: Counter[tuple[str, str, Ids]] = Counter()
        for mention in gold.mentions:
            if mention.type in types:
                ids = tuple(sorted({current_id(one, terminology) for one in mention.concepts}))
                counted[types[mention.type], mention.text, ids] += 1
        surfaces: dict[str, dict[str, None]] = {}
        for group, surface, _ in counted:
            surfaces.setdefault(group, {})[surface] = None
        for (group, surface, ids), times in counted.items():
            read = readings(surface, abbreviations, group=group, others=surfaces[group])
            yield GoldMention(gold.document.id, group, surface, read, ids, times)


def current_id(identifier: str, terminology: Terminology) -> str:
    """The terminology's id of what an id stands for."""
    current = terminology.current(identifier)
    if terminology.group(current) is None and len(found := terminology.by_xref(current)) == 1:
        return found[0]
    return current


def priors_of(mentions: Sequence[GoldMention], terminology: Terminology, index: Index, *, fewest: int) -> Priors:
    """How the mentions were linked, by name, gist and the concept that has exactly the name."""
    chain = Chain(terminology, index, Priors())
    return count_priors(_prior_rows(mentions, chain, terminology), fewest=fewest)


def _prior_rows(mentions: Sequence[GoldMention], chain: Chain, terminology: Terminology) -> Iterator[tuple[str, Row]]:
    for one in mentions:
        key = name_key(one.readings[0].text)
        if not one.gold or not key or any(terminology.group(each) is None for each in one.gold):
            continue
        places = [NAME + key, *(GIST + words for words in [gist(key)] if words)]
        if (found := chain.exact(one.readings, one.group)) is not None:
            places.append(EXACT_CONCEPT + found.ids[0])
        yield from ((one.document_id, (one.group, place, one.gold)) for place in places)
        yield from ((one.document_id, (one.group, CONCEPT + each, (each,))) for each in one.gold)


def linking_examples(
    mentions: Sequence[GoldMention],
    terminology: Terminology,
    index: Index,
    priors: Priors,
    *,
    training: bool,
    hidden: Callable[[str], bool] | None = None,
) -> Iterator[LinkingExample]:
    """Examples by document. `training`: the priors leave it out; `hidden`: only mentions of hidden concepts.

    Mentions that were linked to another vocabulary than those wanted are left out.
    """
    known = terminology if hidden is None else WithoutConcepts(terminology, hidden)
    chain = Chain(known, index, priors)  # type: ignore[arg-type]
    ancestors = lru_cache(maxsize=None)(terminology.ancestors)
    by_document: dict[str, list[GoldMention]] = {}
    for one in mentions:
        by_document.setdefault(one.document_id, []).append(one)
    for document_id, inside in by_document.items():
        sure = [sure_found(chain.named(one.readings, one.group)) for one in inside]
        named = {one.readings: each for one, each in zip(inside, sure, strict=True) if each is not None}
        around = Around(named.values(), ancestors)
        for one, own in zip(inside, sure, strict=True):
            if not is_of(one.gold, VOCABULARIES) or (hidden is not None and not any(map(hidden, one.gold))):
                continue
            question = _asked(one, chain, document_id if training else None)
            rows = tuple(
                row | around.features(found.ids, one.group, own)
                for found, row in zip(question.found, own_features(question, priors), strict=True)
            )
            yield _of_vocabularies(LinkingExample(one, question.found, rows, hidden is not None))


def _of_vocabularies(example: LinkingExample) -> LinkingExample:
    """Without candidates of vocabularies that the annotators didn't use: nobody knows whether they would be right."""
    kept = [place for place, found in enumerate(example.found) if is_of(found.ids, VOCABULARIES)]
    rows = tuple(example.features[place] for place in kept)
    return replace(example, found=tuple(example.found[place] for place in kept), features=rows)


def _asked(one: GoldMention, chain: Chain, document_id: str | None) -> Asked:
    """Candidates that only the document itself speaks for are left out."""
    found = chain.find(one.readings, one.group)
    question = Asked(one.readings, one.group, found, document_id)
    if document_id is not None:
        heard = chain.heard(one.readings, one.group, found, document_id)
        found = tuple(each for each in found if each.step is not Step.BEFORE or each.ids in heard)
        question = Asked(one.readings, one.group, found, document_id)
    return question


def hidden_by_hash(share: float, salt: str) -> Callable[[str], bool]:
    """Whether a concept is among a share of all, the same on every machine."""
    most = int(share * 2**32)
    known: dict[str, bool] = {}

    def hidden(identifier: str) -> bool:
        if (found := known.get(identifier)) is None:
            digest = blake2b(f"{salt} {identifier}".encode(), digest_size=4).digest()
            found = known[identifier] = int.from_bytes(digest, "big") < most
        return found

    return hidden
