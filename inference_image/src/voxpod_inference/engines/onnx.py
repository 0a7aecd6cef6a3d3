"""ONNX Runtime as Voxpod uses it: without telemetry, with as many threads as the pod has cores. Import it from here."""

import os
from pathlib import Path

# Since 1.29 the released Linux packages report every session to their maker; read once, when the library is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime import InferenceSession, RunOptions

__all__ = ["InferenceSession", "RunOptions", "open_session"]


def open_session(model: Path, threads: int) -> InferenceSession:
    """A session on the CPU with `threads` threads that sleep when they have nothing to do."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads of packed sandboxes steal each other's time: 40 ms against 22 with a busy neighbour.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
