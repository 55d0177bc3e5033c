"""Adapters on a base model in memory: several share one base, one of them is active at a time."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from kg_builder.backends.checkpoints import Checkpoint
from kg_builder.errors import ModelError


class AdaptedBase:
    """A base model and the adapters on it. Hold `lock` from `activate` until the answers are there."""

    def __init__(self, base: Any) -> None:
        self._base = base
        self._count = 0
        self.lock = threading.RLock()
        self.model: Any = None
        """As peft wraps it; None before the first adapter."""

    def add(self, adapter: Checkpoint) -> str:
        """Load one more adapter; returns its name here. Raises ModelError where it doesn't fit."""
        with self.lock:
            name = f"adapter-{self._count}"
            try:
                with warnings.catch_warnings():  # peft asks transformers for an attribute that is on its way out
                    warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
                    self._load(adapter, name)
            except (ValueError, RuntimeError, KeyError, OSError, TypeError) as error:
                first = str(error).strip().partition("\n")[0]
                raise ModelError(
                    f"adapter '{adapter.name}' doesn't fit its base: {first}",
                    hint="Give the right base model as `base`.",
                ) from error
            self._count += 1
            self.model.eval()
            return name

    def _load(self, adapter: Checkpoint, name: str) -> None:
        from peft import PeftModel

        if self.model is None:
            self.model = PeftModel.from_pretrained(self._base, str(adapter.folder), adapter_name=name)
        else:
            self.model.load_adapter(str(adapter.folder), adapter_name=name)

    def activate(self, name: str) -> None:
        """Answers are that adapter's from now on."""
        if self.model.active_adapter != name:
            self.model.set_adapter(name)


_LOADED: WeakValueDictionary[tuple[str, ...], AdaptedBase] = WeakValueDictionary()
_LOADING = threading.Lock()


def with_shared_base(key: tuple[str, ...], load: Callable[[], Any], adapter: Checkpoint) -> tuple[AdaptedBase, str]:
    """The base of that key, which is loaded unless another adapter's user has it, with the adapter, and its name.

    A base that an adapter didn't fit may be half changed: it isn't lent again.
    """
    with _LOADING:
        shared = _LOADED.get(key)
        if shared is None:
            shared = _LOADED[key] = AdaptedBase(load())
        try:
            return shared, shared.add(adapter)
        except ModelError:
            del _LOADED[key]
            raise
