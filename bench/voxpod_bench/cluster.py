"""A local cluster for one benchmark, with Voxpod installed as the demo installs it, and gone afterwards."""

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voxpod_bench.client import Client
from voxpod_bench.errors import BenchError
from voxpod_crds.base import API_VERSION
from voxpod_demo import commands, scene
from voxpod_demo.artifacts import Images
from voxpod_demo.kubectl import Json, Kubectl
from voxpod_demo.local import TOOL, LocalCluster
from voxpod_demo.release import Helm, make_namespaces, values
from voxpod_demo.settings import MODEL, SANDBOX_NAMESPACE, SYSTEM_NAMESPACE, from_environment
from voxpod_demo.targets import NodeModel
from voxpod_demo.terminal import Terminal

NAME = "bench"
TENANT = "bench"
SANDBOX_CPU = "1"
INSTALL_SECONDS = 180
POOL_SECONDS = 120.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class BenchCluster:
    """A cluster that is ready to speak."""

    kubectl: Kubectl
    client: Client
    images: Images
    logs: Path
    audit_log: Path
    fast: NodeModel | None
    """A second model on the node, which nothing was made of yet."""
    node: str
    """Address of the node."""

    def runtime_log(self) -> list[str]:
        """The lines of containerd's log."""
        return (self.logs / "containerd.log").read_text(errors="replace").splitlines()

    def audit_lines(self) -> list[str]:
        """The lines of the API server's audit log, the one being written left out."""
        return [line for line in self.audit_log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def operator_log(self) -> list[str]:
        """The lines of the operator's log."""
        return self.kubectl.text("-n", SYSTEM_NAMESPACE, "logs", "deployment/voxpod-operator", "--tail=-1").splitlines()

    def merge(self, kind: str, name: str, change: Json) -> None:
        """JSON merge patch of an object of ours."""
        self.kubectl.text("patch", kind, name, "--type=merge", "-p", json.dumps(change))

    def pool(self, model: str = MODEL) -> tuple[int, int]:
        """How many sandboxes of a model wait, and how many will, as the operator's metrics have it."""
        lines = self.client.metrics(SYSTEM_NAMESPACE, "app.kubernetes.io/component=operator").splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("voxpod_sandboxes{"))
        idle, starting = (
            int(float(told.get(f'voxpod_sandboxes{{model="{model}",state="{state}"}}', 0)))
            for state in ("idle", "starting")
        )
        return idle, starting

    def wait_for_pool(self, level: int, model: str = MODEL) -> None:
        """Return when so many wait by the operator's own count, and no other sandbox of the pool is left."""
        deadline = time.monotonic() + POOL_SECONDS
        while (found := self.pool(model)) != (level, 0):
            if time.monotonic() > deadline:
                raise BenchError(f"{level} sandboxes should wait, but {found[0]} wait and {found[1]} start")
            time.sleep(LOOK_SECONDS)

    def server_version(self) -> str:
        """Of Kubernetes."""
        version: str = self.kubectl.json("version")["serverVersion"]["gitVersion"]
        return version.removeprefix("v")

    def runtime_version(self) -> str:
        """Of the container runtime, as the node names it: `containerd://2.4.2`."""
        (node,) = self.kubectl.items("nodes")
        version: str = node["status"]["nodeInfo"]["containerRuntimeVersion"]
        return version.replace("://", " ")


@contextlib.contextmanager
def bench_cluster(terminal: Terminal, values_file: str, key: Json | None = None) -> Iterator[BenchCluster]:
    """Bring it up, install, wait for the model; take it down however this ends.

    `values_file`: further Helm values, which win; empty for none. `key`: who may call the facade, without which there is none. BenchError while another benchmark runs.
    """
    with _alone():
        _remove()  # what an earlier run left, when it was killed: its logs would be read as ours
        try:
            yield _installed(terminal, values_file, key)
        finally:
            _remove()


def _installed(terminal: Terminal, values_file: str, key: Json | None) -> BenchCluster:
    target = LocalCluster(NAME)
    prepared = target.prepare(terminal)
    kubectl = target.kubectl()
    with terminal.step("Install") as step:
        make_namespaces(kubectl, [SYSTEM_NAMESPACE, TENANT])
        Helm(target.helm(), kubectl).install(
            values(prepared.images, prepared.model.root, target.node_address(), key=key),
            values_file,
            INSTALL_SECONDS,
            step,
        )
        kubectl.apply([scene.speech_model(prepared.model.path, prepared.model.digest, SANDBOX_CPU), _tenant()])
        kubectl.text("wait", "--for=condition=Ready", f"speechmodel/{MODEL}", "--timeout=120s")
        step.result = f"chart voxpod, model {MODEL}, tenant {TENANT}"
    paths = json.loads(commands.output([sys.executable, TOOL, "paths", "--name", NAME]))
    client = Client(target.kubeconfig(), kubectl.context, TENANT)
    logs, audit_log = Path(paths["logs"]), Path(paths["auditLog"])
    return BenchCluster(kubectl, client, prepared.images, logs, audit_log, prepared.fast, target.node_address())


def sandbox_ttl_seconds(kubectl: Kubectl) -> float:
    """How long the operator lets a finished Job stay."""
    jobs = kubectl.items("jobs", "-n", SANDBOX_NAMESPACE)
    return max((float(job["spec"]["ttlSecondsAfterFinished"]) for job in jobs), default=0.0)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two benchmarks on one machine would measure each other, and take away each other's cluster."""
    cache = from_environment(os.environ).cache
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "bench.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BenchError(f"another benchmark runs: it holds {file.name}") from None
        yield


def _remove() -> None:
    commands.output([sys.executable, TOOL, "down", "--name", NAME])


def _tenant() -> Json:
    spec = {"namespaces": [TENANT], "quota": {"concurrentRequests": 1}}
    return {"apiVersion": API_VERSION, "kind": "Tenant", "metadata": {"name": TENANT}, "spec": spec}
