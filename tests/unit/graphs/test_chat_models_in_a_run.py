"""LangChain chat models handed to a build: what they are asked, what that took, and what a budget does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from kg_builder.backends.limits import ModelLimits
from kg_builder.errors import SettingsError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.building import Build, build
from kg_builder.graphs.forecasting import forecast
from kg_builder.records import Document
from kg_builder.settings import Settings, load_settings
from kg_builder.stores import open_store

TEXT = "Cisplatin caused nausea."
FOUND = json.dumps([{"entity": "Cisplatin", "type": "Chemical"}, {"entity": "nausea", "type": "Disease"}])


class Far(BaseChatModel):
    """Answers each prompt about a text, and counts tokens as a provider would."""

    model_name: str = "far-1"
    answer: Callable[[Sequence[BaseMessage]], str] = lambda messages: FOUND
    max_tokens: int | None = None
    tells: bool = True
    _asked: list[str] = PrivateAttr(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "far"

    @property
    def asked(self) -> list[str]:
        return self._asked

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **extra: Any
    ) -> ChatResult:
        with self._lock:
            self._asked.append(str(messages[-1].content))
        usage = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120} if self.tells else None
        message = AIMessage(self.answer(messages), usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


def documents(count: int) -> list[Document]:
    return [Document(id=f"d{number:02}", text=f"{TEXT} Case {number}.", language="en") for number in range(count)]


def settings(limits: dict[str, Any] | None = None, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "schema_name": "chemical-disease",
        "extractors": ("mine",),
        "relation_extractor": "cooccurrence",
        "allow_remote": True,
    }
    if limits is not None:
        given["models"] = {"mine": {"source": "chat:any:thing", "limits": limits}}
    return load_settings(None, **given | more)


def built(model: BaseChatModel, count: int, chosen: Settings, store: str | GraphStore = ":memory:") -> Build:
    return build(documents(count), store=store, settings=chosen, models={"mine": model})


def test_a_chat_model_object_is_an_extractor() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(FOUND)]))
    done = build([Document(id="d", text=TEXT, language="en")], settings=settings(), models={"mine": model})
    names = {view.name.casefold() for view in done.store.concepts()}
    assert names == {"cisplatin", "nausea"}
    assert {view.provenance.model for view in done.store.mentions()} == {"chat:GenericFakeChatModel"}
    assert done.run.usage["chat:GenericFakeChatModel"].requests == 1


def test_it_may_state_relations_and_be_asked_twice_a_document() -> None:
    def answer(messages: Sequence[BaseMessage]) -> str:
        return FOUND if "relation" not in str(messages[0].content).casefold() else "[]"

    model = Far(answer=answer)
    done = built(model, 2, settings(relation_extractor="mine"))
    usage = done.run.usage["chat:far-1"]
    assert usage.requests == len(model.asked) == 4
    assert (usage.input_tokens, usage.output_tokens, usage.cost, usage.estimated) == (400, 80, None, 0)


def test_a_remote_object_needs_leave_as_any_other() -> None:
    model = Far()
    done = built(model, 1, settings(allow_remote=False))
    assert done.run.failures_by_code == {"remote-not-allowed": 1}
    assert model.asked == []
    assert done.run.usage == {}


def test_what_is_no_chat_model_is_refused() -> None:
    with pytest.raises(SettingsError, match="'mine' is a str; give a LangChain chat model"):
        build([TEXT], settings=settings(), models={"mine": "gpt"})  # type: ignore[dict-item]


def test_another_model_object_of_the_same_name_is_another_graph() -> None:
    one = built(Far(), 1, settings()).run.settings_hash
    assert built(Far(), 1, settings()).run.settings_hash == one
    assert built(Far(model_name="far-2"), 1, settings()).run.settings_hash != one
    assert built(Far(), 1, settings({"token_budget": 10_000})).run.settings_hash == one


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize(
    "limits", [{"token_budget": 1800}, {"cost_ceiling": 1.8, "input_price": 1e3, "output_price": 1e3}]
)
def test_a_spent_budget_sets_the_rest_aside_and_a_later_run_goes_on(concurrency: int, limits: dict[str, float]) -> None:
    store = open_store(":memory:")
    model = Far()
    chosen = settings(limits, concurrency=concurrency)
    first = built(model, 24, chosen, store).run
    usage = first.usage["chat:far-1"]
    assert usage.budget_spent
    assert usage.input_tokens + usage.output_tokens <= 1800
    assert first.written == usage.requests == len(model.asked) > 4
    assert first.failures_by_code == {"budget-spent": 24 - first.written}
    assert {failure.attempts for failure in store.failures()} == {0}, "it is no fault of theirs"
    if "cost_ceiling" in limits:
        assert usage.cost is not None
        assert usage.cost <= 1.8
    runs = 1
    while built(model, 24, chosen, store).run.failed:
        runs += 1
        assert runs < 10
    assert store.statistics().documents == len(model.asked) == 24, "no document was asked about twice"
    assert list(store.failures()) == []
    assert store.runs()[0].usage == first.usage


def test_tokens_that_the_provider_does_not_tell_are_estimated() -> None:
    usage = built(Far(tells=False), 2, settings()).run.usage["chat:far-1"]
    assert usage.estimated == usage.requests == 2
    assert usage.input_tokens > 2 * len(TEXT) // 4
    assert usage.output_tokens == 2 * -(-len(FOUND) // 4)


def test_a_forecast_is_what_the_run_then_takes() -> None:
    limits = {"input_price": 1.0, "output_price": 2.0, "requests_per_minute": 600, "token_budget": 100_000}
    chosen = settings(limits)
    model = Far(tells=False)
    told = forecast(documents(30), chosen, models={"mine": model})
    assert model.asked == []
    assert told.spends
    [one] = told.models
    assert (told.documents, told.sampled, one.requests, one.model) == (30, 30, 30, "chat:far-1")
    used = built(model, 30, chosen).run.usage["chat:far-1"]
    assert one.input_tokens == used.input_tokens
    assert one.output_tokens == 30 * 128
    assert one.most_output_tokens == 30 * 256
    assert one.cost == pytest.approx((one.input_tokens + 2 * one.output_tokens) / 1e6)
    assert one.minutes == 30 / 600
    assert not one.exceeds
    assert not one.counted


def test_a_forecast_of_many_documents_is_made_from_some() -> None:
    chosen = settings({"token_budget": 1000})
    whole = forecast(documents(200), chosen, models={"mine": Far()}, sample=200).models[0]
    told = forecast(documents(200), chosen, models={"mine": Far()}, sample=20)
    assert (told.documents, told.sampled) == (200, 20)
    assert told.models[0].requests == pytest.approx(whole.requests, rel=0.02)
    assert told.models[0].input_tokens == pytest.approx(whole.input_tokens, rel=0.02)
    assert whole.exceeds


def test_a_sample_stands_for_texts_of_all_lengths() -> None:
    mixed = [Document(id=f"m{n}", text=f"{TEXT} " * (1 + n * 37 % 60), language="en") for n in range(150)]
    whole = forecast(mixed, settings(), models={"mine": Far()}, sample=150).models[0]
    told = forecast(mixed, settings(), models={"mine": Far()}, sample=15).models[0]
    assert told.requests == whole.requests == 150
    assert told.input_tokens == pytest.approx(whole.input_tokens, rel=0.01)


def test_a_forecast_leaves_out_what_the_store_has() -> None:
    store = open_store(":memory:")
    built(Far(), 5, settings(), store)
    told = forecast(documents(8), settings(), store=store, models={"mine": Far()})
    assert (told.documents, told.unchanged, told.models[0].requests) == (3, 5, 3)


def test_a_forecast_reckons_with_relations_and_long_texts() -> None:
    long = Document(id="long", text=" ".join(f"Cisplatin number {n} caused nausea." for n in range(200)), language="en")
    [one] = forecast([long], settings(relation_extractor="mine"), models={"mine": Far()}).models
    assert one.requests >= 2 * -(-len(long.text) // 3000)
    assert forecast([long], settings(extractors=("lexicon",)), models={}).models == ()


def test_limits_of_an_object_are_those_of_its_name() -> None:
    model = settings({"concurrency": 2}).model("mine")
    assert model is not None
    assert model.limits == ModelLimits(concurrency=2)
