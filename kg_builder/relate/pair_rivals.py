"""A pair beside the other pairs of its page, by their first scores: rivals, kin in the tree, list mates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp, fsum

from kg_builder.relate.pair_features import is_narrower
from kg_builder.relate.pairs import Group, Page

RIVAL_FEATURES = (
    *("first score", "best of subject", "best of object", "best of page", "better of subject", "better of object"),
    *("narrower object's best", "broader object's best", "narrower subject's best", "broader subject's best"),
    *("expected of subject", "expected of object", "expected of page", "lead over page"),
    *("listed subjects' best", "listed subjects", "listed objects' best", "listed objects"),
)

_NONE = -8.0
"""Score that stands for no rival."""
_HIGHEST = 9.0
_LIST_WORDS = frozenset([",", "and", "or", "/", "(", ")", "&", "+", "plus"])
_LONGEST_LINK = 2
"""Words between two items of a list."""

Key = tuple[str, str]


def rival_values(page: Page, scores: Mapping[Key, float], trees: Mapping[str, Sequence[str]]) -> list[list[float]]:
    """For each pair (subjects outside, objects inside) the values in order of `RIVAL_FEATURES`; scores: log odds."""
    scores = {key: min(max(score, -_HIGHEST), _HIGHEST) for key, score in scores.items()}
    shares = {key: 1 / (1 + exp(-score)) for key, score in scores.items()}
    subjects, objects = ([group.key for group in groups] for groups in (page.subjects, page.objects))
    subject_kin, object_kin = _Kin(subjects, trees), _Kin(objects, trees)
    mates = _list_mates(page.tokens, page.subjects), _list_mates(page.tokens, page.objects)
    ordered = sorted(scores.values(), reverse=True)[:2]
    expected = fsum(shares.values())
    found = []
    for subject in subjects:
        for object_ in objects:
            score, share = scores[subject, object_], shares[subject, object_]
            row = {other: scores[subject, other] for other in objects if other != object_}
            column = {other: scores[other, object_] for other in subjects if other != subject}
            best = _NONE if len(scores) == 1 else ordered[1] if score == ordered[0] else ordered[0]
            listed = [column[key] for key in mates[0].get(subject, ()) if key in column]
            listed_objects = [row[key] for key in mates[1].get(object_, ()) if key in row]
            found.append(
                [
                    score,
                    max(row.values(), default=_NONE),
                    max(column.values(), default=_NONE),
                    best,
                    float(sum(other > score for other in row.values())),
                    float(sum(other > score for other in column.values())),
                    max((row[key] for key in object_kin.narrower[object_]), default=_NONE),
                    max((row[key] for key in object_kin.broader[object_]), default=_NONE),
                    max((column[key] for key in subject_kin.narrower[subject]), default=_NONE),
                    max((column[key] for key in subject_kin.broader[subject]), default=_NONE),
                    fsum(shares[subject, other] for other in row),
                    fsum(shares[other, object_] for other in column),
                    expected - share,
                    score - best,
                    max(listed, default=_NONE),
                    float(len(listed)),
                    max(listed_objects, default=_NONE),
                    float(len(listed_objects)),
                ]
            )
    return found


class _Kin:
    """For each concept those below and above it."""

    def __init__(self, keys: Sequence[str], trees: Mapping[str, Sequence[str]]) -> None:
        self.narrower: dict[str, list[str]] = {key: [] for key in keys}
        self.broader: dict[str, list[str]] = {key: [] for key in keys}
        known = [key for key in keys if trees.get(key)]
        for one in known:
            for other in known:
                if one != other and is_narrower(trees[one], trees[other]):
                    self.broader[one].append(other)
                    self.narrower[other].append(one)


def _list_mates(tokens: Sequence[str], groups: Sequence[Group]) -> dict[str, set[str]]:
    """The concepts that stand in one list with each."""
    mates: defaultdict[str, set[str]] = defaultdict(set)
    spots = sorted((place.token, group.key) for group in groups for place in group.places)
    run: list[str] = []
    last = 0
    for token, key in spots:
        between = tokens[last + 1 : token]
        if run and not (token - last <= _LONGEST_LINK + 1 and _LIST_WORDS.issuperset(between)):
            run = []
        for other in run:
            if other != key:
                mates[other].add(key)
                mates[key].add(other)
        run.append(key)
        last = token
    return mates
