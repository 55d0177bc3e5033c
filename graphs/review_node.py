"""The step between `validate` and `write` at which a workflow waits for people to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import TypeAdapter, ValidationError

from kg_builder.errors import InputError
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.state import Decided, WriteInput
from kg_builder.records import Confidence, DocumentGraph
from kg_builder.review import Decision, Item, items_of, to_review

_DECISIONS = TypeAdapter(tuple[Decision, ...])


class ReviewNode:
    """Asks for decisions on what was read with less confidence than a threshold and nobody has decided about yet.

    The value of its ``interrupt`` is plain data, with text of the document: ``document``, ``threshold``, and ``items``,
    each an `Item` as JSON. It is resumed with a list of `Decision`s (or the same as JSON), one or none an item; after
    anything else it asks again, with the ``problem``.
    """

    def __init__(self, threshold: Confidence) -> None:
        self.threshold = threshold

    def __call__(self, state: WriteInput, *, runtime: Runtime[Context]) -> Decided:
        """Run again from the beginning when it is resumed: what it asks depends on the part and the store alone."""
        part = state["graph"]
        waiting = unsure_items(part, (runtime.context or Context()).resolve(), self.threshold)
        if not waiting:
            return {"decisions": ()}
        asked: dict[str, Any] = {
            "document": part.document.id,
            "threshold": self.threshold,
            "items": [item.model_dump(mode="json") for item in waiting],
        }
        while True:
            try:
                return {"decisions": given_decisions(interrupt(asked), part.document.id)}
            except InputError as error:  # raised here, the same answer would come back however often it is resumed
                asked["problem"] = error.message


def unsure_items(part: DocumentGraph, components: Components, threshold: Confidence) -> list[Item]:
    """What there is to decide about a part that isn't written yet; decisions of earlier runs count."""
    store = components.store
    known = () if store is None else store.decisions(part.document.id)
    return list(to_review(items_of(part, known), threshold=threshold))


def given_decisions(given: Sequence[Decision | Mapping[str, Any]] | None, document_id: str) -> tuple[Decision, ...]:
    """What a review was resumed with. Raises InputError for what aren't decisions about this document."""
    try:
        decisions = _DECISIONS.validate_python([] if given is None else given)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise InputError(
            f"a review is resumed with a list of decisions; at {place or 'the top'}: {problem['msg']}",
            hint="Make them with kg_builder.review.decision_on, from the items of the interrupt.",
        ) from None
    if any(decision.document != document_id for decision in decisions):
        raise InputError(
            f"the decisions that a review is resumed with are about the document that waits: {document_id}"
        )
    return decisions
