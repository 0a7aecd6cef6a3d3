"""hibari as the rest of Voxpod knows it, and what the files of its bundles are called."""

from voxpod_inference.engines.entry import Engine, Open, Recipe, Source

GRAPH, VOCABULARY = "hibari.onnx", "vocab.json"
"""Files of a bundle, which has one voice: the model itself."""


def _code() -> Open:
    from voxpod_inference.engines.hibari import Hibari

    return Hibari


def _source() -> Source:
    from voxpod_inference.engines.hibari_source import SOURCE

    return SOURCE


HIBARI = Engine(
    name="hibari",
    code=_code,
    files=(GRAPH, VOCABULARY),
    recipe=Recipe(graphs=(GRAPH,)),
    mixes_voices=False,
    tells_words=True,
    source=_source,
)
