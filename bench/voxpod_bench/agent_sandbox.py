"""kubernetes-sigs/agent-sandbox on a benchmark's cluster: its controller, a template of our sandbox's pod, a warm pool of it."""

import contextlib
import copy
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config, watch

from voxpod_bench.audit import CLIENT_AGENT
from voxpod_bench.cluster import BenchCluster
from voxpod_bench.errors import BenchError
from voxpod_bench.wheels import cache
from voxpod_demo import commands
from voxpod_demo.kubectl import Json
from voxpod_demo.settings import SANDBOX_NAMESPACE

AGENT = "agent-sandbox-controller"
NAMESPACE = "peer"
POOL = "voxpod-sandboxes"
GROUP, VERSION = "extensions.agents.x-k8s.io", "v1beta1"
CLAIMS, POOLS = "sandboxclaims", "sandboxwarmpools"
LABEL = "agents.x-k8s.io/sandbox-name-hash"
"""On every pod that it makes."""
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.2
WAITS = """
import os, signal
from voxpod_inference.process import prepare_process
from voxpod_inference.settings import bundle_settings
prepare_process()
from voxpod_inference.engines.registry import load
loaded = load(bundle_settings(os.environ))
signal.pause()
"""
"""The model as our sandbox has it; then nothing: nobody brings it a text."""


@dataclass(frozen=True, slots=True)
class Controller:
    """The program, built from a checkout."""

    program: Path
    source: Path
    version: str
    """`git describe` of the checkout."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that was answered; times of this machine's clock in seconds since 1970."""

    sent: float
    answered: float
    ready: float
    """The watch brought the condition Ready."""


def built(source: Path) -> Controller:
    """Build it with the machine's Go, the first time; BenchError where that cannot be."""
    if not (source / "cmd" / AGENT).is_dir():
        raise BenchError(f"{source} is no checkout of kubernetes-sigs/agent-sandbox: it has no cmd/{AGENT}")
    version = commands.output(["git", "-C", source, "describe", "--tags", "--always", "--dirty"]).strip()
    program = cache() / "peers" / f"{AGENT}-{version}"
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        commands.output(["go", "build", "-C", source, "-o", program, f"./cmd/{AGENT}"])
    return Controller(program, source, version)


@contextlib.contextmanager
def running(cluster: BenchCluster, controller: Controller) -> Iterator[None]:
    """Its resources are known to the cluster, and the controller runs on this machine; ends it.

    One version of its API only, as its controller uses it, so that no conversion webhook is asked; no leader election.
    """
    for path in sorted((controller.source / "k8s" / "crds").glob("*.yaml")):
        cluster.kubectl.apply([_of_one_version(yaml.safe_load(path.read_text(encoding="utf-8")))])
    cluster.kubectl.text("wait", "--for=condition=Established", f"crd/{CLAIMS}.{GROUP}", "--timeout=60s")
    words = ["--extensions", "--leader-elect=false", "--enable-webhook=false", "--manage-webhook-certs=false"]
    ports = ["--metrics-bind-address=0", "--health-probe-bind-address=0"]
    log = cache() / "peers" / f"{AGENT}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [controller.program, f"--kubeconfig={cluster.kubectl.kubeconfig}", *words, *ports],
            stdout=output,
            stderr=output,
            env={"PATH": os.environ["PATH"], "HOME": str(cache())},
        )
        try:
            yield
            if process.poll() is not None:
                raise BenchError(f"{AGENT} ended with exit code {process.returncode}; see {log}")
        finally:
            process.terminate()
            process.wait(30)


def pool_objects(job: Json, number: int) -> list[Json]:
    """Namespace, template and pool of `number` pods that are those of a Job of our pool, but for what they wait for."""
    spec = copy.deepcopy(job["spec"]["template"]["spec"])
    # the token is for our operator alone, and its mount with it
    tokens = {one["name"] for one in spec.get("volumes", []) if "projected" in one}
    spec["volumes"] = [one for one in spec.get("volumes", []) if one["name"] not in tokens]
    spec.pop("serviceAccountName", None)
    spec.pop("serviceAccount", None)
    for container in spec["containers"]:
        container["volumeMounts"] = [one for one in container["volumeMounts"] if one["name"] not in tokens]
        container["command"] = ["python3", "-c", WAITS]
    template = {"podTemplate": {"spec": spec}, "networkPolicyManagement": "Unmanaged"}
    pool = {"replicas": number, "sandboxTemplateRef": {"name": POOL}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        _object("SandboxTemplate", POOL, template),
        _object("SandboxWarmPool", POOL, pool),
    ]


class Claims:
    """Its claims, made and watched as a client does."""

    def __init__(self, cluster: BenchCluster) -> None:
        api = config.new_client_from_config(  # type: ignore[no-untyped-call]
            config_file=str(cluster.kubectl.kubeconfig), context=cluster.kubectl.context
        )
        api.user_agent = CLIENT_AGENT
        self._custom = client.CustomObjectsApi(api)
        self._core = client.CoreV1Api(api)

    def claim(self, name: str) -> Claimed:
        """Make a claim and wait until it is ready."""
        body = _object("SandboxClaim", name, {"warmPoolRef": {"name": POOL}})
        sent = time.time()
        made: Any = self._custom.create_namespaced_custom_object(GROUP, VERSION, NAMESPACE, CLAIMS, body)
        answered = time.time()
        stream = watch.Watch().stream(  # type: ignore[no-untyped-call]
            self._custom.list_namespaced_custom_object, GROUP, VERSION, NAMESPACE, CLAIMS,
            field_selector=f"metadata.name={name}", resource_version=made["metadata"]["resourceVersion"],
            timeout_seconds=int(PATIENCE_SECONDS),
        )  # fmt: skip
        for event in stream:
            conditions = event["object"].get("status", {}).get("conditions", [])
            if any(one["type"] == "Ready" and one["status"] == "True" for one in conditions):
                return Claimed(sent, answered, time.time())
        raise BenchError(f"claim {name} is not ready within {PATIENCE_SECONDS:.0f} s")

    def end(self, name: str) -> None:
        """Delete a claim; its sandbox goes with it."""
        self._custom.delete_namespaced_custom_object(GROUP, VERSION, NAMESPACE, CLAIMS, name)

    def until_level(self, number: int) -> None:
        """Return when so many wait, and no other pod of it is left."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            pool: Any = self._custom.get_namespaced_custom_object(GROUP, VERSION, NAMESPACE, POOLS, POOL)
            ready = pool.get("status", {}).get("readyReplicas", 0)
            pods = len(self._core.list_namespaced_pod(NAMESPACE).items)
            if (ready, pods) == (number, number):
                return
            if time.monotonic() > deadline:
                raise BenchError(f"{number} of its sandboxes should wait, {ready} do, of {pods} pods")
            time.sleep(LOOK_SECONDS)


def pool_job(cluster: BenchCluster) -> Json:
    """A Job of our pool."""
    jobs = cluster.kubectl.items("jobs", "-n", SANDBOX_NAMESPACE)
    if not jobs:
        raise BenchError("no sandbox of ours waits: there is no pod to make theirs of")
    return jobs[0]


def _object(kind: str, name: str, spec: Json) -> Json:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": kind, "metadata": metadata, "spec": spec}


def _of_one_version(definition: Json) -> Json:
    spec = definition["spec"]
    spec["versions"] = [one for one in spec["versions"] if one["name"] == VERSION]
    spec["conversion"] = {"strategy": "None"}
    return definition
