"""What a test session makes once, though `pytest -n` runs its tests in several processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcluster.locks import locked


@contextmanager
def session_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder of that name, the same one in all processes of the session; one at a time is in the block, to fill it."""
    own = factory.getbasetemp()  # pytest-xdist gives each process a folder in the session's
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with locked(shared, name):
        yield shared / name
