"""What a model elsewhere may be sent: how fast, and how much in one run."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MINUTE = 60.0
"""Seconds."""
A_MILLION = 1_000_000


class ModelLimits(BaseModel):
    """Limits of one model, over all threads of a run. None: no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    concurrency: int | None = Field(default=None, ge=1)
    """Requests on their way at once."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """In any sixty seconds."""
    tokens_per_minute: int | None = Field(default=None, ge=1)
    """Of prompts and answers together, in any sixty seconds."""
    token_budget: int | None = Field(default=None, ge=1)
    """Of prompts and answers together, in one run."""
    cost_ceiling: float | None = Field(default=None, gt=0)
    """For one run, in the currency of the prices."""
    input_price: float | None = Field(default=None, ge=0)
    """Of a million tokens of prompts, as your provider charges you."""
    output_price: float | None = Field(default=None, ge=0)
    """Of a million tokens of answers."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.input_price is None) != (self.output_price is None):
            raise ValueError("input_price and output_price go together")
        if self.cost_ceiling is not None and self.input_price is None:
            raise ValueError("cost_ceiling needs input_price and output_price")
        return self

    @property
    def spends(self) -> bool:
        """Whether use is paid for, or may be used up."""
        return self.input_price is not None or self.token_budget is not None

    def cost(self, input_tokens: float, output_tokens: float) -> float | None:
        """Of so many tokens; None where no prices are known."""
        if self.input_price is None or self.output_price is None:
            return None
        return (input_tokens * self.input_price + output_tokens * self.output_price) / A_MILLION

    def minutes(self, requests: float, tokens: float) -> float | None:
        """Least time for so many at the limits; None where none limits the pace."""
        paces = ((requests, self.requests_per_minute), (tokens, self.tokens_per_minute))
        return max((amount / limit for amount, limit in paces if limit is not None), default=None)


@dataclass(slots=True, eq=False)
class Sent:
    """A request as the pace remembers it."""

    until: float
    """When it is a minute ago, in seconds of the clock."""
    tokens: int
    """Estimated, until the answer says how many it took."""


@dataclass(slots=True)
class Pace:
    """Requests of the last minute. Not safe by itself to call from several threads.

    A window that slides, rather than a bucket that refills: no sixty seconds hold more than the limits. (LangChain's
    `InMemoryRateLimiter` counts requests only, one by one.)
    """

    limits: ModelLimits
    _sent: deque[Sent] = field(default_factory=deque)

    def delay(self, tokens: int, now: float) -> float:
        """Seconds until a request of so many tokens may go out; 0: now.

        One that is larger than the limit of a minute goes out once there is nothing else in the window.
        """
        while self._sent and self._sent[0].until <= now:
            self._sent.popleft()
        waits = 0.0
        if (most := self.limits.requests_per_minute) is not None and len(self._sent) >= most:
            waits = self._sent[len(self._sent) - most].until - now
        if (most := self.limits.tokens_per_minute) is not None:
            over = sum(sent.tokens for sent in self._sent) + tokens - most
            for sent in self._sent:
                if over <= 0:
                    break
                over -= sent.tokens
                waits = max(waits, sent.until - now)
        return waits

    def send(self, tokens: int, now: float) -> Sent:
        """Note a request that goes out."""
        sent = Sent(now + MINUTE, tokens)
        self._sent.append(sent)
        return sent
