"""What all engines have in common but how they make sound: reading, voices, chunks, pauses."""

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from voxpod_inference.audio import EDGE_SECONDS, Samples, quiet_end
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Prepared, Utterance, Weights
from voxpod_inference.engines.entry import Engine
from voxpod_inference.engines.voices import Voices
from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.text.frontend import Chunk, FrontEnd, Limits, Script
from voxpod_inference.text.spoken import Reader

SLOWEST, FASTEST = 0.25, 4.0
_SECONDS_A_PHONEME = 0.05
MOST_SILENCE_SECONDS = 1.0
"""In one utterance: half a page of breaks at the lowest speed is twenty minutes of silence, 115 MB if it were one array."""


class ReadingEngine(ABC):
    """A `Synthesizer` but for its model."""

    engine: ClassVar[Engine]
    phonemes: ClassVar[bool] = True
    """Whether its readers make phonemes, so that a request may give them too; else they write out what is said."""
    levels: ClassVar[Mapping[str, float]] = {}
    """How loud voices are by themselves, in LUFS, where that was measured."""

    def __init__(self, bundle: Bundle, prepared: PreparedWeights | None) -> None:
        self._bundle = bundle
        self._voices = Voices(bundle, mixes=self.engine.mixes_voices)
        self._weights: Weights = "plain" if prepared is None else prepared.kind
        self._readers: dict[str, dict[str, Reader]] = {}

    @abstractmethod
    def _readers_for(self, variety: str) -> dict[str, Reader]:
        """A reader for each language, as voices of a language variety read it."""

    @abstractmethod
    def _limits(self, speed: float, voice: str) -> Limits:
        """How much the model takes at once."""

    @abstractmethod
    def _count(self, read: str) -> int:
        """How many tokens what a reader made has."""

    @abstractmethod
    def _spoken(self, chunk: Chunk, prepared: Prepared) -> Iterator[Utterance]:
        """The sound of a chunk and the pause after it."""

    @abstractmethod
    def stop(self) -> None:
        """See `Synthesizer.stop`."""

    def _check_instructions(self, instructions: str) -> None:
        """InputError where the model does not take them."""
        if not self._bundle.manifest.takes_instructions:
            name = self._bundle.manifest.name
            raise InputError(INPUT_REFUSED, f"instructions are given, but {name} takes none; leave them out")

    def _seconds(self, script: Script) -> float:
        """About how long a script is at speed 1, without its pauses: voices take 0.05 to 0.09 s for a phoneme."""
        return sum(_SECONDS_A_PHONEME * len(chunk.phonemes) / chunk.rate for chunk in script.chunks)

    def _default_voice(self, script: Script) -> str:
        """Who speaks when nobody was named."""
        return self._bundle.manifest.default_voices[script.language]

    @property
    def weights(self) -> Weights:
        """See `Synthesizer.weights`."""
        return self._weights

    @property
    def languages(self) -> Sequence[str]:
        """See `Synthesizer.languages`."""
        return self._bundle.manifest.languages

    @property
    def sample_rate(self) -> int:
        """Samples per second, in Hz."""
        return self._bundle.manifest.sample_rate

    def prepare(
        self,
        text: str,
        *,
        voice: str = "",
        language: str = "auto",
        speed: float = 1.0,
        ssml: bool = False,
        lexicon: Mapping[str, str] | None = None,
        seed: int = 0,
        instructions: str = "",
    ) -> Prepared:
        """See `Synthesizer.prepare`."""
        manifest = self._bundle.manifest
        if instructions:
            self._check_instructions(instructions)
        variety = self._voices.variety(self._voices.shares(voice)) if voice else self._usual_variety()
        spoken = variety.partition("-")[0]
        if not (math.isfinite(speed) and SLOWEST <= speed <= FASTEST):
            raise InputError(INPUT_REFUSED, f"speed is {speed}; {SLOWEST} to {FASTEST} is accepted")
        fallback = spoken if spoken in manifest.languages else manifest.languages[0]
        read = functools.partial(self._script, variety, text, language, fallback, ssml=ssml, lexicon=lexicon)
        script = read(self._limits(speed, voice))
        voice = voice or self._default_voice(script)
        slower = [c.rate for c in script.chunks if self._count(c.phonemes) > self._limits(speed * c.rate, voice).most]
        if slower:  # the voice or, by its markup, the text
            script = read(self._limits(speed * min(slower), voice))
        pauses = sum(chunk.pause for chunk in script.chunks)
        return Prepared(script, voice, speed, seed, (self._seconds(script) + pauses) / speed, instructions)

    def speak(self, prepared: Prepared) -> Iterator[Utterance]:
        """See `Synthesizer.speak`."""
        for chunk in prepared.script.chunks:
            yield from self._spoken(chunk, prepared)

    def level(self, voice: str) -> float | None:
        """See `Synthesizer.level`."""
        shares = self._voices.shares(voice)
        if not shares.keys() <= self.levels.keys():
            return None
        return sum(share * self.levels[name] for name, share in shares.items())

    def _usual_variety(self) -> str:
        """How English is read when no voice is named: as the voice for it would."""
        manifest = self._bundle.manifest
        return manifest.voices[manifest.default_voices["en"]] if "en" in manifest.default_voices else "en"

    def _with_pause(self, utterance: Utterance | None, chunk: Chunk, speed_of_request: float) -> Iterator[Utterance]:
        """What was said of a chunk, if anything, and the silence after it."""
        pause, end = chunk.pause / speed_of_request, chunk.start + len(chunk.text)
        if utterance is not None and chunk.asked:
            quiet = quiet_end(utterance.samples, self.sample_rate)
            pause -= quiet + EDGE_SECONDS
            utterance = _shortened(utterance, min(quiet, max(0.0, -pause)), self.sample_rate)
        silences = self._silences(pause)
        if utterance is not None:
            first = next(silences, np.zeros(0, np.float32))
            yield replace(utterance, samples=np.concatenate([utterance.samples, first]))
        yield from (Utterance(silence, end if utterance else chunk.start, end, 0.0) for silence in silences)

    def _silences(self, seconds: float) -> Iterator[Samples]:
        """A pause, in blocks: it may be ever so long."""
        left, most = max(0, round(seconds * self.sample_rate)), round(MOST_SILENCE_SECONDS * self.sample_rate)
        while left:
            block = min(left, most)
            yield np.zeros(block, np.float32)
            left -= block

    def _script(
        self,
        variety: str,
        text: str,
        language: str,
        fallback: str,
        limits: Limits,
        *,
        ssml: bool,
        lexicon: Mapping[str, str] | None,
    ) -> Script:
        """As voices of a language variety read it; their readers are made when one is first asked for."""
        if variety not in self._readers:
            self._readers[variety] = self._readers_for(variety)
        front = FrontEnd(self._readers[variety], limits, self._count, phonemes=self.phonemes)
        return front.script(text, language, fallback, ssml=ssml, lexicon=lexicon)


def _shortened(utterance: Utterance, seconds: float, sample_rate: int) -> Utterance:
    """Without so much of its quiet end."""
    samples = utterance.samples[: len(utterance.samples) - round(seconds * sample_rate)]
    length = len(samples) / sample_rate
    words = tuple(
        replace(word, begins=min(word.begins, length), ends=min(word.ends, length)) for word in utterance.words
    )
    return replace(utterance, samples=samples, spoken_seconds=length, words=words)
