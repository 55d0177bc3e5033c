"""Mistakes as a page shows them: by kind, with what the gold says and what was found marked in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kg_builder.evaluate.kept_mistakes import KeptMistakes
from kg_builder.evaluate.mistake_counts import type_of
from kg_builder.evaluate.mistakes import Kind, Mistake
from kg_builder.html.highlight import Highlight, highlighted

if TYPE_CHECKING:
    from markupsafe import Markup

    from kg_builder.evaluate.excerpts import Excerpt, Mark

NameOf = Callable[[str], str | None]
"""A concept's name by its id; None: not known."""

FORMS = 10
"""Commonest surface forms that are shown of each kind."""

ABOUT = {
    Kind.BOUNDARY: ("Boundary", "Found with the right type, but with other ends than the gold mention has."),
    Kind.TYPE: ("Type", "Found in that place, but as something else than the gold says."),
    Kind.MISSED: ("Missed", "Gold mentions where nothing was found."),
    Kind.SPURIOUS: ("Spurious", "Found where the gold has nothing."),
    Kind.WRONG_CONCEPT: ("Wrong concept", "Found as the gold has it, but linked to something else, or to nothing."),
    Kind.GOLD_SPAN_CONCEPT: (
        "Wrong concept, gold mentions given",
        "The linker was given the gold mention and linked it to something else, or to nothing.",
    ),
    Kind.RELATION_MISSED: ("Relation missed", "Relations of the gold that weren't found."),
    Kind.RELATION_SPURIOUS: ("Relation spurious", "Relations that were found and aren't in the gold."),
}
"""Heading and explanation of each kind."""

_OF_CONCEPTS = {Kind.WRONG_CONCEPT, Kind.GOLD_SPAN_CONCEPT, Kind.RELATION_MISSED, Kind.RELATION_SPURIOUS}


class Side(NamedTuple):
    """What one side says."""

    who: str
    """``gold`` or ``found``."""
    type: str
    text: str
    concepts: tuple[tuple[str, str | None], ...]
    """(id, name)."""


class Shown(NamedTuple):
    """One mistake."""

    document: str
    type: int
    """Number of its type or predicate, for the filter."""
    text: Markup
    """Of the document, marked."""
    sides: tuple[Side, ...]


class Group(NamedTuple):
    """The mistakes of a kind."""

    kind: Kind
    heading: str
    about: str
    total: int
    shown: Sequence[Shown]
    forms: Sequence[tuple[str, str, int]]
    """(type, surface form, how often), the commonest first."""


def labels(kept: KeptMistakes) -> list[str]:
    """Types and predicates that mistakes are about, in order."""
    return sorted({label for _, label in kept.totals})


def groups(kept: KeptMistakes, name_of: NameOf) -> Iterator[Group]:
    """Kinds that came, each with its mistakes in order of the corpus."""
    numbers = {label: number for number, label in enumerate(labels(kept))}
    for kind in kept.kinds:
        shown = [_shown(mistake, numbers[type_of(mistake)], name_of) for mistake in kept.kept[kind]]
        forms = [(label, text, count) for found, label, text, count in kept.surfaces.rows() if found is kind]
        yield Group(kind, *ABOUT[kind], kept.total(kind), shown, [row for row in forms if row[2] > 1][:FORMS])


def _shown(mistake: Mistake, number: int, name_of: NameOf) -> Shown:
    return Shown(mistake.document, number, _marked(mistake), tuple(_sides(mistake, name_of)))


def _sides(mistake: Mistake, name_of: NameOf) -> Iterator[Side]:
    said = (
        ("gold", mistake.gold_type, mistake.gold_text, mistake.gold_ids),
        ("found", mistake.predicted_type, mistake.predicted_text, mistake.predicted_ids),
    )
    for who, label, text, ids in said:
        named = tuple((one, name_of(one)) for one in ids) if mistake.kind in _OF_CONCEPTS else ()
        if label or text or mistake.kind is Kind.GOLD_SPAN_CONCEPT:
            yield Side(who, label, text, named)


def _marked(mistake: Mistake) -> Markup:
    from markupsafe import Markup

    if not mistake.excerpts:
        return Markup("")
    before = "… " if mistake.excerpts[0].start else ""
    after = " …" if mistake.excerpts[-1].more else ""
    pieces = [Markup(_piece(mistake, one)) for one in mistake.excerpts]  # noqa: S704 - escaped where it is marked
    return before + Markup(' <span class="gap">[…]</span> ').join(pieces) + after


def _piece(mistake: Mistake, excerpt: Excerpt) -> str:
    both = mistake.kind is Kind.WRONG_CONCEPT  # the two stand in the same place
    marks = [mark for mark in excerpt.marks if not (both and mark.side == "gold")]
    return highlighted(excerpt.text, [_highlight(mistake, mark) for mark in marks], offset=excerpt.start)


def _highlight(mistake: Mistake, mark: Mark) -> Highlight:
    if mark.side in {"subject", "object"}:
        return Highlight(mark.start, mark.end, "", classes=(mark.side,))
    if mark.side == "gold":
        return Highlight(
            mark.start, mark.end, mistake.gold_type, title=f"gold: {mistake.gold_type}", classes=("missed",)
        )
    return Highlight(mark.start, mark.end, mistake.predicted_type, title=f"found: {mistake.predicted_type}")
