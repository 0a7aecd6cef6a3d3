"""What the commands of voxpod-model share: which bundle, which engine, how errors are told."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voxpod_inference.bundle import Bundle, open_bundle

if TYPE_CHECKING:
    from voxpod_inference.engines.base import Synthesizer


def chosen_bundle(folder: Path | None) -> Bundle | None:
    """The bundle in a folder, else the Kokoro bundle of the cache; None when it cannot be made, which has been said."""
    return open_bundle(folder) if folder else kokoro_bundle(None, quiet=False)


def kokoro_bundle(folder: Path | None, *, quiet: bool) -> Bundle | None:
    """The Kokoro bundle, made first if it is not there; None when that failed, which has been said."""
    from voxpod_inference.kokoro_source import DOWNLOAD_MEGABYTES, FetchError, default_folder, fetch_kokoro

    def tell(what: str) -> None:
        if not quiet:
            print(what, file=sys.stderr, flush=True)

    folder = (folder or default_folder()).expanduser().absolute()
    if not folder.exists():
        tell(f"no bundle in {folder} yet: making it (downloads about {DOWNLOAD_MEGABYTES} MB, once)")
    try:
        return fetch_kokoro(folder, tell)
    except FetchError as error:
        print(f"voxpod-model: {error}", file=sys.stderr)
        return None


def loaded_engine(bundle: Bundle, threads: int) -> "Synthesizer":
    """The engine of a bundle; a line on standard error when it is slower than it could be."""
    from voxpod_inference.engines.registry import load_engine

    return load_engine(bundle, threads, tell=lambda what, why: print(f"voxpod-model: {what}: {why}", file=sys.stderr))


def usage_error(message: str) -> int:
    """Tell what was wrong with the command line; returns its exit code."""
    print(f"voxpod-model: {message}", file=sys.stderr)
    return 2
