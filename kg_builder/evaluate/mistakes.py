"""Every difference between gold and prediction in one document, for people to read.

A mention that has no strict counterpart is, in this order: a *type* error (the same stretch under
another type), a *boundary* error (overlapping, same type), a *type* error again (overlapping,
another type), else *missed* or *spurious*; each mention is used once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kg_builder.evaluate.excerpts import Excerpt, Mark, excerpts
from kg_builder.evaluate.facts import Facts, Triple
from kg_builder.evaluate.matching import Pair, TypedSpan, overlapping_pairs

AROUND = 40
"""Characters of context on either side."""

LONGEST = 200
"""Characters of the marked stretch that are shown, half from either end."""


class Kind(StrEnum):
    """What went wrong."""

    BOUNDARY = "boundary"
    TYPE = "type"
    MISSED = "missed"
    SPURIOUS = "spurious"
    WRONG_CONCEPT = "wrong-concept"
    """The mention was found, its ids aren't the gold ones."""
    GOLD_SPAN_CONCEPT = "gold-span-concept"
    """The normalizer, given the gold mention, gave other ids."""
    RELATION_MISSED = "relation-missed"
    RELATION_SPURIOUS = "relation-spurious"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One difference. The fields of a side that has nothing to show are empty."""

    document: str
    kind: Kind
    gold_type: str = ""
    """Entity type of the schema; predicate of a relation."""
    predicted_type: str = ""
    gold_span: tuple[int, int] | None = None
    predicted_span: tuple[int, int] | None = None
    gold_text: str = ""
    predicted_text: str = ""
    gold_ids: tuple[str, ...] = ()
    """Sorted; of a relation, subject and object."""
    predicted_ids: tuple[str, ...] = ()
    context: str = ""
    """On one line, what it is about in double brackets."""
    excerpts: tuple[Excerpt, ...] = field(default=(), compare=False)
    """The text around it, for pages on which it is marked."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document's id and text, from which mistakes are described."""

    document: str
    text: str

    def mistakes(
        self,
        gold: Facts,
        predicted: Facts,
        strict: Collection[Pair],
        relinked: Mapping[TypedSpan, frozenset[str]],
    ) -> Iterator[Mistake]:
        """All of them. Links are left out of a document without gold ids: there is nothing to compare with."""
        yield from self.mentions(gold, predicted, strict)
        if any(gold.mentions.values()):
            yield from self.links(gold, predicted, strict)
            yield from self.gold_span_links(gold, relinked)
        yield from self.relations(gold, predicted)

    def mentions(self, gold: Facts, predicted: Facts, strict: Collection[Pair]) -> Iterator[Mistake]:
        """Mentions without a strict counterpart."""
        left = set(gold.mentions) - {span for span, _ in strict}
        right = set(predicted.mentions) - {span for _, span in strict}
        for kind, pairs in _paired(left, right):
            for span, answer in pairs:
                left.discard(span)
                right.discard(answer)
                yield self._mention(kind, span, answer, gold.mentions[span], predicted.mentions[answer])
        for span in sorted(left):
            yield self._mention(Kind.MISSED, span, None, gold.mentions[span], ())
        for answer in sorted(right):
            yield self._mention(Kind.SPURIOUS, None, answer, (), predicted.mentions[answer])

    def links(self, gold: Facts, predicted: Facts, strict: Collection[Pair]) -> Iterator[Mistake]:
        """Mentions that were found and linked otherwise, an unlinked one among them."""
        for span, answer in strict:
            ids, given = gold.mentions[span], predicted.mentions[answer]
            if ids != given:
                yield self._mention(Kind.WRONG_CONCEPT, span, answer, ids, given)

    def gold_span_links(self, gold: Facts, given: Mapping[TypedSpan, frozenset[str]]) -> Iterator[Mistake]:
        """Linked gold mentions to which the normalizer gave other ids."""
        for span, ids in sorted(gold.mentions.items()):
            if ids and given.get(span) != ids:
                yield self._mention(Kind.GOLD_SPAN_CONCEPT, span, None, ids, given.get(span, ()))

    def relations(self, gold: Facts, predicted: Facts) -> Iterator[Mistake]:
        """Relations stated on one side only, shown where their ends stand closest."""
        for triple in sorted(gold.relations - predicted.relations):
            text, place, marked = self._statement(triple, gold.mentions)
            yield Mistake(
                self.document,
                Kind.RELATION_MISSED,
                gold_type=triple[1],
                gold_span=place,
                gold_text=text,
                gold_ids=(triple[0], triple[2]),
                context=self._context(place),
                excerpts=marked,
            )
        for triple in sorted(predicted.relations - gold.relations):
            text, place, marked = self._statement(triple, predicted.mentions)
            yield Mistake(
                self.document,
                Kind.RELATION_SPURIOUS,
                predicted_type=triple[1],
                predicted_span=place,
                predicted_text=text,
                predicted_ids=(triple[0], triple[2]),
                context=self._context(place),
                excerpts=marked,
            )

    def _mention(
        self,
        kind: Kind,
        gold: TypedSpan | None,
        predicted: TypedSpan | None,
        gold_ids: Collection[str],
        predicted_ids: Collection[str],
    ) -> Mistake:
        places = [span for span in (gold, predicted) if span]
        around = min(span.start for span in places), max(span.end for span in places)
        marks = [Mark(*part, "gold") for part in (gold.parts if gold else ())]
        marks += (Mark(*part, "predicted") for part in (predicted.parts if predicted else ()))
        return Mistake(
            document=self.document,
            kind=kind,
            gold_type=gold.type if gold else "",
            predicted_type=predicted.type if predicted else "",
            gold_span=(gold.start, gold.end) if gold else None,
            predicted_span=(predicted.start, predicted.end) if predicted else None,
            gold_text=self._surface(gold),
            predicted_text=self._surface(predicted),
            gold_ids=tuple(sorted(gold_ids)),
            predicted_ids=tuple(sorted(predicted_ids)),
            context=self._context(around),
            excerpts=excerpts(self.text, marks),
        )

    def _surface(self, span: TypedSpan | None) -> str:
        if span is None:
            return ""
        return one_line(" … ".join(self.text[start:end] for start, end in span.parts))

    def _context(self, place: tuple[int, int] | None) -> str:
        if place is None:
            return ""
        start, end = place
        before, marked, after = self.text[max(0, start - AROUND) : start], self.text[start:end], self.text[end:]
        if len(marked) > LONGEST:
            marked = f"{marked[: LONGEST // 2]} … {marked[-LONGEST // 2 :]}"
        return one_line(f"{before}[[{marked}]]{after[:AROUND]}")

    def _statement(
        self, triple: Triple, mentions: Mapping[TypedSpan, frozenset[str]]
    ) -> tuple[str, tuple[int, int] | None, tuple[Excerpt, ...]]:
        """A relation in the words of the document, and the shortest stretch that holds both ends, which are marked."""
        subjects = [span for span, ids in mentions.items() if triple[0] in ids]
        objects = [span for span, ids in mentions.items() if triple[2] in ids]
        pairs = [(source, target) for source in subjects for target in objects]
        if not pairs:
            return f"{triple[0]} → {triple[2]}", None, ()
        source, target = min(pairs, key=_reach)
        place = min(source.start, target.start), max(source.end, target.end)
        marks = [Mark(*part, "subject") for part in source.parts] + [Mark(*part, "object") for part in target.parts]
        return f"{self._surface(source)} → {self._surface(target)}", place, excerpts(self.text, marks)


def one_line(text: str) -> str:
    """Text without line breaks, tabs and unprintable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _paired(left: set[TypedSpan], right: set[TypedSpan]) -> Iterator[tuple[Kind, list[Pair]]]:
    """Pairs of mentions that are about the same text; the caller takes those paired out of both sets."""
    outlines = {(span.start, span.end, span.fragments): span for span in sorted(right)}
    same = [(span, (span.start, span.end, span.fragments)) for span in sorted(left)]
    yield Kind.TYPE, [(span, outlines.pop(outline)) for span, outline in same if outline in outlines]
    types = sorted({span.type for span in left} & {span.type for span in right})
    yield (
        Kind.BOUNDARY,
        [
            pair
            for label in types
            for pair in overlapping_pairs(
                [span for span in left if span.type == label], [span for span in right if span.type == label]
            )
        ],
    )
    yield Kind.TYPE, overlapping_pairs(left, right)


def _reach(pair: tuple[TypedSpan, TypedSpan]) -> tuple[int, int]:
    """Length of the stretch that holds both, then where it starts."""
    first, second = pair
    start = min(first.start, second.start)
    return max(first.end, second.end) - start, start
