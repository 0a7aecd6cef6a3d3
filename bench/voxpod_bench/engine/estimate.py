"""How far the operator's estimate of a text's seconds is off, by language: the model speaks, and the seconds are counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voxpod_bench.engine.page import Log, Page
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile
from voxpod_bench.quality.sets import SETS, SentenceSet
from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.engines.kokoro_model import Acoustics
from voxpod_inference.engines.registry import load_engine
from voxpod_operator.policy.demand import MARGIN
from voxpod_operator.policy.speech_estimate import seconds_of

THREADS = 2
TOGETHER = 4
"""Sentences of a longer text: pauses between them count too."""


class Humming:
    """In the place of the model's second half, which takes four fifths of the time and changes no length."""

    def samples(self, acoustics: Acoustics) -> Samples:
        """As many as the first half planned."""
        return np.full(300 * acoustics.features.shape[2], 0.1, dtype=np.float32)

    def stop(self) -> None:
        """Nothing takes any time."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text."""

    language: str
    text: str
    estimated: float
    made: float

    @property
    def ratio(self) -> float:
        """Above 1: it took longer than estimated."""
        return self.made / self.estimated


def measure(bundle: Bundle, log: Log) -> list[Spoken]:
    """Every sentence of the sets for the recogniser, and some of them together."""
    engine = load_engine(bundle, THREADS)
    assert isinstance(engine, Kokoro), "the bundle is Kokoro's"
    engine._kokoro._generator = Humming()
    voices = bundle.manifest.default_voices
    return [one for chosen in SETS if (voice := chosen.voice(voices)) for one in _spoken(engine, chosen, voice, log)]


def _spoken(engine: Kokoro, chosen: SentenceSet, voice: str, log: Log) -> list[Spoken]:
    log(f"estimate, {chosen.name}")
    sentences = [sentence.written for sentence in chosen.sentences]
    longer = [" ".join(sentences[at : at + TOGETHER]) for at in range(0, len(sentences) - TOGETHER + 1, 2 * TOGETHER)]
    return [
        Spoken(chosen.name, text, seconds_of(text, 1.0), seconds_spoken(engine, text, voice))
        for text in sentences + longer
    ]


def seconds_spoken(engine: Kokoro, text: str, voice: str) -> float:
    """Of its audio."""
    prepared = engine.prepare(text, voice=voice)
    return sum(len(utterance.samples) for utterance in engine.speak(prepared)) / engine.sample_rate


def page(spoken: Sequence[Spoken]) -> Page:
    """The page."""
    languages = list(dict.fromkeys(one.language for one in spoken))
    rows = [_row(language, [one for one in spoken if one.language == language]) for language in languages]
    lines = [
        "How long a text will sound, as the operator estimates it from the text alone (`policy/speech_estimate.py`), beside what the model made of it at",
        "speed 1. The texts are those of [quality.md](quality.md), one sentence each, and four of them together now and then, in the language's default voice. The model's first half",
        "speaks, which plans how long each sound is; the second, which makes it, changes nothing of that, and is left out. *Made over estimated*:",
        f"above 1 the audio was longer. Of a quota {MARGIN} of the estimate is held, and the true seconds are charged, so that an estimate",
        "which is off delays or lets through, and costs nobody anything.",
        "",
        *table(
            ("language", "texts", "seconds made", "made over estimated, all", "p5", "p50", "p95", f"above {MARGIN}"),
            [*rows, _row("all", spoken)],
        ),
    ]
    return Page("estimate", "Estimated and true seconds of speech", lines)


def _row(name: str, spoken: Sequence[Spoken]) -> tuple[str, ...]:
    ratios = [one.ratio for one in spoken]
    made = sum(one.made for one in spoken)
    return (
        name,
        str(len(spoken)),
        f"{made:.0f}",
        f"{made / sum(one.estimated for one in spoken):.2f}",
        *(f"{percentile(ratios, p):.2f}" for p in (5, 50, 95)),
        f"{sum(ratio > MARGIN for ratio in ratios) / len(ratios):.0%}",
    )
