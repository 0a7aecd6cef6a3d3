"""A sandbox serves a request with a bundle of CosyVoice: a small random one, no matter what it says."""

from typing import Any

import pytest

from cosyvoice_checkpoint import a_bundle
from sandbox_fakes import FakeStore, a_pulse
from voxpod_crds.sandbox_protocol import Report, Timings, Upload, Work
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import InputError
from voxpod_inference.worker import serve


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Synthesizer:
    return load_engine(a_bundle(tmp_path_factory.mktemp("cosyvoice"), eight_bits=True), 1)


def served(engine: Synthesizer, work: dict[str, Any], **changes: Any) -> Report:
    asked = {
        **work,
        "sample_rate": 0,
        "text": "Hello there, 你好！",
        "voice": "en_male",
        "upload": Upload(**work["upload"]),
        **changes,
    }
    return serve(Work(**asked), engine, Timings(), "", a_pulse())


def test_a_seed_of_the_request_decides_what_is_stored(
    engine: Synthesizer, work: dict[str, Any], store: FakeStore
) -> None:
    sums = {}
    for name, seed in (("one", 1), ("again", 1), ("other", 2), ("none", 0)):
        report = served(engine, work, seed=seed)
        assert report.audio is not None
        assert (report.audio.sample_rate, report.audio.voice) == (22_050, "en_male")
        assert len(store.objects) == 1
        store.objects.clear()
        sums[name] = report.audio.sha256
    assert sums["one"] == sums["again"]
    assert len(set(sums.values())) == 3


def test_times_of_words_are_refused(engine: Synthesizer, work: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="timestamps is 'word', but this model does not tell"):
        served(engine, work, timestamps="word")
