"""`voxpod-model say`: a text into a sound file, whole or not at all."""

import argparse
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO

from voxpod_crds.sandbox_protocol import Timestamps
from voxpod_inference.audio.formats import FORMATS, SAMPLE_RATES
from voxpod_inference.audio.writer import DEFAULT_LOUDNESS, Written, write_audio
from voxpod_inference.bundle import Bundle
from voxpod_inference.cli_model import BUNDLE_HELP, chosen_bundle, loaded_engine, usage_error
from voxpod_inference.engines.base import Prepared, Synthesizer, Utterance
from voxpod_inference.errors import INPUT_REFUSED, InputError, SpeechError
from voxpod_inference.timestamps import SpokenTimes

_MOST_CHARACTERS = 10_000
"""As the `text` of a request: more would be minutes of waiting for what the cluster refuses."""
_FEW_CHUNKS = 4
"""A shorter text is spoken before a bar would tell anything."""
_BAR = 30
_OTHER_SOUNDS = frozenset(["aac", "aif", "aiff", "amr", "m4a", "mp4", "weba", "webm", "wma"])
"""Who names a file so does not expect a wav in it."""
_SEEDS = 1 << 31
_MOST_THREADS = 256
"""More the native vocoder does not take."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    say = commands.add_parser("say", help="speak a text into a sound file")
    say.add_argument("text", help="what to say; `-` reads it from standard input")
    say.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="`-` is standard output; its ending tells the format"
    )
    say.add_argument(
        "--voice", default="", help="a voice or a mix, `a(2)+b(1)`; default: a voice of the text's language"
    )
    say.add_argument(
        "--lang", default="auto", help="what Chinese characters and Latin letters are read as; default auto"
    )
    say.add_argument("--speed", type=float, default=1.0, help="0.25 to 4, default 1")
    say.add_argument("--seed", type=int, default=0, help="of an engine's random choices; default 0")
    say.add_argument("--instructions", default="", help="how it is to be spoken, in words, for a model that takes them")
    say.add_argument("--flow-steps", type=int, metavar="N", help="steps from noise to sound; default: the bundle's own")
    say.add_argument("--format", choices=sorted(FORMATS), help="default: by the file's ending, else wav")
    rates = ", ".join(map(str, SAMPLE_RATES))
    say.add_argument("--sample-rate", type=int, default=0, metavar="HZ", help=f"{rates}; default: the model's own")
    say.add_argument(
        "--loudness",
        type=_loudness,
        default=DEFAULT_LOUDNESS,
        metavar="LUFS",
        help="default -16; `keep` leaves it as it is",
    )
    say.add_argument("--ssml", action="store_true", help="the text is SSML")
    say.add_argument(
        "--timestamps",
        type=Path,
        metavar="FILE",
        help="write when each sentence is heard, and each word where the engine tells it, as JSON",
    )
    say.add_argument("--bundle", type=Path, metavar="DIR", help=BUNDLE_HELP)
    say.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    say.add_argument("--stats", action="store_true", help="print one JSON line with times and memory")
    say.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Speak; returns the exit code."""
    if wrong := _wrong(options):
        return usage_error(wrong)
    text = _text(options.text)
    if len(text) > _MOST_CHARACTERS:
        return usage_error(
            f"the text has {len(text)} characters; at most {_MOST_CHARACTERS} are accepted, as of a request"
        )
    started = time.monotonic()
    bundle = chosen_bundle(options.bundle)
    if bundle is None:
        return 1
    engine = loaded_engine(bundle.with_flow_steps(options.flow_steps), options.threads)
    loaded = time.monotonic()
    prepared = engine.prepare(
        text,
        voice=options.voice,
        language=options.lang,
        speed=options.speed,
        ssml=options.ssml,
        seed=options.seed,
        instructions=options.instructions,
    )
    for warning in prepared.script.warnings:
        print(f"voxpod-model: {warning}", file=sys.stderr)
    times = SpokenTimes(text, engine.sample_rate)
    utterances = _with_bar(times.noting(engine.speak(prepared)), prepared)
    try:
        written = _write_sound(options, utterances, engine, prepared.expected_seconds)
        if options.timestamps is not None:
            with whole_file(str(options.timestamps)) as file:
                kind: Timestamps = "word" if engine.engine.tells_words else "sentence"
                file.write(times.document(kind, prepared.script.sentences))
    except OSError as error:
        raise SpeechError(
            "infrastructure", "", f"cannot write {error.filename or options.output}: {error.strerror}"
        ) from None
    _tell(options, bundle, prepared, engine, written, loaded - started, time.monotonic() - loaded)
    return 0


def _wrong(options: argparse.Namespace) -> str:
    """What cannot be, known before anything is spoken; empty when all can."""
    if not 1 <= options.threads <= _MOST_THREADS:
        return f"--threads is {options.threads}, expected 1 to {_MOST_THREADS}"
    if not 0 <= options.seed < _SEEDS:
        return f"--seed is {options.seed}, expected 0 to {_SEEDS - 1}"
    ending = _ending(options.output)
    if ending in _OTHER_SOUNDS and not options.format:
        return f"the ending .{ending} is of no format here; {', '.join(FORMATS)} are, or --format names one"
    for path in (options.timestamps, None if options.output == "-" else Path(options.output)):
        if path is not None and not path.parent.is_dir():
            return f"cannot write {path}: no such folder"
    return ""


def _ending(output: str) -> str:
    return "" if output.startswith("/dev/") else Path(output).suffix.lstrip(".").lower()


def _write_sound(
    options: argparse.Namespace, utterances: Iterator[Utterance], engine: Synthesizer, expected_seconds: float
) -> Written:
    with whole_file(options.output) as file:
        return write_audio(
            file,
            (u.samples for u in utterances),
            engine.sample_rate,
            format=options.format or (ending if (ending := _ending(options.output)) in FORMATS else "wav"),
            sample_rate=options.sample_rate,
            loudness=options.loudness,
            expected_seconds=expected_seconds,
        )


@contextlib.contextmanager
def whole_file(name: str) -> Iterator[BinaryIO]:
    """A file to write and seek in that appears under its name when it is complete; nothing does if that fails."""
    path = Path(name)
    if name == "-" or (path.exists() and not path.is_file()):  # a pipe or a device: it cannot be replaced, only filled
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            with contextlib.nullcontext(sys.stdout.buffer) if name == "-" else path.open("wb") as target:
                while piece := file.read(1 << 20):
                    target.write(piece)
        return
    try:
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from None
    try:
        with open(handle, "w+b") as file:
            yield file
        os.chmod(unfinished, 0o666 & ~_umask())
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _text(argument: str) -> str:
    if argument != "-":
        return argument
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(INPUT_REFUSED, f"standard input is not UTF-8 (byte {error.start})") from None


def _with_bar(utterances: Iterator[Utterance], prepared: Prepared, to: IO[str] = sys.stderr) -> Iterator[Utterance]:
    """The same utterances; on a terminal a bar shows how much of a long text is spoken."""
    chunks = prepared.script.chunks
    if len(chunks) < _FEW_CHUNKS or not to.isatty():
        yield from utterances
        return
    length = max(1, chunks[-1].start + len(chunks[-1].text))
    try:
        for utterance in utterances:
            yield utterance
            done = utterance.end / length
            print(f"\r[{'#' * round(done * _BAR):<{_BAR}}] {done:4.0%}", end="", file=to, flush=True)
    finally:
        print(f"\r{' ' * (_BAR + 8)}\r", end="", file=to, flush=True)


def _tell(
    options: argparse.Namespace,
    bundle: Bundle,
    prepared: Prepared,
    engine: Synthesizer,
    written: Written,
    load: float,
    seconds: float,
) -> None:
    """Say what was done, as a sentence or as JSON."""
    to = sys.stderr if options.output == "-" else sys.stdout
    if not options.stats:
        print(
            f"{options.output}: {written.duration_seconds:.1f} s, voice {prepared.voice}, in {seconds:.1f} s", file=to
        )
        return
    stats: dict[str, Any] = {
        "voice": prepared.voice,
        "language": prepared.script.language,
        "bundle": bundle.manifest.version,
        "weights": engine.weights,
        "threads": options.threads,
        "chunks": len(prepared.script.chunks),
        "sample_rate": written.sample_rate,
        "bytes": written.bytes,
        "audio_seconds": round(written.duration_seconds, 3),
        "synthesis_seconds": round(seconds, 3),
        "rtf": round(seconds / written.duration_seconds, 3) if written.duration_seconds else None,
        "load_seconds": round(load, 3),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(stats), file=to)


def _loudness(argument: str) -> float | None:
    if argument == "keep":
        return None
    try:
        level = float(argument)
    except ValueError:
        level = 1.0
    if not -70.0 <= level <= 0.0:
        raise argparse.ArgumentTypeError(f"{argument!r} is neither `keep` nor a level from -70 to 0 LUFS")
    return level
