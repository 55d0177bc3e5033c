"""Which predicted spans answer which gold spans.

Strict: same type, start and end, and the same fragments where both are discontinuous. Relaxed: same
type and a character in common, each span used once, as many pairs as can be made (a maximum
matching), so that one long prediction over two gold mentions is worth one of them, not two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from typing import NamedTuple


class TypedSpan(NamedTuple):
    """Where a mention stands and what it is; mentions that agree in all of it count once."""

    type: str
    start: int
    end: int
    fragments: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """Its stretches of text."""
        return self.fragments or ((self.start, self.end),)


Pair = tuple[TypedSpan, TypedSpan]
"""(gold, predicted)."""


def overlap(left: TypedSpan, right: TypedSpan) -> bool:
    """Whether the two share a character."""
    if left.start >= right.end or right.start >= left.end:
        return False
    return any(a < d and c < b for a, b in left.parts for c, d in right.parts)


def strict_pairs(gold: Collection[TypedSpan], predicted: Collection[TypedSpan]) -> list[Pair]:
    """Pairs of equal spans, in order; a discontinuous span also answers its whole stretch, if that is left over."""
    pairs = [(span, span) for span in set(gold) & set(predicted)]
    rest = _by_outline(set(predicted) - set(gold))
    for span in sorted(set(gold) - set(predicted)):
        for other in rest.get(span[:3], ()):
            if not (span.fragments and other.fragments):
                pairs.append((span, other))
                rest[span[:3]].remove(other)
                break
    return sorted(pairs)


def relaxed_pairs(gold: Collection[TypedSpan], predicted: Collection[TypedSpan]) -> list[Pair]:
    """A maximum matching of overlapping spans of the same type, in order."""
    return [
        pair
        for label in sorted({span.type for span in gold})
        for pair in overlapping_pairs(
            [span for span in gold if span.type == label], [span for span in predicted if span.type == label]
        )
    ]


def overlapping_pairs(gold: Collection[TypedSpan], predicted: Collection[TypedSpan]) -> list[Pair]:
    """A maximum matching of overlapping spans, whatever their types, in order."""
    left, right = _by_place(gold), _by_place(predicted)
    matched = maximum_matching(_candidates(left, right), len(right))
    return sorted((left[i], right[j]) for i, j in matched.items())


def maximum_matching(candidates: Sequence[Sequence[int]], size: int) -> dict[int, int]:
    """Left to right of a maximum bipartite matching; ``candidates[left]`` lists the rights, best first.

    Berge's augmenting paths, one breadth-first search a left node: spans of one document give small
    graphs, and no recursion limits the length of a chain of overlaps.
    """
    owner = [-1] * size
    matched: dict[int, int] = {}
    for root in range(len(candidates)):
        reached_from: dict[int, int] = {}
        queue = deque([root])
        while queue:
            left = queue.popleft()
            free = None
            for right in candidates[left]:
                if right not in reached_from:
                    reached_from[right] = left
                    if owner[right] < 0:
                        free = right
                        break
                    queue.append(owner[right])
            if free is not None:
                _augment(free, reached_from, owner, matched)
                break
    return matched


def _augment(right: int, reached_from: dict[int, int], owner: list[int], matched: dict[int, int]) -> None:
    """Flip the path that ends in a free right node."""
    while True:
        left = reached_from[right]
        previous = matched.get(left)
        owner[right], matched[left] = left, right
        if previous is None:
            return
        right = previous


def _candidates(left: Sequence[TypedSpan], right: Sequence[TypedSpan]) -> list[list[int]]:
    """For each left span the overlapping right ones, those with the most text in common first."""
    found: list[list[int]] = []
    first = 0
    longest = max((span.end - span.start for span in right), default=0)
    for span in left:
        while first < len(right) and right[first].start + longest <= span.start:
            first += 1
        shared: list[tuple[int, int]] = []
        for index in range(first, len(right)):
            if right[index].start >= span.end:
                break
            if overlap(span, right[index]):
                common = min(span.end, right[index].end) - max(span.start, right[index].start)
                shared.append((-common, index))
        found.append([index for _, index in sorted(shared)])
    return found


def _by_place(spans: Collection[TypedSpan]) -> list[TypedSpan]:
    return sorted(set(spans), key=lambda span: (span.start, span.end, span))


def _by_outline(spans: Collection[TypedSpan]) -> dict[tuple[str, int, int], list[TypedSpan]]:
    outlines: dict[tuple[str, int, int], list[TypedSpan]] = {}
    for span in sorted(spans):
        outlines.setdefault(span[:3], []).append(span)
    return outlines
