"""From what a model claims to a relation between two mentions of the text, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from kg_builder.records import Assertion, Issue, Mention, Provenance, Reject, RelationMention
from kg_builder.relate.prompted.named_ends import NamedEnds
from kg_builder.schema import RelationType, Schema
from kg_builder.text.sentences import sentence_at

_UNCERTAIN = (Assertion.NEGATED, Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.POSSIBLE, Assertion.HISTORICAL)
_SAID = frozenset([Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL])

Span = tuple[int, int]
Pair = tuple[Mention, Mention]


@dataclass(frozen=True, slots=True)
class Claim:
    """A relation as a model states it."""

    subject: str
    predicate: str
    object: str
    evidence: Span | None = None
    """What it quotes, half-open offsets in the text; None: nothing, or nothing that is there."""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What claims about a text, or a chunk of it, are held against. All offsets are the whole text's."""

    schema: Schema
    ends: NamedEnds
    sentences: Sequence[Span]
    stated: Sequence[RelationMention]
    """What cue words state there: they know of negation and doubt."""
    provenance: Provenance

    def settle(self, claim: Claim) -> RelationMention | Reject:
        """The relation, with the ends and the sentence that show it best."""
        kind = self.schema.relation(claim.predicate)
        if kind is None:
            return _reject(claim, _unknown_predicate(claim, self.schema))
        subjects, objects = self.ends.find(claim.subject), self.ends.find(claim.object)
        for name, found in ((claim.subject, subjects), (claim.object, objects)):
            if not found:
                return _reject(claim, _not_a_mention(name))
        pairs = [
            (subject, object_)
            for subject, object_ in product(subjects, objects)
            if subject.type in kind.subject and object_.type in kind.object
        ]
        if not pairs:
            return _reject(claim, _wrong_end(claim, kind, subjects, objects))
        return self._best(claim, kind, pairs)

    def _best(self, claim: Claim, kind: RelationType, pairs: Sequence[Pair]) -> RelationMention:
        told = self._told(claim, kind, pairs)
        subject, object_ = (told.subject, told.object) if told else min(pairs, key=lambda pair: self._rank(pair, claim))
        return RelationMention(
            subject=subject,
            predicate=kind.name,
            object=object_,
            sentence=told.sentence if told else self._sentence(subject, object_),
            cue=told.cue if told else None,
            confidence=claim.confidence,
            assertion=told.assertion if told else said_of_ends(subject, object_, kind),
            provenance=self.provenance,
        )

    def _told(self, claim: Claim, kind: RelationType, pairs: Sequence[Pair]) -> RelationMention | None:
        """What cue words say of one of the pairs: where the model's quotation is, else where they are surest."""
        keys = {(subject.key, object_.key) for subject, object_ in pairs}
        told = [one for one in self.stated if one.predicate == kind.name and (one.subject.key, one.object.key) in keys]
        quoted = [one for one in told if claim.evidence and _within(claim.evidence, one.subject, one.object)]
        if claim.evidence and not quoted and any(_within(claim.evidence, *pair) for pair in pairs):
            return None
        return min(quoted or told, key=_cue_rank, default=None)

    def _rank(self, pair: Pair, claim: Claim) -> tuple[bool, bool, bool, int, int]:
        """Smaller is better: quoted by the model, not denied, in one sentence, near to one another, early."""
        subject, object_ = pair
        return (
            claim.evidence is None or not _within(claim.evidence, subject, object_),
            not {subject.assertion, object_.assertion} <= _SAID,
            self._sentence(subject, object_) != self._sentence(subject, subject),
            max(subject.start, object_.start) - min(subject.end, object_.end),
            min(subject.start, object_.start),
        )

    def _sentence(self, subject: Mention, object_: Mention) -> Span:
        return sentence_at(self.sentences, min(subject.start, object_.start), max(subject.end, object_.end))


def said_of_ends(subject: Mention, object_: Mention, kind: RelationType) -> Assertion:
    """What the assertions of its ends make of a relation. Treatments hold where the disease is in doubt or past too."""
    said = {subject.assertion, object_.assertion}
    if kind.biolink == "biolink:treats" and object_.assertion in _SAID:
        said = {subject.assertion}
    return next((one for one in _UNCERTAIN if one in said), Assertion.PRESENT)


def without_repeats(relations: Iterable[RelationMention]) -> list[RelationMention]:
    """The first of those that say the same of the same two mentions."""
    found: dict[object, RelationMention] = {}
    for one in relations:
        found.setdefault((one.subject.key, one.predicate, one.object.key), one)
    return list(found.values())


def _within(span: Span, subject: Mention, object_: Mention) -> bool:
    return span[0] <= min(subject.start, object_.start) and max(subject.end, object_.end) <= span[1]


def _cue_rank(told: RelationMention) -> tuple[bool, float, int, int]:
    return told.assertion not in _SAID, -(told.confidence or 0.0), told.sentence[0], told.subject.start


def _unknown_predicate(claim: Claim, schema: Schema) -> Issue:
    names = ", ".join(kind.name for kind in schema.relations) or "none"
    return Issue(code="unknown-predicate", message=f"'{claim.predicate}' is not a relation; there are: {names}.")


def _not_a_mention(name: str) -> Issue:
    return Issue(code="not-in-text", message=f"'{name}' is not among the entities; copy both ends from their list.")


def _wrong_end(claim: Claim, kind: RelationType, subjects: Sequence[Mention], objects: Sequence[Mention]) -> Issue:
    for end, name, found, allowed in (
        ("subject", claim.subject, subjects, kind.subject),
        ("object", claim.object, objects, kind.object),
    ):
        if not any(mention.type in allowed for mention in found):
            message = f"The {end} of {kind.name} must be {' or '.join(allowed)}; '{name}' is {found[0].type}."
            return Issue(code="end-type", message=message)
    raise AssertionError("called only where no pair fits")


def _reject(claim: Claim, issue: Issue) -> Reject:
    start, end = claim.evidence or (None, None)
    text = f"{claim.subject} | {claim.object}"
    return Reject(kind="relation", type=claim.predicate, start=start, end=end, text=text, issues=(issue,))
