"""Requests of several threads gathered into batches for one local model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.backends.generation import Generated, GenerationRequest, Generator
from kg_builder.deadlines import check, remaining

WAIT_MS = 20
"""How long the first request waits for company; small against the seconds that an answer takes."""


@dataclass(eq=False, slots=True)
class _Job:
    """One request with the call that it belongs to."""

    request: GenerationRequest
    call: _Call
    answer: Generated | None = None


@dataclass(eq=False, slots=True)
class _Call:
    """One call of `generate`."""

    jobs: list[_Job] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def settled(self) -> bool:
        return self.error is not None or all(job.answer is not None for job in self.jobs)


class GatheringGenerator:
    """Runs requests of concurrent callers together, those of like length first.

    There is no thread of its own that could outlive anybody: the caller that comes first runs the batch for all,
    the others wait for their answers. An error reaches the callers that it belongs to only.
    """

    def __init__(self, generator: Generator, batch_size: int, *, wait_ms: float = WAIT_MS) -> None:
        self._generator = generator
        self._batch_size = batch_size
        self._wait = wait_ms / 1000
        self._waiting: list[_Job] = []
        self._busy = False
        self._changed = threading.Condition()
        self.model = generator.model
        self.remote = generator.remote

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order."""
        call = _Call()
        call.jobs = [_Job(request, call) for request in requests]
        with self._changed:
            self._waiting.extend(call.jobs)
            self._changed.notify_all()
        while self._lead_or_wait(call):
            self._run_one_batch(call)
        if call.error is not None:
            raise call.error
        return [job.answer for job in call.jobs if job.answer is not None]

    def knows_token(self, text: str) -> bool:
        """Whether `text` is one control token of the model; True where the model can't say."""
        knows = getattr(self._generator, "knows_token", None)
        return knows is None or bool(knows(text))

    def _lead_or_wait(self, call: _Call) -> bool:
        """True: this caller runs the next batch. False: its answers are there. Raises TimedOutError."""
        with self._changed:
            try:
                self._changed.wait_for(lambda: call.settled or not self._busy, timeout=remaining())
                if not call.settled:
                    check()
            except BaseException:
                self._forget(call)
                raise
            if call.settled:
                return False
            self._busy = True
            return True

    def _run_one_batch(self, leader: _Call) -> None:
        try:
            self._answer(self._next_batch())
        except BaseException:  # an interrupt of the leader: the others go on without it
            with self._changed:
                self._forget(leader)
            raise
        finally:
            with self._changed:
                self._waiting = [job for job in self._waiting if not job.call.settled and job.answer is None]
                self._busy = False
                self._changed.notify_all()

    def _next_batch(self) -> list[_Job]:
        """The oldest request and those nearest to it in length, once there are enough or the wait is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) >= self._batch_size, timeout=self._wait)
            oldest = self._waiting[0]
            nearest = sorted(self._waiting, key=lambda job: abs(_length(job.request) - _length(oldest.request)))
            return nearest[: self._batch_size]

    def _answer(self, batch: Sequence[_Job]) -> None:
        """Together; where that fails, each caller's share by itself, so that one's error isn't another's."""
        shares: dict[int, list[_Job]] = {}
        for job in batch:
            shares.setdefault(id(job.call), []).append(job)
        try:
            self._ask(batch)
        except Exception as error:  # noqa: BLE001 - it goes to its caller
            if len(shares) == 1:
                batch[0].call.error = error
                return
        else:
            return
        for share in shares.values():
            try:
                self._ask(share)
            except Exception as error:  # noqa: BLE001 - it goes to its caller
                share[0].call.error = error

    def _ask(self, jobs: Sequence[_Job]) -> None:
        answers = self._generator.generate([job.request for job in jobs])
        for job, answer in zip(jobs, answers, strict=True):
            job.answer = answer

    def _forget(self, call: _Call) -> None:
        self._waiting = [job for job in self._waiting if job.call is not call]


def _length(request: GenerationRequest) -> int:
    prompt = request.prompt
    return len(prompt) if isinstance(prompt, str) else sum(len(message.content) for message in prompt)
