"""Alerts on series that do not exist are never raised: names, labels and reasons are the operator's own."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from voxpod_crds.conditions import Reason
from voxpod_operator import metrics

ALERTS = Path(__file__).resolve().parents[3] / "docs" / "examples" / "alerts.yaml"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["spec"]["groups"] for rule in group["rules"]]
LABELS = {
    sample: {*collector._labelnames, *(("le",) if sample.endswith("_bucket") else ())}
    for collector in vars(metrics).values()
    if isinstance(collector, MetricWrapperBase)
    for family in collector.describe()
    for sample in (f"{family.name}{end}" for end in ("", "_total", "_bucket", "_count", "_sum"))
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_series_labels_and_reasons_exist(rule: dict[str, str]) -> None:
    for name, matchers in re.findall(r"((?:voxpod|tts)_\w+)(?:\{([^}]*)\})?", rule["expr"]):
        asked = dict(re.findall(r'(\w+)[=!]~?"([^"]*)"', matchers))
        assert set(asked) <= LABELS[name], f"{name} has the labels {LABELS[name]}"
        assert set(filter(None, asked.get("reason", "").split("|"))) <= {reason.value for reason in Reason}
    for grouped in (name for names in re.findall(r"by \(([\w, ]+)\)", rule["expr"]) for name in names.split(", ")):
        assert any(grouped in LABELS[name] for name in re.findall(r"(?:voxpod|tts)_\w+", rule["expr"]))
