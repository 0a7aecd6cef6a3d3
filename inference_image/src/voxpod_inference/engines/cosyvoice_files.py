"""CosyVoice as the rest of Voxpod knows it, and what the files of its bundles are called."""

from pathlib import Path

from voxpod_inference.engines.entry import Converter, Engine, Open, Packed, Recipe, pack_generator

TEXT, CONDITION, STEP, PITCH, FEATURES = GRAPHS = (
    "text.onnx",
    "condition.onnx",
    "step.onnx",
    "pitch.onnx",
    "features.onnx",
)
"""Text to rows of the language model; speech tokens to what spectra shall be like; the direction of a step from noise to spectra;
spectra to pitch; spectra and harmonics to what the generator is given."""
SPEECH, SOUND = "speech.onnx", "sound.onnx"
"""The language model: rows to scores of the next speech token. The generator: to samples."""


def _as_it_is(weights: Path, target: Path, _cpu_class: str) -> None:
    """The converter lays them out for all processors alike."""
    import shutil

    shutil.copyfile(weights, target)


NATIVE_SPEECH = Packed(SPEECH, weights="speech.weights", packed="speech.packed", pack=_as_it_is)
NATIVE_SOUND = Packed(SOUND, weights="sound.weights", packed="sound.packed", pack=pack_generator)
TEXT_TABLE, SPEECH_TABLE, FLOW_TABLE, SPEAKERS = "text.npy", "speech.npy", "flow.npy", "speakers.npy"
"""Rows by token: of text, and of speech for the language model and for the flow; rows by voice."""
PAIRS, SETTINGS = "pairs.tsv", "settings.json"
"""Byte pairs of the tokenizer by rank; numbers that the code needs beside the graphs."""


def _code() -> Open:
    from voxpod_inference.engines.cosyvoice.engine import CosyVoice

    return CosyVoice


def _converter() -> Converter:
    from voxpod_inference.engines.cosyvoice.conversion.command import CONVERTER

    return CONVERTER


COSYVOICE = Engine(
    name="cosyvoice",
    code=_code,
    files=(*GRAPHS, SPEECH, SOUND, TEXT_TABLE, SPEECH_TABLE, FLOW_TABLE, SPEAKERS, PAIRS, SETTINGS),
    recipe=Recipe(graphs=GRAPHS, native=(NATIVE_SPEECH, NATIVE_SOUND)),
    mixes_voices=False,
    tells_words=False,
    converter=_converter,
)
