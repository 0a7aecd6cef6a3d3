"""CosyVoice as the rest of Voxpod knows it, and what the files of its bundles are called."""

from voxpod_inference.engines.entry import Converter, Engine, Open, Packed, Recipe

TEXT, SPEECH, CONDITION, STEP, PITCH, FEATURES = GRAPHS = (
    "text.onnx",
    "speech.onnx",
    "condition.onnx",
    "step.onnx",
    "pitch.onnx",
    "features.onnx",
)
"""Text to rows of the language model; rows to scores of the next speech token; speech tokens to what spectra shall be like; one step
from noise to spectra; spectra to pitch; spectra and harmonics to what the generator is given."""
SOUND = "sound.onnx"
"""The generator: to samples."""
NATIVE = Packed(graph=SOUND, weights="sound.weights", packed="sound.packed")
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
    files=(*GRAPHS, SOUND, TEXT_TABLE, SPEECH_TABLE, FLOW_TABLE, SPEAKERS, PAIRS, SETTINGS),
    recipe=Recipe(graphs=GRAPHS, native=NATIVE),
    mixes_voices=False,
    tells_words=False,
    converter=_converter,
)
