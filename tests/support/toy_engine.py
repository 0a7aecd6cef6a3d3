"""A whole engine, as small as one can be: each phoneme is a tone. docs/engines.md goes through it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle, open_bundle, write_manifest
from voxpod_inference.engines.entry import Engine, Recipe
from voxpod_inference.engines.onnx import failing, loaded
from voxpod_inference.engines.phonemes import Pace, PhonemeEngine
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.tables import write_table

RATE, FRAME, FRAMES_A_TOKEN = 24_000, 600, 2
PHONEMES = " .,kˈOfst"


class Plan(NamedTuple):
    """What will be said, and how long each token lasts."""

    tokens: list[int]
    durations: NDArray[np.int64]


class Tones:
    """The model: a graph that looks each token's samples up."""

    def __init__(self, graph: Path, threads: int, *, optimised: bool) -> None:
        self._session = loaded(graph, threads, optimised=optimised)

    def say(self, plan: Plan) -> Samples:
        """The tones, one after another."""
        with failing(f"a chunk of {len(plan.tokens)} tokens"):
            (tones,) = self._session.run(["tones"], {"tokens": np.array([0, *plan.tokens, 0], np.int64)})
        return np.asarray(tones, np.float32).reshape(-1)

    def stop(self) -> None:
        """It never takes long."""


class Toy(PhonemeEngine[Plan]):
    """The engine around it."""

    pace = Pace(
        samples_a_frame=FRAME,
        most_frames=400,
        frames_ahead=0,
        most_tokens=180,
        preferred_tokens=150,
        slowest=1.0,
        fastest=1.0,
    )

    def __init__(self, bundle: Bundle, threads: int, prepared: PreparedWeights | None = None) -> None:
        graph = bundle.path("toy.onnx") if prepared is None else prepared.root / "toy.onnx"
        super().__init__(bundle, Tones(graph, threads, optimised=prepared is not None), prepared)

    def _plan(self, tokens: list[int], voices: Mapping[str, float], speed: float) -> Plan:
        return Plan(tokens, np.full(len(tokens) + 2, FRAMES_A_TOKEN, np.int64))


TOY = Engine(
    name="toy",
    code=lambda: Toy,
    files=("toy.onnx", "vocab.json"),
    recipe=Recipe(graphs=("toy.onnx",)),
    mixes_voices=False,
    tells_words=True,
)
Toy.engine = TOY


def make_bundle(root: Path) -> Bundle:
    """A bundle for it, as a `Source` makes one out of packages."""
    from onnx import TensorProto, helper, numpy_helper, save

    root.mkdir()
    length = FRAME * FRAMES_A_TOKEN
    pitches = 200.0 + 40.0 * np.arange(len(PHONEMES))[:, None]
    tones = 0.3 * np.sin(2 * np.pi * pitches * np.arange(length) / RATE) * np.hanning(length)
    quiet = [0, *(1 + PHONEMES.index(sign) for sign in " .,")]
    table = np.concatenate([np.zeros((1, length)), tones]).astype(np.float32)
    table[quiet] = 0
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "tokens"], ["tones"])],
        "toy",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("tones", TensorProto.FLOAT, ["n", length])],
        [numpy_helper.from_array(table, "table")],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), root / "toy.onnx")
    vocabulary = {phoneme: 1 + at for at, phoneme in enumerate(PHONEMES)}
    (root / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    write_table(root / "en-us.tsv", [("ok", "ˌOkˈA"), ("coffee", "kˈOf"), ("toast", "tˈOst")])
    write_manifest(
        root,
        name="toy",
        version="1",
        engine=TOY.name,
        licence="CC0-1.0",
        sample_rate=RATE,
        default_voices={"en": "beep"},
        voices={"beep": "en-US", "boop": "en-US"},
        sources=[],
    )
    return open_bundle(root)
