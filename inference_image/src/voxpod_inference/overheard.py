"""Speech that somebody hears while it is made: what is stored is the same as without them, only they hear a short piece first."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from voxpod_inference.audio import Samples, audible, faded
from voxpod_inference.engines.base import Prepared, Synthesizer, Utterance
from voxpod_inference.text.frontend import Chunk
from voxpod_inference.text.opening import opening_of

_NEAR_SECONDS = 0.1
"""How far from the times that the model plans a pause is looked for: what is heard is within so much of them."""
_WINDOW_SECONDS = 0.02


def overheard(synthesizer: Synthesizer, prepared: Prepared, hear: Callable[[Samples], None]) -> Iterator[Utterance]:
    """The utterances as `speak` yields them; `hear` gets the same speech, beginning with an opening that is said beforehand."""
    opening = _opening(synthesizer, prepared)
    until = 0
    if opening is not None:
        until = opening.start + len(opening.text)
        script = replace(prepared.script, chunks=(opening,))
        for utterance in synthesizer.speak(replace(prepared, script=script, at_once=True)):
            hear(utterance.samples)
    for utterance in synthesizer.speak(prepared):
        rest = _after(utterance, until, synthesizer.sample_rate)
        if len(rest):
            hear(rest)
        yield utterance


def _opening(synthesizer: Synthesizer, prepared: Prepared) -> Chunk | None:
    """None also where nobody could tell when the rest of the first chunk begins."""
    chunks = prepared.script.chunks
    if not chunks or not synthesizer.engine.tells_words:
        return None
    return opening_of(chunks[0], prepared.script.language)


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
