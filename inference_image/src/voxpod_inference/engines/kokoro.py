"""Kokoro-82M: a text in, utterances of 24 kHz samples out, each with the times of its words."""

from collections.abc import Mapping

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.engines.kokoro_levels import LEVELS
from voxpod_inference.engines.kokoro_model import SAMPLES_A_FRAME, Plan, plain_model, prepared_model
from voxpod_inference.engines.phonemes import Pace, PhonemeEngine
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.text.frontend import Script

MOST_TOKENS = 180
PREFERRED_TOKENS = 150
"""The model has positions for 510, but memory grows with a chunk (10 MB for each second, 0.05 to 0.07 s a token), and a sandbox's
must not grow with its text; one that long is cut at a clause. Slower speech has so many fewer that it takes no more."""
SHARES, SLOW_VOICES = {"ja": 0.53, "zh": 0.75}, {"af_nicole": 0.65}
"""How many of the tokens voices of a language, and single voices, get at once: these take 0.07 to 0.09 s for a token, and 100
characters of Chinese and Japanese are three times as much sound as 100 of English. They fit 120 MB so."""
MOST_FRAMES = 380
"""9.5 s at 40 a second: what the model means to say for longer all the same is said in two parts, so that no text takes more
than 1.5 times the memory of a hundred characters of its language. To plan in vain costs a quarter of the time of saying it."""
MODEL_SLOWEST, MODEL_FASTEST = 0.7, 1.25
"""What the model is asked for; the rest is stretched. A token lasts at least one frame, and the faster the model speaks the
more tokens have no more: asked for 4 it speaks 2 to 2.7 times as fast. Slower, it costs time and memory for each frame. A
recogniser misheard (whisper base, 107 words): model at 1.5 8.4 %, 1.25 stretched to 1.5 and to 2 2.8 %, model at 2 17.8 %;
model at 0.5 4.7 %, 0.7 stretched to 0.5 0.0 %."""
FRAMES_AHEAD = 3
"""What is heard comes so much before the frames that the model planned for it, at speed 1 (seen at plosives' closures)."""
LEAD_FRAMES, TAIL_FRAMES = 3, 10
"""Where silence is left out, speech begins after so many frames of it, and its last sound has so many: the model gives it 10 to
30, most of them silent. Of 100 openings in five languages and nine voices, what is left out is below -52 dB in each; 16 to 29
of 60 to 80 frames are, a fifth of the time until the first sound."""
QUIETER = 0.75
"""The vocoder's norms are over all frames: the fewer of them are silent the softer is what is said, in 18 openings by so much of the
ratio of frames (2.4 dB at the median, within 1 dB)."""


class Kokoro(PhonemeEngine[Plan]):
    """A loaded Kokoro model; `threads` is how many cores one request may use.

    With `prepared` weights for this kind of node it loads three times as fast, shares its memory with all that use them, and
    speaks two and a half times as fast; without them, out of the bundle alone, it says the same.
    """

    engine = KOKORO
    levels = LEVELS
    pace = Pace(
        samples_a_frame=SAMPLES_A_FRAME,
        most_frames=MOST_FRAMES,
        frames_ahead=FRAMES_AHEAD,
        most_tokens=MOST_TOKENS,
        preferred_tokens=PREFERRED_TOKENS,
        slowest=MODEL_SLOWEST,
        fastest=MODEL_FASTEST,
    )

    def __init__(self, bundle: Bundle, threads: int, prepared: PreparedWeights | None = None) -> None:
        self._kokoro = plain_model(bundle, threads) if prepared is None else prepared_model(prepared, threads)
        super().__init__(bundle, self._kokoro, prepared)

    def _plan(self, tokens: list[int], voices: Mapping[str, float], speed: float) -> Plan:
        return self._kokoro.plan(tokens, self._voices.style(voices, len(tokens)), speed)

    def _without_silence(self, plan: Plan) -> tuple[Plan, float]:
        first = max(0, int(plan.durations[0]) - FRAMES_AHEAD - LEAD_FRAMES)
        last_sound = plan.frames - int(plan.durations[-2:].sum())
        part = plan.part(first, min(plan.frames, last_sound + TAIL_FRAMES))
        return part, (plan.frames / part.frames) ** QUIETER

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
        languages = (self._bundle.manifest.voices[name].partition("-")[0] for name in voices)
        return min(
            [SHARES.get(language, 1.0) for language in languages] + [SLOW_VOICES.get(name, 1.0) for name in voices],
            default=1.0,
        )
