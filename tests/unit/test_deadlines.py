"""Time limits of what is done in a block, here and in threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest
from langchain_core.language_models import FakeListChatModel

from kg_builder.backends.chat_generator import ChatModelGenerator
from kg_builder.backends.gathering import GatheringGenerator
from kg_builder.backends.generation import Generated, GenerationRequest, Message
from kg_builder.deadlines import check, given_up, remaining, time_limit, wait_for
from kg_builder.errors import TimedOutError
from kg_builder.testing import ScriptedGenerator


def test_without_a_limit_nothing_ends() -> None:
    with time_limit(None):
        check()
        assert remaining() is None
        assert wait_for(threading.get_ident) == threading.get_ident()


def test_a_limit_is_over_after_its_time_and_with_its_block() -> None:
    with time_limit(0.05):
        check()
        assert 0 < (remaining() or 0) <= 0.05
        time.sleep(0.06)
        assert remaining() == 0
        with pytest.raises(TimedOutError, match=r"0\.05 s"):
            check()
        with pytest.raises(TimedOutError):
            wait_for(lambda: "never asked")
    check()


def test_an_answer_or_error_in_time_comes_through() -> None:
    def fails() -> None:
        raise TimeoutError("of its own")

    with time_limit(30):
        assert wait_for(lambda: "answer") == "answer"
        with pytest.raises(TimeoutError, match="of its own"):
            wait_for(fails)


def test_waiting_ends_on_time_and_what_was_asked_finds_its_own_end() -> None:
    going, ended = threading.Event(), threading.Event()

    def long() -> None:
        going.wait(10)
        try:
            check()
        finally:
            ended.set()

    begun = time.monotonic()
    with time_limit(0.1), pytest.raises(TimedOutError) as caught:
        wait_for(long)
    assert time.monotonic() - begun < 5
    assert caught.value.waiting
    assert given_up() == 1
    going.set()
    assert ended.wait(10)
    for _ in range(100):
        if not given_up():
            break
        time.sleep(0.01)
    assert given_up() == 0


def test_who_is_waited_for_doesnt_wait_in_yet_another_thread() -> None:
    with time_limit(30):
        outer, inner = wait_for(lambda: (threading.get_ident(), wait_for(threading.get_ident)))
    assert outer == inner != threading.get_ident()


def test_a_chat_model_on_this_machine_is_waited_for_no_longer_than_that() -> None:
    generator = ChatModelGenerator(FakeListChatModel(responses=["answer"], sleep=3), remote=False)
    begun = time.monotonic()
    with time_limit(0.2), pytest.raises(TimedOutError):
        generator.generate([GenerationRequest((Message("user", "?"),))])
    assert time.monotonic() - begun < 2.5
    with time_limit(60):
        assert generator.generate([GenerationRequest((Message("user", "?"),))])[0].text == "answer"


def test_waiting_for_another_callers_batch_ends_on_time() -> None:
    going = threading.Event()

    class Slow(ScriptedGenerator):
        def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
            going.wait(10)
            return [Generated("answer") for _ in requests]

    gathering = GatheringGenerator(Slow([]), 1, wait_ms=1)
    answers: list[str] = []
    first = threading.Thread(target=lambda: answers.append(gathering.generate([GenerationRequest("a")])[0].text))
    first.start()
    time.sleep(0.05)
    with time_limit(0.1), pytest.raises(TimedOutError):
        gathering.generate([GenerationRequest("b")])
    going.set()
    first.join(10)
    assert answers == ["answer"]
    assert gathering.generate([GenerationRequest("c")])[0].text == "answer"
