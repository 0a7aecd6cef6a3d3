"""What the operator reads of Jobs and pods: small frozen views, parsed from the API's JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voxpod_crds.names import MODEL_LABEL, PLACE_LABEL, PROFILE_LABEL, REQUEST_UID_LABEL, ROLE_LABEL, TEMPLATE_LABEL

REQUEST_ANNOTATION = "voxpod.dev/request"
"""`namespace/name` of the TTSRequest that a Job works for; a label could not hold it (63 characters)."""

JOB_NAME_LABEL = "batch.kubernetes.io/job-name"
"""What the Job controller puts on a pod. Good for finding it, not for believing it: anybody who may change pods can set it."""

ENDED_BY = ("Complete", "Failed", "FailureTarget")
"""Job conditions that say how it ended. FailureTarget comes first, and alone as long as a pod is still terminating, which on a
lost node is for good (Kubernetes 1.31 and newer)."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobView:
    """A sandbox or probe Job."""

    name: str
    uid: str
    resource_version: str
    created_at: datetime
    role: str
    place: str
    """Which folder of its node its pod maps, as `voxpod_crds.names.PLACE_LABEL` says; empty from a version that did not say."""
    request_uid: str
    request: str
    """`namespace/name` of the TTSRequest that it was made for; empty for a probe, and for a sandbox of the pool."""
    finished: bool
    succeeded: bool
    message: str
    """Message of the condition that ended the Job."""
    deleting: bool
    model: str = ""
    """Name of its SpeechModel, or the hash of a name that is no label value."""
    profile: str = ""
    """Of a sandbox of the pool; empty for others."""
    template: str = ""


@dataclass(frozen=True, slots=True)
class PodView:
    """The pod of a Job."""

    name: str
    uid: str
    resource_version: str
    job_name: str
    job_uid: str
    """Both of the Job that controls the pod, empty without one: of its owner references, since labels are anybody's to set."""
    phase: str
    reason: str
    """status.reason: Evicted, NodeLost, DeadlineExceeded."""
    waiting_reason: str
    """Why the container does not run yet: ImagePullBackOff, ErrImageNeverPull, CreateContainerConfigError."""
    waiting_message: str
    terminated_reason: str
    """OOMKilled, Error, Completed."""
    termination_message: str
    exit_code: int | None
    unschedulable: str
    """The scheduler's message while no node has room."""
    node: str
    """The node that has the pod; empty before."""
    scheduled_at: datetime | None
    """When it got it, on the scheduler's clock."""
    set_up: bool
    """Volumes and network are there: what is left before the container runs is its image."""
    running: bool
    started_at: datetime | None
    """When the container began to run, on the node's clock."""
    deleting: bool

    @property
    def ended(self) -> bool:
        """Whether its container ran for the last time: what it left behind is all there will be."""
        return self.phase in ("Succeeded", "Failed") or self.exit_code is not None


def parse_job(raw: Json) -> JobView:
    """The view of a batch/v1 Job."""
    meta, status = raw["metadata"], raw.get("status") or {}
    labels = meta.get("labels") or {}
    ended = next((c for c in status.get("conditions") or [] if c["type"] in ENDED_BY and c["status"] == "True"), None)
    return JobView(
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        created_at=datetime.fromisoformat(meta["creationTimestamp"]),
        role=labels.get(ROLE_LABEL, ""),
        place=labels.get(PLACE_LABEL, ""),
        request_uid=labels.get(REQUEST_UID_LABEL, ""),
        request=(meta.get("annotations") or {}).get(REQUEST_ANNOTATION, ""),
        finished=ended is not None,
        succeeded=ended is not None and ended["type"] == "Complete",
        message=(ended or {}).get("message", ""),
        deleting="deletionTimestamp" in meta,
        model=labels.get(MODEL_LABEL, ""),
        profile=labels.get(PROFILE_LABEL, ""),
        template=labels.get(TEMPLATE_LABEL, ""),
    )


def parse_pod(raw: Json) -> PodView:
    """The view of a v1 Pod with one container."""
    meta, status = raw["metadata"], raw.get("status") or {}
    state = next((c.get("state") or {} for c in status.get("containerStatuses") or []), {})
    waiting, running, terminated = (state.get(of) or {} for of in ("waiting", "running", "terminated"))
    conditions = {c["type"]: c for c in status.get("conditions") or []}
    scheduled: Json = conditions.get("PodScheduled", {})
    is_scheduled = scheduled.get("status") == "True"
    owner: Json = next(
        (o for o in meta.get("ownerReferences") or [] if o.get("controller") and o.get("kind") == "Job"), {}
    )
    return PodView(
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        job_name=owner.get("name", ""),
        job_uid=owner.get("uid", ""),
        phase=status.get("phase", "Pending"),
        reason=status.get("reason", ""),
        waiting_reason=waiting.get("reason", ""),
        waiting_message=waiting.get("message", ""),
        terminated_reason=terminated.get("reason", ""),
        termination_message=terminated.get("message", ""),
        exit_code=terminated.get("exitCode"),
        unschedulable=scheduled.get("message", "") if scheduled.get("reason") == "Unschedulable" else "",
        node=(raw.get("spec") or {}).get("nodeName", ""),
        scheduled_at=_moment(scheduled.get("lastTransitionTime")) if is_scheduled else None,
        set_up=conditions.get("PodReadyToStartContainers", {}).get("status") == "True",
        running="running" in state,
        started_at=_moment(running.get("startedAt")),
        deleting="deletionTimestamp" in meta,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
