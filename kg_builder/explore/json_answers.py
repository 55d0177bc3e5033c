"""Answers as JSON that every browser reads."""

from __future__ import annotations

import json
from typing import Any

Answer = dict[str, Any]


def as_json(answer: Any) -> bytes:
    """ASCII JSON with sorted keys: equal for equal answers, whatever characters they hold.

    Numbers that JSON has no word for, which metadata may hold, become text.
    """
    try:
        return _encoded(answer)
    except ValueError:
        return _encoded(_finite(answer))


def _encoded(answer: Any) -> bytes:
    return json.dumps(answer, allow_nan=False, separators=(",", ":"), sort_keys=True).encode("ascii")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and value - value != 0 else value
