"""Kokoro as the rest of Voxpod knows it, and what the files of its bundles and of weights prepared from them are called."""

from voxpod_inference.engines.entry import Engine, Open, Packed, Recipe, Source, pack_generator

FRONT, GENERATOR, WEIGHTS, VOCABULARY = "front.onnx", "generator.onnx", "generator.weights", "vocab.json"
"""Files of a bundle."""
PACKED = "generator.packed"
"""File of prepared weights: `WEIGHTS` for this processor."""


def _code() -> Open:
    from voxpod_inference.engines.kokoro import Kokoro

    return Kokoro


def _source() -> Source:
    from voxpod_inference.engines.kokoro_source import SOURCE

    return SOURCE


KOKORO = Engine(
    name="kokoro",
    code=_code,
    files=(FRONT, GENERATOR, VOCABULARY),
    recipe=Recipe(graphs=(FRONT,), native=(Packed(GENERATOR, WEIGHTS, PACKED, pack_generator),)),
    mixes_voices=True,
    tells_words=True,
    source=_source,
)
