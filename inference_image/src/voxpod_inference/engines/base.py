"""What an engine is to the rest of Voxpod."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from voxpod_inference.audio import Samples
from voxpod_inference.text.frontend import Script


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was checked and can be spoken."""

    script: Script
    voice: str
    speed: float


class Synthesizer(Protocol):
    """One loaded model."""

    @property
    def sample_rate(self) -> int:
        """Samples per second of what `speak` yields, in Hz."""
        ...

    def prepare(self, text: str, *, voice: str = "", language: str = "auto", speed: float = 1.0) -> Prepared:
        """Check a request and read its text, without sound yet. InputError says what cannot be spoken and why.

        `voice` is one of the bundle's, or empty for the default of the text's language; `speed` is 0.25 to 4.
        """
        ...

    def speak(self, prepared: Prepared) -> Iterator[Samples]:
        """The sound, chunk after chunk with the pauses between them. SpeechError when the model fails or `stop` was called."""
        ...

    def stop(self) -> None:
        """Make `speak` fail soon, in the middle of a chunk if need be; may be called from any thread."""
        ...
