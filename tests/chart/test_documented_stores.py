"""The values of docs/chart.md that close a sandbox's way to everybody's buckets leave it the one place that they name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chart_objects import find
from documented_gateway import documented

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"


@pytest.mark.parametrize(
    ("word", "port", "peers", "asks_dns"),
    [
        pytest.param(
            "10.0.1.25",
            443,
            [{"ipBlock": {"cidr": "10.0.1.25/32"}}, {"ipBlock": {"cidr": "10.0.2.25/32"}}],
            True,
            id="endpoint of the cloud",
        ),
        pytest.param(
            "s3-gateway",
            9000,
            [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "voxpod-store"}}}],
            False,
            id="gateway in the cluster",
        ),
    ],
)
def test_sandboxes_reach_that_place_and_the_operator_only(
    helm, tmp_path: Path, word: str, port: int, peers: list[Any], asks_dns: bool
):
    values = tmp_path / "documented.yaml"
    values.write_text(documented("yaml", word))

    done = helm("template", "voxpod", str(CHART), "--set", "objectStore.existingSecret=user", "--values", str(values))

    assert done.returncode == 0, done.stderr
    objects = [found for found in yaml.safe_load_all(done.stdout) if found]
    dispatch, *others = find(objects, "NetworkPolicy", "sandbox-egress")["spec"]["egress"]
    assert dispatch["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "operator"
    assert others[0] == {"to": peers, "ports": [{"port": port, "protocol": "TCP"}]}
    assert len(others) == 1 + asks_dns
