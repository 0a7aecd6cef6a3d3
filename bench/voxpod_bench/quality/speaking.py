"""The voices that read the sets."""

import numpy as np

from voxpod_bench.quality.recogniser import Sound
from voxpod_bench.quality.round_trip import Speak
from voxpod_inference.engines.base import Synthesizer


def speaker(engine: Synthesizer, voice: str) -> Speak:
    """What speaks a whole text in one voice, whatever languages it finds in it."""

    def speak(text: str) -> Sound:
        return np.concatenate([utterance.samples for utterance in engine.speak(engine.prepare(text, voice=voice))])

    return speak
