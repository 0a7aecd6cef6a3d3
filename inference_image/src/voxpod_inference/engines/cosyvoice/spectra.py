"""Speech tokens to spectra: conditional flow, from noise to what the tokens say, a window at a time where there are many."""

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.cosyvoice.settings import Settings
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing, shrinking
from voxpod_inference.errors import ENGINE_FAILED, SpeechError

Spectra = NDArray[np.float32]
"""[frames, bands], 86 frames a second."""

TOKENS_A_SECOND, SAMPLES_A_FRAME, RATE = 50, 256, 22_050
EDGE = 20
"""Tokens at either end whose frames are spaced by themselves, and by which two windows overlap."""


def frames_of(tokens: int) -> int:
    """How many frames so many tokens last."""
    return tokens * RATE // (SAMPLES_A_FRAME * TOKENS_A_SECOND)


EDGE_FRAMES = frames_of(EDGE)
GUIDANCE = np.float32(0.7)
"""How much further than the guided direction a step goes, away from the unguided one."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where frames lie between tokens: frame i at left[i], and by share[i] towards right[i]."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    share: NDArray[np.float32]


def places(tokens: int) -> Places:
    """Of the frames of so many tokens: evenly, and where there are many, the first and the last 20 by themselves."""
    frames = frames_of(tokens)
    if tokens <= 2 * EDGE:
        pieces = [(0, tokens, frames)]
    else:
        middle = frames - 2 * EDGE_FRAMES
        pieces = [(0, EDGE, EDGE_FRAMES), (EDGE, tokens - EDGE, middle), (tokens - EDGE, tokens, EDGE_FRAMES)]
    left, right, share = zip(*(_even(*piece) for piece in pieces), strict=True)
    return Places(np.concatenate(left), np.concatenate(right), np.concatenate(share))


def _even(first: int, end: int, frames: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    tokens = end - first
    at = np.clip((np.arange(frames) + 0.5) * tokens / frames - 0.5, 0, tokens - 1)
    left = np.floor(at).astype(np.int64)
    return first + left, first + np.minimum(left + 1, tokens - 1), (at - left).astype(np.float32)


def windows(tokens: int, most: int) -> Iterator[tuple[int, int]]:
    """Stretches of at most `most` tokens, about as long as each other, each beginning 20 before the end of the last."""
    count = max(1, math.ceil((tokens - EDGE) / (most - EDGE)))
    step = (tokens - EDGE) / count
    for at in range(count):
        yield round(at * step), round((at + 1) * step) + EDGE if tokens > EDGE else tokens


def moments(steps: int) -> NDArray[np.float32]:
    """When steps begin and the last one ends: small ones first, 0 to 1."""
    return (1 - np.cos(np.linspace(0, 1, steps + 1) * math.pi / 2)).astype(np.float32)


class Flow:
    """The loaded flow; with two threads or more the two directions of a step are found beside each other."""

    def __init__(
        self,
        condition: InferenceSession,
        step: InferenceSession,
        table: Path,
        settings: Settings,
        steps: int,
        threads: int,
    ) -> None:
        self._condition, self._step, self._settings, self._threads = condition, step, settings, threads
        self._moments = moments(steps)
        self._table = np.load(table, mmap_mode="r")
        self._options, self._last = RunOptions(), shrinking(RunOptions())

    def spectra(
        self, tokens: list[int], speaker: NDArray[np.float32], random: np.random.Generator
    ) -> Iterator[Spectra]:
        """The spectra of speech tokens in order, by a speaker (row of bands).

        Where two windows meet, both have begun with the same noise and the same aim there, and one fades into the other.
        """
        kept: tuple[Spectra, Spectra, Spectra] | None = None
        ramp = np.hamming(2 * EDGE_FRAMES).astype(np.float32)[:, None]
        stretches = list(windows(len(tokens), self._settings.flow_positions))
        for number, (first, end) in enumerate(stretches, 1):
            aim = self._aim(tokens[first:end])
            noise = random.standard_normal(aim.shape, np.float32)
            if kept is not None:
                noise[:EDGE_FRAMES], aim[:EDGE_FRAMES] = kept[0], kept[1]
            found = self._solved(noise, aim, speaker)
            if kept is not None:
                found[:EDGE_FRAMES] = found[:EDGE_FRAMES] * ramp[:EDGE_FRAMES] + kept[2] * ramp[EDGE_FRAMES:]
            if number < len(stretches):
                kept = noise[-EDGE_FRAMES:], aim[-EDGE_FRAMES:], found[-EDGE_FRAMES:]
                found = found[:-EDGE_FRAMES]
            yield found

    def stop(self) -> None:
        """Make `spectra` fail soon; may be called from any thread."""
        self._options.terminate = self._last.terminate = True

    def _aim(self, tokens: list[int]) -> Spectra:
        at = places(len(tokens))
        feeds = {"tokens": self._table[tokens][None], "left": at.left, "right": at.right, "share": at.share}
        with failing(f"{len(tokens)} speech tokens"):
            (aim,) = self._condition.run(["mu"], feeds, self._last)
        return np.asarray(aim[0], np.float32)

    def _solved(self, noise: Spectra, aim: Spectra, speaker: NDArray[np.float32]) -> Spectra:
        x, zeros = noise[None], np.zeros_like(aim[None])
        guided = {"mu": aim[None], "speaker": speaker[None]}
        unguided = {"mu": zeros, "speaker": np.zeros_like(speaker[None])}
        with failing(f"{len(noise)} frames"), self._both() as both:
            for at, length in enumerate(np.diff(self._moments)):
                now = {"x": x, "moment": self._moments[at : at + 1]}
                # Memory that is given back after each step is asked for again by the next one.
                options = self._options if at + 2 < len(self._moments) else self._last
                towards, away = both([(now | guided, options), (now | unguided, options)])
                x = x + length * ((1 + GUIDANCE) * towards - GUIDANCE * away)
        if not np.isfinite(x).all():
            raise SpeechError("engine", ENGINE_FAILED, f"the model made no sound of {len(noise)} frames")
        return np.array(x[0], np.float32)

    @contextlib.contextmanager
    def _both(self) -> Iterator[Callable[[Sequence[tuple[dict[str, Any], RunOptions]]], list[Spectra]]]:
        """What finds the directions of two sets of feeds."""

        def one(feeds: dict[str, Any], options: RunOptions) -> Spectra:
            (direction,) = self._step.run(["direction"], feeds, options)
            return np.asarray(direction, np.float32)

        if self._threads < 2:
            yield lambda given: [one(*each) for each in given]
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as other:

            def beside(given: Sequence[tuple[dict[str, Any], RunOptions]]) -> list[Spectra]:
                second = other.submit(one, *given[1])
                return [one(*given[0]), second.result()]

            yield beside
