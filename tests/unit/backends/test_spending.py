"""Budgets, ceilings and concurrency of a model over all threads of a run."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.spending import Account, ModelUsage, Spending, Tokens
from kg_builder.deadlines import time_limit
from kg_builder.errors import DocumentError, TimedOutError


class FakeTime:
    """A clock that a wait puts on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "one thread alone would wait for ever"
        self.waits.append(seconds)
        self.now += seconds


def ask(account: Account, expected: Tokens, took: Tokens | None = None, *, told: bool = True) -> None:
    with account.request(expected) as outgoing:
        if took is not None:
            outgoing.took(took, told=told)


def test_requests_wait_for_the_minute_to_pass() -> None:
    clock = FakeTime()
    account = Account("far", ModelLimits(requests_per_minute=2), clock=clock, wait=clock.wait)
    for _ in range(5):
        ask(account, Tokens(1, 1), Tokens(1, 1))
    assert clock.waits == [60, 60]
    assert account.usage() == ModelUsage(requests=5, input_tokens=5, output_tokens=5)


def test_tokens_a_minute_count_prompt_and_answer() -> None:
    clock = FakeTime()
    account = Account("far", ModelLimits(tokens_per_minute=100), clock=clock, wait=clock.wait)
    ask(account, Tokens(30, 70), Tokens(30, 10))
    ask(account, Tokens(30, 30), Tokens(30, 30))
    assert clock.waits == [], "40 were taken, and 60 are left"
    ask(account, Tokens(30, 30), Tokens(30, 30))
    assert clock.waits == [60]


@given(
    st.integers(1, 2000),
    st.lists(st.tuples(st.integers(1, 100), st.integers(1, 100), st.floats(0, 1)), min_size=1, max_size=40),
)
def test_a_budget_is_never_exceeded_and_once_spent_stays_so(budget: int, asked: list[tuple[int, int, float]]) -> None:
    account = Account("far", ModelLimits(token_budget=budget))
    went = list[bool]()
    for prompt, most, share in asked:
        try:
            ask(account, Tokens(prompt, most), Tokens(prompt, int(most * share)))
            went.append(True)
        except DocumentError:
            went.append(False)
    used = account.usage()
    assert used.input_tokens + used.output_tokens <= budget
    assert went == sorted(went, reverse=True), "after the first that was refused none goes out"
    assert used.requests == sum(went)
    assert used.budget_spent is not all(went)


def test_a_cost_ceiling_holds_with_the_users_prices() -> None:
    account = Account("far", ModelLimits(input_price=1_000_000, output_price=2_000_000, cost_ceiling=10))
    ask(account, Tokens(2, 4), Tokens(2, 2))
    with pytest.raises(DocumentError, match=r"cost ceiling of 10\.00 that 'far' has") as caught:
        ask(account, Tokens(1, 2))
    assert caught.value.code == "budget-spent"
    assert caught.value.hint
    assert account.usage().cost == 6


def test_estimates_that_fall_short_are_corrected_by_what_the_provider_counts() -> None:
    account = Account("far", ModelLimits(token_budget=100))
    ask(account, Tokens(10, 0), Tokens(30, 0))
    ask(account, Tokens(10, 0), Tokens(30, 0))
    with pytest.raises(DocumentError):
        ask(account, Tokens(20, 0))
    assert account.usage().input_tokens == 60


def test_failed_requests_are_counted_and_leave_the_gate() -> None:
    account = Account("far", ModelLimits(concurrency=1, token_budget=10))
    for _ in range(3):
        with pytest.raises(OSError, match="gone"), account.request(Tokens(4, 4)):
            raise OSError("gone")
    ask(account, Tokens(4, 4), Tokens(4, 1), told=False)
    assert account.usage() == ModelUsage(requests=4, input_tokens=4, output_tokens=1, estimated=1)


def test_no_more_at_once_than_allowed_over_all_threads() -> None:
    account = Account("far", ModelLimits(concurrency=3))
    inside, most, lock = 0, 0, threading.Lock()

    def one(_: int) -> None:
        nonlocal inside, most
        with account.request(Tokens(1, 1)) as outgoing:
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with lock:
                inside -= 1
            outgoing.took(Tokens(1, 1), told=True)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(one, range(60)))
    assert most == 3
    assert account.usage().requests == 60


def test_threads_share_one_budget_to_the_last_token() -> None:
    """What is on its way at most holds others back, but they go once it took less."""
    account = Account("far", ModelLimits(token_budget=1000))
    refused = 0
    lock = threading.Lock()

    def one(_: int) -> None:
        nonlocal refused
        try:
            with account.request(Tokens(10, 90)) as outgoing:
                time.sleep(0.001)
                outgoing.took(Tokens(10, 10), told=True)
        except DocumentError:
            with lock:
                refused += 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(80)))
    used = account.usage()
    assert used.input_tokens + used.output_tokens == 20 * used.requests
    assert 900 < used.input_tokens + used.output_tokens <= 1000
    assert used.requests + refused == 80


def test_waiting_at_a_limit_does_not_count_as_the_documents_time() -> None:
    account = Account("far", ModelLimits(requests_per_minute=1), wait=lambda _condition, _seconds: wait())
    over = threading.Event()

    def wait() -> None:
        time.sleep(0.1)
        account.limits = ModelLimits()
        account._pace.limits = account.limits
        over.set()

    ask(account, Tokens(1, 1), Tokens(1, 1))
    with time_limit(0.05):
        ask(account, Tokens(1, 1), Tokens(1, 1))
    assert over.is_set()


def test_who_has_no_time_left_sends_nothing() -> None:
    account = Account("far", ModelLimits())
    with time_limit(0.01):
        time.sleep(0.02)
        with pytest.raises(TimedOutError):
            ask(account, Tokens(1, 1))
    assert account.usage().requests == 0


def test_a_run_has_one_account_a_model() -> None:
    spending = Spending()
    limits = ModelLimits(input_price=1, output_price=1)
    assert spending.account("b", limits) is spending.account("b", limits)
    ask(spending.account("b", limits), Tokens(5, 5), Tokens(500_000, 500_000))
    ask(spending.account("b", None), Tokens(5, 5), Tokens(5, 5))
    ask(spending.account("a", None), Tokens(5, 5), Tokens(7, 5))
    spending.account("never asked", None)
    assert dict(spending.usage()) == {
        "a": ModelUsage(requests=1, input_tokens=7, output_tokens=5),
        "b": ModelUsage(requests=2, input_tokens=500_005, output_tokens=500_005, cost=1.0),
    }
