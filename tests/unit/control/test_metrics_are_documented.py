from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from voxpod_operator import metrics

DOCS = Path(__file__).resolve().parents[3] / "docs/metrics.md"


def test_every_metric_is_in_the_docs_and_every_documented_metric_exists() -> None:
    collectors = [c for c in vars(metrics).values() if isinstance(c, MetricWrapperBase)]
    names = {f.name + ("_total" if f.type == "counter" else "") for c in collectors for f in c.describe()}
    documented = {
        word.strip("`")
        for line in DOCS.read_text().splitlines()
        if line.startswith(("| `voxpod", "| `tts", "| `quota"))
        for word in line.split("|")[1].split(", ")
        for word in [word.strip()]
    }
    assert names == documented
    assert {m.name for m in REGISTRY.collect()} >= {n.removesuffix("_total") for n in names}
