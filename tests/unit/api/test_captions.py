"""Captions of a task: a cue a sentence, which players take whatever the text holds."""

import json

import pytest

from voxpod_api.errors import StoreError
from voxpod_api.tasks.captions import as_srt, as_vtt, cues


def times(*sentences: tuple[float, float, str]) -> bytes:
    found = [{"text": text, "startSeconds": start, "endSeconds": end} for start, end, text in sentences]
    return json.dumps({"version": 1, "durationSeconds": 1, "sentences": found}).encode()


def test_subrip_counts_its_cues_and_has_a_comma_in_its_times() -> None:
    document = times((0.06, 0.703, "Hello there."), (3661.5, 3662.0, "An hour later."))

    assert as_srt(cues(document)) == (
        "1\n00:00:00,060 --> 00:00:00,703\nHello there.\n\n2\n01:01:01,500 --> 01:01:02,000\nAn hour later.\n\n"
    )


def test_webvtt_has_a_head_and_a_point_in_its_times() -> None:
    assert as_vtt(cues(times((0.06, 0.703, "Hello.")))) == "WEBVTT\n\n00:00:00.060 --> 00:00:00.703\nHello.\n\n"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param("It is <lang=zh>你好</lang> today.", "It is 你好 today.", id="markup is not shown"),
        pytest.param("two\n\n00:00:00.000 --> 99:00:00.000\nlines", "two 00:00:00.000 --&gt; 99:00:00.000 lines", id="no cue of its own"),
        pytest.param("a < b & c > d", "a &lt; b &amp; c &gt; d", id="signs that would be markup"),
    ],
)  # fmt: skip
def test_text_of_a_cue_is_one_line_of_text(said: str, shown: str) -> None:
    assert as_vtt(cues(times((0, 1, said)))).splitlines()[3:] == [shown, ""]


@pytest.mark.parametrize("document", [b"", b"[]", b'{"sentences": [{}]}', b'{"sentences": 1}', b'{"sentences": ["x"]}'])
def test_a_document_of_another_kind_is_no_fault_of_the_process(document: bytes) -> None:
    with pytest.raises(StoreError):
        cues(document)
