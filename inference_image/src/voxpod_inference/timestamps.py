"""When each sentence and word of a request is heard, collected while its utterances pass, as a JSON document."""

import itertools
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voxpod_crds.sandbox_protocol import Timestamps
from voxpod_inference.engines.base import Utterance
from voxpod_inference.errors import NOT_SUPPORTED_YET, InputError

VERSION = 1


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the request's text and when it is heard, in seconds from the first sample of the audio."""

    start: int
    end: int
    """Offsets in code points."""
    begins: float
    ends: float


def check(kind: Timestamps, *, tells_words: bool) -> None:
    """InputError when words are asked of a model that tells none."""
    if kind == "word" and not tells_words:
        raise InputError(
            NOT_SUPPORTED_YET,
            "timestamps is 'word', but this model does not tell when words are heard; 'sentence' is accepted",
        )


class SpokenTimes:
    """Listens to the utterances of one request."""

    def __init__(self, text: str, sample_rate: int) -> None:
        self._text = text
        self._sample_rate = sample_rate
        self._samples = 0
        self._words: list[Span] = []
        self._parts: list[Span] = []
        """The words, or the whole utterance where a model tells none, in the order of the text."""

    def noting(self, utterances: Iterable[Utterance]) -> Iterator[Utterance]:
        """The same utterances, noted down as they pass."""
        for utterance in utterances:
            at = self._samples / self._sample_rate
            words = [Span(w.start, w.end, at + w.begins, at + w.ends) for w in utterance.words]
            if not words and utterance.spoken_seconds > 0:
                self._parts.append(Span(utterance.start, utterance.end, at, at + utterance.spoken_seconds))
            if words and self._words and (words[0].start, words[0].end) == (self._words[-1].start, self._words[-1].end):
                self._goes_on(words.pop(0))
            self._words += words
            self._parts += words
            self._samples += len(utterance.samples)
            yield utterance

    def _goes_on(self, word: Span) -> None:
        """What replaces a word is said in more than one utterance: the word lasts until the last of them."""
        longer = replace(self._words[-1], ends=word.ends)
        self._words[-1] = self._parts[-1] = longer

    def document(self, kind: Timestamps, sentences: Iterable[tuple[int, int]]) -> bytes:
        """The JSON document; `kind` is `sentence` or `word`, `sentences` are those of the request's `Script`.

        InputError for words when the model tells none.
        """
        check(kind, tells_words=bool(self._words))
        content: dict[str, Any] = {
            "version": VERSION,
            "durationSeconds": round(self._samples / self._sample_rate, 3),
            "sentences": [self._entry(span) for span in self._sentences(list(sentences))],
        }
        if kind == "word":
            content["words"] = [self._entry(span) for span in self._words]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

    def _sentences(self, sentences: Sequence[tuple[int, int]]) -> Iterator[Span]:
        """From the first word of each sentence to its last; one span for several that were said in one go without word times."""
        parts = deque(self._parts)
        start: int | None = None
        heard: list[Span] = []
        for (begin, end), (following, _) in itertools.pairwise([*sentences, (len(self._text), len(self._text))]):
            start = begin if start is None else start
            while parts and (parts[0].start < end or parts[0].end <= following):
                heard.append(parts.popleft())
            if any(part.end > following for part in heard):
                continue
            if heard:
                yield Span(start, end, heard[0].begins, max(part.ends for part in heard))
            start, heard = None, []

    def _entry(self, span: Span) -> dict[str, Any]:
        return {
            "text": self._text[span.start : span.end],
            "startOffset": span.start,
            "endOffset": span.end,
            "startSeconds": round(span.begins, 3),
            "endSeconds": round(span.ends, 3),
        }
