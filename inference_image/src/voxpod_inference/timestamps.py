"""When each sentence and word of a request is heard, collected while its utterances pass, as a JSON document."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from voxpod_crds.sandbox_protocol import Timestamps
from voxpod_inference.engines.base import Utterance
from voxpod_inference.errors import NOT_SUPPORTED_YET, InputError
from voxpod_inference.text.split import sentences

VERSION = 1
_TAG = re.compile(r"<(?P<end>/(?:s|p)\b)?[^<>]*>")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the request's text and when it is heard, in seconds from the first sample of the audio."""

    start: int
    end: int
    """Offsets in code points."""
    begins: float
    ends: float


class SpokenTimes:
    """Listens to the utterances of one request."""

    def __init__(self, text: str, sample_rate: int) -> None:
        self._text = text
        self._sample_rate = sample_rate
        self._samples = 0
        self.sentences: list[Span] = []
        self.words: list[Span] = []

    def noting(self, utterances: Iterator[Utterance]) -> Iterator[Utterance]:
        """The same utterances, noted down as they pass."""
        for utterance in utterances:
            at = self._samples / self._sample_rate
            words = [Span(w.start, w.end, at + w.begins, at + w.ends) for w in utterance.words]
            self.words += words
            self.sentences += self._sentences(utterance, words, at)
            self._samples += len(utterance.samples)
            yield utterance

    def document(self, kind: Timestamps) -> bytes:
        """The JSON document; `kind` is `sentence` or `word`. InputError for words when the model tells none."""
        if kind == "word" and not self.words:
            raise InputError(NOT_SUPPORTED_YET, "timestamps is 'word', but this model does not tell when words are heard; 'sentence' is accepted")
        content: dict[str, Any] = {
            "version": VERSION,
            "durationSeconds": round(self._samples / self._sample_rate, 3),
            "sentences": [self._entry(span) for span in self.sentences],
        }
        if kind == "word":
            content["words"] = [self._entry(span) for span in self.words]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

    def _sentences(self, utterance: Utterance, words: list[Span], at: float) -> Iterator[Span]:
        """The sentences of an utterance, from its first word to its last each; all of it when it has no word times."""
        start, end = utterance.start, utterance.end
        if not words:
            if utterance.spoken_seconds > 0:
                yield Span(start, end, at, at + utterance.spoken_seconds)
            return
        # Markup is no text: blanks of the same length in its place keep the offsets.
        first = 0
        for piece in sentences(_TAG.sub(_blank, self._text[start:end])):
            inside = [word for word in words[first:] if word.start < start + len(piece)]
            if inside:
                yield Span(start, start + len(piece), inside[0].begins, max(word.ends for word in inside))
            first += len(inside)
            start += len(piece)

    def _entry(self, span: Span) -> dict[str, Any]:
        text = self._text[span.start : span.end]
        start = span.start + len(text) - len(text.lstrip())
        text = text.strip()
        return {
            "text": text,
            "startOffset": start,
            "endOffset": start + len(text),
            "startSeconds": round(span.begins, 3),
            "endSeconds": round(span.ends, 3),
        }


def _blank(tag: re.Match[str]) -> str:
    """Spaces as long as a tag; a line end first for the end of a sentence or paragraph."""
    return ("\n" if tag["end"] else " ").ljust(len(tag[0]))
