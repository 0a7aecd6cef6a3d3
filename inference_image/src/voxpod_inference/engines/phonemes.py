"""What engines have in common that take phonemes and tell how long each lasts: all of an engine but its model.

Reading, voices, chunks within the model's limits, speed beyond what the model does well, edges, pauses, word times.
"""

import functools
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import EDGE_SECONDS, Samples, audible, faded, quiet_end
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Prepared, Utterance, Weights
from voxpod_inference.engines.entry import Engine
from voxpod_inference.engines.voices import Voices
from voxpod_inference.engines.word_times import Timeline, word_times
from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.text.chunks import cut_in_two
from voxpod_inference.text.frontend import Chunk, FrontEnd, Limits, Script
from voxpod_inference.text.readers import readers_of
from voxpod_inference.text.spoken import Reader

VOCABULARY = "vocab.json"
"""File of a bundle: phoneme to token."""
SLOWEST, FASTEST = 0.25, 4.0
MOST_SILENCE_SECONDS = 1.0
"""In one utterance: half a page of breaks at the lowest speed is twenty minutes of silence, 115 MB if it were one array."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a model is asked for at once, and what it is not good at itself."""

    samples_a_frame: int
    most_frames: int
    """What the model means to say for longer is said in two parts: memory grows with it."""
    frames_ahead: float
    """What is heard comes so much before the frames that the model planned for it, at speed 1."""
    most_tokens: int
    preferred_tokens: int
    slowest: float
    fastest: float
    """What the model is asked for; the rest is stretched."""

    def limits(self, speed: float, share: float) -> Limits:
        """How many tokens the model may get at once at this speed, itself or stretched; `share` is less than 1 for slow voices."""
        share *= min(max(speed, self.slowest), 1.0)
        return Limits(round(self.most_tokens * share), round(self.preferred_tokens * share))


class Planned(Protocol):
    """What a model makes of tokens before it makes any sound."""

    @property
    def durations(self) -> NDArray[np.int64]:
        """Frames, one number a token, the silent tokens at both ends included."""
        ...


P = TypeVar("P", bound=Planned)
P_contra = TypeVar("P_contra", bound=Planned, contravariant=True)


class PhonemeModel(Protocol[P_contra]):
    """The part that differs: tokens in, samples out."""

    def say(self, plan: P_contra) -> Samples:
        """The sound that was planned; SpeechError when it cannot, or `stop` was called."""
        ...

    def stop(self) -> None:
        """Make planning and saying fail soon; may be called from any thread."""
        ...


class PhonemeEngine(ABC, Generic[P]):
    """A `Synthesizer` around a model of phonemes; subclasses load the model and plan with it."""

    engine: ClassVar[Engine]
    pace: ClassVar[Pace]

    def __init__(self, bundle: Bundle, model: PhonemeModel[P], prepared: PreparedWeights | None) -> None:
        self._bundle = bundle
        self._model = model
        self._vocabulary: dict[str, int] = json.loads(bundle.path(VOCABULARY).read_text(encoding="utf-8"))
        self._voices = Voices(bundle, mixes=self.engine.mixes_voices)
        self._weights: Weights = "plain" if prepared is None else prepared.kind
        self._readers: dict[str, dict[str, Reader]] = {}

    @abstractmethod
    def _plan(self, tokens: list[int], voices: Mapping[str, float], speed: float) -> P:
        """What the model makes of a chunk in a voice, or in several by their shares."""

    def _default_voice(self, script: Script) -> str:
        """Who speaks when nobody was named."""
        return self._bundle.manifest.default_voices[script.language]

    def _share_of_tokens(self, voice: str) -> float:
        """Less than 1 for voices that take longer for a token."""
        return 1.0

    @property
    def weights(self) -> Weights:
        """See `Synthesizer.weights`."""
        return self._weights

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
    ) -> Prepared:
        """See `Synthesizer.prepare`."""
        manifest = self._bundle.manifest
        variety = self._voices.variety(self._voices.shares(voice)) if voice else self._usual_variety()
        spoken = variety.partition("-")[0]
        if not (math.isfinite(speed) and SLOWEST <= speed <= FASTEST):
            raise InputError(INPUT_REFUSED, f"speed is {speed}; {SLOWEST} to {FASTEST} is accepted")
        fallback = spoken if spoken in manifest.languages else manifest.languages[0]
        read = functools.partial(self._script, variety, text, language, fallback, ssml=ssml, lexicon=lexicon)
        script = read(self.pace.limits(speed, self._share_of_tokens(voice)))
        voice = voice or self._default_voice(script)
        share = self._share_of_tokens(voice)
        slower = [
            c.rate for c in script.chunks if self._count(c.phonemes) > self.pace.limits(speed * c.rate, share).most
        ]
        if slower:  # the voice or, by its markup, the text
            script = read(self.pace.limits(speed * min(slower), share))
        return Prepared(script, voice, speed)

    def _usual_variety(self) -> str:
        """How English is read when no voice is named: as the voice for it would."""
        manifest = self._bundle.manifest
        return manifest.voices[manifest.default_voices["en"]] if "en" in manifest.default_voices else "en"

    def speak(self, prepared: Prepared) -> Iterator[Utterance]:
        """See `Synthesizer.speak`."""
        shares = self._voices.shares(prepared.voice)
        for chunk in prepared.script.chunks:
            yield from self._spoken(chunk, shares, prepared.speed)

    def _spoken(self, chunk: Chunk, shares: Mapping[str, float], speed_of_request: float) -> Iterator[Utterance]:
        tokens = self._tokens(chunk.phonemes)
        pause = chunk.pause / speed_of_request
        if tokens:
            speed = min(max(speed_of_request * chunk.rate, SLOWEST), FASTEST)
            of_model = min(max(speed, self.pace.slowest), self.pace.fastest)
            plan = self._plan(tokens, shares, of_model)
            if plan.durations.sum() > self.pace.most_frames and len(tokens) > 1:
                del plan
                for part in cut_in_two(chunk):
                    yield from self._spoken(part, shares, speed_of_request)
                return
            sound, durations = self._model.say(plan), plan.durations
            del plan
            utterance = self._utterance(chunk, sound, durations, of_model, of_model / speed)
            if chunk.asked:
                quiet = quiet_end(utterance.samples, self.sample_rate)
                pause -= quiet + EDGE_SECONDS
                utterance = _shortened(utterance, min(quiet, max(0.0, -pause)), self.sample_rate)
            silences = self._silences(pause)
            first = next(silences, np.zeros(0, np.float32))
            yield replace(utterance, samples=np.concatenate([utterance.samples, first]))
        else:
            silences = self._silences(pause)
        end = chunk.start + len(chunk.text)
        yield from (Utterance(silence, end if tokens else chunk.start, end, 0.0) for silence in silences)

    def stop(self) -> None:
        """See `Synthesizer.stop`."""
        self._model.stop()

    def _silences(self, seconds: float) -> Iterator[Samples]:
        """A pause, in blocks: it may be ever so long."""
        left, most = max(0, round(seconds * self.sample_rate)), round(MOST_SILENCE_SECONDS * self.sample_rate)
        while left:
            block = min(left, most)
            yield np.zeros(block, np.float32)
            left -= block

    def _utterance(
        self,
        chunk: Chunk,
        sound: Samples,
        durations: NDArray[np.int64],
        speed_of_model: float,
        stretch: float,
    ) -> Utterance:
        span = audible(sound, self.sample_rate)
        sound = sound[span]
        if stretch != 1.0:
            from voxpod_inference.audio.stretch import stretched

            sound = stretched(sound, self.sample_rate, stretch)
        sound = faded(sound, self.sample_rate) * np.float32(chunk.gain)
        seconds = len(sound) / self.sample_rate
        frame = self.pace.samples_a_frame
        cut = span.start + round(self.pace.frames_ahead / speed_of_model * frame)
        edge = EDGE_SECONDS * stretch
        timeline = Timeline(frame, cut, stretch, self.sample_rate, edge, max(edge, seconds - edge))
        return Utterance(
            samples=sound,
            start=chunk.start,
            end=chunk.start + len(chunk.text),
            spoken_seconds=seconds,
            words=tuple(word_times(chunk, self._vocabulary.__contains__, durations, timeline)),
        )

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
            self._readers[variety] = readers_of(self._bundle, variety)
        front = FrontEnd(self._readers[variety], limits, self._count)
        return front.script(text, language, fallback, ssml=ssml, lexicon=lexicon)

    def _tokens(self, phonemes: str) -> list[int]:
        return [token for p in phonemes if (token := self._vocabulary.get(p)) is not None]

    def _count(self, phonemes: str) -> int:
        return len(self._tokens(phonemes))


def _shortened(utterance: Utterance, seconds: float, sample_rate: int) -> Utterance:
    """Without so much of its quiet end."""
    samples = utterance.samples[: len(utterance.samples) - round(seconds * sample_rate)]
    length = len(samples) / sample_rate
    words = tuple(
        replace(word, begins=min(word.begins, length), ends=min(word.ends, length)) for word in utterance.words
    )
    return replace(utterance, samples=samples, spoken_seconds=length, words=words)
