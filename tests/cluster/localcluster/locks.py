"""One command at a time on one cluster or on the cache."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock `name` in `folder`, waiting for whoever has it. The kernel frees it when its holder dies.

    The empty lock file stays: to remove it while another waits for it would let two in.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another command works on {name}: waiting for it", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
