"""A model bundle: a folder that holds all a model needs, described by its manifest.json.

The digest of a bundle is the SHA-256 of manifest.json, which in turn holds the SHA-256 of every other file; so one digest
in a SpeechModel fixes every byte. docs/model-bundle.md describes the format.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voxpod_inference.errors import BundleError

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
PREPARED = "prepared"
"""Folder inside a bundle that is not part of it: weights that a node made ready out of it (prepared.py)."""
LEAST_RATE, MOST_RATE = 8_000, 48_000
MOST_FLOW_STEPS = 100
_READ_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file of the bundle must be."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """manifest.json, parsed; `digest` is of the file's bytes."""

    digest: str
    """64 hexadecimal digits."""
    name: str
    version: str
    engine: str
    licence: str
    sample_rate: int
    """Hz."""
    languages: tuple[str, ...]
    voices: Mapping[str, str]
    """Voice name to the language it was recorded in (BCP 47)."""
    default_voices: Mapping[str, str]
    """Language to the voice that is taken when a request names none."""
    files: Mapping[str, FileEntry]
    """Path inside the bundle to what the file must be."""
    takes_instructions: bool = False
    """Whether a request may say in words how it is to be spoken."""
    flow_steps: int | None = None
    """Steps from noise to sound; None where the model takes no such number."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder whose manifest was read and matched; its other files are checked by `check` before they are used."""

    root: Path
    manifest: Manifest

    def with_flow_steps(self, steps: int | None) -> "Bundle":
        """The same with another number of steps, or its own for None; BundleError where it takes none."""
        if steps is None:
            return self
        if self.manifest.flow_steps is None:
            raise BundleError(
                f"{self.root}: {steps} flow steps are asked for, but {self.manifest.name} takes none: leave flowSteps out"
            )
        if not 1 <= steps <= MOST_FLOW_STEPS:
            raise BundleError(f"{steps} flow steps are asked for; 1 to {MOST_FLOW_STEPS} are accepted")
        return replace(self, manifest=replace(self.manifest, flow_steps=steps))

    def path(self, name: str) -> Path:
        """Where a file of the manifest lies; BundleError when the manifest has no such file."""
        if name not in self.manifest.files:
            raise BundleError(f"{self.root}: {MANIFEST} lists no file {name}")
        return self.root / name

    def check(self, names: Iterable[str]) -> None:
        """Read these files whole; BundleError naming the first that is missing, cut or changed."""
        for name in names:
            self.path(name)
            if complaint := _complaint(self.root, name, self.manifest.files[name]):
                raise BundleError(f"{self.root}: {complaint}")

    def complaints(self) -> list[str]:
        """All that is missing, changed or extra in the folder, a sentence each; empty when it is as the manifest says."""
        found = [c for name, entry in self.manifest.files.items() if (c := _complaint(self.root, name, entry))]
        known = {*self.manifest.files, MANIFEST}
        present = (p for p in sorted(self.root.rglob("*")) if not p.is_dir() or p.is_symlink())
        extra = [name for p in present if (name := p.relative_to(self.root).as_posix()) not in known]
        extra = [name for name in extra if not name.startswith(f"{PREPARED}/")]
        return found + [f"{name} is extra: the manifest does not list it" for name in extra]


def open_bundle(root: Path, digest: str | None = None) -> Bundle:
    """The bundle in a folder, its manifest checked against `digest` (`sha256:<hex>`) when one is given."""
    try:
        raw = (root / MANIFEST).read_bytes()
    except OSError as error:
        what = "no such folder" if not root.is_dir() else f"cannot read {MANIFEST} ({error.strerror})"
        raise BundleError(f"{root}: {what}") from None
    actual = hashlib.sha256(raw).hexdigest()
    if digest is not None and digest != f"sha256:{actual}":
        raise BundleError(f"{root}: {MANIFEST} has digest sha256:{actual}, asked for was {digest}")
    return Bundle(root, _parse(root, raw, actual))


def write_manifest(root: Path, **fields: Any) -> None:
    """Describe a finished folder: `fields` are those of the manifest that are not computed here (docs/model-bundle.md)."""
    files = {p.relative_to(root).as_posix(): file_entry(p) for p in sorted(root.rglob("*")) if p.is_file()}
    own: dict[str, Any] = {name: fields[name] for name in ("instructions", "flow_steps") if name in fields}
    manifest = {
        "schema": SCHEMA_VERSION,
        "name": fields["name"],
        "version": fields["version"],
        "engine": fields["engine"],
        "licence": fields["licence"],
        "sample_rate": fields["sample_rate"],
        "languages": sorted(fields["default_voices"]),
        "default_voices": fields["default_voices"],
        "voices": fields["voices"],
        **own,
        "sources": fields["sources"],
        "files": {name: {"sha256": e.sha256, "bytes": e.bytes} for name, e in files.items()},
    }
    (root / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def file_entry(path: Path) -> FileEntry:
    """SHA-256 and size of a file, read in pieces."""
    hasher, size = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_READ_SIZE):
            hasher.update(piece)
            size += len(piece)
    return FileEntry(hasher.hexdigest(), size)


def _complaint(root: Path, name: str, entry: FileEntry) -> str | None:
    path = root / name
    try:
        size = os.stat(path).st_size
        if size != entry.bytes:
            return f"{name} has {size} bytes, the manifest says {entry.bytes}"
        if file_entry(path).sha256 != entry.sha256:
            return f"{name} has changed: its SHA-256 is not the manifest's"
    except FileNotFoundError:
        return f"{name} is missing"
    except OSError as error:
        return f"{name} cannot be read ({error.strerror})"
    return None


def _parse(root: Path, raw: bytes, digest: str) -> Manifest:
    try:
        fields: dict[str, Any] = json.loads(raw)
        if fields["schema"] != SCHEMA_VERSION:
            raise BundleError(f"{root}: {MANIFEST} has schema {fields['schema']}, this version reads {SCHEMA_VERSION}")
        files = {name: FileEntry(str(e["sha256"]), int(e["bytes"])) for name, e in fields["files"].items()}
        manifest = Manifest(
            digest=digest,
            name=str(fields["name"]),
            version=str(fields["version"]),
            engine=str(fields["engine"]),
            licence=str(fields["licence"]),
            sample_rate=fields["sample_rate"],
            languages=tuple(fields["languages"]),
            voices=dict(fields["voices"]),
            default_voices=dict(fields["default_voices"]),
            files=files,
            takes_instructions=bool(fields.get("instructions", False)),
            flow_steps=fields.get("flow_steps"),
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BundleError(f"{root}: {MANIFEST} is not a manifest ({type(error).__name__}: {error})") from None
    if wrong := _wrong(manifest):
        raise BundleError(f"{root}: {MANIFEST} {wrong}")
    return manifest


def _wrong(manifest: Manifest) -> str | None:
    """The first value that nothing could be done with: what it is, and what would be accepted."""
    for name in manifest.files:
        if name.startswith("/") or ".." in name.split("/"):
            return f"lists {name}, which is outside the bundle"
    if not isinstance(manifest.sample_rate, int) or not LEAST_RATE <= manifest.sample_rate <= MOST_RATE:
        return f"has sample_rate {manifest.sample_rate!r}; {LEAST_RATE} to {MOST_RATE} Hz is accepted"
    steps = manifest.flow_steps
    if steps is not None and (type(steps) is not int or not 1 <= steps <= MOST_FLOW_STEPS):
        return f"has flow_steps {steps!r}; 1 to {MOST_FLOW_STEPS} are accepted"
    if not manifest.languages or not all(isinstance(language, str) for language in manifest.languages):
        return f"has languages {list(manifest.languages)!r}; at least one code such as 'en' is accepted"
    for voice, language in manifest.voices.items():
        if not isinstance(language, str) or not language:
            return (
                f"has voices {voice}: {language!r}; the language that a voice was recorded in is accepted, such as"
                " 'en-GB'"
            )
    for language in (*manifest.languages, *manifest.default_voices):
        default = manifest.default_voices.get(language)
        if not isinstance(default, str) or default not in manifest.voices:
            return f"has default_voices {language}: {default!r}; each of its languages needs one of its voices"
    return None
