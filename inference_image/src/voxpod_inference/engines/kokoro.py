"""Kokoro-82M: a text in, utterances of 24 kHz samples out, each with the times of its words."""

import functools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import EDGE_SECONDS, Samples, audible, faded, quiet_end
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Prepared, Utterance, Weights
from voxpod_inference.engines.kokoro_files import FRONT, GENERATOR
from voxpod_inference.engines.kokoro_model import SAMPLES_A_FRAME, plain_model, prepared_model
from voxpod_inference.engines.voices import Voices
from voxpod_inference.engines.word_times import Timeline, word_times
from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.text.chunks import cut_in_two
from voxpod_inference.text.frontend import Chunk, FrontEnd, Limits, Script
from voxpod_inference.text.readers import readers_of
from voxpod_inference.text.spoken import Reader

VOCABULARY = "vocab.json"
NEEDED = (FRONT, GENERATOR, VOCABULARY)
"""Files that every request uses; a voice and the word tables are checked when they are opened."""
NEEDED_BESIDE_PREPARED = (VOCABULARY,)
MOST_TOKENS = 180
PREFERRED_TOKENS = 150
"""The model has positions for 510, but memory grows with a chunk (10 MB for each second, 0.05 to 0.07 s a token), and a sandbox's
must not grow with its text; one that long is cut at a clause. Slower speech has so many fewer that it takes no more."""
SLOW_LANGUAGE, SLOW_VOICE, SHARE_OF_SLOW = "ja", "af_nicole", 0.65
"""Of the 54 voices these take longest for a token, 0.07 to 0.09 s (400 characters each), and so get fewer at once."""
MOST_FRAMES = 380
"""9.5 s at 40 a second: what the model means to say for longer all the same is said in two parts, so that no text takes more
than 1.5 times the memory of a hundred characters of its language. To plan in vain costs a quarter of the time of saying it."""
SLOWEST, FASTEST = 0.25, 4.0
MODEL_SLOWEST, MODEL_FASTEST = 0.7, 1.25
"""What the model is asked for; the rest is stretched. A token lasts at least one frame, and the faster the model speaks the
more tokens have no more: asked for 4 it speaks 2 to 2.7 times as fast. Slower, it costs time and memory for each frame. A
recogniser misheard (whisper base, 107 words): model at 1.5 8.4 %, 1.25 stretched to 1.5 and to 2 2.8 %, model at 2 17.8 %;
model at 0.5 4.7 %, 0.7 stretched to 0.5 0.0 %."""

MOST_SILENCE_SECONDS = 1.0
"""In one utterance: half a page of breaks at the lowest speed is twenty minutes of silence, 115 MB if it were one array."""
FRAMES_AHEAD = 3
"""What is heard comes so much before the frames that the model planned for it, at speed 1 (seen at plosives' closures)."""


class Kokoro:
    """A loaded Kokoro model; `threads` is how many cores one request may use.

    With `prepared` weights for this kind of node it loads three times as fast, shares its memory with all that use them, and
    speaks two and a half times as fast; without them, out of the bundle alone, it says the same.
    """

    def __init__(self, bundle: Bundle, threads: int, prepared: PreparedWeights | None = None) -> None:
        self._bundle = bundle
        self._vocabulary: dict[str, int] = json.loads(bundle.path(VOCABULARY).read_text(encoding="utf-8"))
        self._voices = Voices(bundle)
        self._model = plain_model(bundle, threads) if prepared is None else prepared_model(prepared, threads)
        self._weights: Weights = "plain" if prepared is None else prepared.kind
        self._readers: dict[str, dict[str, Reader]] = {}

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
        variety = self._voices.variety(self._voices.shares(voice)) if voice else "en"
        spoken = variety.partition("-")[0]
        if not (math.isfinite(speed) and SLOWEST <= speed <= FASTEST):
            raise InputError(INPUT_REFUSED, f"speed is {speed}; {SLOWEST} to {FASTEST} is accepted")
        fallback = spoken if spoken in manifest.languages else manifest.languages[0]
        read = functools.partial(self._script, variety, text, language, fallback, ssml=ssml, lexicon=lexicon)
        script = read(_limits(speed, self._share_of_tokens(voice)))
        voice = voice or self._default_voice(script)
        share = self._share_of_tokens(voice)
        slower = [c.rate for c in script.chunks if self._count(c.phonemes) > _limits(speed * c.rate, share).most]
        if slower:  # the voice or, by its markup, the text
            script = read(_limits(speed * min(slower), share))
        return Prepared(script, voice, speed)

    def _default_voice(self, script: Script) -> str:
        """Of the main language; Chinese or Japanese with English in it gets a mix that says both.

        A recogniser misheard of 20 such sentences: zf_xiaoxiao alone 12.9 % (15 of 31 English words), the mix 5.6 % (7 of 31),
        English spans spoken apart by af_heart 12.4 %, and a third longer (docs/benchmarks/quality.md).
        """
        defaults = self._bundle.manifest.default_voices
        own = defaults[script.language]
        mixed = script.language in ("ja", "zh") and "en" in script.languages and "en" in defaults
        return f"{own}(1)+{defaults['en']}(1)" if mixed else own

    def _share_of_tokens(self, voice: str) -> float:
        voices = self._voices.shares(voice) if voice else {}
        slow = SLOW_VOICE in voices or any(self._bundle.manifest.voices[name] == SLOW_LANGUAGE for name in voices)
        return SHARE_OF_SLOW if slow else 1.0

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
            of_model = min(max(speed, MODEL_SLOWEST), MODEL_FASTEST)
            plan = self._model.plan(tokens, self._voices.style(shares, len(tokens)), of_model)
            if plan.frames > MOST_FRAMES and len(tokens) > 1:
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
        ahead = round(FRAMES_AHEAD / speed_of_model * SAMPLES_A_FRAME)
        edge = EDGE_SECONDS * stretch
        timeline = Timeline(
            SAMPLES_A_FRAME, span.start + ahead, stretch, self.sample_rate, edge, max(edge, seconds - edge)
        )
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


def _limits(speed: float, share: float) -> Limits:
    """How many tokens the model may get at once to say at this speed, itself or stretched; `share` is less than 1 for slow voices."""
    share *= min(max(speed, MODEL_SLOWEST), 1.0)
    return Limits(round(MOST_TOKENS * share), round(PREFERRED_TOKENS * share))
