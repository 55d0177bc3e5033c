"""What is said before Ray is started. Needs no Ray."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler

from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.spending import ModelUsage
from kg_builder.errors import (
    DocumentError,
    EngineError,
    KgBuilderError,
    MissingExtraError,
    SettingsError,
    StoreError,
    TimedOutError,
)
from kg_builder.graphs.building import build
from kg_builder.graphs.ray_cluster import _knock
from kg_builder.graphs.ray_shares import less, settings_of_each
from kg_builder.settings import RaySettings, Settings, load_settings


def test_the_engine_leaves_the_settings_hash_alone() -> None:
    assert Settings(engine="ray", ray=RaySettings(actors=7)).described() == Settings().described()


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    assert Settings().ray.address == "head:6379"
    path = tmp_path / "settings.yaml"
    path.write_text("engine: ray\nray: {address: local, actors: 3}\n")
    chosen = load_settings(path)
    assert (chosen.engine, chosen.ray.actors, chosen.ray.on_cluster) == ("ray", 3, False)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match="ray") as told:
        build("Lithium induced tremor.", store=tmp_path / "a.kg", settings=Settings(engine="ray"))
    assert "[ray]" in str(told.value.hint)
    assert not (tmp_path / "a.kg").exists()


@pytest.mark.parametrize("address", ["nonsense", "ray://", "host:port"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(SettingsError, match="no address"):
        _knock(address)


@pytest.mark.enable_socket
def test_nobody_at_the_address() -> None:
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:1"):
        _knock("127.0.0.1:1")


@pytest.mark.parametrize(
    "error",
    [
        KgBuilderError("a", hint="b"),
        DocumentError("code", "a"),
        TimedOutError(3, waiting=True),
        MissingExtraError("This", "extra"),
        StoreError("a", hint="b"),
    ],
)
def test_errors_travel_between_processes(error: KgBuilderError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), vars(copy)) == (str(error), vars(error))


def limited(limits: ModelLimits, actors: int) -> Settings:
    model = ModelSettings(source="chat:openai:gpt", limits=limits)
    return Settings(models={"mine": model, "other": ModelSettings(source="chat:a:b")}, ray=RaySettings(actors=actors))


@given(st.integers(1, 50), st.integers(1, 10_000), st.floats(0.01, 100))
def test_shares_keep_to_the_limit(actors: int, budget: int, ceiling: float) -> None:
    limits = ModelLimits(
        concurrency=50, token_budget=max(actors, budget), cost_ceiling=ceiling, input_price=1, output_price=2
    )
    each = settings_of_each(limited(limits, actors)).models["mine"].limits
    assert each is not None
    assert each.token_budget is not None
    assert each.cost_ceiling is not None
    assert 1 <= actors * each.token_budget <= max(actors, budget)
    assert actors * each.cost_ceiling == pytest.approx(ceiling)
    assert each.input_price == 1


def test_a_limit_too_small_to_share() -> None:
    with pytest.raises(SettingsError, match=r"models\.mine\.limits\.requests_per_minute"):
        settings_of_each(limited(ModelLimits(requests_per_minute=3), 4))


def test_who_takes_the_place_of_a_dead_process_has_what_is_left() -> None:
    settings = limited(ModelLimits(token_budget=100), 1)
    left = less(settings, {"chat:openai:gpt": ModelUsage(requests=2, input_tokens=30, output_tokens=20)})
    limits = left.models["mine"].limits
    assert limits is not None
    assert limits.token_budget == 50


def test_what_belongs_to_this_process_is_refused(tmp_path: Path) -> None:
    class Listener(BaseCallbackHandler):
        pass

    with pytest.raises(SettingsError, match="callbacks"):
        build("Lithium.", store=tmp_path / "a.kg", settings=Settings(engine="ray"), callbacks=[Listener()])
