"""Numbers that describe a pair of concepts: where and how often each is named, how near, and what cues say.

Names and values go together in `FEATURES`; the model is trained on exactly these, so a new one goes
with a new model.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.records import Assertion, RelationMention
from kg_builder.relate.pair_priors import PRIOR_FEATURES
from kg_builder.relate.pairs import Group, NearPair, Page, Place, near_pairs

STATED = frozenset({Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL})
FAR = 200
"""Tokens: stands for the distance of two that share no sentence."""

_PAGE = ("subjects", "objects", "sentences", "tokens")
_OWN = (
    *("mentions", "share of mentions", "concepts named more often", "in title", "first sentence", "first token"),
    *("in last sentence", "in last sentence but one", "sentences", "share of sentences", "linked"),
    *("concepts named earlier", "longest name", "in capitals", "last sentence"),
)
_TOGETHER = (
    *("in title together", "both in title", "sentences together", "share of subject's sentences"),
    *("share of object's sentences", "distance", "order", "sentences apart", "tokens apart", "first together"),
    *("last together", "together in last sentence", "subjects between", "objects between", "subject first"),
    *("object first", "nearest subject", "nearest object", "last subject before", "last object before"),
    *("nearer subjects", "nearer objects", "subjects beside", "objects beside"),
)
_TREES = (
    *("narrower objects", "broader objects", "depth of object", "narrower subjects", "broader subjects"),
    *("depth of subject", "narrower object beside", "narrower subject beside", "cue of narrower object"),
    *("cue of broader object", "cue of narrower subject"),
)
_CUES = (
    *("harm cue", "harm cues", "harm cues together", "benefit cue", "benefit cues", "denied", "harm cue in title"),
    *("benefit cue in title", "harm cue of other subject", "harm cue of other object", "benefit cue of other subject"),
    *("benefit cue of other object", "harm cue of any"),
)
FEATURES = (
    *_PAGE,
    *(f"subject: {name}" for name in _OWN),
    *(f"object: {name}" for name in _OWN),
    *_TOGETHER,
    *_TREES,
    *_CUES,
    *PRIOR_FEATURES,
)
"""Names of the values of a pair, in order."""

Key = tuple[str, str]
"""Keys of subject and object."""


@dataclass(frozen=True, slots=True)
class PairValues:
    """One pair of a page."""

    subject: Group
    object: Group
    near: Sequence[NearPair]
    values: list[float]
    """In the order of `FEATURES`, those of `PRIOR_FEATURES` left out."""


@dataclass(frozen=True, slots=True)
class CueSummary:
    """What the cue statements of a pair come to."""

    harm: float = 0.0
    harms: int = 0
    harm_together: float = 0.0
    """Confidence that one of them holds, taken as independent."""
    benefit: float = 0.0
    benefits: int = 0
    denied: int = 0
    harm_in_title: float = 0.0
    benefit_in_title: float = 0.0

    def values(self) -> list[float]:
        """In order of the names."""
        counts = (self.harm, self.harms, self.harm_together, self.benefit, self.benefits, self.denied)
        return [*map(float, counts), self.harm_in_title, self.benefit_in_title]


NO_CUE = CueSummary()


def pair_values(
    page: Page,
    statements: Mapping[Key, Sequence[RelationMention]],
    trees: Mapping[str, Sequence[str]],
) -> list[PairValues]:
    """All pairs, subjects outside, objects inside; their prior knowledge comes after, for each predicate its own."""
    reader = _Reader(page, statements, trees)
    found = []
    for subject in page.subjects:
        for object_ in page.objects:
            near = reader.near[subject.key, object_.key]
            found.append(PairValues(subject, object_, near, reader.values(subject, object_)))
    return found


def summary(statements: Iterable[RelationMention], title_end: int) -> CueSummary:
    """What the cue statements of one pair come to."""
    harms, benefits = list[float](), list[float]()
    denied, titled = 0, Counter[str]()
    for one in statements:
        if one.assertion not in STATED:
            denied += 1
            continue
        (harms if one.predicate == "INDUCES" else benefits).append(one.confidence or 0.0)
        titled[one.predicate] += one.sentence[0] < title_end
    doubt = 1.0
    for confidence in harms:
        doubt *= 1 - confidence
    return CueSummary(
        max(harms, default=0.0),
        len(harms),
        1 - doubt,
        max(benefits, default=0.0),
        len(benefits),
        denied,
        float(titled["INDUCES"] > 0),
        float(titled["TREATS"] > 0),
    )


def is_narrower(trees: Sequence[str], than: Sequence[str]) -> bool:
    """Whether a concept stands below another one in the vocabulary's tree."""
    for other in than:
        branch = other + "."
        for tree in trees:
            if tree.startswith(branch):
                return True
    return False


class _Reader:
    """What the pairs of one page are described from, computed once."""

    def __init__(
        self, page: Page, statements: Mapping[Key, Sequence[RelationMention]], trees: Mapping[str, Sequence[str]]
    ) -> None:
        self.page = page
        self.near = {(one.key, other.key): near_pairs(one, other) for one in page.subjects for other in page.objects}
        self._gap = {key: near[0].distance if near else FAR for key, near in self.near.items()}
        title_end = page.sentences[0][1]
        self._cues = {key: summary(said, title_end) for key, said in statements.items() if key in self.near}
        self._page = list(map(float, (len(page.subjects), len(page.objects), len(page.sentences), len(page.tokens))))
        self._own = {id(group): own for groups in (page.subjects, page.objects) for group, own in _own(page, groups)}
        self._kin = {id(group): kin for groups in (page.subjects, page.objects) for group, kin in _kin(groups, trees)}
        self._drawn = _Neighbours(page.subjects, page.objects), _Neighbours(page.objects, page.subjects)
        self._harm = max((cue.harm for cue in self._cues.values()), default=0.0)

    def values(self, subject: Group, object_: Group) -> list[float]:
        near = self.near[subject.key, object_.key]
        return [
            *self._page,
            *self._own[id(subject)],
            *self._own[id(object_)],
            *self._together(subject, object_, near),
            *self._trees(subject, object_),
            *self._said(subject, object_),
        ]

    def _together(self, subject: Group, object_: Group, near: Sequence[NearPair]) -> list[float]:
        page, last = self.page, len(self.page.sentences) - 1
        shared = {pair.subject.sentence for pair in near}
        subject_in = {place.sentence for place in subject.places}
        object_in = {place.sentence for place in object_.places}
        order = between = None
        if near:
            order = 1 if near[0].subject.token < near[0].object.token else -1
            between = page.tokens[near[0].first + 1 : near[0].last]
        gap = self._gap[subject.key, object_.key]
        before = sum(pair.subject.token < pair.object.token for pair in near)
        of_object, of_subject = self._drawn[1], self._drawn[0]
        return [
            float(0 in shared),
            float(0 in subject_in and 0 in object_in),
            float(len(shared)),
            len(shared) / len(subject_in),
            len(shared) / len(object_in),
            float(gap),
            float(order or 0),
            float(_least_gap(sorted(subject_in), sorted(object_in))),
            float(_least_gap([one.token for one in subject.places], [one.token for one in object_.places])),
            min(shared, default=last + 1) / (last + 1),
            max(shared, default=-1) / (last + 1),
            float(last in shared),
            float(between.count(subject.role) if between is not None else -1),
            float(between.count(object_.role) if between is not None else -1),
            float(before),
            float(sum(pair.subject.token > pair.object.token for pair in near)),
            of_object.nearest(object_, subject),
            of_subject.nearest(subject, object_),
            of_object.before(object_, subject),
            of_subject.before(subject, object_),
            float(sum(self._gap[other.key, object_.key] < gap for other in page.subjects)),
            float(sum(self._gap[subject.key, other.key] < gap for other in page.objects)),
            float(sum(bool(self.near[other.key, object_.key]) for other in page.subjects)),
            float(sum(bool(self.near[subject.key, other.key]) for other in page.objects)),
        ]

    def _trees(self, subject: Group, object_: Group) -> list[float]:
        subjects, objects = self._kin[id(subject)], self._kin[id(object_)]
        return [
            float(len(objects.narrower)),
            float(len(objects.broader)),
            float(objects.depth),
            float(len(subjects.narrower)),
            float(len(subjects.broader)),
            float(subjects.depth),
            float(any(self.near[subject.key, key] for key in objects.narrower)),
            float(any(self.near[key, object_.key] for key in subjects.narrower)),
            max((self._cue(subject.key, key).harm for key in objects.narrower), default=0.0),
            max((self._cue(subject.key, key).harm for key in objects.broader), default=0.0),
            max((self._cue(key, object_.key).harm for key in subjects.narrower), default=0.0),
        ]

    def _said(self, subject: Group, object_: Group) -> list[float]:
        by_subject = [self._cue(one.key, object_.key) for one in self.page.subjects if one is not subject]
        by_object = [self._cue(subject.key, one.key) for one in self.page.objects if one is not object_]
        return [
            *self._cue(subject.key, object_.key).values(),
            max((cue.harm for cue in by_subject), default=0.0),
            max((cue.harm for cue in by_object), default=0.0),
            max((cue.benefit for cue in by_subject), default=0.0),
            max((cue.benefit for cue in by_object), default=0.0),
            self._harm,
        ]

    def _cue(self, subject: str, object_: str) -> CueSummary:
        return self._cues.get((subject, object_), NO_CUE)


def _own(page: Page, groups: Sequence[Group]) -> Iterable[tuple[Group, list[float]]]:
    """Where and how often each concept is named, in order of `_OWN`."""
    total = sum(len(group.places) for group in groups)
    sentences, last = len(page.sentences), len(page.sentences) - 1
    counts = [len(group.places) for group in groups]
    firsts = [group.places[0].token for group in groups]
    for group in groups:
        count, first = len(group.places), group.places[0]
        named_in = {place.sentence for place in group.places}
        yield (
            group,
            [
                float(count),
                count / total,
                float(sum(other > count for other in counts)),
                float(0 in named_in),
                first.sentence / sentences,
                first.token / len(page.tokens),
                float(last in named_in),
                float(last - 1 in named_in),
                float(len(named_in)),
                len(named_in) / sentences,
                float(group.linked),
                float(sum(other < first.token for other in firsts)),
                float(max(len(place.mention.text) for place in group.places)),
                float(any(place.mention.text.isupper() for place in group.places)),
                group.places[-1].sentence / sentences,
            ],
        )


@dataclass(frozen=True, slots=True)
class _Kin:
    """The page's other concepts above and below one in the vocabulary's tree."""

    narrower: list[str]
    broader: list[str]
    depth: int


def _kin(groups: Sequence[Group], trees: Mapping[str, Sequence[str]]) -> Iterable[tuple[Group, _Kin]]:
    for group in groups:
        own = trees.get(group.key, ())
        others = [other.key for other in groups if other is not group]
        yield (
            group,
            _Kin(
                [key for key in others if is_narrower(trees.get(key, ()), own)],
                [key for key in others if is_narrower(own, trees.get(key, ()))],
                max((tree.count(".") + 1 for tree in own), default=0),
            ),
        )


class _Neighbours:
    """For each concept the share of its mentions to which one of the others is nearest, or last before."""

    def __init__(self, groups: Sequence[Group], others: Sequence[Group]) -> None:
        spots = sorted((place.token, group.key) for group in others for place in group.places)
        tokens = [token for token, _ in spots]
        self._nearest: Counter[tuple[str, str]] = Counter()
        self._before: Counter[tuple[str, str]] = Counter()
        self._counts = {group.key: len(group.places) for group in groups}
        for group in groups:
            for place in group.places:
                at = bisect_left(tokens, place.token)
                beside = spots[max(0, at - 1) : at + 1]
                self._nearest[group.key, _closest(beside, place)] += 1
                if at:
                    self._before[group.key, spots[at - 1][1]] += 1

    def nearest(self, group: Group, other: Group) -> float:
        return self._nearest[group.key, other.key] / self._counts[group.key]

    def before(self, group: Group, other: Group) -> float:
        return self._before[group.key, other.key] / self._counts[group.key]


def _closest(spots: Sequence[tuple[int, str]], place: Place) -> str:
    return min((abs(token - place.token), key) for token, key in spots)[1]


def _least_gap(one: Sequence[int], other: Sequence[int]) -> int:
    """Smallest difference between numbers of two ordered lists."""
    best, at = abs(one[0] - other[0]), 0
    for value in one:
        while at + 1 < len(other) and abs(other[at + 1] - value) <= abs(other[at] - value):
            at += 1
        best = min(best, abs(other[at] - value))
    return best
