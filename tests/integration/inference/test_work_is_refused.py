"""Work that cannot be done is refused with its reason before anything is synthesized or stored."""

from typing import Any

import pytest

from sandbox_fakes import FakeStore, a_pulse
from voxpod_crds.sandbox_protocol import Timings, Upload, Work
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.errors import InputError
from voxpod_inference.worker import serve

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def kokoro(kokoro_bundle: Bundle) -> Kokoro:
    return Kokoro(kokoro_bundle, threads=2)


@pytest.mark.parametrize(
    ("change", "reason", "said"),
    [
        pytest.param({"text": "안녕하세요"}, "LanguageNotSupported", "Korean", id="korean"),
        pytest.param({"text": " \n\t "}, "TextEmpty", "none of them can be spoken", id="only spaces"),
        pytest.param({"text": "🎉🎉"}, "TextEmpty", "2 characters", id="only emoji"),
        pytest.param({"voice": "af_nobody"}, "VoiceNotFound", "af_nobody", id="unknown voice"),
        pytest.param({"language": "ko"}, "LanguageNotSupported", "auto, en, es", id="language not spoken"),
        pytest.param({"speed": 9.0}, "InputRefused", "0.25 to 4", id="too fast"),
        pytest.param({"format": "aac"}, "InputRefused", "wav, flac, mp3", id="format"),
        pytest.param({"sample_rate": 11025}, "InputRefused", "8000, 16000, 22050", id="sample rate"),
        pytest.param(
            {"format": "opus", "sample_rate": 44100},
            "InputRefused",
            "8000, 16000, 24000, 48000",
            id="a rate that opus has not",
        ),
    ],
)
def test_bad_input_is_an_input_fault(
    change: dict[str, Any],
    reason: str,
    said: str,
    kokoro: Kokoro,
    store: FakeStore,
    work: dict[str, Any],
) -> None:
    fields = work | change
    with pytest.raises(InputError) as refused:
        serve(Work(**fields | {"upload": Upload(**fields["upload"])}), kokoro, Timings(), "", a_pulse())
    failure = refused.value.as_failure()
    assert (failure.fault, failure.reason) == ("input", reason)
    assert said in failure.message
    assert not store.seen
