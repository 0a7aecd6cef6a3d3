"""Jobs in the sandbox namespace that are shaped as the operator's are, but serve no request and run what a test wants."""

import base64
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from voxpod_client import OPERATOR, SANDBOX_JOBS, SANDBOX_PODS, SERVICES, Voxpod
from voxpod_installation import SANDBOXES, SYSTEM
from voxpod_operator.manifests.model_files import ModelFiles
from voxpod_operator.manifests.sandbox_job import Dispatch, SandboxPod, sandbox_job

Json = dict[str, Any]

DISPATCH_HOST = "voxpod-dispatch"
JOBS_POLICY = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/voxpod-sandbox-jobs"
TOKEN_FILE = "/var/run/voxpod/token"
SLEEP = ("python3", "-c", "import time; time.sleep(600)")


def dispatch_ca(voxpod: Voxpod) -> str:
    """The certificate authority of the dispatch endpoint, PEM."""
    secret = voxpod.kube.get(f"/api/v1/namespaces/{SYSTEM}/secrets/voxpod-dispatch-tls") or {}
    return base64.b64decode(secret["data"]["ca.crt"]).decode()


def service_address(voxpod: Voxpod, name: str) -> str:
    """The cluster IP of a Service of the system namespace."""
    service = voxpod.kube.get(f"{SERVICES}/{name}") or {}
    address: str = service["spec"]["clusterIP"]
    return address


def token_of(voxpod: Voxpod, pod: str) -> str:
    """The token by which a sandbox says who it is."""
    return voxpod.kubectl(
        "exec", "-n", SANDBOXES, pod, "--", "python3", "-c", f"print(open('{TOKEN_FILE}').read())"
    ).stdout.strip()


@contextmanager
def stray_sandbox(
    voxpod: Voxpod,
    image: str,
    command: Sequence[str],
    request: str = "",
    request_uid: str = "",
    user: str = OPERATOR,
    cpu: str = "50m",
    memory: str = "128Mi",
) -> Iterator[Json]:
    """The running pod of such a Job, made in the operator's name because nobody else may; gone afterwards.

    The policy for Jobs is lifted while the operator's are created, since it lets no other program run; the one for pods holds.
    """
    job = _job(voxpod, image, command, request, request_uid, cpu, memory)
    path = f"{SANDBOX_JOBS}/{job['metadata']['name']}"
    try:
        if user == OPERATOR:
            _create_without_policy(voxpod, job)
        else:
            voxpod.kube.create(SANDBOX_JOBS, job, user=user)
        yield voxpod.until(
            lambda: _running(voxpod, job["metadata"]["name"]), "the stray sandbox runs", explain=voxpod.behind
        )
    finally:
        voxpod.kube.delete(path, propagationPolicy="Background")


@contextmanager
def jobs_policy_lifted(voxpod: Voxpod) -> Iterator[None]:
    """Sandbox Jobs may be other than the chart says; audited instead of denied."""
    voxpod.kube.merge(JOBS_POLICY, {"spec": {"validationActions": ["Audit"]}})
    try:
        yield
    finally:
        voxpod.kube.merge(JOBS_POLICY, {"spec": {"validationActions": ["Deny"]}})


def _create_without_policy(voxpod: Voxpod, job: Json) -> None:
    """The API server takes up a changed binding within a second or so: waited for in both directions."""

    def answer(**options: str) -> int:
        return voxpod.kube.call("POST", SANDBOX_JOBS, job, user=OPERATOR, fields=options)[0]

    with jobs_policy_lifted(voxpod):
        voxpod.until(lambda: answer() == 201, "the policy for Jobs is lifted")
    voxpod.until(lambda: answer(dryRun="All") == 422, "the policy for Jobs is in force again")


def _running(voxpod: Voxpod, job: str) -> Json | None:
    pods = voxpod.kube.items(SANDBOX_PODS, labelSelector=f"batch.kubernetes.io/job-name={job}")
    return next((pod for pod in pods if pod["status"].get("phase") == "Running"), None)


def _job(
    voxpod: Voxpod, image: str, command: Sequence[str], request: str, request_uid: str, cpu: str, memory: str
) -> Json:
    model = voxpod.installation.model
    pod = SandboxPod(
        SANDBOXES,
        image,
        "IfNotPresent",
        "voxpod-sandbox",
        ModelFiles({"hostPath": {"path": str(model.folder), "type": "Directory"}}),
        model.digest,
        cpu,
        memory,
        True,
        10,
        "kokoro",
    )
    dispatch = Dispatch(
        f"https://{DISPATCH_HOST}:443",
        dispatch_ca(voxpod),
        {service_address(voxpod, DISPATCH_HOST): [DISPATCH_HOST]},
        3600,
        120,
    )
    job = sandbox_job(
        pod,
        dispatch,
        name=f"stray-{uuid.uuid4().hex[:8]}",
        request=request,
        request_uid=request_uid,
        attempt=1,
        tenant="nobody",
        deadline_seconds=600,
    )
    job["spec"]["template"]["spec"]["containers"][0]["command"] = list(command)
    return job
