"""How long the same phonemes take: kokoro-onnx and Voxpod in turn, same weights, same cores."""

import contextlib
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voxpod_bench.engine.page import Log, Page, verdict
from voxpod_bench.engine.speakers import Speaker, Spoken, Variant, speaking
from voxpod_bench.engine.texts import TEXTS, Text
from voxpod_bench.markdown import table

BAR = 0.5
LONG_ROUNDS_SHARE = 3
"""Texts of the longest size are spoken in every third round only: they take minutes and vary little."""

Runs = Mapping[str, Sequence[Spoken]]


@dataclass(slots=True)
class Measured:
    """All runs of one text on that many threads, by variant, the first one the peer."""

    text: Text
    threads: int
    runs: dict[str, list[Spoken]] = field(default_factory=dict)

    def ratio(self, variant: str) -> float:
        """Median time of the variant by that of the peer, phonemes to sound."""
        return self.seconds(variant) / self.seconds(next(iter(self.runs)))

    def ratio_of_all(self, variant: str) -> float | None:
        """The same from the text on; None where the peer has no front end for it."""
        peer = self.runs[next(iter(self.runs))]
        if not self.text.peer_language:
            return None
        return self._median(variant, whole=True) / statistics.median(one.front_end + one.synthesis for one in peer)

    def seconds(self, variant: str) -> float:
        """Median, phonemes to sound."""
        return self._median(variant, whole=False)

    def audio(self, variant: str) -> float:
        """Seconds of sound."""
        return self.runs[variant][-1].audio

    def _median(self, variant: str, *, whole: bool) -> float:
        return statistics.median(one.synthesis + whole * one.front_end for one in self.runs[variant])


def measure(variants: Sequence[Variant], rounds: int, log: Log) -> list[Measured]:
    """One speaker of each variant alive, speaking in turn, on the first core and on the first two."""
    found = []
    for threads in (1, 2):
        with contextlib.ExitStack() as stack:
            speakers = [stack.enter_context(speaking(variant, threads, range(threads))) for variant in variants]
            for text in TEXTS:
                log(f"{threads} threads, {text.language}, {text.size} characters")
                found.append(
                    _measured(speakers, text, threads, rounds if text.size < 400 else -(-rounds // LONG_ROUNDS_SHARE))
                )
    return found


def _measured(speakers: Sequence[Speaker], text: Text, threads: int, rounds: int) -> Measured:
    made = Measured(text, threads, {speaker.variant.name: [] for speaker in speakers})
    phonemes = next(speaker for speaker in speakers if not speaker.variant.peer).speak(text).phonemes
    for turn in range(rounds):
        shift = turn % len(speakers)
        for speaker in [*speakers[shift:], *speakers[:shift]]:
            made.runs[speaker.variant.name].append(speaker.speak(text, phonemes))
    return made


def page(found: Sequence[Measured]) -> Page:
    """The table and the bars."""
    peer, *ours = found[0].runs
    head = ["", "audio s", f"{peer}: s", "RTF"]
    for name in ours:
        head += [f"{name}: s", "RTF", "time by peer's", "with front ends"]
    best = ours[-1]
    worst = max(found, key=lambda one: one.ratio(best))
    lines = [
        (
            "The peer gets the same phonemes as Voxpod speaks, runs the same int8 graph (in one piece, as it is"
            " published) in the same"
        ),
        (
            "ONNX Runtime with its default options and as many threads, and does not pause between sentences more than"
            " it does by itself."
        ),
        (
            "Median seconds; RTF is seconds by seconds of sound. *with front ends*: both from the text on, each with"
            " its own front end."
        ),
        "",
        *table(head, [_row(one, ours) for one in found]),
        "",
        verdict(f"median ratio of {best}", statistics.median(one.ratio(best) for one in found), BAR),
        verdict(f"worst ratio of {best} ({_what(worst)})", worst.ratio(best), BAR),
        verdict(f"the same against the peer's own time: none slower ({_what(worst)})", worst.ratio(best), 1.0),
    ]
    return Page("rtf", "Synthesis time beside kokoro-onnx", lines)


def _row(one: Measured, ours: Sequence[str]) -> list[str]:
    peer = next(iter(one.runs))
    cells = [_what(one), f"{one.audio(peer):.1f}", *_times(one, peer)]
    for name in ours:
        whole = one.ratio_of_all(name)
        cells += [*_times(one, name), f"{one.ratio(name):.2f}", "-" if whole is None else f"{whole:.2f}"]
    return cells


def _times(one: Measured, variant: str) -> list[str]:
    return [f"{one.seconds(variant):.2f}", f"{one.seconds(variant) / one.audio(variant):.3f}"]


def _what(one: Measured) -> str:
    return f"{one.text.language}, {one.text.size} ch, {one.threads} thread{'s' if one.threads > 1 else ''}"
