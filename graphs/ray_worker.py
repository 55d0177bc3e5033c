"""What runs in Ray's processes: the document workflow, with models of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from kg_builder.backends.spending import ModelUsage
from kg_builder.deadlines import time_limit
from kg_builder.errors import KgBuilderError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.corpus import by_workflow
from kg_builder.graphs.state import Output
from kg_builder.protocols import Check
from kg_builder.records import Document
from kg_builder.settings import Settings

LOADING_SECONDS = 300.0
"""What a process's first documents may take longer than others: models are loaded with them."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is made from. Travels to it, so it holds nothing that can't."""

    settings: Settings
    checks: tuple[Check, ...] = ()
    open_store: Callable[[], GraphStore] | None = None
    """A connection of the worker's own to the store that it writes to; None: the parts are sent back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of a document: one of the first three."""

    output: Output | None = None
    """Where the worker has written the part: without its mentions, attributes, concepts, relations and text."""
    error: KgBuilderError | None = None
    fault: str = ""
    """Type of an unforeseen error. Nothing else of it, since it may quote the text."""
    usage: Mapping[str, ModelUsage] = field(default_factory=dict)
    """What the worker's models took so far."""


class DocumentWorker:
    """Holds the models and reads documents. What it raises would go to Ray's log, so it raises nothing."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._components: Components | None = None
        self._loaded = False

    def prepare(self) -> str | KgBuilderError:
        """Make the components; gives their settings hash. To be called once, before anything else."""
        try:
            self._components = self._made()
        except KgBuilderError as error:
            return error
        return self._components.settings_hash

    def read(self, document: Document) -> Answer:
        """Read one document."""
        components = self._components
        assert components is not None, "prepare() was called first"
        limit = components.settings.document_timeout
        if limit is not None and not self._loaded:
            limit += LOADING_SECONDS
        answer = _read(document, components, limit)
        self._loaded = True
        return replace(answer, usage=components.spending.usage())

    def _made(self) -> Components:
        opened = self._orders.open_store
        store = None if opened is None else opened()
        return make_components(self._orders.settings, store=store, checks=self._orders.checks)


def _read(document: Document, components: Components, limit: float | None) -> Answer:
    try:
        with time_limit(limit):
            output = by_workflow(document, components)
    except KgBuilderError as error:
        return Answer(error=error)
    except Exception as error:  # noqa: BLE001 - told by its type: the message may quote the text
        return Answer(fault=type(error).__name__)
    return Answer(_receipt(output) if components.store is not None else output)


def _receipt(output: Output) -> Output:
    """What the accounting needs of a part that is written."""
    part = output["graph"]
    told = part.model_copy(
        update={
            "document": part.document.model_copy(update={"text": ""}),
            **dict.fromkeys(("mentions", "attributes", "concepts", "relations"), ()),
        }
    )
    return {**output, "graph": told}
