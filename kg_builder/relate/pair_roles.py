"""What a concept does in the document, whichever the other end: whether this chemical causes, this disease results.

Learned from the concepts of the annotated pairs; the scores of both ends are columns of a pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p

from kg_builder.relate.pair_features import FEATURES, Key, PairValues
from kg_builder.relate.pair_priors import Priors
from kg_builder.relate.pair_words import BETWEEN, CONTEXT, NAME, TITLE, TREE
from kg_builder.relate.sentence_view import OBJECT, SUBJECT

ROLE_FEATURES = (
    *("role of subject", "role of object", "lesser role", "sum of roles", "subject's lead", "object's lead"),
    *("better subjects", "better objects"),
)
"""What the scores of both ends add to a pair."""

KINDS = (BETWEEN, TITLE, CONTEXT, NAME, TREE)
"""Word families of an end; the first two are those of its pairs."""

_NONE = -6.0
"""Score that stands for no other concept."""
_PLACES = {name: place for place, name in enumerate(FEATURES)}
_PAGE = [_PLACES[name] for name in ("subjects", "objects", "sentences", "tokens")]
_MOST = [
    _PLACES[name]
    for name in (
        *("harm cue", "harm cues", "harm cues together", "benefit cue", "benefit cues", "denied"),
        *("harm cue in title", "benefit cue in title", "in title together", "both in title", "sentences together"),
        *("nearest subject", "nearest object", "last subject before", "last object before"),
        "together in last sentence",
    )
]
_SUMMED = [_PLACES[name] for name in ("harm cue", "benefit cue", "sentences together")]
_LEAST = [_PLACES[name] for name in ("distance", "sentences apart", "tokens apart")]
_ORDER = _PLACES["order"]
_OF_ROLE = {
    role: [_PLACES[name] for name in FEATURES if name.startswith(f"{word}: ")]
    + [_PLACES[name] for name in (f"narrower {word}s", f"broader {word}s", f"depth of {word}")]
    for role, word in ((SUBJECT, "subject"), (OBJECT, "object"))
}


@dataclass(frozen=True, slots=True)
class End:
    """One concept of a page, described from all its pairs."""

    role: str
    key: str
    values: list[float]
    words: Mapping[str, set[str]]
    """By family: `KINDS`, those of one end under their own names."""
    pairs: Sequence[int]
    """Places of its pairs."""

    @property
    def prior_key(self) -> Key:
        """Under which `Priors` count it."""
        return (self.key, "") if self.role == SUBJECT else ("", self.key)


def families(role: str) -> tuple[str, ...]:
    """Word families of the ends of a role."""
    return tuple(kind if kind in (BETWEEN, TITLE) else f"{role} {kind}" for kind in KINDS)


def page_ends(pairs: Sequence[PairValues], words: Sequence[Mapping[str, set[str]]]) -> list[End]:
    """All concepts of a page's pairs, in order of first pair, subjects and objects mixed."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(pairs):
        places.setdefault((SUBJECT, one.subject.key), []).append(place)
        places.setdefault((OBJECT, one.object.key), []).append(place)
    return [_end(*key, inside, pairs, words) for key, inside in places.items()]


def end_prior(priors: Priors, key: Key, document_id: str | None = None) -> list[float]:
    """How often a concept was an end of a related pair, without what the named document added."""
    yes, no = priors.counts(key, document_id)
    return [log((yes + 0.5) / (no + 1.0)), log1p(yes + no)]


def role_values(pairs: Sequence[PairValues], scores: Mapping[tuple[str, str], float]) -> list[list[float]]:
    """For each pair the values in order of `ROLE_FEATURES`; `scores`: log odds by role and key."""
    by_role = {
        role: {key: score for (kind, key), score in scores.items() if kind == role} for role in (SUBJECT, OBJECT)
    }
    found = []
    for one in pairs:
        subject, object_ = by_role[SUBJECT][one.subject.key], by_role[OBJECT][one.object.key]
        others = [score for key, score in by_role[SUBJECT].items() if key != one.subject.key]
        other_objects = [score for key, score in by_role[OBJECT].items() if key != one.object.key]
        found.append(
            [
                subject,
                object_,
                min(subject, object_),
                subject + object_,
                subject - max(others, default=_NONE),
                object_ - max(other_objects, default=_NONE),
                float(sum(score > subject for score in others)),
                float(sum(score > object_ for score in other_objects)),
            ]
        )
    return found


def _end(
    role: str,
    key: str,
    inside: Sequence[int],
    pairs: Sequence[PairValues],
    words: Sequence[Mapping[str, set[str]]],
) -> End:
    rows = [pairs[place].values for place in inside]
    first, columns = rows[0], list(zip(*rows, strict=True))
    order = columns[_ORDER]
    values = [
        *(first[place] for place in _PAGE),
        *(first[place] for place in _OF_ROLE[role]),
        *(max(columns[place]) for place in _MOST),
        *(sum(columns[place]) for place in _SUMMED),
        *(min(columns[place]) for place in _LEAST),
        float(sum(value > 0 for value in order)),
        float(sum(value < 0 for value in order)),
    ]
    features = {family: words[inside[0]][family] for family in families(role)[2:]}
    for family in (BETWEEN, TITLE):
        features[family] = set().union(*(words[place][family] for place in inside))
    return End(role, key, values, features, inside)
