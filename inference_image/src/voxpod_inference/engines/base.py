"""What an engine is to the rest of Voxpod."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from voxpod_inference.audio import Samples
from voxpod_inference.engines.entry import Engine
from voxpod_inference.text.frontend import Script

Weights = Literal["plain", "prepared", "prepared-onnx"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was checked and can be spoken."""

    script: Script
    voice: str
    speed: float
    seed: int
    """Of an engine's random choices, where it makes any."""
    expected_seconds: float
    """About how long it will be."""
    instructions: str = ""
    """How it is to be spoken, in words."""
    at_once: bool = False
    """Somebody waits for its first sound: silence that the model plans around it is not made."""


@dataclass(frozen=True, slots=True)
class WordTime:
    """When a word is heard: characters `start` to `end` of the request's text, in seconds from the utterance's first sample."""

    start: int
    end: int
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said in one go and the pause after it; of a long pause only its begin, more utterances of nothing but silence
    follow."""

    samples: Samples
    """Louder than full scale where markup asks for it."""
    start: int
    end: int
    """Which part of the request's text this is, in code points."""
    spoken_seconds: float
    """Length without the pause."""
    words: tuple[WordTime, ...] = ()
    """Empty when the engine does not tell them (`Engine.tells_words`)."""


class Synthesizer(Protocol):
    """One loaded model."""

    @property
    def engine(self) -> Engine:
        """What is declared of it."""
        ...

    @property
    def weights(self) -> Weights:
        """Whether the model runs on weights made ready for this kind of node, with our own kernels or, slower, ONNX Runtime's
        alone, or on the bundle as it is, slowest."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """What it reads."""
        ...

    @property
    def sample_rate(self) -> int:
        """Samples per second of what `speak` yields, in Hz."""
        ...

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
        """Check a request and read its text, without sound yet. InputError says what cannot be spoken and why.

        `voice` is one of the bundle's, a mix of several (`a(2)+b(1)`) where the engine mixes them, or empty for the default of the text's language;
        `speed` is 0.25 to 4; `ssml` and `lexicon` are as `FrontEnd.script` takes them;
        the same `seed` makes the same sound, also of an engine that makes random choices; `instructions` say in words how it is to
        be spoken, to a model that takes them.
        """
        ...

    def speak(self, prepared: Prepared) -> Iterator[Utterance]:
        """The sound, chunk after chunk with the pauses between them. SpeechError when the model fails or `stop` was called."""
        ...

    def level(self, voice: str) -> float | None:
        """About how loud a voice or mix is by itself, in LUFS; None where nobody measured it."""
        ...

    def stop(self) -> None:
        """Make `speak` fail soon, in the middle of a chunk if need be; may be called from any thread."""
        ...
