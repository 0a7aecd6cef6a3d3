"""What a sandbox is told by its environment: the contract with the operator's Job manifests, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(ValueError):
    """A variable is missing or malformed; the message says which and what would be accepted."""


@dataclass(frozen=True, slots=True)
class BundleSettings:
    """Which model, and how many cores it may use. A probe needs no more than this."""

    bundle: Path
    """VOXPOD_BUNDLE: folder of the model bundle, mounted read-only."""
    bundle_digest: str
    """VOXPOD_BUNDLE_DIGEST: `sha256:` and 64 hexadecimal digits; nothing is used that does not match."""
    cpu_limit: int
    """VOXPOD_CPU_LIMIT: whole cores; as many threads compute."""
    termination_log: Path
    """VOXPOD_TERMINATION_LOG: where the kubelet reads the result from (default /dev/termination-log)."""
    prepared: Path | None = None
    """VOXPOD_PREPARED: folder of the weights prepared for this node; without it they lie in the bundle's."""
    flow_steps: int | None = None
    """VOXPOD_FLOW_STEPS: steps from noise to sound; without it the bundle's own number."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """All that a sandbox needs to get and do its one piece of work."""

    model: BundleSettings
    dispatch_url: str
    """VOXPOD_DISPATCH_URL: https://host:port of the dispatch endpoint."""
    dispatch_ca_pem: str
    """VOXPOD_DISPATCH_CA_PEM: the only certificate authority that is trusted for it."""
    token_file: Path
    """VOXPOD_TOKEN_FILE: projected service account token; the kubelet renews it, so it is read for each call."""
    max_idle_seconds: float
    """VOXPOD_MAX_IDLE_SECONDS: how long to ask for work before the sandbox ends itself."""
    object_store_ca_pem: str
    """VOXPOD_OBJECT_STORE_CA_PEM: authority of an https:// object store; empty for the system's."""


def bundle_settings(environ: Mapping[str, str]) -> BundleSettings:
    """The settings that every container of the inference image has."""
    digest = _required(environ, "VOXPOD_BUNDLE_DIGEST")
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm != "sha256" or len(hexadecimal) != 64 or set(hexadecimal) - set("0123456789abcdef"):
        raise SettingsError(f"VOXPOD_BUNDLE_DIGEST is {digest!r}, expected sha256:<64 hexadecimal digits>")
    steps = "VOXPOD_FLOW_STEPS"
    return BundleSettings(
        bundle=Path(_required(environ, "VOXPOD_BUNDLE")),
        bundle_digest=digest,
        cpu_limit=int(_number(environ, "VOXPOD_CPU_LIMIT", least=1, whole=True)),
        termination_log=Path(environ.get("VOXPOD_TERMINATION_LOG") or "/dev/termination-log"),
        prepared=Path(prepared) if (prepared := environ.get("VOXPOD_PREPARED")) else None,
        flow_steps=int(_number(environ, steps, least=1, whole=True)) if environ.get(steps) else None,
    )


def sandbox_settings(environ: Mapping[str, str]) -> SandboxSettings:
    """The settings of a sandbox."""
    url = _required(environ, "VOXPOD_DISPATCH_URL").rstrip("/")
    if not url.startswith("https://"):
        raise SettingsError(f"VOXPOD_DISPATCH_URL is {url!r}, expected https://host:port")
    return SandboxSettings(
        model=bundle_settings(environ),
        dispatch_url=url,
        dispatch_ca_pem=_required(environ, "VOXPOD_DISPATCH_CA_PEM"),
        token_file=Path(_required(environ, "VOXPOD_TOKEN_FILE")),
        max_idle_seconds=_number(environ, "VOXPOD_MAX_IDLE_SECONDS", least=0, whole=False),
        object_store_ca_pem=environ.get("VOXPOD_OBJECT_STORE_CA_PEM", ""),
    )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _number(environ: Mapping[str, str], name: str, *, least: int, whole: bool) -> float:
    raw = _required(environ, name)
    try:
        value: float = int(raw) if whole else float(raw)
    except ValueError:
        value = -1
    if not least <= value < float("inf"):
        raise SettingsError(f"{name} is {raw!r}, expected a {'whole ' if whole else ''}number of at least {least}")
    return value
