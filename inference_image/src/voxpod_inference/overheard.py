"""Speech that somebody hears while it is made: what is stored is the same as without them, only they hear short pieces first."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from voxpod_inference.audio import Samples, audible, faded
from voxpod_inference.engines.base import Prepared, Synthesizer, Utterance
from voxpod_inference.text.opening import continuation_of, opening_of

_NEAR_SECONDS = 0.1
"""How far from the times that the model plans a pause is looked for: what is heard is within so much of them."""
_WINDOW_SECONDS = 0.02

Clock = Callable[[], float]


class _Listener:
    """Hears what comes, and plays it as soon as it has some."""

    def __init__(self, hear: Callable[[Samples], None], rate: int, clock: Clock) -> None:
        self._hear, self._rate, self._clock = hear, rate, clock
        self._played_until = 0.0

    def hear(self, samples: Samples) -> None:
        """Some more."""
        self._hear(samples)
        self._played_until = max(self._played_until, self._clock()) + len(samples) / self._rate

    def seconds_left(self) -> float:
        """Until it has heard all that came."""
        return self._played_until - self._clock()


def overheard(
    synthesizer: Synthesizer, prepared: Prepared, hear: Callable[[Samples], None], clock: Clock = time.monotonic
) -> Iterator[Utterance]:
    """The utterances as `speak` yields them; `hear` gets the same speech, beginning with what is said beforehand."""
    listener = _Listener(hear, synthesizer.sample_rate, clock)
    until = _begun(synthesizer, prepared, listener, clock)
    for utterance in synthesizer.speak(prepared):
        rest = _after(utterance, until, synthesizer.sample_rate)
        if len(rest):
            listener.hear(rest)
        yield utterance


def _begun(synthesizer: Synthesizer, prepared: Prepared, listener: _Listener, clock: Clock) -> int:
    """Say an opening, and more after it while the listener would run dry before the first chunk is made as it is stored. Returns
    up to which character they have heard the text: 0 also where nobody could tell when the rest of the first chunk begins."""
    chunks, language, until = prepared.script.chunks, prepared.script.language, 0
    parts = opening_of(chunks[0], language) if chunks and synthesizer.engine.tells_words else None
    while parts is not None:
        piece, rest = parts
        script, began = replace(prepared.script, chunks=(piece,)), clock()
        for utterance in synthesizer.speak(replace(prepared, script=script, at_once=True)):
            listener.hear(utterance.samples)
        until = rest.start
        seconds_a_phoneme = (clock() - began) / len(piece.phonemes)
        left = listener.seconds_left()
        if seconds_a_phoneme * len(chunks[0].phonemes) <= left:
            break
        parts = continuation_of(rest, language, left / seconds_a_phoneme)
    return until


def _after(utterance: Utterance, until: int, rate: int) -> Samples:
    """What an utterance says of the text from character `until` on."""
    if utterance.start >= until:
        return utterance.samples
    before = [word for word in utterance.words if word.start < until]
    after = [word for word in utterance.words if word.start >= until]
    if not after:
        return np.zeros(0, np.float32)
    ends = before[-1].ends if before else 0.0
    cut = _quietest(utterance.samples, ends - _NEAR_SECONDS, after[0].begins + _NEAR_SECONDS, rate)
    rest = utterance.samples[cut:]
    return faded(rest[audible(rest, rate).start :], rate)


def _quietest(samples: Samples, begin: float, end: float, rate: int) -> int:
    """Number of the sample in the middle of the quietest moment between two times."""
    first, last = max(0, round(begin * rate)), min(len(samples), round(end * rate))
    width = round(_WINDOW_SECONDS * rate)
    power = np.convolve(np.square(samples[first:last]), np.ones(width), "valid")
    return first + int(power.argmin()) + width // 2 if len(power) else first
