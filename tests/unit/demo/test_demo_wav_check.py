import array
import hashlib
import math
import wave
from pathlib import Path

import pytest

from voxpod_crds.tts_request import AudioObject
from voxpod_demo.audio import check_wav
from voxpod_demo.errors import DemoError

RATE = 24_000


def write_tone(file: Path, *, seconds: float = 0.5, peak: float = 8000, rate: int = RATE, channels: int = 1) -> None:
    samples = array.array("h", (round(peak * math.sin(i / 10)) for i in range(round(seconds * rate) * channels)))
    with wave.open(str(file), "wb") as writer:
        writer.setparams((channels, 2, rate, 0, "NONE", ""))
        writer.writeframes(samples.tobytes())


def promise_for(file: Path, *, seconds: float = 0.5, rate: int = RATE) -> AudioObject:
    content = file.read_bytes()
    return AudioObject(
        uri="s3://b/t/u.wav",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        duration_seconds=seconds,
        sample_rate=rate,
        format="wav",
    )


def test_wav_as_promised_passes(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    write_tone(file)
    found = check_wav(file, promise_for(file))
    assert (found.seconds, found.sample_rate) == (0.5, RATE)
    assert 7900 < found.peak <= 8000


@pytest.mark.parametrize(
    ("written", "promised", "said"),
    [
        pytest.param({"peak": 100}, {}, "is silent", id="silent"),
        pytest.param({"seconds": 0.4}, {}, r"lasts 0\.400 s", id="too short"),
        pytest.param({"rate": 16_000}, {}, "16000 samples a second", id="another sample rate"),
        pytest.param({"channels": 2}, {}, "2 channels", id="stereo"),
        pytest.param({"seconds": 0}, {"seconds": 0}, "is silent", id="no samples at all"),
    ],
)
def test_wav_that_is_not_as_promised_is_refused(
    tmp_path: Path, written: dict[str, float], promised: dict[str, float], said: str
) -> None:
    file = tmp_path / "a.wav"
    write_tone(file, **written)  # type: ignore[arg-type]
    with pytest.raises(DemoError, match=said):
        check_wav(file, promise_for(file, **promised))  # type: ignore[arg-type]


def test_changed_byte_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    write_tone(file)
    promised = promise_for(file)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(DemoError, match="SHA-256"):
        check_wav(file, promised)


@pytest.mark.parametrize(
    "content",
    [b"", b"<Error>AccessDenied</Error>", b"RIFF\x10\x00\x00\x00WAVE"],
    ids=["empty", "an S3 error", "a header only"],
)
def test_what_is_no_wav_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(content)
    with pytest.raises(DemoError, match="is no WAV file"):
        check_wav(file, promise_for(file))


def test_file_cut_short_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    write_tone(file)
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(DemoError, match="says it has 12000 samples, and holds 11500"):
        check_wav(file, promise_for(file))
