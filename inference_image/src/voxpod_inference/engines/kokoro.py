"""Kokoro-82M by ONNX Runtime: phonemes and a voice's style row in, 24 kHz samples out."""

import json
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import faded, trimmed, within_full_scale
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Prepared, Utterance
from voxpod_inference.engines.kokoro_model import FRONT, GENERATOR, KokoroModel
from voxpod_inference.errors import INPUT_REFUSED, VOICE_NOT_FOUND, InputError
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.readers import readers_of

NEEDED = (FRONT, GENERATOR, "vocab.json")
"""Files that every request uses; a voice and the word tables are checked when they are opened."""
MOST_TOKENS = 510
PREFERRED_TOKENS = 150
SLOWEST, FASTEST = 0.25, 4.0


class Kokoro:
    """A loaded Kokoro model; `threads` is how many cores one request may use."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._bundle = bundle
        self._vocabulary: dict[str, int] = json.loads(bundle.path("vocab.json").read_text(encoding="utf-8"))
        self._model = KokoroModel(bundle, threads)
        self._front_end = FrontEnd(readers_of(bundle), Limits(MOST_TOKENS, PREFERRED_TOKENS), self._count)

    @property
    def sample_rate(self) -> int:
        """Samples per second, in Hz."""
        return self._bundle.manifest.sample_rate

    def prepare(self, text: str, *, voice: str = "", language: str = "auto", speed: float = 1.0) -> Prepared:
        """See `Synthesizer.prepare`."""
        manifest = self._bundle.manifest
        if voice and voice not in manifest.voices:
            known = ", ".join(manifest.voices)
            raise InputError(VOICE_NOT_FOUND, f"voice is {voice!r}; {manifest.name} has {known}")
        if not (math.isfinite(speed) and SLOWEST <= speed <= FASTEST):
            raise InputError(INPUT_REFUSED, f"speed is {speed}; {SLOWEST} to {FASTEST} is accepted")
        spoken = manifest.voices[voice].partition("-")[0] if voice else "en"
        fallback = spoken if spoken in manifest.languages else manifest.languages[0]
        script = self._front_end.script(text, language, fallback)
        return Prepared(script, voice or manifest.default_voices[script.language], speed)

    def speak(self, prepared: Prepared) -> Iterator[Utterance]:
        """See `Synthesizer.speak`."""
        styles = self._styles(prepared.voice)
        for chunk in prepared.script.chunks:
            tokens = self._tokens(chunk.phonemes)
            if not tokens:
                continue
            style = styles[(row := min(len(tokens), len(styles) - 1)) : row + 1]
            said = self._model.say(tokens, style, prepared.speed)
            sound = faded(trimmed(said.samples, self.sample_rate), self.sample_rate)
            pause = np.zeros(round(chunk.pause / prepared.speed * self.sample_rate), np.float32)
            samples = within_full_scale(np.concatenate([sound, pause]))
            yield Utterance(samples, chunk.start, chunk.start + len(chunk.text), len(sound) / self.sample_rate)

    def stop(self) -> None:
        """See `Synthesizer.stop`."""
        self._model.stop()

    def _styles(self, voice: str) -> NDArray[np.float32]:
        """A voice's style rows, [510, 256] by number of tokens, mapped from the bundle after a check of the file."""
        name = f"voices/{voice}.npy"
        self._bundle.check([name])
        styles: NDArray[np.float32] = np.load(self._bundle.path(name), mmap_mode="r")
        return styles

    def _tokens(self, phonemes: str) -> list[int]:
        return [token for p in phonemes if (token := self._vocabulary.get(p)) is not None]

    def _count(self, phonemes: str) -> int:
        return len(self._tokens(phonemes))
