"""From a bundle folder to a loaded engine: the one place that knows which engines there are."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from voxpod_inference import log
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.engines.cosyvoice_files import COSYVOICE
from voxpod_inference.engines.entry import Engine, Recipe
from voxpod_inference.engines.hibari_files import HIBARI
from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.errors import BundleError, SpeechError
from voxpod_inference.settings import BundleSettings

if TYPE_CHECKING:
    from voxpod_inference.engines.base import Synthesizer

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (KOKORO, HIBARI, COSYVOICE)}
"""By name. The first is the one whose bundle `voxpod-model` takes when none is named."""

Tell = Callable[[str, str], None]
"""Takes what happened and why."""


def _log(what: str, why: str) -> None:
    log.event(what, "WARNING", error=why)


def load(settings: BundleSettings) -> "Synthesizer":
    """The engine of the bundle that the settings name; BundleError when the bundle is not the one that was asked for."""
    bundle = open_bundle(settings.bundle, settings.bundle_digest).with_flow_steps(settings.flow_steps)
    return load_engine(bundle, settings.cpu_limit, settings.prepared)


def engine_of(bundle: Bundle) -> Engine:
    """Which engine a bundle is for; BundleError when this version has none of that name."""
    if (engine := ENGINES.get(bundle.manifest.engine)) is None:
        raise BundleError(
            f"{bundle.root}: the manifest names engine {bundle.manifest.engine!r}; this version has {', '.join(ENGINES)}"
        )
    return engine


def recipe_of(bundle: Bundle) -> Recipe:
    """What `voxpod-model prepare` makes of a bundle; a part by ONNX Runtime where it has no weights of it for the native library."""
    recipe = engine_of(bundle).recipe
    there = tuple(native for native in recipe.native if native.weights in bundle.manifest.files)
    return Recipe((*recipe.graphs, *(native.graph for native in recipe.native if native not in there)), there)


def load_engine(bundle: Bundle, threads: int, prepared: Path | None = None, tell: Tell = _log) -> "Synthesizer":
    """The engine of a bundle, its files checked before they are read.

    Weights that were made ready for this kind of node are used if they are there (in `prepared`, else in the bundle's own
    folder for them) and whole; `tell` is told why when they are not, or when there are no kernels of ours to use them.
    """
    engine = engine_of(bundle)
    from voxpod_inference.prepared import WITHOUT_LIBRARY, NothingPrepared, PreparedError, find, fit_of, folder_of
    from voxpod_inference.text.readers import LANGUAGES

    if unknown := sorted(set(bundle.manifest.languages) - LANGUAGES):
        can = ", ".join(sorted(LANGUAGES))
        raise BundleError(f"{bundle.root}: the manifest names the language {unknown[0]!r}; this version has {can}")
    if missing := [name for name in engine.files if name not in bundle.manifest.files]:
        what = f"version {bundle.manifest.version} of {bundle.manifest.name} has no {missing[0]}"
        raise BundleError(f"{bundle.root}: {what}; {engine.needs}")
    bundle.check(engine.always_read)
    code = engine.code()
    try:
        weights = find(prepared or folder_of(bundle), fit_of(bundle), recipe_of(bundle))
        synthesizer = code(bundle, threads, weights)
        if synthesizer.weights == "prepared-onnx":
            tell(*WITHOUT_LIBRARY)
        return synthesizer
    except NothingPrepared as error:
        tell("nothing is prepared for this machine, so speech is slower", str(error))
    except (PreparedError, SpeechError) as error:
        tell("prepared weights are unusable, so speech is slower", str(error))
    bundle.check(engine.files)
    return code(bundle, threads, None)
