"""Ray's processes that read documents: started, asked, and started again when one dies."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from queue import SimpleQueue
from typing import Any, Self

from kg_builder.backends.spending import ModelUsage, added
from kg_builder.errors import BackendUnavailableError, DocumentError, EngineError, KgBuilderError, TimedOutError
from kg_builder.graphs.ray_shares import less
from kg_builder.graphs.ray_worker import LOADING_SECONDS, Answer, DocumentWorker, Orders
from kg_builder.records import Document

logger = logging.getLogger(__name__)

DEATHS = 3
"""Processes that may die while they read one document, before it is set aside, or that may fail to start."""
GRACE = 15.0
"""Seconds that a document may take longer than `Settings.document_timeout` before its process is killed: most end by
themselves, at their next pause."""
_NEWS = 30.0
"""Seconds between two notes in the log that processes are still starting."""


class Closed(BaseException):
    """The pool was closed while a thread waited for an answer. No Exception: nothing of it goes to the ledger."""


class _LostError(Exception):
    """No process can be started there any more."""


@dataclass(slots=True, eq=False)
class _Place:
    """Where a process is, and after its death the next one."""

    actor: Any = None
    """None: it died."""
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever starts it again, and by those who read alone there what may have killed it."""
    loaded: bool = False
    """The process has read a document."""
    usage: Mapping[str, ModelUsage] = field(default_factory=dict)
    """What the models of the process took."""
    before: Mapping[str, ModelUsage] = field(default_factory=dict)
    """What those of the ones that died took."""
    lost: bool = False
    """No process can be started here any more."""

    def total(self) -> Mapping[str, ModelUsage]:
        """Of all processes that were here."""
        return together(self.before, self.usage)


class RayPool:
    """Processes on the Ray that is connected. Any thread may ask; each process reads so many documents at once."""

    def __init__(self, orders: Orders, settings_hash: str) -> None:
        self._orders = orders
        self._settings_hash = settings_hash
        self._timeout = orders.settings.document_timeout
        self._places = [_Place() for _ in range(orders.settings.ray.actors)]
        self._free: SimpleQueue[_Place] = SimpleQueue()
        self._closed = False
        self.broken: EngineError | None = None
        """Why no process can be started any more."""

    def __enter__(self) -> Self:
        """Start all processes. Raises what keeps one from starting: SettingsError, ModelError, EngineError, …"""
        _check_sendable(self._orders)
        try:
            for place in self._places:
                place.actor = self._created(self._orders)
            self._await_all({place.actor.prepare.remote(): place for place in self._places})
        except BaseException:
            self.close()
            raise
        for _ in range(self._orders.settings.concurrency):
            for place in self._places:
                self._free.put(place)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. Threads that wait for an answer get `Closed`."""
        import ray

        self._closed = True
        for place in self._places:
            if place.actor is not None:
                ray.kill(place.actor)

    def usage(self) -> Mapping[str, ModelUsage]:
        """What the models took, over all processes."""
        return reduce(together, (place.total() for place in self._places))

    def read(self, document: Document) -> Answer:
        """Have one document read, as soon as a process is free. When it dies, others try: the document alone.

        Raises DocumentError when it dies each time, TimedOutError, and BackendUnavailableError when none can be
        started any more (then `broken` is set).
        """
        while True:
            place = self._free.get()
            try:
                if self.broken is not None:
                    raise BackendUnavailableError(self.broken.message, hint=self.broken.hint)
                if not place.lost:
                    return self._read_at(place, document)
            except _LostError:
                continue  # elsewhere
            finally:
                if not place.lost or self.broken is not None:  # then whoever waits is to hear of it
                    self._free.put(place)

    def _read_at(self, place: _Place, document: Document) -> Answer:
        actor = place.actor
        answer = None if actor is None else self._asked(place, actor, document)
        return answer or self._alone(place, document, deaths=int(actor is not None))

    def _alone(self, place: _Place, document: Document, *, deaths: int) -> Answer:
        """One after the other, so that only a document's own deaths are counted."""
        with place.turn:
            while deaths < DEATHS and not place.lost:
                answer = self._asked(place, place.actor or self._restarted(place), document)
                if answer is not None:
                    return answer
                deaths += 1
        if place.lost:
            raise _LostError
        raise DocumentError(
            "worker-died",
            f"{DEATHS} processes died while they read the document: too little memory, or a model that crashes on it.",
        )

    def _asked(self, place: _Place, actor: Any, document: Document) -> Answer | None:
        """None: the process died."""
        import ray
        from ray.exceptions import GetTimeoutError, RayError, RayTaskError

        if self._closed:  # Ray would start again, all by itself
            raise Closed
        limit = None if self._timeout is None else self._timeout + GRACE + (0.0 if place.loaded else LOADING_SECONDS)
        try:
            answer: Answer = ray.get(actor.read.remote(document), timeout=limit)
        except GetTimeoutError:
            self._died(place, actor)
            ray.kill(actor)
            raise TimedOutError(self._timeout or 0.0) from None
        except RayTaskError as error:
            # not chained: it quotes what was raised in the process
            return Answer(fault=type(error.cause).__name__ if error.cause is not None else "RayTaskError")
        except RayError as error:
            self._died(place, actor)
            ray.kill(actor)  # it may only be out of reach
            logger.warning("a process died reading document %s: %s", document.id, type(error).__name__)
            return None
        place.loaded = True
        if sum(used.requests for used in answer.usage.values()) >= sum(used.requests for used in place.usage.values()):
            place.usage = answer.usage  # an answer of another thread may have come earlier, and tell less
        return answer

    def _died(self, place: _Place, actor: Any) -> None:
        if self._closed:
            raise Closed
        if place.actor is actor:
            place.actor = None

    def _restarted(self, place: _Place) -> Any:
        import ray

        if self._closed:
            raise Closed
        place.before, place.usage = place.total(), {}
        orders = replace(self._orders, settings=less(self._orders.settings, place.before))
        for _ in range(DEATHS):
            actor = self._created(orders)
            try:
                self._check(actor.prepare.remote(), timeout=LOADING_SECONDS)
            except KgBuilderError as error:
                if self._closed:
                    raise Closed from None
                ray.kill(actor)
                reason = error
            else:
                place.actor, place.loaded = actor, False
                return actor
        self._lose(place, reason)
        raise _LostError

    def _lose(self, place: _Place, reason: KgBuilderError) -> None:
        """The others go on, while there are any."""
        place.lost = True
        logger.warning("a process of Ray's can't be started again: %s", reason.message)
        if all(each.lost for each in self._places):
            self.broken = EngineError(f"Ray's processes can't be started again: {reason.message}", hint=reason.hint)

    def _created(self, orders: Orders) -> Any:
        import ray

        settings = orders.settings
        options: dict[str, Any] = {
            "num_cpus": settings.ray.cpus_per_actor,
            "num_gpus": settings.ray.gpus_per_actor,
            "max_concurrency": settings.concurrency,
            "max_restarts": 0,  # we start another ourselves, and know what was read when it died
        }
        return ray.remote(DocumentWorker).options(**options).remote(orders)

    def _await_all(self, preparing: dict[Any, _Place]) -> None:
        import ray

        while preparing:
            done, _ = ray.wait(list(preparing), timeout=_NEWS)
            for reference in done:
                preparing.pop(reference)
                self._check(reference)
            if not done:
                logger.warning("%d of %d processes of Ray's are still starting", len(preparing), len(self._places))

    def _check(self, reference: Any, *, timeout: float | None = None) -> None:
        """Raise why a process can't be used. `timeout`: seconds to wait for it."""
        import ray
        from ray.exceptions import RayError, RayTaskError

        try:
            prepared = ray.get(reference, timeout=timeout)
        except (RayError, RayTaskError) as error:
            raise EngineError(
                f"A process of Ray's died while it started ({type(error).__name__}).",
                hint="Is the same version of this package with its extras installed on every node, and is there "
                "memory for the models of ray.actors processes?",
            ) from None
        if isinstance(prepared, KgBuilderError):
            raise prepared
        if prepared != self._settings_hash:
            raise EngineError(
                f"A process of Ray's would make another graph: its settings hash is {prepared}, here it is "
                f"{self._settings_hash}.",
                hint="Install the same version of this package, and the same models and terminologies, on every node.",
            )


def together(one: Mapping[str, ModelUsage], other: Mapping[str, ModelUsage]) -> Mapping[str, ModelUsage]:
    """Usage of two processes."""
    return {**one, **{name: added(one[name], used) if name in one else used for name, used in other.items()}}


def _check_sendable(orders: Orders) -> None:
    from ray import cloudpickle

    try:
        cloudpickle.dumps(orders)
    except Exception as error:
        raise EngineError(
            f"The checks can't be sent to Ray's processes ({type(error).__name__}).",
            hint="Define them in a module that is installed on all nodes, without locks, connections or open files.",
        ) from error
