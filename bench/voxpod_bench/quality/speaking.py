"""The voices that read the sets."""

import re

import numpy as np

from voxpod_bench.quality.recogniser import Sound
from voxpod_bench.quality.round_trip import Speak
from voxpod_inference.engines.base import Synthesizer

_LATIN = re.compile(r"([A-Za-z][A-Za-z ']*[A-Za-z])")


def speaker(engine: Synthesizer, voice: str) -> Speak:
    """What speaks a whole text in one voice, whatever languages it finds in it."""

    def speak(text: str) -> Sound:
        return np.concatenate([utterance.samples for utterance in engine.speak(engine.prepare(text, voice=voice))])

    return speak


def speaker_with_companion(engine: Synthesizer, voice: str, companion: str) -> Speak:
    """What speaks Latin words in the voice of a `companion`, each span by itself, and the rest in `voice`."""
    own, other = speaker(engine, voice), speaker(engine, companion)

    def speak(text: str) -> Sound:
        pieces = [piece for piece in _LATIN.split(text) if any(char.isalnum() for char in piece)]
        return np.concatenate([(other if _LATIN.fullmatch(piece) else own)(piece) for piece in pieces])

    return speak
