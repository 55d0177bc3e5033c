"""How several extractors' mentions become one answer: which count as the same, and how many must agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kg_builder.records import Confidence, Mention

Vote = Literal["union", "intersection", "majority", "weighted"]
Weight = Annotated[float, Field(gt=0)]


class EnsembleSettings(BaseModel):
    """Which extractors vote, and what a mention needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: Annotated[tuple[str, ...], Field(min_length=2)]
    """Names of extractors. Of equally confident ones the earlier decides where a mention begins and ends."""
    vote: Vote = "majority"
    """``union``: one is enough; ``intersection``: all must agree; ``majority``: more than half; ``weighted``: the mean
    confidence by `weights`, nought from those that don't give the mention, must reach the type's threshold. Only
    members that answered and can give the type count."""
    min_votes: int = Field(default=1, ge=1)
    """Members that must agree at least, whatever the rule."""
    weights: Mapping[str, Weight] = Field(default_factory=dict)
    """By member, for ``weighted`` and for whose boundaries count; 1 for the others."""
    thresholds: Mapping[str, Confidence] = Field(default_factory=dict)
    """Least confidence by entity type, ``*`` for the rest. ``weighted`` has 0.5 where nothing is said."""
    unknown_confidence: Confidence = 0.5
    """What a mention counts whose extractor gives no confidence."""

    @model_validator(mode="after")
    def _about_members(self) -> Self:
        if len(set(self.members)) < len(self.members):
            raise ValueError("a member is named twice")
        if strangers := sorted(set(self.weights) - set(self.members)):
            raise ValueError(f"weights for {', '.join(strangers)}, which are no members")
        if self.min_votes > len(self.members):
            raise ValueError("min_votes is more than there are members")
        return self

    def weight(self, member: str) -> float:
        """Of a member."""
        return self.weights.get(member, 1.0)

    def threshold(self, type: str) -> float | None:
        """Least confidence for a type; None: any."""
        default = 0.5 if self.vote == "weighted" else None
        return self.thresholds.get(type, self.thresholds.get("*", default))


@dataclass(slots=True)
class Candidate:
    """Mentions that count as one: of each member one at most."""

    group: str
    mentions: dict[str, Mention] = field(default_factory=dict)
    """By member."""

    def overlap(self, other: Candidate) -> float:
        """Shared characters by all those of both (of the first mention of each), from 0 to 1."""
        one, two = next(iter(self.mentions.values())), next(iter(other.mentions.values()))
        shared = min(one.end, two.end) - max(one.start, two.start)
        return max(shared, 0) / (max(one.end, two.end) - min(one.start, two.start))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a candidate."""

    mention: Mention
    """With the boundaries and type of the most confident member, and the confidence of the vote."""
    voters: tuple[str, ...]
    electorate: int
    """Members that could have given it."""
    issue: Literal["outvoted", "low-confidence"] | None = None
    """None: accepted."""


def candidates_of(given: Mapping[str, Iterable[tuple[str, Mention]]]) -> list[Candidate]:
    """Mentions by member, each with its semantic group, as candidates in order of their place.

    Equal spans of a group are one candidate; then those that overlap, the best overlap first. Mentions of one
    member stay apart, so nested ones do too.
    """
    exact: dict[object, Candidate] = {}
    for member, mentions in given.items():
        for group, mention in mentions:
            place = (group, mention.start, mention.end, mention.fragments)
            candidate = exact.setdefault((place, ""), Candidate(group))
            known = candidate.mentions.get(member)
            if known is not None and known.type != mention.type:
                candidate = exact.setdefault((place, mention.type), Candidate(group))
                known = candidate.mentions.get(member)
            if known is None or (mention.confidence or 0.0) > (known.confidence or 0.0):
                candidate.mentions[member] = mention
    return _joined(sorted(exact.values(), key=_place))


def decide(candidate: Candidate, electorate: Sequence[str], settings: EnsembleSettings) -> Verdict:
    """Whether a candidate is accepted. `electorate`: the members that answered and can give its type."""
    voters = tuple(member for member in settings.members if member in candidate.mentions)
    best = max(voters, key=lambda member: settings.weight(member) * _confidence(candidate, member, settings))
    confidence = _joint_confidence(candidate, electorate, settings)
    mention = candidate.mentions[best].model_copy(update={"confidence": confidence})
    verdict = Verdict(mention, voters, len(electorate))
    if len(voters) < max(settings.min_votes, _needed(settings.vote, len(electorate))):
        return _refused(verdict, "outvoted")
    least = settings.threshold(mention.type)
    counted = settings.unknown_confidence if confidence is None else confidence
    if least is not None and counted < least:
        return _refused(verdict, "outvoted" if settings.vote == "weighted" else "low-confidence")
    return verdict


def _refused(verdict: Verdict, issue: Literal["outvoted", "low-confidence"]) -> Verdict:
    return Verdict(verdict.mention, verdict.voters, verdict.electorate, issue)


def _needed(vote: Vote, electorate: int) -> int:
    return {"intersection": electorate, "majority": electorate // 2 + 1}.get(vote, 1)


def _joint_confidence(candidate: Candidate, electorate: Sequence[str], settings: EnsembleSettings) -> float | None:
    """The weighted mean, else the highest that a member gives, or None where none gives any."""
    if settings.vote != "weighted":
        given = [mention.confidence for mention in candidate.mentions.values() if mention.confidence is not None]
        return max(given, default=None)
    total = sum(settings.weight(member) for member in electorate)
    gained = sum(
        settings.weight(member) * _confidence(candidate, member, settings)
        for member in electorate
        if member in candidate.mentions
    )
    return min(1.0, gained / total)


def _confidence(candidate: Candidate, member: str, settings: EnsembleSettings) -> float:
    confidence = candidate.mentions[member].confidence
    return settings.unknown_confidence if confidence is None else confidence


def _joined(exact: Sequence[Candidate]) -> list[Candidate]:
    """Overlapping candidates of a group put together where no member gave both."""
    into = list(range(len(exact)))
    for _, one, two in sorted(_overlaps(exact)):
        first, second = sorted((_root(into, one), _root(into, two)))
        if first != second and exact[first].mentions.keys().isdisjoint(exact[second].mentions):
            exact[first].mentions.update(exact[second].mentions)
            into[second] = first
    return sorted((candidate for place, candidate in enumerate(exact) if into[place] == place), key=_place)


def _overlaps(exact: Sequence[Candidate]) -> Iterable[tuple[float, int, int]]:
    """Pairs of a group that share characters, as (minus their overlap, place, place). Expects them in order."""
    reaching: list[int] = []
    for place, candidate in enumerate(exact):
        start = _place(candidate)[0]
        reaching = [other for other in reaching if next(iter(exact[other].mentions.values())).end > start]
        for other in reaching:
            if exact[other].group == candidate.group:
                yield -exact[other].overlap(candidate), other, place
        reaching.append(place)


def _root(into: Sequence[int], place: int) -> int:
    while into[place] != place:
        place = into[place]
    return place


def _place(candidate: Candidate) -> tuple[int, int, str]:
    mention = next(iter(candidate.mentions.values()))
    return mention.start, mention.end, candidate.group
