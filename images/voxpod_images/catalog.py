"""The images that exist: where each Dockerfile lies and what goes into it."""

from dataclasses import dataclass
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
    left_out: tuple[str, ...] = ()
    """Distributions that something depends on but that never run in this image."""
    tried: str = "pass"
    """A line of Python that must run in the finished image: what no import would find missing."""

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
    # the Japanese dictionary (193 MB) that pyopenjtalk-plus opens only with use_sudachi_kanji_yomi=True
    left_out=("sudachidict-core",),
    tried=(
        "import voxpod_inference.text.espeak.process as e; assert all(e.EspeakProcess(v).ipa(['2']) for v in e.VOICES);"
        " from voxpod_inference.engines.vocoder import native_library; assert native_library()"
    ),
)
IMAGES = (OPERATOR, INFERENCE)


def by_names(names: list[str] | None) -> tuple[Image, ...]:
    """The images with these names, all without any; ImagesError for an unknown one."""
    known = {image.name: image for image in IMAGES}
    unknown = sorted(set(names or ()) - known.keys())
    if unknown:
        raise ImagesError(f"no image is named {', '.join(unknown)}: there are {', '.join(known)}")
    return tuple(image for image in IMAGES if not names or image.name in names)
