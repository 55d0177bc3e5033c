"""The breaker as a state machine, and the breakers of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kg_builder.errors import BackendUnavailableError, ModelError, TimedOutError, TransientModelError
from kg_builder.graphs.circuit_breaker import FIRST_PAUSE, LONGEST_PAUSE, Breakers, CircuitBreaker
from kg_builder.testing import ScriptedExtractor

PART = ScriptedExtractor([[]], model="chat:far-away")
LOCAL = ScriptedExtractor([[]], name="local")


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class AnyOrderOfEvents(RuleBasedStateMachine):
    """Questions that are asked, answered, fail or are dropped in any order, as threads may do it."""

    @initialize(failures=st.integers(1, 4))
    def begin(self, failures: int) -> None:
        self.breaker = CircuitBreaker(failures)
        self.limit = failures
        self.now = 0.0
        self.in_progress: list[bool] = []  # whether each was asked while it was open
        self.in_a_row = 0
        self.shut_until: float | None = None

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def somebody_asks(self) -> None:
        was_open = self.breaker.opened is not None
        probes = sum(self.in_progress)
        admitted = self.breaker.admits(self.now)
        if not was_open:
            assert admitted
        if was_open and admitted:
            assert probes == 0, "two probes at once"
            assert self.shut_until is not None
            assert self.now >= self.shut_until
        if admitted:
            self.in_progress.append(was_open)

    @precondition(lambda self: self.in_progress)
    @rule(place=st.integers(0, 99))
    def one_is_answered(self, place: int) -> None:
        self.in_progress.pop(place % len(self.in_progress))
        self.breaker.answered()
        self.in_progress = [False for _ in self.in_progress]
        self.in_a_row = 0
        assert self.breaker.opened is None
        assert self.breaker.quiet
        assert self.breaker.ready(self.now)

    @precondition(lambda self: self.in_progress)
    @rule(place=st.integers(0, 99))
    def one_fails(self, place: int) -> None:
        was_open = self.breaker.opened is not None
        probing = any(self.in_progress)
        self.in_progress.pop(place % len(self.in_progress))
        self.breaker.failed(self.now)
        self.in_a_row += 1
        assert (self.breaker.opened is not None) == (was_open or self.in_a_row >= self.limit)
        if self.breaker.opened is not None and (probing or not was_open):
            self.in_progress = [False for _ in self.in_progress]
            assert not self.breaker.ready(self.now)
            assert self.breaker.ready(self.now + LONGEST_PAUSE)
            self.shut_until = self.now + FIRST_PAUSE

    @precondition(lambda self: self.in_progress)
    @rule()
    def one_is_dropped(self) -> None:
        self.in_progress.pop()
        self.in_progress = [False for _ in self.in_progress]
        before = self.breaker.opened
        self.breaker.let_go()
        assert self.breaker.opened == before

    @invariant()
    def it_is_never_shut_for_good(self) -> None:
        if not any(self.in_progress):
            assert self.breaker.ready(self.now + LONGEST_PAUSE)


TestAnyOrderOfEvents = AnyOrderOfEvents.TestCase
TestAnyOrderOfEvents.settings = settings(max_examples=40, stateful_step_count=40)


@given(probes=st.integers(1, 12))
def test_pauses_grow_up_to_the_longest(probes: int) -> None:
    breaker, now, pauses = CircuitBreaker(1), 0.0, []
    breaker.failed(now)
    for _ in range(probes):
        begun = now
        while not breaker.admits(now):
            now += FIRST_PAUSE / 2
        pauses.append(now - begun)
        breaker.failed(now)
    assert pauses == [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(probes)]


def ask(breakers: Breakers, answer: object, part: Any = PART) -> object:
    def question() -> object:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return breakers.ask(part, question)


def fail(breakers: Breakers, times: int) -> None:
    for _ in range(times):
        with pytest.raises((TransientModelError, BackendUnavailableError)):
            ask(breakers, TransientModelError("connection refused"))


def test_after_some_failures_in_a_row_nothing_is_asked_until_a_probe_is_answered() -> None:
    clock = Clock()
    breakers = Breakers(3, clock=clock)
    fail(breakers, 2)
    ask(breakers, "answer")
    fail(breakers, 3)
    with pytest.raises(BackendUnavailableError, match="chat:far-away"):
        ask(breakers, AssertionError("it was asked"))
    assert breakers.open_ones() == ["chat:far-away"]
    assert not breakers.ready()
    clock.now += 2 * FIRST_PAUSE
    assert breakers.ready()
    assert breakers.down_for() == 2 * FIRST_PAUSE
    assert ask(breakers, "answer") == "answer"
    assert breakers.open_ones() == []
    assert breakers.down_for() == 0


def test_other_parts_are_asked_meanwhile() -> None:
    breakers = Breakers(1, clock=Clock())
    fail(breakers, 1)
    assert ask(breakers, "answer", LOCAL) == "answer"


def test_the_failure_that_opens_it_is_not_tried_again() -> None:
    breakers = Breakers(2, clock=Clock())
    with pytest.raises(TransientModelError):
        ask(breakers, TransientModelError("connection refused"))
    with pytest.raises(BackendUnavailableError):
        ask(breakers, TransientModelError("connection refused"))


@pytest.mark.parametrize("error", [ModelError("refused"), TimedOutError(1.0), ValueError("of the caller")])
def test_other_errors_dont_open_it(error: Exception) -> None:
    breakers = Breakers(1, clock=Clock())
    for _ in range(3):
        with pytest.raises(type(error)):
            ask(breakers, error)
    assert breakers.open_ones() == []


def test_waiting_in_vain_opens_it() -> None:
    breakers = Breakers(2, clock=Clock())
    for _ in range(2):
        with pytest.raises(TimedOutError):
            ask(breakers, TimedOutError(1.0, waiting=True))
    assert breakers.open_ones() == ["chat:far-away"]


@pytest.mark.parametrize("error", [TimedOutError(1.0), KeyboardInterrupt(), ValueError("of the caller")])
def test_a_probe_that_tells_nothing_makes_way_for_another(error: BaseException) -> None:
    clock = Clock()
    breakers = Breakers(1, clock=clock)
    fail(breakers, 1)
    clock.now += FIRST_PAUSE
    with pytest.raises(type(error)):
        ask(breakers, error)
    assert ask(breakers, "answer") == "answer"


def test_zero_never_opens() -> None:
    breakers = Breakers(0)
    fail(breakers, 20)
    assert ask(breakers, "answer") == "answer"


def test_of_many_threads_one_is_the_probe() -> None:
    clock = Clock()
    breakers = Breakers(1, clock=clock)
    fail(breakers, 1)
    clock.now += FIRST_PAUSE
    asked, refused = [], []
    together, going = threading.Barrier(8), threading.Event()

    def slowly() -> str:
        asked.append(threading.get_ident())
        going.wait(5)
        return "answer"

    def one(question: Callable[[], str]) -> None:
        together.wait(5)
        try:
            breakers.ask(PART, question)
        except BackendUnavailableError:
            refused.append(threading.get_ident())
        if len(refused) == 7:
            going.set()

    threads = [threading.Thread(target=one, args=(slowly,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(asked) == 1
    assert len(refused) == 7
