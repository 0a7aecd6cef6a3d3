"""`voxpod-model convert-...`: a bundle out of files that the user has."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from voxpod_inference.engines.entry import Converter

_BAR = 30


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", engine: str, converter: Converter
) -> None:
    """Add the command of an engine."""
    convert = commands.add_parser(f"convert-{engine}", help=f"make a bundle out of {converter.what}")
    convert.add_argument("checkpoint", type=Path, metavar="DIR", help="folder with the files as they are published")
    convert.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder of the bundle, not there yet")
    convert.add_argument("--quiet", action="store_true", help="print only `DIGEST PATH`")
    converter.add_options(convert)
    convert.set_defaults(run=_run, converter=converter)


def _run(options: argparse.Namespace) -> int:
    from voxpod_inference.packages import FetchError

    folder = options.to.expanduser().absolute()
    tell = (lambda _what, _share: None) if options.quiet else _progress(sys.stderr)
    try:
        bundle = options.converter.convert(options.checkpoint.expanduser(), folder, options, tell)
    except FetchError as error:
        print(f"voxpod-model: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"voxpod-model: cannot write {error.filename or folder}: {error.strerror}", file=sys.stderr)
        return 1
    tell("done", 1.0)
    digest = f"sha256:{bundle.manifest.digest}"
    print(f"{digest} {bundle.root}" if options.quiet else f"bundle: {bundle.root}\ndigest: {digest}")
    return 0


def _progress(to: IO[str]) -> Callable[[str, float], None]:
    """Lines; on a terminal a bar that is drawn over."""

    def tell(what: str, share: float) -> None:
        if to.isatty():
            end = "\n" if share >= 1 else ""
            print(f"\r[{'#' * round(share * _BAR):<{_BAR}}] {share:4.0%} {what:<40}", end=end, file=to, flush=True)
        else:
            print(what, file=to, flush=True)

    return tell
