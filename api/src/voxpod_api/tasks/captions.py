"""Times of sentences as captions: SubRip and WebVTT. Pure."""

import html
import json
import re
from dataclasses import dataclass

from voxpod_api.errors import StoreError

SPAN = re.compile(r"</?lang(?:=[^<>]*)?>")
"""Markup of a text that is said, not shown."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A sentence, and from when to when it is heard, in milliseconds."""

    start: int
    end: int
    text: str


def cues(document: bytes) -> list[Cue]:
    """The sentences of a document of times (docs/audio.md), each on one line. Raises StoreError for another document."""
    try:
        sentences = json.loads(document)["sentences"]
        return [
            Cue(
                round(1000 * one["startSeconds"]),
                round(1000 * one["endSeconds"]),
                " ".join(SPAN.sub("", one["text"]).split()),
            )
            for one in sentences
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the object holds no times of sentences: {type(error).__name__}") from error


def as_srt(found: list[Cue]) -> str:
    """SubRip."""
    return "".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(found, 1)
    )


def as_vtt(found: list[Cue]) -> str:
    """WebVTT, in which `<`, `>` and `&` would be markup."""
    said = "".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{html.escape(cue.text, quote=False)}\n\n"
        for cue in found
    )
    return f"WEBVTT\n\n{said}"


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"
