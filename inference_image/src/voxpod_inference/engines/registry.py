"""From a bundle folder to a loaded engine: the one place that knows which engines there are."""

from typing import TYPE_CHECKING

from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.errors import BundleError
from voxpod_inference.settings import BundleSettings

if TYPE_CHECKING:
    from voxpod_inference.engines.base import Synthesizer


def load(settings: BundleSettings) -> "Synthesizer":
    """The engine of the bundle that the settings name; BundleError when the bundle is not the one that was asked for."""
    return load_engine(open_bundle(settings.bundle, settings.bundle_digest), settings.cpu_limit)


def load_engine(bundle: Bundle, threads: int) -> "Synthesizer":
    """The engine of a bundle, its files checked before they are read."""
    if bundle.manifest.engine != "kokoro":
        raise BundleError(f"{bundle.root}: the manifest names engine {bundle.manifest.engine!r}; this version has kokoro")
    from voxpod_inference.engines.kokoro import NEEDED, Kokoro

    bundle.check(NEEDED)
    return Kokoro(bundle, threads)
