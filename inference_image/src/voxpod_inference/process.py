"""What the worker asks of its own process: limits, an immediate end, and when it was born."""

import contextlib
import ctypes
import os
import resource
import signal
import threading
import time
from pathlib import Path

from voxpod_crds.sandbox_protocol import MAX_AUDIO_BYTES
from voxpod_inference import log

_MAX_OPEN_FILES = 256
_MAX_FILE_BYTES = MAX_AUDIO_BYTES
"""The samples of the longest audio, and its file."""
_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""
_TERMINATED = 128 + signal.SIGTERM


def prepare_process() -> None:
    """Limits, an immediate end, one thread for numpy, one heap. To be called before anything that starts threads is imported."""
    # numpy's OpenBLAS would start a thread for each core of the node, far beyond the pod's limits, to do nothing here.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    share_one_heap()
    limit_resources()
    end_on_sigterm()


def share_one_heap() -> None:
    """Have all threads allocate from one heap: glibc gives each another, which keeps 2 MB of what a thread reads in passing."""
    with contextlib.suppress(AttributeError, OSError):  # musl has neither heaps nor the call
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def limit_resources() -> None:
    """Lower this process's limits for good. The number of processes is the pod's pids limit: RLIMIT_NPROC counts all
    processes of the user on the node, so every other sandbox would count against this one."""
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES),
        (resource.RLIMIT_FSIZE, _MAX_FILE_BYTES),
    ):
        hard = resource.getrlimit(limit)[1]
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (lowered, lowered))


def end_on_sigterm() -> None:
    """End this process at once when SIGTERM comes, even inside a long native call. To be called before any thread starts.

    A Python handler would wait for that call to return, and process 1 of a container ignores SIGTERM by default; a blocked
    signal is neither delayed nor ignored for a thread that waits for it.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait() -> None:
        signal.sigwait({signal.SIGTERM})
        os._exit(_TERMINATED)

    threading.Thread(target=wait, name="sigterm", daemon=True).start()


def end_now() -> None:
    """End this process at once, with success: nobody waits for what it is at."""
    log.event("not wanted any more")
    os._exit(0)


def milliseconds_since_start() -> int:
    """Time since the kernel started this process, imports of the interpreter included; to 10 ms (one clock tick)."""
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return max(0, round((time.clock_gettime(time.CLOCK_BOOTTIME) - started) * 1000))


def write_termination_log(path: Path, message: str) -> None:
    """Leave a message for the kubelet; a file that cannot be written (a laptop, a test) is no reason to fail."""
    with contextlib.suppress(OSError):
        path.write_text(message, encoding="utf-8")
