"""An order as a TTSRequest, and when two calls are one."""

import re
from dataclasses import replace

import pytest

from facade_samples import a_caller
from silent_files import FORMATS, silent_file
from voxpod_api.errors import ApiError
from voxpod_api.openai.mp3 import length_frame
from voxpod_api.openai.silence import has_nothing_to_say, silence
from voxpod_api.settings import ApiSettings
from voxpod_api.speech.order import Order, digest, keyed_name, request_body
from voxpod_api.web.calls import repeat_of
from voxpod_crds.tts_request import TTSRequestSpec

ORDER = Order("Hello.", "kokoro", "af_heart")


def test_the_request_says_what_was_ordered_and_asks_for_a_url() -> None:
    body = request_body("api-1", a_caller(), replace(ORDER, format="mp3", sample_rate=24000), ApiSettings())
    spec = TTSRequestSpec.model_validate(body["spec"])
    assert (spec.text, spec.model, spec.voice, spec.format) == ("Hello.", "kokoro", "af_heart", "mp3")
    assert (spec.sample_rate, spec.deadline_seconds, spec.audio_url_seconds) == (24000, 300, 3600)
    assert body["metadata"]["namespace"] == "acme"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((a_caller(), replace(ORDER, text="Hello!")), id="text"),
        pytest.param((a_caller(), replace(ORDER, speed=1.1)), id="speed"),
        pytest.param((a_caller(subject="key:other"), ORDER), id="another key of the tenant"),
        pytest.param((a_caller("globex"), ORDER), id="another tenant"),
    ],
)
def test_only_the_same_order_of_the_same_caller_is_the_same(other: tuple) -> None:  # type: ignore[type-arg]
    assert digest(*other) != digest(a_caller(), ORDER) == digest(a_caller(), replace(ORDER))


@pytest.mark.parametrize("key", ["a", "A" * 255, "../../x", "schlüssel", "a b\tc", "\udcff", "💥"])
def test_any_key_makes_a_valid_name(key: str) -> None:
    names = {keyed_name(caller, key, n) for caller in (a_caller(), a_caller("globex")) for n in (0, 1)}
    assert len(names) == 4
    assert all(re.fullmatch(r"api-[0-9a-f]{40}", name) for name in names)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param({}, ("", False), id="neither"),
        pytest.param({"x-stainless-retry-count": "0"}, ("", False), id="first try"),
        pytest.param({"x-stainless-retry-count": "2"}, ("", True), id="repeat"),
        pytest.param({"x-stainless-retry-count": "٣" * 5000}, ("", False), id="no number"),
        pytest.param({"idempotency-key": "k"}, ("k", False), id="key"),
    ],
)
def test_how_a_call_says_that_it_is_a_repeat(headers: dict[str, str], told: tuple[str, bool]) -> None:
    found = repeat_of(headers)
    assert (found.key, found.retried) == told


def test_a_key_that_is_too_long_is_refused() -> None:
    with pytest.raises(ApiError):
        repeat_of({"idempotency-key": "k" * 256})


@pytest.mark.parametrize(("text", "nothing"), [(".", True), (" …\n!", True), ("a.", False), ("5", False), ("€", False)])
def test_only_punctuation_and_space_is_nothing_to_say(text: str, nothing: bool) -> None:
    assert has_nothing_to_say(text) is nothing


@pytest.mark.parametrize("name", FORMATS)
def test_silence_is_what_a_sandbox_would_write(name: str) -> None:
    if name == "opus":  # its stream has a serial number of its own each time
        assert len(silence(name)) == len(silent_file(name))
    else:
        written = silent_file(name)
        assert silence(name) == written[length_frame(written) :]
