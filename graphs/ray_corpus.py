"""The engine on Ray: documents are read in other processes, on this machine or on a cluster, with the same outcome.

Only the work on one document is done elsewhere. What is skipped, set aside, counted and kept is `run_corpus`'s business
as ever, in this process, which sends no more documents than are read at the moment.

Ray's actors rather than Ray Data's `map_batches` over them: a corpus comes from wherever the caller has it, which Ray
Data's reading tasks could only pull from yet another process; Ray Data drops a whole batch with the document that kills
an actor, without saying which documents those were; and a batch of small documents takes it a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from kg_builder.corpora.records import GoldDocument, Row
from kg_builder.errors import BackendUnavailableError, KgBuilderError, TransientModelError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.circuit_breaker import Breakers
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import Reports, document_of, run_corpus
from kg_builder.graphs.ray_cluster import check_resources, connected
from kg_builder.graphs.ray_pool import RayPool
from kg_builder.graphs.ray_shares import settings_of_each
from kg_builder.graphs.ray_worker import Answer, Orders
from kg_builder.graphs.run_control import RunControl
from kg_builder.graphs.state import Output
from kg_builder.records import Document


def run_corpus_on_ray(items: Iterable[Row], components: Components, *, control: RunControl | None = None) -> Reports:
    """`run_corpus` with the documents read by `Settings.ray.actors` processes, made from the settings and checks.

    A store on a server is written to by each of them, a file by this process alone. Raises MissingExtraError,
    EngineError and SettingsError before the first document is read.
    """
    settings = components.settings
    store = components.store
    orders = Orders(settings_of_each(settings), components.checks, _opener(store))
    # twice as many threads as documents are read: the one half writes while the other waits for Ray
    threads = 2 * settings.ray.actors * settings.concurrency
    here = replace(components, settings=settings.model_copy(update={"concurrency": threads}))
    with connected(settings.ray):
        check_resources(settings.ray)
        with RayPool(orders, components.settings_hash) as pool:
            components.spending.elsewhere = pool.usage
            for report in run_corpus(items, here, process=_Reading(pool).process, control=control):
                yield report
                if pool.broken is not None:
                    raise pool.broken


@runtime_checkable
class _WrittenByMany(Protocol):
    """What a store has that several processes may write to at the same time."""

    def reopening(self) -> Callable[[], GraphStore]:
        """Opens it in another process, to which this is sent."""
        ...


@dataclass(frozen=True, slots=True)
class _Reading:
    pool: RayPool

    def process(self, item: Document | GoldDocument, components: Components) -> Output:
        """Read in one of the processes; see `corpus.Process`."""
        answer = self.pool.read(document_of(item))
        _tell(components.breakers, answer.error)
        return _output(answer)


def _output(answer: Answer) -> Output:
    if answer.error is not None:
        raise answer.error
    if answer.output is None:
        raise type(answer.fault, (Exception,), {})()  # by its name, as the local engine tells of it
    return answer.output


@dataclass(frozen=True, slots=True)
class _Models:
    """All models of the processes, as a part that a circuit breaker knows."""

    name: str = "models of Ray's processes"
    model: str | None = None


def _tell(breakers: Breakers, error: KgBuilderError | None) -> None:
    """Let this process's breakers know of the backends, so that a run waits for them; each process has its own."""

    def question() -> None:
        if isinstance(error, TransientModelError | BackendUnavailableError):
            raise TransientModelError(error.message)

    with suppress(TransientModelError, BackendUnavailableError):
        breakers.ask(_Models(), question)  # type: ignore[arg-type]


def _opener(store: GraphStore | None) -> Callable[[], GraphStore] | None:
    """How a process opens the store for itself; None: only this one may write to it."""
    return store.reopening() if isinstance(store, _WrittenByMany) else None
