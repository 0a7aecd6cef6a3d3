"""The recogniser and the model, both from the cache; without the packages that `make quality` installs these tests are skipped."""

import sys
from pathlib import Path

import pytest

# as `python bench` does itself; pytest finds the other programs by the root pyproject's pythonpath
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from voxpod_bench.quality.recogniser import Recogniser, what_is_missing
from voxpod_bench.wheels import cache

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines import hibari_source
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.engines.hibari_source import fetch_hibari
from voxpod_inference.engines.kokoro_source import default_folder, fetch_kokoro
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.prepare import prepare

THREADS = 2


@pytest.fixture(scope="session")
def recogniser() -> Recogniser:
    if missing := what_is_missing():
        pytest.skip(f"not installed: {missing}; `make quality` does it where there are wheels for this Python")
    return Recogniser(THREADS)


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return fetch_kokoro(default_folder(), lambda what: print(what, file=sys.stderr))


@pytest.fixture(scope="session")
def engine(bundle: Bundle) -> Synthesizer:
    prepared = cache() / "prepared"
    prepare(bundle, prepared, lambda what: print(what, file=sys.stderr))
    return load_engine(bundle, THREADS, prepared)  # as sandboxes have it


@pytest.fixture(scope="session")
def fast_engine() -> Synthesizer:
    """The English one that takes a small part of a core."""
    return load_engine(fetch_hibari(hibari_source.default_folder(), lambda what: print(what, file=sys.stderr)), 1)
