"""The images that exist: where each Dockerfile lies and what goes into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voxpod_images.errors import ImagesError

ROOT = Path(__file__).resolve().parents[2]
"""The repository: the build context."""

REGISTRY = "voxpod.local"
"""Prefix of locally built references; no such host exists, so nothing is ever pulled by that name."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image; all paths are relative to the repository."""

    name: str
    dockerfile: str
    project: str
    """pyproject.toml whose dependencies the image installs."""
    requirements: str
    """The same, resolved and hashed."""
    sources: tuple[str, ...]
    imports: tuple[str, ...]
    """Modules that must import in the finished image: what slimming or a missing library would break.

    Those that our code imports only when it needs them are the ones that nothing else would find.
    """
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Distributions that something depends on but that never run in this image, each with what would have opened it and why
    that never happens. The development environment lacks them too (requirements/resolve_dev.py)."""
    tried: str = ""
    """Python that must run in the finished image: what no import would find missing."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Files and folders that decide what is in the image."""
        return (self.dockerfile, f"{self.dockerfile}.dockerignore", self.requirements, "images/slim.py", *self.sources)


OPERATOR = Image(
    name="operator",
    dockerfile="operator/Dockerfile",
    project="operator/pyproject.toml",
    requirements="requirements/operator.txt",
    sources=("crds/src/voxpod_crds", "operator/src/voxpod_operator"),
    imports=(
        "voxpod_crds.tts_request",
        "voxpod_operator.settings",
        "kopf",
        "kubernetes.aio.client",
        "minio",
        "prometheus_client",
        "pythonjsonlogger.json",
    ),
)
READ_ALOUD = """
from types import SimpleNamespace
from voxpod_inference.engines.vocoder import native_library
from voxpod_inference.text.espeak.process import VOICES, EspeakProcess
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.readers import readers_of

assert native_library()
assert all(EspeakProcess(voice).ipa(["2"]) for voice in VOICES)
# All languages that are read without a table of a bundle, in one text; 鱻 and 龘 are kanji that no dictionary of it has.
languages = ["es", "fr", "hi", "it", "ja", "ko", "pt"]
readers = readers_of(SimpleNamespace(manifest=SimpleNamespace(languages=languages)))
text = "¡Hola! こんにちは、鱻と龘！ 안녕! नमस्ते! <lang=fr>Salut !</lang> <lang=it>Ciao!</lang> <lang=pt>Olá!</lang>"
script = FrontEnd(readers, Limits(510, 150), len).script(text, "auto", "es")
assert script.languages == set(languages) and not script.warnings, script
"""
INFERENCE = Image(
    name="inference",
    dockerfile="inference_image/Dockerfile",
    project="inference_image/pyproject.toml",
    requirements="requirements/inference.txt",
    sources=(
        "crds/src/voxpod_crds",
        "inference_image/src/voxpod_inference",
        "inference_image/espeak",
        "inference_image/native",
    ),
    imports=(
        "voxpod_crds.sandbox_protocol",
        "voxpod_inference.sandbox",
        "voxpod_inference.probe",
        "onnxruntime",
        "soundfile",
        "pyopenjtalk",
    ),
    left_out={
        "sudachidict-core": (
            "a dictionary of 193 MB, which pyopenjtalk-plus opens for homographs (use_sudachi_kanji_yomi=False here) and for"
            " kanji that its own lacks (read_unknown_kanji, which voxpod_inference calls without a text: Unihan then)"
        )
    },
    tried=READ_ALOUD,
)
API = Image(
    name="api",
    dockerfile="api/Dockerfile",
    project="api/pyproject.toml",
    requirements="requirements/api.txt",
    sources=("crds/src/voxpod_crds", "api/src/voxpod_api"),
    imports=(
        "voxpod_api.__main__",
        "cryptography.hazmat.primitives.asymmetric.rsa",
        "kubernetes.aio.client",
        "uvicorn.protocols.http.h11_impl",
    ),
    tried="""
from importlib.resources import files
from voxpod_api.openai.silence import silence

assert all(silence(audio_format) for audio_format in ("mp3", "opus", "flac", "wav", "pcm"))
""",
)
IMAGES = (OPERATOR, INFERENCE, API)


def by_names(names: list[str] | None) -> tuple[Image, ...]:
    """The images with these names, all without any; ImagesError for an unknown one."""
    known = {image.name: image for image in IMAGES}
    unknown = sorted(set(names or ()) - known.keys())
    if unknown:
        raise ImagesError(f"no image is named {', '.join(unknown)}: there are {', '.join(known)}")
    return tuple(image for image in IMAGES if not names or image.name in names)
