"""Values that are right each by itself and do not work together: refused before anything is installed, and said why."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from chart_objects import Json, find, of_kind

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(
            ["objectStore.endpoint=s3.example.com:9000"],
            "objectStore.network.ports: objectStore.endpoint s3.example.com:9000 is port 9000, and NetworkPolicies would"
            " open only 443",
            id="a port that no policy opens",
        ),
        pytest.param(
            ["objectStore.endpoint=s3.example.com", "objectStore.secure=false"],
            "is port 80, and NetworkPolicies would open only 443",
            id="no port named, no TLS",
        ),
        pytest.param(
            ["objectStore.network.dns=false"], "sandboxes cannot resolve s3.example.com", id="a name without DNS"
        ),
        pytest.param(
            [
                "objectStore.endpoint=minio.storage.svc:9000",
                "objectStore.network.cidrs=[]",
                'objectStore.network.namespaceLabels={"team":"storage"}',
                "objectStore.network.dns=false",
            ],
            "or name it in sandbox.resolveHosts",
            id="a Service's name without DNS",
        ),
        pytest.param(
            ["sandbox.namespace.name=voxpod-system"], "is the release's own namespace", id="sandboxes beside the operator"
        ),
        pytest.param(
            ["operator.lease.renewDeadlineSeconds=15"], "must be shorter than durationSeconds (15)", id="two leaders"
        ),
        pytest.param(
            ["operator.lease.retrySeconds=10"], "must be shorter than renewDeadlineSeconds (10)", id="a Lease never renewed"
        ),
    ],
)  # fmt: skip
def test_refused_with_what_to_set(settings: list[str], says: str, refusal: Callable[..., str]):
    assert says in refusal("minimal", *settings)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(["objectStore.endpoint=s3.example.com"], id="the port of TLS"),
        pytest.param(
            ["objectStore.endpoint=s3.example.com:9000", "objectStore.network.ports=[443,9000]"], id="a port that is open"
        ),
        pytest.param(
            ["objectStore.endpoint=203.0.113.7:443", "objectStore.network.dns=false"], id="an address needs no DNS"
        ),
        pytest.param(
            ["objectStore.network.dns=false", 'sandbox.resolveHosts=["s3.example.com"]'], id="a name given by hostAliases"
        ),
        pytest.param(
            ["objectStore.endpoint=s3.example.com:9000", "objectStore.network.dns=false", "networkPolicy.enabled=false"],
            id="no policies at all",
        ),
        pytest.param(
            ["objectStore.endpoint=minio.storage.svc:80", 'objectStore.network.namespaceLabels={"team":"storage"}'],
            id="a Service whose pods have another port",
        ),
    ],
)  # fmt: skip
def test_what_can_work_is_rendered(settings: list[str], render: Callable[..., list[Json]]):
    assert find(render("minimal", *settings), "Deployment", "voxpod-operator")


def test_umbrella_chart_switches_it_on_and_off_and_hands_down_globals(
    helm: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
):
    """As Helm's documentation has it: `condition: voxpod.enabled` in the parent, its values below `voxpod`."""
    dependency = {"name": "voxpod", "version": "0.1.0", "condition": "voxpod.enabled"}
    chart = {"apiVersion": "v2", "name": "platform", "version": "1.0.0", "dependencies": [dependency]}
    below = yaml.safe_load((CHART / "ci" / "minimal-values.yaml").read_text())
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "voxpod").symlink_to(CHART)
    (tmp_path / "Chart.yaml").write_text(yaml.safe_dump(chart))
    values = {"global": {"region": "eu"}, "voxpod": {**below, "enabled": True}}
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))

    on = helm("template", "platform", str(tmp_path), "--namespace", "voxpod-system")
    off = helm("template", "platform", str(tmp_path), "--namespace", "voxpod-system", "--set", "voxpod.enabled=false")

    assert (on.returncode, off.returncode) == (0, 0), on.stderr + off.stderr
    assert of_kind([item for item in yaml.safe_load_all(on.stdout) if item], "Deployment")
    assert not [item for item in yaml.safe_load_all(off.stdout) if item]
