"""The environment variables of the demo, read once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voxpod_demo.errors import DemoError

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

SYSTEM_NAMESPACE = "voxpod-system"
SANDBOX_NAMESPACE = "voxpod-sandboxes"
RELEASE = "voxpod"
MODEL = "kokoro"
FAST_MODEL = "hibari"

DEFAULT_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person who runs the demo has chosen; empty where nothing was."""

    context: str
    """KUBECONTEXT: the only cluster of theirs that may be touched."""
    cluster_name: str
    """VOXPOD_DEMO_CLUSTER: name of the local cluster."""
    operator_image: str
    inference_image: str
    api_image: str
    minio_image: str
    model_path: str
    """VOXPOD_MODEL_PATH: the bundle's folder on the nodes of a named cluster."""
    model_digest: str
    """VOXPOD_MODEL_DIGEST: its digest, where it is not the bundle that this repository makes."""
    fast_model_path: str
    """VOXPOD_FAST_MODEL_PATH: folder of the second bundle on those nodes, beside the first."""
    values_file: str
    """VOXPOD_DEMO_VALUES: further Helm values, which win."""
    cache: Path
    timeout_seconds: float
    """VOXPOD_DEMO_TIMEOUT: how long one wait (install, model, requests) may take."""


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings; DemoError for one that cannot be."""

    def text(name: str) -> str:
        return environment.get(name, "").strip()

    return Settings(
        context=text("KUBECONTEXT"),
        cluster_name=text("VOXPOD_DEMO_CLUSTER") or "demo",
        operator_image=text("VOXPOD_OPERATOR_IMAGE"),
        inference_image=text("VOXPOD_INFERENCE_IMAGE"),
        api_image=text("VOXPOD_API_IMAGE"),
        minio_image=text("VOXPOD_MINIO_IMAGE"),
        model_path=text("VOXPOD_MODEL_PATH"),
        model_digest=text("VOXPOD_MODEL_DIGEST"),
        fast_model_path=text("VOXPOD_FAST_MODEL_PATH"),
        values_file=text("VOXPOD_DEMO_VALUES"),
        cache=Path(text("VOXPOD_CACHE") or "~/.cache/voxpod").expanduser().absolute(),
        timeout_seconds=_seconds("VOXPOD_DEMO_TIMEOUT", text("VOXPOD_DEMO_TIMEOUT")),
    )


def _seconds(name: str, text: str) -> float:
    if not text:
        return DEFAULT_TIMEOUT_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 1 <= seconds <= 86_400:
        raise DemoError(f"{name} is {text!r}: a number of seconds from 1 to 86400 is wanted")
    return seconds
