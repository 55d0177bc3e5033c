"""The shipped weights, and how they score the pairs of a page.

Two stages for each predicate. The first is linear: weights of words (``words.tsv.xz``) and of numbers
(``relations.json``), for pairs and, apart, for either end's role. The second, an ONNX graph, sees the
numbers, the first stage's sums, how the pair stands among its rivals and the roles of its ends, and gives
the probability, calibrated.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import fsum
from typing import TYPE_CHECKING, Any, Protocol

from kg_builder.errors import ModelError
from kg_builder.onnx_sessions import open_session
from kg_builder.records import RelationMention
from kg_builder.relate.linear_stage import LinearStage
from kg_builder.relate.pair_features import FEATURES, Key, PairValues, pair_values
from kg_builder.relate.pair_priors import Priors, read_priors
from kg_builder.relate.pair_rivals import RIVAL_FEATURES, rival_values
from kg_builder.relate.pair_roles import ROLE_FEATURES, End, end_prior, families, page_ends, role_values
from kg_builder.relate.pair_words import FAMILIES, group_words, pair_words
from kg_builder.relate.pairs import Page
from kg_builder.relate.sentence_view import OBJECT, SUBJECT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DESCRIPTION, WORDS, PRIORS = "relations.json", "words.tsv.xz", "priors.tsv.xz"
SUMS = (*(f"words: {family}" for family in FAMILIES), "words: all", "first score with numbers")
"""What the first stage adds to the numbers."""
COLUMNS = (*FEATURES, *SUMS, *RIVAL_FEATURES, *ROLE_FEATURES)
"""What the second stage sees of a pair."""

_HINT = "Install the package again, or name a folder that `kg-builder train relations` wrote."


class SecondStage(Protocol):
    """Calibrated probabilities of rows in the order of `COLUMNS`."""

    def __call__(self, rows: Floats) -> Floats:
        """One probability a row."""
        ...


@dataclass(frozen=True, slots=True)
class RoleStage:
    """What scores the concepts of one role for one predicate."""

    linear: LinearStage
    priors: Priors


@dataclass(frozen=True, slots=True)
class PredicateModel:
    """What scores the pairs for one predicate."""

    roles: Mapping[str, RoleStage]
    """By role."""
    first: LinearStage
    second: SecondStage
    priors: Priors
    threshold: float
    """Least probability of a pair that is stated; chosen on held-out parts of the training documents."""


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair with its probability for each predicate."""

    pair: PairValues
    probabilities: Mapping[str, float]


def page_words(
    page: Page, pairs: Sequence[PairValues], trees: Mapping[str, Sequence[str]]
) -> list[dict[str, set[str]]]:
    """The word features of all pairs of a page."""
    ends = {id(group): group_words(page, group, trees.get(group.key, ())) for group in (*page.subjects, *page.objects)}
    return [{**pair_words(page, one.near), **ends[id(one.subject)], **ends[id(one.object)]} for one in pairs]


def with_sums(
    first: LinearStage,
    page: Page,
    values: Floats,
    words: Sequence[Mapping[str, Collection[str]]],
    trees: Mapping[str, Sequence[str]],
) -> Floats:
    """`COLUMNS` but for the roles, from the numbers of all pairs of a page and their words."""
    import numpy as np

    sums = np.array(first.sums(words)).reshape(len(words), len(FAMILIES))
    totals = sums.sum(axis=1)
    scores = totals + first.numbers(values)
    return np.column_stack([values, sums, totals, scores, rivals(page, scores, trees)])


def end_scores(
    roles: Mapping[str, LinearStage], ends: Sequence[End], values: Sequence[Sequence[float]]
) -> dict[tuple[str, str], float]:
    """Log odds of each concept's role; `values`: its numbers and prior."""
    import numpy as np

    found = {}
    for role, stage in roles.items():
        places = [place for place, end in enumerate(ends) if end.role == role]
        numbers = stage.numbers(np.array([values[place] for place in places])).tolist()
        sums = stage.sums([ends[place].words for place in places])
        for place, number, row in zip(places, numbers, sums, strict=True):
            found[role, ends[place].key] = number + fsum(row)
    return found


def rivals(page: Page, scores: Floats, trees: Mapping[str, Sequence[str]]) -> Floats:
    """The rivals' columns from the first scores of all pairs of a page."""
    import numpy as np

    keys = ((subject.key, object_.key) for subject in page.subjects for object_ in page.objects)
    by_key: dict[Key, float] = dict(zip(keys, scores.tolist(), strict=True))
    return np.array(rival_values(page, by_key, trees)).reshape(len(scores), len(RIVAL_FEATURES))


class PairModel:
    """Scores all pairs of a page for each predicate that it was trained on."""

    def __init__(self, predicates: Mapping[str, PredicateModel]) -> None:
        self.predicates = predicates

    def score(
        self,
        page: Page,
        statements: Mapping[Key, Sequence[RelationMention]],
        trees: Mapping[str, Sequence[str]],
        predicates: Iterable[str],
    ) -> list[ScoredPair]:
        """All pairs, subjects outside, objects inside. `statements`: of the cues; `trees`: tree numbers, by key."""
        import numpy as np

        pairs = pair_values(page, statements, trees)
        words = page_words(page, pairs, trees)
        ends = page_ends(pairs, words)
        found: list[dict[str, float]] = [{} for _ in pairs]
        plain = [one.values for one in pairs]
        for name in predicates:
            model = self.predicates[name]
            known = [model.priors.values((one.subject.key, one.object.key)) for one in pairs]
            values = np.array([[*row, *prior] for row, prior in zip(plain, known, strict=True)])
            scores = end_scores(
                {role: stage.linear for role, stage in model.roles.items()},
                ends,
                [[*end.values, *end_prior(model.roles[end.role].priors, end.prior_key)] for end in ends],
            )
            rows = np.column_stack([with_sums(model.first, page, values, words, trees), role_values(pairs, scores)])
            for probabilities, value in zip(found, model.second(rows).tolist(), strict=True):
                probabilities[name] = value
        return [ScoredPair(pair, probabilities) for pair, probabilities in zip(pairs, found, strict=True)]


def shipped_folder() -> Traversable:
    """Where the package keeps its own model."""
    return files("kg_builder.models").joinpath("relations")


def model_version(folder: Traversable) -> str:
    """Name and short hash of the model in a folder, for provenance. Raises ModelError."""
    return str(_description(folder)["version"])


def read_pair_model(folder: Traversable) -> PairModel:
    """The model of a folder that the training wrote. Raises ModelError."""
    described = _description(folder)
    try:
        words, priors = (_table(folder.joinpath(name).read_bytes()) for name in (WORDS, PRIORS))
        predicates = {}
        for name, row in described["predicates"].items():
            roles = {
                role: RoleStage(
                    _linear(row["roles"][role], words.get(f"{name} {role}", ()), families(role)),
                    read_priors(priors.get(f"{name} {role}", ())),
                )
                for role in (SUBJECT, OBJECT)
            }
            first = _linear(row, words.get(name, ()), FAMILIES)
            second = OnnxStage(folder.joinpath(f"{name}.onnx").read_bytes())
            known, threshold = read_priors(priors[name]), float(row["threshold"])
            predicates[name] = PredicateModel(roles, first, second, known, threshold)
    except (OSError, ValueError, KeyError, lzma.LZMAError) as error:
        raise ModelError("the relation model's files can't be read", hint=_HINT) from error
    return PairModel(predicates)


def _description(folder: Traversable) -> dict[str, Any]:
    try:
        described: dict[str, Any] = json.loads(folder.joinpath(DESCRIPTION).read_bytes())
        columns = described["columns"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the relation model's {DESCRIPTION} can't be read", hint=_HINT) from error
    if columns != list(COLUMNS):
        message = "the relation model was trained on other features than this version of the package computes"
        raise ModelError(message, hint="Train it again with this version, or install the version it was made with.")
    return described


def _table(packed: bytes) -> dict[str, list[str]]:
    """Lines by their first column: the predicate, or predicate and role."""
    lines: dict[str, list[str]] = {}
    for line in lzma.decompress(packed).decode("utf-8").splitlines():
        predicate, _, rest = line.partition("\t")
        lines.setdefault(predicate, []).append(rest)
    return lines


def _linear(row: Mapping[str, Any], lines: Iterable[str], names: Sequence[str]) -> LinearStage:
    import numpy as np

    words: dict[str, dict[str, float]] = {family: {} for family in names}
    for line in lines:
        family, feature, weight = line.split("\t")
        words[family][feature] = float(weight)
    mean, scale, weights = (np.array(row[part], dtype=np.float64) for part in ("mean", "scale", "weights"))
    return LinearStage(words, mean, scale, weights, float(row["intercept"]))


class OnnxStage:
    """A second stage run by ONNX Runtime on one thread: the batches are small."""

    def __init__(self, graph: bytes) -> None:
        self._session = open_session(graph, threads=1)

    def __call__(self, rows: Floats) -> Floats:
        """One probability a row."""
        import numpy as np

        (found,) = self._session.run(None, {"pairs": rows.astype(np.float32)})
        flat: Floats = np.asarray(found, dtype=np.float64).reshape(-1)
        return flat
