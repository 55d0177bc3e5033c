"""What models took in one run, and the gate that holds requests to their limits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg_builder.backends.limits import ModelLimits, Pace, Sent
from kg_builder.deadlines import check, uncounted
from kg_builder.errors import DocumentError
from kg_builder.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

BUDGET_SPENT = "budget-spent"
"""Code of the documents that a used-up budget leaves."""
_NO_LIMITS = ModelLimits()


class ModelUsage(Record):
    """What one model took in one run."""

    requests: int = 0
    """Answered or failed; what a provider's own client repeats by itself isn't seen."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    """In the currency of the prices that were set; None: no prices."""
    estimated: int = 0
    """Requests whose tokens the provider didn't tell, so that they were estimated."""
    budget_spent: bool = False
    """The token budget or cost ceiling was used up."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of a prompt and its answer."""

    input: int
    output: int

    @property
    def both(self) -> int:
        """Together."""
        return self.input + self.output


@dataclass(slots=True, eq=False)
class Outgoing:
    """One request on its way. Whoever makes it says with `took` what it came to."""

    expected: Tokens
    """At most, the prompt as estimated."""
    reserved: Tokens
    """The same, the prompt by how far such estimates fell short before."""
    sent: Sent
    tokens: Tokens | None = None
    told: bool = True

    def took(self, tokens: Tokens, *, told: bool) -> None:
        """Tokens of the answered request. `told`: by the provider; else estimated."""
        self.tokens = tokens
        self.told = told


@dataclass(slots=True)
class _Taken:
    """Sums over the requests that came back."""

    requests: int = 0
    input: int = 0
    output: int = 0
    estimated: int = 0
    expected_input: int = 0
    """What was estimated for those whose provider told, beside `told_input`."""
    told_input: int = 0


Wait = Callable[[threading.Condition, float | None], None]
"""Wait on a condition, for so many seconds at most (None: until it is notified)."""


def _wait(condition: threading.Condition, seconds: float | None) -> None:
    condition.wait(seconds)


class Account:
    """One model's use in one run, over all its threads.

    A request goes out if what was used, what is on its way at most, and what it takes at most fit the budget; so a
    ceiling holds as far as the provider keeps to the limit of new tokens. Once one doesn't fit, none goes out any more.
    """

    def __init__(
        self, model: str, limits: ModelLimits, *, clock: Callable[[], float] = time.monotonic, wait: Wait = _wait
    ) -> None:
        self.model = model
        self.limits = limits
        self._clock = clock
        self._wait = wait
        self._changed = threading.Condition()
        self._pace = Pace(limits)
        self._taken = _Taken()
        self._on_their_way: list[Tokens] = []
        self._refusal: str | None = None

    @contextmanager
    def request(self, expected: Tokens) -> Iterator[Outgoing]:
        """Hold one request to the limits. Raises DocumentError (`budget-spent`) where it may not go out.

        `expected`: what it may take at most, the prompt as estimated.
        """
        outgoing = self._enter(expected)
        try:
            yield outgoing
        finally:
            self._leave(outgoing)

    def count(self, requests: int, tokens: Tokens) -> None:
        """Note requests that were answered together, by a model without limits."""
        with self._changed:
            self._taken.requests += requests
            self._taken.input += tokens.input
            self._taken.output += tokens.output

    def usage(self) -> ModelUsage:
        """So far."""
        with self._changed:
            taken = self._taken
            return ModelUsage(
                requests=taken.requests,
                input_tokens=taken.input,
                output_tokens=taken.output,
                cost=self.limits.cost(taken.input, taken.output),
                estimated=taken.estimated,
                budget_spent=self._refusal is not None,
            )

    def _enter(self, expected: Tokens) -> Outgoing:
        with self._changed:
            check()  # who waited here too long, or is waited for by nobody any more, asks nothing
            while (delay := self._delay(self._corrected(expected))) != 0:
                with uncounted():
                    self._wait(self._changed, delay)
                check()
            reserved = self._corrected(expected)
            self._on_their_way.append(reserved)
            return Outgoing(expected, reserved, self._pace.send(reserved.both, self._clock()))

    def _delay(self, expected: Tokens) -> float | None:
        """Seconds until the request may go out; None: until another one comes back."""
        if self._refusal is not None:
            raise _spent(self._refusal)
        if (most := self.limits.concurrency) is not None and len(self._on_their_way) >= most:
            return None
        over = self._over(expected)
        if over is None:
            return self._pace.delay(expected.both, self._clock())
        if self._on_their_way:
            return None  # what is on its way may take less than it may at most
        self._refusal = over
        self._changed.notify_all()
        logger.info("budget spent", extra={"event": "budget-spent", "model": self.model})
        raise _spent(over)

    def _over(self, expected: Tokens) -> str | None:
        """Which budget one more request might exceed."""
        tokens = [Tokens(self._taken.input, self._taken.output), *self._on_their_way, expected]
        spent = sum(one.both for one in tokens)
        if (budget := self.limits.token_budget) is not None and spent > budget:
            return f"The budget of {budget:,} tokens that '{self.model}' has for this run is used up."
        cost = self.limits.cost(sum(one.input for one in tokens), sum(one.output for one in tokens))
        if (ceiling := self.limits.cost_ceiling) is not None and cost is not None and cost > ceiling:
            return f"The cost ceiling of {ceiling:,.2f} that '{self.model}' has for this run is reached."
        return None

    def _corrected(self, expected: Tokens) -> Tokens:
        """The prompt by how far such estimates fell short so far."""
        taken = self._taken
        short = max(1.0, taken.told_input / taken.expected_input) if taken.expected_input else 1.0
        return Tokens(round(expected.input * short), expected.output)

    def _leave(self, outgoing: Outgoing) -> None:
        with self._changed:
            self._on_their_way.remove(outgoing.reserved)
            taken = self._taken
            taken.requests += 1
            if (tokens := outgoing.tokens) is None:
                outgoing.sent.tokens = outgoing.expected.input
            else:
                outgoing.sent.tokens = tokens.both
                taken.input += tokens.input
                taken.output += tokens.output
                taken.estimated += not outgoing.told
                if outgoing.told:
                    taken.told_input += tokens.input
                    taken.expected_input += outgoing.expected.input
            self._changed.notify_all()


def _spent(message: str) -> DocumentError:
    hint = "A later run goes on with the documents that are left; a larger limit lets it come further."
    return DocumentError(BUDGET_SPENT, message, hint=hint)


@dataclass(slots=True)
class Spending:
    """The accounts of a run."""

    _accounts: dict[tuple[str, ModelLimits], Account] = field(default_factory=dict)
    _changing: threading.Lock = field(default_factory=threading.Lock)
    elsewhere: Callable[[], Mapping[str, ModelUsage]] = dict
    """What the same models took for this run in other processes."""

    def account(self, model: str, limits: ModelLimits | None) -> Account:
        """One for all that name a model alike."""
        key = (model, limits or _NO_LIMITS)
        with self._changing:
            return self._accounts.setdefault(key, Account(*key))

    def usage(self) -> Mapping[str, ModelUsage]:
        """What each model that was asked took so far, by its name, in order."""
        with self._changing:
            accounts = sorted(self._accounts.items(), key=lambda item: item[0][0])
        used = dict(self.elsewhere())
        for (model, _), account in accounts:
            usage = account.usage()
            if usage.requests or usage.budget_spent:
                used[model] = added(used[model], usage) if model in used else usage
        return used


def added(one: ModelUsage, other: ModelUsage) -> ModelUsage:
    """Two together."""
    costs = [usage.cost for usage in (one, other) if usage.cost is not None]
    return ModelUsage(
        requests=one.requests + other.requests,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost=sum(costs) if costs else None,
        estimated=one.estimated + other.estimated,
        budget_spent=one.budget_spent or other.budget_spent,
    )
