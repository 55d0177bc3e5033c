"""What the limits of a run come to for each of several processes, which know nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.spending import ModelUsage
from kg_builder.errors import SettingsError
from kg_builder.settings import Settings

_SHARED = ("concurrency", "requests_per_minute", "tokens_per_minute", "token_budget")


def settings_of_each(settings: Settings) -> Settings:
    """For each of `ray.actors` processes: its share of each model's limits, and as many threads as processors.

    Together they keep to the limits. Raises SettingsError where a limit is too small to be shared.
    """
    update: dict[str, Any] = {}
    if settings.threads is None:
        update["threads"] = max(1, min(int(settings.ray.cpus_per_actor), 64))
    shares = {
        name: model.model_copy(update={"limits": _share(name, model.limits, settings.ray.actors)})
        for name, model in settings.models.items()
        if model.limits is not None
    }
    return settings.model_copy(update={**update, "models": {**settings.models, **shares}})


def less(settings: Settings, usage: Mapping[str, ModelUsage]) -> Settings:
    """For a process that takes the place of one that died: what that one has left of its share.

    `usage`: by the models' sources; limits are for models that are told apart by them.
    """
    left = {
        name: model.model_copy(update={"limits": _left(model.limits, used)})
        for name, model in settings.models.items()
        if model.limits is not None and (used := usage.get(model.source)) is not None
    }
    return settings.model_copy(update={"models": {**settings.models, **left}}) if left else settings


def _share(name: str, limits: ModelLimits, processes: int) -> ModelLimits:
    shares: dict[str, Any] = {}
    for limit in _SHARED:
        whole = getattr(limits, limit)
        if whole is not None and whole < processes:
            raise SettingsError(
                f"models.{name}.limits.{limit} is {whole}, too few for {processes} processes of Ray's.",
                hint="Lower ray.actors to that, or use the engine 'local'.",
            )
        shares[limit] = None if whole is None else whole // processes
    if limits.cost_ceiling is not None:
        shares["cost_ceiling"] = limits.cost_ceiling / processes
    return limits.model_copy(update=shares)


def _left(limits: ModelLimits, used: ModelUsage) -> ModelLimits:
    left: dict[str, Any] = {}
    if limits.token_budget is not None:
        left["token_budget"] = max(1, limits.token_budget - used.input_tokens - used.output_tokens)
    if limits.cost_ceiling is not None:
        left["cost_ceiling"] = max(1e-9, limits.cost_ceiling - (used.cost or 0.0))
    return limits.model_copy(update=left)
