"""An admin's first day: README's commands from an empty cluster to speech, every example, and back to nothing."""

import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import pytest
import soundfile
import yaml

from documented_commands import commands
from documented_requests import CONVERTED, shown_in_readme
from first_day import STORE_USER, Reader, clone_with_stand_ins, everything, walk
from private_store import EXAMPLES, TENANT, private_store
from voxpod_demo.kubectl import Kubectl as DemoKubectl
from voxpod_demo.reach import API, forwarded
from voxpod_installation import uninstall

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]

REQUESTS = [
    path
    for path in sorted(EXAMPLES.glob("ttsrequest*.yaml"))
    if yaml.safe_load(path.read_text())["spec"].get("model") not in CONVERTED
]
"""Those that the admin's models of this day can speak."""
DEVELOPER = ("--as=jane", "--as-group=acme-developers", "--as-group=system:authenticated")
PATIENCE = "--timeout=300s"


@dataclass(frozen=True)
class FirstDay:
    """What was walked, and what was there before."""

    reader: Reader
    said: dict[str, str]
    before: set[str]


@pytest.fixture(scope="module")
def first_day(
    cluster: Json, kubectl: Kubectl, bin_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FirstDay]:
    """README's "On your cluster", walked to its end; whatever a failure leaves is taken away."""
    uninstall(cluster, kubectl)  # what a session left that was cut off, or kept its cluster
    before = everything(kubectl)
    folder = tmp_path_factory.mktemp("store")
    try:
        with (
            private_store(bin_dir / "minio", folder, f"{cluster['hostIP']}:443", STORE_USER) as store,
            clone_with_stand_ins(cluster, tmp_path_factory.mktemp("clone"), folder / "ca.pem") as clone,
        ):
            reader = Reader(cluster, clone, store, folder / "ca.pem")
            yield FirstDay(reader, walk(reader), before)
    finally:
        kubectl("delete", "namespace", "acme", "--ignore-not-found", check=False)
        uninstall(cluster, kubectl)


def test_readme_shows_what_its_request_becomes(first_day: FirstDay):
    (head, row), (shown_head, shown_row) = (
        [line.split() for line in lines] for lines in (first_day.said["speech"].splitlines()[-2:], shown_in_readme())
    )

    # the age and the last digits of the length are this machine's
    assert head == shown_head
    assert row[:4] == shown_row[:4]
    assert float(row[4]) == pytest.approx(float(shown_row[4]), rel=0.02)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_example_becomes_what_it_asks_for(first_day: FirstDay, kubectl: Kubectl, path: Path):
    example = yaml.safe_load(path.read_text())
    spec, name = example["spec"], f"ttsrequest/{example['metadata']['name']}"

    kubectl("apply", "-f", str(path))
    kubectl("-n", "acme", "wait", name, '--for=jsonpath={.status.conditions[?(@.type=="Complete")]}', PATIENCE)

    status = json.loads(kubectl("-n", "acme", "get", name, "-o", "json").stdout)["status"]
    assert status["phase"] == "Succeeded", status["conditions"]
    audio = status["audio"]
    assert (audio["format"], status.get("warnings", [])) == (spec.get("format", "wav"), [])
    assert audio["sampleRate"] == spec.get("sampleRate", 24_000)
    assert ("timestampsUri" in audio) == ("timestamps" in spec)
    key = audio["uri"].removeprefix("s3://speech/")
    assert first_day.reader.store.root().stat_object("speech", key).size == audio["bytes"]


@pytest.mark.usefixtures("first_day")
def test_quota_counts_the_requests_once_kubernetes_knows_their_kind(kubectl: Kubectl):
    quota, key = str(EXAMPLES / "quota.yaml"), "count/ttsrequests.voxpod.dev"

    def used() -> str:
        """What is counted, empty while nothing is: at once for a quota that is new, after minutes for one that came too early."""
        kubectl("apply", "-f", quota)
        time.sleep(1)
        status = json.loads(kubectl("-n", "acme", "get", "resourcequota/speech", "-o", "json").stdout)["status"]
        if key not in status.get("used", {}):
            kubectl("delete", "-f", quota)
        return str(status.get("used", {}).get(key, ""))

    # a quota that is new says 0 for a moment before it has counted
    until(lambda: used() == str(len(REQUESTS)), lambda: f"the quota counts {used() or 'nothing'}", 90)


@pytest.mark.usefixtures("first_day")
def test_sandboxes_spoke_with_weights_that_the_node_prepared(kubectl: Kubectl):
    nodes = json.loads(kubectl("get", "speechmodel/kokoro", "-o", "json").stdout)["status"]["nodes"]
    metrics = "/api/v1/namespaces/voxpod-system/pods/{}:8080/proxy/metrics"
    pods = kubectl("-n", "voxpod-system", "get", "pods", "-o", "jsonpath={.items[*].metadata.name}").stdout.split()

    counted = "".join(kubectl("get", "--raw", metrics.format(pod)).stdout for pod in pods)

    assert (nodes["ready"], nodes["preparing"], nodes["failed"]) == (1, 0, 0)
    assert 'voxpod_sandbox_weights_total{weights="prepared"}' in counted
    assert 'voxpod_sandbox_weights_total{weights="plain"}' not in counted


@pytest.mark.parametrize(
    ("may", "asks"),
    [
        ("yes", "create ttsrequests.voxpod.dev -n acme"),
        ("yes", "watch ttsrequests.voxpod.dev -n acme"),
        ("yes", "list speechmodels.voxpod.dev"),
        ("yes", "get tenants.voxpod.dev/acme"),
        ("no", "list tenants.voxpod.dev"),
        ("no", "get tenants.voxpod.dev/globex"),
        ("no", "update speechmodels.voxpod.dev"),
        ("no", "update ttsrequests.voxpod.dev --subresource=status -n acme"),
        ("no", "list ttsrequests.voxpod.dev -n default"),
        ("no", "list pods -n voxpod-sandboxes"),
    ],
)
@pytest.mark.usefixtures("first_day")
def test_developer_of_the_team_may_see_and_do(kubectl: Kubectl, may: str, asks: str):
    assert kubectl("auth", "can-i", *asks.split(), *DEVELOPER, check=False).stdout.strip() == may


@pytest.mark.skipif(shutil.which("aws") is None, reason="no AWS CLI here (pip install awscli)")
def test_developer_fetches_the_audio(first_day: FirstDay, tmp_path: Path):
    (block,) = commands("docs/running.md", "### Fetching the audio")
    store, uri_and_aws = first_day.reader.store, block.splitlines()[:2]
    user = {
        "AWS_ACCESS_KEY_ID": TENANT[0],
        "AWS_SECRET_ACCESS_KEY": TENANT[1],
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    done = subprocess.run(
        ["bash", "-euc", "\n".join(uri_and_aws).replace("s3.example.com", store.endpoint)],
        cwd=tmp_path,
        env={**os.environ, **first_day.reader.environment, **user, "AWS_CA_BUNDLE": str(first_day.reader.authority)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "hello-aws.mp3").stat().st_size > 10_000


def test_facade_of_the_page_speaks_for_openai_s_sdk(first_day: FirstDay, cluster: Json, bin_dir: Path):
    (block,) = commands("README.md", "## HTTP and the OpenAI SDK")
    key = first_day.reader.type(f'{block}\nprintf "\n%s" "$KEY"').splitlines()[-1]
    kubectl = DemoKubectl(bin_dir / "kubectl", Path(cluster["kubeconfig"]), f"voxpod-{cluster['name']}")

    with (
        forwarded(kubectl, API) as endpoint,
        openai.OpenAI(base_url=f"http://{endpoint}/v1", api_key=key) as client,
    ):
        audio = client.audio.speech.create(model="tts-1", voice="alloy", input="Hello.").content

    assert 0.3 < soundfile.info(io.BytesIO(audio)).duration < 3


def until(true: Callable[[], object], left: Callable[[], str], seconds: float = 30.0) -> None:
    """Wait for it; the failure says what is left."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"still there after {seconds:.0f} s: {left()}"
        time.sleep(0.1)


def test_all_of_it_goes_away_as_documented(first_day: FirstDay, kubectl: Kubectl):
    (block,) = commands("docs/running.md", "## All of it away")
    before_namespaces, uninstall_line, after = block.partition("--wait\n")

    first_day.reader.type(before_namespaces + uninstall_line)
    # the garbage collector takes them a moment after the Service that they belong to
    made = ("-n", "voxpod-system", "get", "leases.coordination.k8s.io,endpointslices.discovery.k8s.io", "-o", "name")
    until(lambda: not kubectl(*made).stdout, lambda: kubectl(*made).stdout)
    first_day.reader.type(after)

    # the API server forgets the group of the CRDs a moment after them
    until(
        lambda: everything(kubectl) <= first_day.before,
        lambda: "\n".join(sorted(everything(kubectl) - first_day.before)),
    )
    assert [found.object_name for found in first_day.reader.store.root().list_objects("speech", "acme/")]
