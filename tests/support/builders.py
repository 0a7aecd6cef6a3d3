"""Resources that read like prose: `a_request("hello").in_namespace("acme")`. Each method returns a new one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from voxpod_crds.conditions import Condition
from voxpod_crds.names import fingerprint
from voxpod_crds.speech_model import SpeechModel, SpeechModelStatus
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.nodes import NodeView, Taint
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy import bundle_facts
from voxpod_operator.policy.lifecycle import Circumstances
from voxpod_operator.policy.starting import Timeouts

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
USUAL = Circumstances(
    Timeouts(start=timedelta(seconds=60), image_pull=timedelta(seconds=300)),
    answered_since=NOON - timedelta(days=1),
    memory_can_grow=False,
    verifying=False,
)
"""What a step of a request's life depends on besides, as it is nearly always."""
DIGEST = "sha256:" + "ab" * 32
IMAGE = "inference:1"
"""The sandbox image."""


def a_request(
    text: str = "Hello.",
    *,
    name: str = "hello",
    namespace: str = "acme",
    uid: str = "",
    age: float = 0.0,
    status: dict[str, Any] | None = None,
    **spec: Any,
) -> TTSRequest:
    """A TTSRequest created `age` seconds before noon; spec fields in camelCase."""
    return TTSRequest.model_validate(
        {
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": uid or f"uid-{name}",
                "resourceVersion": "1",
                "generation": 1,
                "creationTimestamp": NOON - timedelta(seconds=age),
            },
            "spec": {"text": text, **spec},
            "status": status or {},
        }
    )


def an_assigned_request(
    *, claimed: bool = False, attempt: int = 1, assigned_ago: float = 0.0, pause: float | None = None, **rest: Any
) -> TTSRequest:
    """A request that holds a sandbox, claimed by pod `pod-1` or not; those before it were lost, each on a node of its own.

    `assigned_ago`: seconds before noon; `pause`: seconds after noon before which no sandbox is made.
    """
    sandbox = {
        "jobName": f"tts-uid-{rest.get('name', 'hello')}-{attempt}",
        **({"podName": "pod-1", "podUid": "pod-uid-1"} if claimed else {}),
    }
    failed = [{"attempt": n, "reason": "SandboxLost", "node": f"node-{n}"} for n in range(1, attempt)]
    status = {
        "phase": "Running" if claimed else "Queued",
        "tenant": "acme",
        "model": "kokoro",
        "attempt": attempt,
        "failedAttempts": failed,
        "sandbox": sandbox,
        "assignedAt": (NOON - timedelta(seconds=assigned_ago)).isoformat(timespec="milliseconds"),
        "notBefore": None if pause is None else NOON + timedelta(seconds=pause),
    }
    return a_request(status=status, **rest)


def a_tenant(
    *namespaces: str, name: str = "acme", age: float = 0.0, used: dict[str, Any] | None = None, **spec: Any
) -> Tenant:
    """A Tenant of the namespaces (`acme` without any); `used`: of its quota, since the midnight before noon."""
    return Tenant.model_validate(
        {
            "metadata": {
                "name": name,
                "uid": f"uid-{name}",
                "generation": 1,
                "resourceVersion": "1",
                "creationTimestamp": NOON - timedelta(seconds=age),
            },
            "spec": {"namespaces": list(namespaces) or ["acme"], **spec},
            "status": {"usage": {"windowStart": NOON.replace(hour=0), **used}} if used is not None else {},
        }
    )


def a_model(
    name: str = "kokoro",
    *,
    ready: bool = True,
    voices: tuple[str, ...] = ("af_heart", "zf_xiaobei"),
    path: str = "/models/kokoro",
    languages: tuple[str, ...] = ("en", "zh", "ja"),
    mixes_voices: bool | None = None,
    tells_words: bool | None = None,
    takes_instructions: bool | None = None,
    **spec: Any,
) -> SpeechModel:
    """A SpeechModel whose probe succeeded (or did not run yet)."""
    condition = Condition(type="Ready", status="True", reason="Ready", last_transition_time=NOON, observed_generation=1)
    model = SpeechModel.model_validate(
        {
            "metadata": {
                "name": name,
                "uid": f"uid-{name}",
                "generation": 1,
                "resourceVersion": "1",
                "creationTimestamp": NOON,
            },
            "spec": {"source": {"hostPath": {"path": path}}, "digest": DIGEST, **spec},
        }
    )
    read = SpeechModelStatus(
        voices=list(voices),
        languages=list(languages),
        mixes_voices=mixes_voices,
        tells_words=tells_words,
        takes_instructions=takes_instructions,
        probed=bundle_facts.probed(model.spec, IMAGE),
        conditions=[condition],
    )
    return model.model_copy(update={"status": read}) if ready else model


def a_node(
    name: str = "node-a", *, labels: dict[str, str] | None = None, taints: tuple[Taint, ...] = (), uid: str = ""
) -> NodeView:
    """A node; `uid` tells one machine of a name from the next."""
    uid = uid or f"uid-{name}"
    return NodeView(name, uid, "1", fingerprint(uid, ""), labels or {}, taints, deleting=False)


def a_job(
    name: str = "tts-uid-hello-1",
    *,
    age: float = 1.0,
    finished: bool = False,
    succeeded: bool = False,
    role: str = "sandbox",
    deleting: bool = False,
    place: str = fingerprint("/models/kokoro"),
) -> JobView:
    """A sandbox Job created `age` seconds before noon."""
    return JobView(
        name,
        f"uid-{name}",
        "1",
        NOON - timedelta(seconds=age),
        role,
        place,
        "uid-hello",
        "acme/hello",
        finished,
        succeeded,
        "",
        deleting,
    )


def a_pod(job: str = "tts-uid-hello-1", **fields: Any) -> PodView:
    """The pod of a Job."""
    known: dict[str, Any] = {
        "name": "pod-1", "uid": "pod-uid-1", "resource_version": "1", "job_name": job, "job_uid": f"uid-{job}", "phase": "Pending", "reason": "", "waiting_reason": "", "waiting_message": "",
        "terminated_reason": "", "termination_message": "", "exit_code": None, "unschedulable": "", "node": "", "scheduled_at": None, "set_up": False,
        "running": False, "started_at": None, "deleting": False,
    }  # fmt: skip
    return PodView(**{**known, **fields})
