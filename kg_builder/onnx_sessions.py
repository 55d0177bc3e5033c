"""ONNX Runtime sessions on the CPU, the one place that loads the library: without its telemetry.

Since 1.29 ONNX Runtime writes a device id and usage events to the user's cache folder and may send them, unless
``ORT_DISABLE_TELEMETRY`` is set when it is first imported.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def without_telemetry() -> None:
    """Tell ONNX Runtime, before its first import, to report nothing."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def open_session(model: Path | bytes, *, threads: int) -> InferenceSession:
    """A model's session; raises what ONNX Runtime raises. Waiting threads give their core back to other work."""
    without_telemetry()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    # slower than the operators they fuse: an addition and a layer norm, a transposition and a product
    return onnxruntime.InferenceSession(
        model,
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion", "MatmulTransposeFusion"],
    )
