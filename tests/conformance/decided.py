"""Arbitrary decisions on arbitrary parts."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from kg_builder.records import Assertion, Concept, DocumentGraph
from kg_builder.review import Decision, Edit, Verdict, decision_on, items_of, undoing
from tests.conformance.conftest import parts

OTHER = Concept(id="X:1", name="Other", type="Disease")
START = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)


@st.composite
def decided(
    draw: st.DrawFn, document_ids: st.SearchStrategy[str] | None = None
) -> tuple[DocumentGraph, list[Decision]]:
    """A part, and decisions taken one after another on what it then was."""
    drawn = draw(parts(document_ids))
    made: list[Decision] = []
    for minute in range(draw(st.integers(0, 5))):
        items = list(items_of(drawn, made))
        if not items:
            break
        item = draw(st.sampled_from(items))
        if made and draw(st.integers(0, 3)) == 0:
            made.append(undoing(draw(st.sampled_from(made)), by="mai", at=START + dt.timedelta(minutes=minute)))
            continue
        verdicts = [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.EDITED]
        verdict = draw(st.sampled_from([*verdicts, Verdict.RELINKED] if item.about.kind == "mention" else verdicts))
        edit: Edit | None = None
        concepts: tuple[Concept, ...] = ()
        if verdict is Verdict.EDITED:
            changes = {"type": "ANY"} if item.about.kind == "mention" else {"predicate": "TREATS"}
            edit = Edit.model_validate({**changes, "assertion": draw(st.sampled_from(Assertion))})
        if verdict is Verdict.RELINKED:
            concepts = (draw(st.sampled_from([OTHER, *drawn.concepts])),)
        made.append(
            decision_on(item, verdict, by="mai", at=START + dt.timedelta(minutes=minute), edit=edit, concepts=concepts)
        )
    return drawn, made
