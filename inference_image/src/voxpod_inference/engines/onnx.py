"""ONNX Runtime as Voxpod uses it: without telemetry, with as many threads as the pod has cores. Import it from here."""

import contextlib
import ctypes
import errno
import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from voxpod_inference.errors import ENGINE_FAILED, SpeechError

# Since 1.29 the released Linux packages report every session to their maker; read once, when the library is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime import InferenceSession, RunOptions

__all__ = [
    "InferenceSession",
    "RunOptions",
    "failing",
    "give_back_memory",
    "loaded",
    "open_session",
    "save_optimised",
    "shrinking",
]

_PROVIDERS = ["CPUExecutionProvider"]
_SMALL = "1024"
"""Bytes up to which a weight stays in the graph's own file."""


def open_session(model: Path, threads: int, *, optimised: bool = False) -> InferenceSession:
    """A session on the CPU with `threads` threads that sleep when they have nothing to do; `optimised` by `save_optimised`."""
    options = _options(threads)
    if optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Spinning threads of packed sandboxes steal each other's time: 40 ms against 22 with a busy neighbour.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(model), options, providers=_PROVIDERS)


def loaded(model: Path, threads: int, *, optimised: bool = False) -> InferenceSession:
    """As `open_session`; SpeechError when that cannot be."""
    try:
        return open_session(model, threads, optimised=optimised)
    except Exception as error:
        raise SpeechError(
            "engine", ENGINE_FAILED, f"{model.name} cannot be loaded: {type(error).__name__}: {error}"
        ) from error


@contextlib.contextmanager
def failing(what: str) -> Iterator[None]:
    """SpeechError for whatever a run raises; `what` was being said."""
    try:
        yield
    except Exception as error:  # onnxruntime raises its own classes, all below Exception
        raise SpeechError("engine", ENGINE_FAILED, f"{type(error).__name__} in {what}") from error


def save_optimised(model: Path, target: Path) -> None:
    """Write a model as this version optimises it for this processor, its weights beside it in `<target>.data` as the kernels
    want them: a session maps them, shared with all others, instead of packing its own copy. OSError when the disk is full."""
    options = _options(1)
    options.optimized_model_filepath = str(target)
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", f"{target.name}.data")
    options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", _SMALL)
    options.add_session_config_entry("session.save_external_prepacked_constant_initializers", "1")
    try:
        InferenceSession(str(model), options, providers=_PROVIDERS)
    except Exception as error:  # its errors tell no cause apart: a full disk is "Failed to write external initializers"
        if shutil.disk_usage(target.parent).free < model.stat().st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
        raise


def shrinking(options: RunOptions) -> RunOptions:
    """The options, with which a run gives its memory back at its end."""
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def give_back_memory() -> None:
    """Return freed heap to the system before another part takes as much: glibc keeps it otherwise, 20 MB in each sandbox."""
    if (trim := _malloc_trim()) is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
