"""MP3 as OpenAI's call has it, without the frame that tells a file's length."""

from importlib.resources import files

import pytest

from voxpod_api.openai.mp3 import length_frame
from voxpod_api.openai.silence import silence

STORED = (files("voxpod_api.openai") / "silence_files" / "silence.mp3").read_bytes()


def test_frame_of_a_stored_file_is_found_and_the_next_one_follows_it() -> None:
    assert length_frame(STORED) == 192, "72 bytes a bit and sample: 64 kbit/s at 24 kHz"
    assert STORED[192:194] == b"\xff\xf3"
    assert silence("mp3") == STORED[192:]


def test_mpeg_1_has_frames_of_its_own() -> None:
    head = b"\xff\xfb\x92\x00" + bytes(32) + b"Info" + bytes(600)
    assert length_frame(head) == 144 * 128_000 // 44_100 + 1


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xf3", id="half a header"),
        pytest.param(STORED[192:], id="a frame of sound"),
        pytest.param(b"RIFF" + bytes(50) + b"Xing", id="another kind of file"),
        pytest.param(b"\xff\xf3\x04\xc4" + bytes(9) + b"Xing" + bytes(400), id="a bit rate that is free"),
        pytest.param(b"\xff\xf3\x8c\xc4" + bytes(9) + b"Xing" + bytes(400), id="no sample rate"),
        pytest.param(b"\xff\xe3\x84\xc4" + bytes(9) + b"Xing" + bytes(400), id="MPEG 2.5, which is not made"),
        pytest.param(STORED[:100], id="less than the frame"),
    ],
)
def test_what_has_none_is_left_as_it_is(head: bytes) -> None:
    assert length_frame(head) == 0
