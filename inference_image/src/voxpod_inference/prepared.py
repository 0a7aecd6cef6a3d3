"""Weights made ready for one kind of node: where they lie, whom they fit, and whether they are whole.

They lie in `prepared/` inside the bundle, so that the one read-only mount of a sandbox has them too: a link named after
what they fit, to a folder that is never written again. `prepare.py` makes them. A folder holds `prepared.json`, the
optimised graphs with weights that ONNX Runtime maps as they are, and weights packed for our own kernels where the engine has
some (its `Recipe`).

Whoever can write here can also write the manifest here, so its sums guard against accidents, not against malice: the
bundle's digest, which a SpeechModel pins, does not reach this far. A sandbox therefore compares a sum that is read at the
speed of memory (`quick_sum`: 236 MB in 60 ms, where SHA-256 takes 480 ms), and `voxpod-model verify` the SHA-256.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voxpod_inference import processor
from voxpod_inference.bundle import PREPARED, Bundle, file_entry
from voxpod_inference.engines.entry import Recipe

if TYPE_CHECKING:
    from voxpod_inference.engines.base import Weights

SCHEMA_VERSION = 2
MANIFEST = "prepared.json"
_BLOCK = 4096
_PIECE = 1 << 20
NO_LIBRARY = "none"
WITHOUT_LIBRARY = (
    "the native library is not there, so speech is slower",
    (
        "libvoxpod_vocoder.so was not built or cannot be loaded; inference_image/native/build.py builds it, then"
        " prepare anew"
    ),
)
"""What happened and why, when weights are of the kind `prepared-onnx`."""
NAME = re.compile(r"[0-9a-f]{12}-s[0-9]+-\w+-[0-9a-f]{8}-ort[0-9][\w.+]*-(?:none|[a-z]+[0-9]*\.[0-9]+)", re.ASCII)
"""What `Fit.name` looks like, and nothing else in a folder that others may use too."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What prepared weights were made for. Any difference makes other weights."""

    bundle: str
    """Digest of the bundle, 64 hexadecimal digits."""
    onnxruntime: str
    """Version; its packed layout may change with any."""
    processor: str
    """`processor.fingerprint()`."""
    vocoder: str
    """`<class of processor>.<version of the native library>`, or `none` without it and for an engine without native parts."""

    @property
    def name(self) -> str:
        """Name of the link, e.g. `0f3a..-s2-x86_64-1f2e3d4c-ort1.32.0-avx2.1`, which `NAME` matches; with the schema, so that
        two versions of Voxpod can use one bundle."""
        return f"{self.bundle[:12]}-s{SCHEMA_VERSION}-{self.processor}-ort{self.onnxruntime}-{self.vocoder}"


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """What a prepared file must be."""

    bytes: int
    sum: str
    """`quick_sum` of it."""
    sha256: str


@dataclass(frozen=True, slots=True)
class PreparedWeights:
    """A folder whose manifest fits and whose files are whole."""

    root: Path
    files: Mapping[str, PreparedFile]
    recipe: Recipe

    @property
    def kind(self) -> "Weights":
        """`prepared`, or `prepared-onnx` when they were made without the native library that they would need."""
        return "prepared" if all(native.packed in self.files for native in self.recipe.native) else "prepared-onnx"

    def path(self, name: str) -> Path | None:
        """Where a file lies; None when these weights do without it."""
        return self.root / name if name in self.files else None


class PreparedError(Exception):
    """Prepared weights cannot be used; says which file and why."""


class NothingPrepared(PreparedError):
    """There is nothing for this bundle on this kind of node."""


def fit_of(bundle: Bundle) -> Fit:
    """What weights must have been made for to be used here."""
    import onnxruntime

    from voxpod_inference.engines import vocoder
    from voxpod_inference.engines.registry import recipe_of

    kind = vocoder.cpu_class() if recipe_of(bundle).native else None
    library = f"{kind}.{vocoder.VERSION}" if kind else NO_LIBRARY
    return Fit(bundle.manifest.digest, onnxruntime.__version__, processor.fingerprint(), library)


def needed(fit: Fit, recipe: Recipe) -> tuple[str, ...]:
    """The files that weights for `fit` have."""
    if fit.vocoder == NO_LIBRARY:
        return _mapped(*recipe.graphs, *(native.graph for native in recipe.native))
    return (*_mapped(*recipe.graphs), *(native.packed for native in recipe.native))


def parts_of(recipe: Recipe) -> tuple[str, ...]:
    """What weights may have, on any kind of node."""
    graphs = _mapped(*recipe.graphs, *(native.graph for native in recipe.native))
    return (*graphs, *(native.packed for native in recipe.native))


def _mapped(*graphs: str) -> tuple[str, ...]:
    return tuple(name for graph in graphs for name in (graph, f"{graph}.data"))


def folder_of(bundle: Bundle) -> Path:
    """Where a bundle's prepared weights lie: sandboxes have no other folder of it."""
    return bundle.root / PREPARED


def find(root: Path, fit: Fit, recipe: Recipe) -> PreparedWeights:
    """The weights below `root` that fit, every file checked by its sum. PreparedError when there are none or they are damaged."""
    folder = _linked(root, fit)
    weights = PreparedWeights(folder, _files(folder, fit, recipe), recipe)
    for name, entry in weights.files.items():
        if complaint := _complaint(folder / name, entry):
            raise PreparedError(f"{folder}: {name} {complaint}")
    return weights


def verify(weights: PreparedWeights) -> list[str]:
    """What is wrong with them by SHA-256, a sentence each."""
    return [
        f"{weights.root.name}/{name} {complaint}"
        for name, entry in weights.files.items()
        if (complaint := _complaint_by_sha256(weights.root / name, entry))
    ]


def quick_sum(path: Path) -> str:
    """A digest that any change of one 64-bit word, and any exchange of two, changes; a shorter end is left to the size.

    Each MiB is a table of 64-bit words, a row for each 4 KiB: the sums of its rows and of its columns are hashed. Changes of
    many words that leave all of these sums alone are not seen.
    """
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            words = np.frombuffer(piece + bytes(-len(piece) % _BLOCK), dtype="<u8").reshape(-1, _BLOCK // 8)
            for axis in (1, 0):
                digest.update(words.sum(axis=axis, dtype=np.uint64).tobytes())
    return digest.hexdigest()


def to_json(fit: Fit, files: Mapping[str, PreparedFile]) -> str:
    """The manifest of a folder."""
    fields = {
        "schema": SCHEMA_VERSION,
        "fit": asdict(fit),
        "files": {name: asdict(entry) for name, entry in files.items()},
    }
    return json.dumps(fields, indent=1) + "\n"


def _linked(root: Path, fit: Fit) -> Path:
    """The folder that the link leads to now: what comes later in its place is not mixed with it."""
    link = root / fit.name
    others: list[str] = []
    try:
        return link.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise PreparedError(f"{link} cannot be opened ({getattr(error, 'strerror', None) or error})") from None
    try:
        others = sorted(p.name for p in root.iterdir() if NAME.fullmatch(p.name))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise PreparedError(f"{root} cannot be read ({error.strerror})") from None
    but = f"; there are weights for {', '.join(others)}" if others else ""
    raise NothingPrepared(f"{root} has nothing for {fit.name}{but}; voxpod-model prepare makes it")


def _files(folder: Path, fit: Fit, recipe: Recipe) -> dict[str, PreparedFile]:
    try:
        fields: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if fields["schema"] != SCHEMA_VERSION:
            raise PreparedError(
                f"{folder}: {MANIFEST} has schema {fields['schema']}, this version reads {SCHEMA_VERSION}"
            )
        made_for = Fit(**fields["fit"])
        files = {str(name): PreparedFile(**entry) for name, entry in fields["files"].items()}
    except OSError as error:
        raise PreparedError(f"{folder}: {MANIFEST} cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise PreparedError(f"{folder}: {MANIFEST} is not a manifest ({type(error).__name__})") from None
    for name, wanted in asdict(fit).items():
        if getattr(made_for, name) != wanted:
            raise PreparedError(f"{folder} was made for {name} {getattr(made_for, name)}, here is {wanted}")
    if odd := [name for name in files if "/" in name or name.startswith(".")]:
        raise PreparedError(f"{folder}: {MANIFEST} lists {odd[0]}, which is no file of its folder")
    if missing := [name for name in needed(fit, recipe) if name not in files]:
        raise PreparedError(f"{folder}: {MANIFEST} lists no {missing[0]}")
    return files


def _complaint(path: Path, entry: PreparedFile) -> str | None:
    try:
        if (size := path.stat().st_size) != entry.bytes:
            return f"has {size} bytes, its manifest says {entry.bytes}"
        return None if quick_sum(path) == entry.sum else "has changed: its sum is not the manifest's"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _complaint_by_sha256(path: Path, entry: PreparedFile) -> str | None:
    try:
        return None if file_entry(path).sha256 == entry.sha256 else "has changed: its SHA-256 is not the manifest's"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
