"""An installed Voxpod as the e2e tests use it: ask for speech, wait, listen; and look behind the curtain when it fails."""

import base64
import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from minio import Minio

from kube_api import VOXPOD, KubeApi
from voxpod_crds.conditions import ConditionType, find_condition
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_installation import API_PORT, SANDBOXES, STORE_PORT, SYSTEM, Installation, Model

Json = dict[str, Any]
T = TypeVar("T")

OPERATOR = f"system:serviceaccount:{SYSTEM}:voxpod-operator"
PATIENCE_SECONDS = 180.0
"""How long anything may take on a machine that others use too; a wait ends as soon as it can."""

LOOK_SECONDS = 0.1
INSIDE = Path(__file__).with_name("inside")
SANDBOX_PODS = f"/api/v1/namespaces/{SANDBOXES}/pods"
SANDBOX_JOBS = f"/apis/batch/v1/namespaces/{SANDBOXES}/jobs"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{SYSTEM}/deployments"
SERVICES = f"/api/v1/namespaces/{SYSTEM}/services"


LONG_TEXT = (
    "The north wind and the sun disputed which of them was the stronger, and the traveller wrapped his cloak about"
    " him. " * 30
)
"""Minutes of speech: whoever asks for it wants to do something before it ends."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored TTSRequest."""

    namespace: str
    name: str
    uid: str

    @property
    def path(self) -> str:
        """Where the API server has it."""
        return f"{VOXPOD}/namespaces/{self.namespace}/ttsrequests/{self.name}"


class Voxpod:
    """One installation, and the cluster that it runs on."""

    def __init__(
        self, cluster: Json, kubectl: Callable[..., "subprocess.CompletedProcess[str]"], installation: Installation
    ) -> None:
        self.cluster = cluster
        self.kubectl = kubectl
        self.installation = installation
        self.kube = KubeApi(cluster["kubeconfig"])

    # what a tenant does

    def ask(self, namespace: str, text: str, **spec: Any) -> Asked:
        """Create a TTSRequest; spec fields in camelCase."""
        manifest = {
            "apiVersion": "voxpod.dev/v1alpha1",
            "kind": "TTSRequest",
            "metadata": {"name": f"ask-{uuid.uuid4().hex[:8]}"},
            "spec": {"text": text, **spec},
        }
        stored = self.kube.create(f"{VOXPOD}/namespaces/{namespace}/ttsrequests", manifest)
        return Asked(namespace, stored["metadata"]["name"], stored["metadata"]["uid"])

    def look(self, asked: Asked) -> TTSRequest:
        """The request as it is stored now."""
        found = self.kube.get(asked.path)
        assert found is not None, f"{asked.name} is gone"
        return TTSRequest.model_validate(found)

    def wait(self, asked: Asked, phase: Phase, seconds: float = PATIENCE_SECONDS) -> TTSRequest:
        """The request once it has that phase; fails at once when it ends in another one."""

        def reached() -> TTSRequest | None:
            seen = self.look(asked)
            if seen.status.phase == phase:
                return seen
            if seen.status.phase is not None and seen.status.phase.terminal:
                raise AssertionError(f"{asked.name} ended as {seen.status.phase}, not {phase}\n{self.diagnosis(asked)}")
            return None

        return self.until(reached, f"{asked.name} is {phase}", seconds, lambda: self.diagnosis(asked))

    def speak(self, namespace: str, text: str, **spec: Any) -> TTSRequest:
        """Ask, and wait for Succeeded."""
        return self.wait(self.ask(namespace, text, **spec), Phase.SUCCEEDED)

    def cancel(self, asked: Asked) -> None:
        """Set spec.cancel; that it is gone is fine."""
        self.kube.call("PATCH", asked.path, {"spec": {"cancel": True}}, content_type="application/merge-patch+json")

    # what an administrator does

    def apply(self, kind: str, name: str, spec: Json) -> str:
        """Create a Tenant or SpeechModel; returns its path."""
        collection = f"{VOXPOD}/{kind.lower()}s"
        self.kube.create(
            collection, {"apiVersion": "voxpod.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        )
        return f"{collection}/{name}"

    def model_spec(self, model: Model, **changes: Any) -> Json:
        """A SpeechModel of a bundle on the node, in sandboxes of which two and a probe fit beside everything else."""
        return {
            "engine": "kokoro",
            "source": {"hostPath": {"path": str(model.folder)}},
            "digest": model.digest,
            "resources": {"cpu": "550m", "memory": "1Gi"},
            "warmPool": {"maxSandboxes": 2},
            **changes,
        }

    def wait_ready(self, path: str, status: str, reason: str = "", seconds: float = PATIENCE_SECONDS) -> str:
        """What the Ready condition of a Tenant or SpeechModel says once it is so; `reason` empty for any."""

        def reached() -> str | None:
            ready = self.condition(path)
            met = ready is not None and ready["status"] == status and reason in ("", ready["reason"])
            return f"{ready['reason']}: {ready['message']}" if met and ready else None

        return self.until(
            reached,
            f"{path} has Ready={status} {reason}",
            seconds,
            lambda: yaml.safe_dump(self.kube.get(path)) + self.behind(),
        )

    def condition(self, path: str) -> Json | None:
        """The Ready condition of what is specified now."""
        found = self.kube.get(path) or {}
        generation = found.get("metadata", {}).get("generation")
        conditions = found.get("status", {}).get("conditions", [])
        return next((c for c in conditions if c["type"] == "Ready" and c.get("observedGeneration") == generation), None)

    # the HTTP facade

    @property
    def api_url(self) -> str:
        """Where it answers this machine."""
        return f"http://{self.cluster['nodeIP']}:{API_PORT}"

    # the store

    def store(self) -> Minio:
        """The demo store with the operator's credentials, from outside of the cluster."""
        user = self.store_user()
        return Minio(
            f"{self.cluster['nodeIP']}:{STORE_PORT}",
            user["accessKey"],
            user["secretKey"],
            secure=False,
            region="us-east-1",
        )

    def store_user(self) -> dict[str, str]:
        """accessKey and secretKey of the operator's user."""
        secret = self.kube.get(f"/api/v1/namespaces/{SYSTEM}/secrets/voxpod-object-store")
        assert secret is not None
        return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}

    def download(self, uri: str) -> bytes:
        """The bytes of s3://bucket/key."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        response = self.store().get_object(bucket, key)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def keys(self, prefix: str) -> list[str]:
        """Keys of the bucket that begin so."""
        return [str(found.object_name) for found in self.store().list_objects("voxpod", prefix, recursive=True)]

    # sandboxes

    def pods_of(self, asked: Asked) -> list[Json]:
        """The sandbox pods of a request that are there, ended or not."""
        return self.kube.items(SANDBOX_PODS, labelSelector=f"voxpod.dev/request-uid={asked.uid}")

    def jobs_of(self, asked: Asked) -> list[Json]:
        """The sandbox Jobs of a request that are there, ended or not."""
        return self.kube.items(SANDBOX_JOBS, labelSelector=f"voxpod.dev/request-uid={asked.uid}")

    def running_sandbox(self, asked: Asked) -> Json:
        """The pod of a request, once it has claimed the work and speaks."""
        pod_name = self.until(
            lambda: self._claimed(asked), f"a sandbox speaks for {asked.name}", explain=lambda: self.diagnosis(asked)
        )
        pod = self.kube.get(f"{SANDBOX_PODS}/{pod_name}")
        assert pod is not None, self.diagnosis(asked)
        return pod

    def _claimed(self, asked: Asked) -> str | None:
        seen = self.look(asked).status
        assert seen.phase is None or not seen.phase.terminal, f"{asked.name} ended too early\n{self.diagnosis(asked)}"
        return seen.sandbox.pod_name if seen.sandbox is not None else None

    def inside(self, pod: str, script: str, given: Any = None, namespace: str = SANDBOXES) -> Any:
        """Run a script of tests/support/inside by the python of a pod: JSON in, JSON out."""
        program = (INSIDE / f"{script}.py").read_text(encoding="utf-8")
        done = self.kubectl("exec", "-i", "-n", namespace, pod, "--", "python3", "-c", program, input=json.dumps(given))
        return json.loads(done.stdout)

    def operator_log(self) -> str:
        """All that the operators that run now have logged."""
        return "".join(
            self.kubectl("logs", "-n", SYSTEM, pod["metadata"]["name"]).stdout for pod in self.operator_pods()
        )

    # the operator

    def operator_pods(self) -> list[Json]:
        """Operator pods that are not on their way out."""
        found = self.kube.items(
            f"/api/v1/namespaces/{SYSTEM}/pods", labelSelector="app.kubernetes.io/component=operator"
        )
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def leader(self) -> str:
        """The pod that holds the Lease; empty when none does."""
        lease = self.kube.get(f"/apis/coordination.k8s.io/v1/namespaces/{SYSTEM}/leases/voxpod-operator") or {}
        holder: str = lease.get("spec", {}).get("holderIdentity", "")
        return holder

    def settled(self) -> None:
        """Return when the operator's Deployment is as it is specified, and one of its pods leads."""

        def reached() -> bool:
            found = self.kube.get(f"{DEPLOYMENTS}/voxpod-operator") or {}
            status, wanted = found.get("status", {}), found["spec"]["replicas"]
            counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas", "readyReplicas")]
            names = [pod["metadata"]["name"] for pod in self.operator_pods()]
            return (
                status.get("observedGeneration") == found["metadata"]["generation"]
                and counts == [wanted] * 3
                and len(names) == wanted
                and self.leader() in names
            )

        self.until(reached, "the operator is rolled out and leads", explain=self.behind)

    def metrics(self, pod: str) -> dict[str, float]:
        """The metrics of one operator by name and labels, read from the node, as the kubelet reads its health."""
        text = self.kube.text(f"/api/v1/namespaces/{SYSTEM}/pods/{pod}:8080/proxy/metrics")
        samples = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    @contextmanager
    def operator_with(self, **environment: str) -> Iterator[None]:
        """The operators run with other VOXPOD_* variables meanwhile, which values of the chart would give them."""
        path = f"{DEPLOYMENTS}/voxpod-operator"
        before = (self.kube.get(path) or {})["spec"]["template"]["spec"]["containers"][0]["env"]
        changed = {f"VOXPOD_{name}": value for name, value in environment.items()}
        assert changed.keys() <= {one["name"] for one in before}
        try:
            self._set_environment(
                path,
                [
                    {"name": one["name"], "value": changed[one["name"]]} if one["name"] in changed else one
                    for one in before
                ],
            )
            yield
        finally:
            self._set_environment(path, before)

    def _set_environment(self, path: str, env: list[Json]) -> None:
        # both at once rather than one after the other: these tests are not about the rollout
        self.kube.replace_at(path, "/spec/strategy/rollingUpdate/maxSurge", 2)
        self.kube.replace_at(path, "/spec/template/spec/containers/0/env", env)
        self.settled()

    def scale_store(self, replicas: int) -> None:
        """Take the object store away (its data goes too) or bring it back; returns when it is so."""
        path = f"{DEPLOYMENTS}/voxpod-minio"
        self.kube.merge(path, {"spec": {"replicas": replicas}})

        def reached() -> bool:
            found = self.kube.get(path) or {}
            pods = self.kube.items(
                f"/api/v1/namespaces/{SYSTEM}/pods", labelSelector="app.kubernetes.io/component=demo-store"
            )
            ready: int = found["status"].get("readyReplicas", 0)
            seen: bool = found["status"].get("observedGeneration") == found["metadata"]["generation"]
            return seen and len(pods) == replicas == ready

        self.until(reached, f"the store runs {replicas} times", explain=self.behind)

    # waiting and telling

    def until(
        self,
        look: Callable[[], T | None],
        what: str,
        seconds: float = PATIENCE_SECONDS,
        explain: Callable[[], str] = lambda: "",
    ) -> T:
        """The first true thing that `look` returns; AssertionError with an explanation after `seconds`."""
        end = time.monotonic() + seconds
        while True:
            if found := look():
                return found
            assert time.monotonic() < end, f"not so after {seconds:.0f} s: {what}\n{explain()}"
            time.sleep(LOOK_SECONDS)

    def diagnosis(self, asked: Asked) -> str:
        """All that tells why a request is as it is."""
        found = self.kube.get(asked.path) or {}
        return (
            f"status of {asked.name}"
            f" ({asked.uid}):\n{yaml.safe_dump(found.get('status'), allow_unicode=True)}{self.behind(asked.uid)}"
        )

    def behind(self, about: str = "") -> str:
        """Pods, warnings and the operator's last words, those about one UID where one is given."""
        commands = (
            ("get", "pods", "--all-namespaces", "-o", "wide"),
            ("get", "jobs", "-n", SANDBOXES),
            ("get", "events", "--all-namespaces", "--field-selector=type=Warning", "--sort-by=.lastTimestamp"),
            ("logs", "-n", SYSTEM, "-l", "app.kubernetes.io/component=operator", "--prefix", "--tail=400"),
        )
        parts = []
        for command in commands:
            lines = self.kubectl(*command, check=False).stdout.splitlines()
            told = [line for line in lines if about in line] if command[0] == "logs" else lines
            parts.append("\n".join([f"--- kubectl {' '.join(command)}", *told[-25:]]))
        return "\n".join(parts)


def complete(request: TTSRequest) -> tuple[str, str]:
    """Reason and message of the Complete condition; empty when there is none."""
    found = find_condition(request.status.conditions, ConditionType.COMPLETE)
    return (found.reason, found.message) if found else ("", "")
