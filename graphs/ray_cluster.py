"""Connecting to Ray: a cluster that runs, or one of our own on this machine for as long as it is needed."""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from kg_builder.errors import EngineError, MissingExtraError, SettingsError
from kg_builder.settings import LOCAL_RAY, RaySettings

logger = logging.getLogger(__name__)

OBJECT_STORE_BYTES = 256 * 1024**2
"""Of a Ray of our own. Documents and parts are few at a time, and most are too small to go through it."""
_ANSWER_SECONDS = 5.0
"""For the first sign of life of a cluster. Ray itself would wait for minutes and then end the process."""


@contextmanager
def connected(settings: RaySettings) -> Iterator[None]:
    """Within this block Ray can be used. Raises MissingExtraError, SettingsError, EngineError.

    A Ray that this process already uses is left as it is.
    """
    ray = _ray()
    if ray.is_initialized():
        yield
        return
    with _own_signals():
        if settings.on_cluster:
            _join(ray, str(settings.address))
        else:
            _start(ray, settings)
    try:
        yield
    finally:
        ray.shutdown()


def check_resources(settings: RaySettings) -> None:
    """Raise SettingsError for actors that this machine can't hold all at once; a cluster may still grow for them."""
    there = _ray().cluster_resources()
    for name, each in (("CPU", settings.cpus_per_actor), ("GPU", settings.gpus_per_actor)):
        needed, found = each * settings.actors, there.get(name, 0.0)
        if needed <= found + 1e-6:
            continue
        told = f"{settings.actors} actors with {each:g} {name} each need {needed:g}, and Ray has {found:g}."
        if not settings.on_cluster:
            raise SettingsError(told, hint=f"Lower ray.actors or ray.{name.lower()}s_per_actor.")
        logger.warning("%s The run waits until it has more.", told)


def require_ray() -> None:
    """Raise MissingExtraError where Ray isn't installed."""
    _ray()


def _ray() -> Any:
    # nothing leaves the machine unasked, whatever Ray's own configuration says
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("The engine 'ray'", "ray") from error
    return ray


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray makes SIGTERM end the process at once; whoever handles it already has other plans."""
    handled = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in handled.items():
                if handler is not None:  # None: not set from Python
                    signal.signal(number, handler)


def _quietly() -> dict[str, Any]:
    """What its processes print isn't repeated here."""
    return {"log_to_driver": False, "logging_level": "ERROR"}


def _start(ray: Any, settings: RaySettings) -> None:
    # Ray only counts them: more actors than cores are slow, not wrong. For each it starts a process ahead of need.
    cpus = max(1, math.ceil(settings.actors * settings.cpus_per_actor))
    try:
        ray.init(
            address=LOCAL_RAY,
            num_cpus=cpus,
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            **_quietly(),
        )
    except (Exception, SystemExit) as error:
        raise EngineError(
            f"Ray can't be started on this machine ({type(error).__name__}).",
            hint="Its logs are in /tmp/ray/session_latest/logs; --engine local needs no Ray.",
        ) from error


def _join(ray: Any, address: str) -> None:
    _knock(address)
    try:
        ray.init(address=address, **_quietly())
    except (Exception, SystemExit) as error:
        # Ray ends the process when a cluster doesn't answer; its messages tell of versions and addresses only
        told = str(error).strip().splitlines() if isinstance(error, ConnectionError | RuntimeError) else []
        reason = told[0] if told else type(error).__name__
        raise EngineError(f"The Ray cluster at '{address}' can't be used: {reason}", hint=_HINT) from error


def _knock(address: str) -> None:
    """Raise EngineError where nothing listens, which Ray itself would take minutes to tell."""
    if address == "auto":
        return
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        place = (parts.hostname, parts.port)
    except ValueError:
        place = (None, None)
    if None in place:
        raise SettingsError(f"'{address}' is no address of a Ray cluster.", hint=_HINT)
    try:
        socket.create_connection(place, timeout=_ANSWER_SECONDS).close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise EngineError(f"No Ray cluster answers at '{address}': {reason}.", hint=_HINT) from error


_HINT = (
    "Set ray.address in the settings, or RAY_ADDRESS, to the host:port that `ray start` printed (ray://host:10001 from "
    "outside the cluster), or to 'local' for a Ray of our own on this machine."
)
