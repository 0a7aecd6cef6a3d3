"""What engines have in common that take phonemes and tell how long each lasts: all of an engine but its model.

Beside what `reading` has: speed beyond what the model does well, edges, rests, word times.
"""

import functools
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import EDGE_SECONDS, Samples, audible
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Prepared, Utterance
from voxpod_inference.engines.reading import FASTEST, SLOWEST, ReadingEngine
from voxpod_inference.engines.rests import moved, with_rests
from voxpod_inference.engines.word_times import Timeline, gaps, word_times
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.text.chunks import cut_in_two
from voxpod_inference.text.frontend import Chunk, Limits
from voxpod_inference.text.readers import VARIETIES, readers_of
from voxpod_inference.text.spoken import Reader

VOCABULARY = "vocab.json"
"""File of a bundle: phoneme to token."""


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


class PhonemeEngine(ReadingEngine, Generic[P]):
    """A `Synthesizer` around a model of phonemes; subclasses load the model and plan with it."""

    pace: ClassVar[Pace]

    def __init__(self, bundle: Bundle, model: PhonemeModel[P], prepared: PreparedWeights | None) -> None:
        super().__init__(bundle, prepared)
        self._model = model
        self._readers_of = functools.cache(functools.partial(readers_of, bundle))
        self._vocabulary: dict[str, int] = json.loads(bundle.path(VOCABULARY).read_text(encoding="utf-8"))

    @abstractmethod
    def _plan(self, tokens: list[int], voices: Mapping[str, float], speed: float) -> P:
        """What the model makes of a chunk in a voice, or in several by their shares."""

    def _without_silence(self, plan: P) -> tuple[P, float]:
        """The plan without what is silent before and after the speech, where the model can part with it: sooner made. And the
        factor that makes what is said as loud as with the silence."""
        return plan, 1.0

    def _share_of_tokens(self, voice: str) -> float:
        """Less than 1 for voices that take longer for a token."""
        return 1.0

    def stop(self) -> None:
        """See `Synthesizer.stop`."""
        self._model.stop()

    def _limits(self, speed: float, voice: str) -> Limits:
        return self.pace.limits(speed, self._share_of_tokens(voice))

    def _readers_for(self, variety: str) -> dict[str, Reader]:
        # most varieties read alike: what one voice's request has loaded, the next one's need not
        return self._readers_of(variety if variety in VARIETIES else "")

    def _spoken(self, chunk: Chunk, prepared: Prepared) -> Iterator[Utterance]:
        tokens = self._tokens(chunk.phonemes)
        utterance = None
        if tokens:
            speed = min(max(prepared.speed * chunk.rate, SLOWEST), FASTEST)
            of_model = min(max(speed, self.pace.slowest), self.pace.fastest)
            plan = self._plan(tokens, self._voices.shares(prepared.voice), of_model)
            if plan.durations.sum() > self.pace.most_frames and len(tokens) > 1:
                del plan
                for part in cut_in_two(chunk):
                    yield from self._spoken(part, prepared)
                return
            louder = 1.0
            if prepared.at_once:
                plan, louder = self._without_silence(plan)
            sound, durations = self._model.say(plan) * np.float32(louder), plan.durations
            del plan
            utterance = self._utterance(chunk, sound, durations, of_model, of_model / speed, prepared.speed)
        yield from self._with_pause(utterance, chunk, prepared.speed)

    def _utterance(
        self,
        chunk: Chunk,
        sound: Samples,
        durations: NDArray[np.int64],
        speed_of_model: float,
        stretch: float,
        speed_of_request: float,
    ) -> Utterance:
        span = audible(sound, self.sample_rate)
        sound = sound[span]
        if stretch != 1.0:
            from voxpod_inference.audio.stretch import stretched

            sound = stretched(sound, self.sample_rate, stretch)
        seconds = len(sound) / self.sample_rate
        frame = self.pace.samples_a_frame
        cut = span.start + round(self.pace.frames_ahead / speed_of_model * frame)
        edge = EDGE_SECONDS * stretch
        timeline = Timeline(frame, cut, stretch, self.sample_rate, edge, max(edge, seconds - edge))
        is_token = self._vocabulary.__contains__
        sound, rests = with_rests(sound, gaps(chunk, is_token, durations, timeline, speed_of_request), self.sample_rate)
        return Utterance(
            samples=sound * np.float32(chunk.gain),
            start=chunk.start,
            end=chunk.start + len(chunk.text),
            spoken_seconds=len(sound) / self.sample_rate,
            words=tuple(moved(word_times(chunk, is_token, durations, timeline), rests)),
        )

    def _tokens(self, phonemes: str) -> list[int]:
        return [token for p in phonemes if (token := self._vocabulary.get(p)) is not None]

    def _count(self, phonemes: str) -> int:
        return len(self._tokens(phonemes))
