"""How concepts and relations read on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg_builder.cli.console import console
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.stores.views import EvidenceView, RelationView


def quotation(evidence: EvidenceView) -> str:
    """The sentence with both mentions marked, as rich markup."""
    from rich.markup import escape

    start, text = evidence.sentence[0], evidence.sentence_text
    marks = sorted({evidence.subject, evidence.object})
    parts, done = [], 0
    for begin, end in marks:
        first, last = max(begin - start, done), end - start
        if first >= last:
            continue
        parts += [escape(text[done:first]), f"[bold underline]{escape(text[first:last])}[/]"]
        done = last
    sentence = " ".join(("".join(parts) + escape(text[done:])).split())
    about = "" if evidence.assertion == "present" else f" ({evidence.assertion})"
    about += "" if evidence.review == "unreviewed" else f" ({evidence.review} in review)"
    return f"{escape(evidence.document)} {evidence.sentence[0]}–{evidence.sentence[1]}{about}: {sentence}"


def relation_line(relation: RelationView, asked: str | None = None) -> str:
    """A relation on one line, with the narrower concept that it was found under, if that isn't the one asked for."""
    confidence = "" if relation.confidence is None else f", confidence {relation.confidence:.2f}"
    support = counted(len(relation.documents), "document")
    said = ", ".join((*relation.assertions, *(f"{status} in review" for status in _decided(relation))))
    stated = (
        f"{relation.subject_name} -[{relation.predicate}]-> {relation.object_name}  ({support}, {said}{confidence})"
    )
    return stated if relation.under in {None, asked} else f"{stated}  under {relation.under_name} {relation.under}"


def _decided(relation: RelationView) -> list[str]:
    """What people said of it in some document."""
    return sorted({item.review.value for item in relation.evidence if item.review != "unreviewed"})


def print_relations(relations: Iterable[RelationView], asked: str | None = None) -> None:
    """One a line."""
    for relation in relations:
        console().print(relation_line(relation, asked), markup=False)


def print_table(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Nothing, if there are no rows."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    if table.row_count:
        console().print(table)
