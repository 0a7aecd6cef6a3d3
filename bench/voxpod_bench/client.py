"""The client of the benchmark: creates a request, follows it to its end, and looks at the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes import client, config, watch

from voxpod_bench.audit import CLIENT_AGENT
from voxpod_bench.errors import BenchError
from voxpod_crds.base import API_VERSION, GROUP, VERSION

PLURAL = "ttsrequests"
PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Spoken:
    """A request that succeeded; times of this machine's clock in seconds since 1970."""

    name: str
    uid: str
    pod: str
    sent: float
    """Just before the POST."""
    answered: float
    told: float
    """The watch brought the phase Succeeded."""
    status: dict[str, Any]


class Client:
    """Calls to the API server over connections that are kept, under a user agent of its own."""

    def __init__(self, kubeconfig: Path, context: str, namespace: str) -> None:
        api = config.new_client_from_config(config_file=str(kubeconfig), context=context)  # type: ignore[no-untyped-call]
        api.user_agent = CLIENT_AGENT
        self._custom = client.CustomObjectsApi(api)
        self._core = client.CoreV1Api(api)
        self._batch = client.BatchV1Api(api)
        self._namespace = namespace

    def speak(self, name: str, text: str, model: str = "") -> Spoken:
        """Create a request, for the default model where none is named, and wait for its end; BenchError when that is not Succeeded."""
        body = {
            "apiVersion": API_VERSION,
            "kind": "TTSRequest",
            "metadata": {"name": name},
            "spec": {"text": text} | ({"model": model} if model else {}),
        }
        sent = time.time()
        try:
            made: Any = self._custom.create_namespaced_custom_object(GROUP, VERSION, self._namespace, PLURAL, body)
        except client.ApiException as error:
            raise BenchError(f"request {name} was refused: {error.status} {error.reason}: {error.body}") from error
        answered = time.time()
        ended = self._end_of(name, made["metadata"]["resourceVersion"])
        told = time.time()
        status = ended["status"]
        if status["phase"] != "Succeeded":
            last = status["conditions"][-1]
            raise BenchError(f"request {name} ended {status['phase']}: {last['reason']}: {last['message']}")
        if status["attempt"] != 1:
            raise BenchError(
                f"request {name} took {status['attempt']} attempts: its stages are not those of one sandbox"
            )
        return Spoken(name, made["metadata"]["uid"], status["sandbox"]["podName"], sent, answered, told, status)

    def status(self, name: str) -> dict[str, Any]:
        """Of a request that is there."""
        found: Any = self._custom.get_namespaced_custom_object(GROUP, VERSION, self._namespace, PLURAL, name)
        status: dict[str, Any] = found["status"]
        return status

    def pod_log(self, pod: str, namespace: str) -> list[str]:
        """The lines that the pod's container wrote, each after the time at which containerd got it."""
        text: str = self._core.read_namespaced_pod_log(pod, namespace, timestamps=True)
        return text.splitlines()

    def metrics(self, namespace: str, selector: str) -> str:
        """What the first pod of a selector serves at :8080/metrics, through the API server."""
        pod: Any = self._core.list_namespaced_pod(namespace, label_selector=selector).items[0]
        where = f"{pod.metadata.name}:8080"
        text: str = self._core.connect_get_namespaced_pod_proxy_with_path(where, namespace, "metrics")
        return text

    def wait_for_end_of_pod(self, pod: str, namespace: str) -> None:
        """Return when its container is over, so that the next request does not meet it."""

        def ended() -> bool:
            status = self._core.read_namespaced_pod(pod, namespace).status
            return status is not None and status.phase in ("Succeeded", "Failed")

        _until(ended, f"pod {pod} to end", PATIENCE_SECONDS)

    def wait_for_end_of_jobs(self, namespace: str, seconds: float) -> None:
        """Return when no Job is left in a namespace."""
        _until(
            lambda: not self._batch.list_namespaced_job(namespace).items, f"the last Job of {namespace} to go", seconds
        )

    def _end_of(self, name: str, version: str) -> dict[str, Any]:
        stream = watch.Watch().stream(  # type: ignore[no-untyped-call]
            self._custom.list_namespaced_custom_object, GROUP, VERSION, self._namespace, PLURAL,
            field_selector=f"metadata.name={name}", resource_version=version, timeout_seconds=PATIENCE_SECONDS,
        )  # fmt: skip
        for event in stream:
            changed: dict[str, Any] = event["object"]
            if changed.get("status", {}).get("phase") in ("Succeeded", "Failed", "Cancelled", "Rejected"):
                return changed
        raise BenchError(f"request {name} has not ended within {PATIENCE_SECONDS} s")


def _until(done: Callable[[], bool], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise BenchError(f"waited {seconds:.0f} s for {what}")
        time.sleep(LOOK_SECONDS)
