"""Requests of several threads in one batch."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.backends.gathering import GatheringGenerator
from kg_builder.backends.generation import Generated, GenerationRequest
from kg_builder.errors import ModelError
from kg_builder.testing import ScriptedGenerator


@dataclass
class Echo:
    """Answers with the prompt, and fails where a prompt says so; one batch at a time, each waits for `gate`."""

    model: str = "echo"
    remote: bool = False
    batches: list[list[str]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    running: int = 0

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        self.running += 1
        assert self.running == 1, "two batches at once"
        assert self.gate.wait(10)
        prompts = [str(request.prompt) for request in requests]
        self.batches.append(prompts)
        self.running -= 1
        if any("bad" in prompt for prompt in prompts):
            raise ModelError(f"failed: {sum('bad' in prompt for prompt in prompts)}")
        return [Generated(prompt) for prompt in prompts]


def ask(generator: GatheringGenerator, *prompts: str) -> list[str]:
    return [answer.text for answer in generator.generate([GenerationRequest(prompt) for prompt in prompts])]


def opened(**options: object) -> Echo:
    echo = Echo(**options)  # type: ignore[arg-type]
    echo.gate.set()
    return echo


def test_it_is_the_model_that_it_wraps() -> None:
    generator = GatheringGenerator(ScriptedGenerator(["yes"], model="m", remote=True), 4)
    assert (generator.model, generator.remote) == ("m", True)
    assert ask(generator, "?") == ["yes"]
    assert ask(generator) == []
    assert generator.knows_token("<|im_start|>")  # it can't say


def test_concurrent_callers_share_batches() -> None:
    echo = Echo()
    generator = GatheringGenerator(echo, 4, wait_ms=5)
    with ThreadPoolExecutor(9) as pool:
        asked = [pool.submit(ask, generator, f"p{number}") for number in range(9)]
        while len(generator._waiting) < 9:
            pass
        echo.gate.set()
        assert [future.result(10) for future in asked] == [[f"p{number}"] for number in range(9)]
    assert max(map(len, echo.batches)) == 4
    assert len(echo.batches) <= 4


def test_one_callers_many_requests_come_back_in_order() -> None:
    echo = opened()
    prompts = [f"{number} " * (number % 5) for number in range(11)]
    assert ask(GatheringGenerator(echo, 3, wait_ms=0), *prompts) == prompts
    assert all(len(batch) <= 3 for batch in echo.batches)


def test_prompts_of_like_length_run_together() -> None:
    echo = opened()
    ask(GatheringGenerator(echo, 2, wait_ms=0), "a" * 50, "b", "c" * 49, "d")
    assert [{len(prompt) for prompt in batch} for batch in echo.batches] == [{50, 49}, {1}]


def test_an_error_reaches_only_its_caller() -> None:
    echo = Echo()
    generator = GatheringGenerator(echo, 8, wait_ms=200)
    with ThreadPoolExecutor(3) as pool:
        good, bad, fine = (pool.submit(ask, generator, *prompts) for prompts in (("a", "b"), ("c", "bad"), ("d",)))
        while len(generator._waiting) < 5:
            pass
        echo.gate.set()
        assert good.result(10) == ["a", "b"]
        assert fine.result(10) == ["d"]
        with pytest.raises(ModelError, match="failed: 1"):
            bad.result(10)
    assert ask(generator, "after") == ["after"]


def test_an_interrupted_leader_leaves_the_others_going() -> None:
    class Interrupted(Echo):
        def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
            if not self.batches:
                self.batches.append([])
                raise KeyboardInterrupt
            return super().generate(requests)

    echo = Interrupted()
    echo.gate.set()
    generator = GatheringGenerator(echo, 4, wait_ms=0)
    with pytest.raises(KeyboardInterrupt):
        ask(generator, "x")
    assert generator._waiting == []
    assert ask(generator, "y") == ["y"]


@settings(max_examples=20)
@given(calls=st.lists(st.lists(st.text("ab", max_size=6), max_size=4), min_size=1, max_size=8), size=st.integers(1, 5))
def test_everybody_gets_the_answers_to_their_own_questions(calls: list[list[str]], size: int) -> None:
    echo = opened()
    generator = GatheringGenerator(echo, size, wait_ms=1)
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(ask, generator, *prompts) for prompts in calls]
        assert [future.result(20) for future in futures] == calls
    assert sum(map(len, echo.batches)) == sum(map(len, calls))


def test_the_interpreter_ends_while_others_wait() -> None:
    """Daemon threads in the middle of a batch don't hold the process."""
    script = """
import threading, time
from kg_builder.backends.gathering import GatheringGenerator
from kg_builder.backends.generation import GenerationRequest

class Slow:
    model, remote = "slow", False
    def generate(self, requests):
        time.sleep(60)

generator = GatheringGenerator(Slow(), 2)
for _ in range(3):
    threading.Thread(target=generator.generate, args=([GenerationRequest("x")],), daemon=True).start()
time.sleep(0.2)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
