"""How far the start of a sandbox has come, when its time for that is up, and whose fault it then is. Pure.

Three spans, each from when the one before ended: to get a node (the request's slot is only lent for so long), to start there
(with more time for the image's pull), and to ask for the work.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from voxpod_crds.conditions import Reason
from voxpod_operator.cluster.sandboxes import JobView, PodView

PULL_FAILING = {"ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable"}

UNSCHEDULABLE_GRACE = timedelta(seconds=5)

STUCK_GRACE = timedelta(seconds=8)
"""A pod exists within a second of its Job and runs within two; after this long an event tells what is in the way."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a start may take; settings of the operator."""

    start: timedelta
    """To get a node; on it, to run; and then, to ask for the work."""
    image_pull: timedelta
    """In the place of `start` for a pull that is under way."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a sandbox that has not asked for its work yet is at."""

    reason: Reason
    message: str
    events_of: str
    """Name of the pod, or of the Job without one, whose events tell more; empty when the message says it all."""
    tell_at: datetime
    """From when on it takes unusually long."""
    until: datetime
    """When its time is up."""
    overdue: Reason | None
    """What is then wrong with the node; None while no node is to blame."""


def stage_of(job: JobView, pod: PodView | None, timeouts: Timeouts, answered_since: datetime) -> Stage:
    """Where the start of a sandbox stands; its pod has not ended.

    A node's clock may be wrong: what it says counts only where it grants more time. `answered_since`: when sandboxes could
    first ask for work, since this leader leads; that nobody answered before is not theirs to answer for.
    """
    begun = job.created_at
    if pod is None:
        message = f"Job {job.name} has no pod yet"
        return Stage(
            Reason.SANDBOX_STARTING, message, job.name, begun + STUCK_GRACE, begun + timeouts.start, overdue=None
        )
    if not pod.node and pod.unschedulable:
        told = begun + UNSCHEDULABLE_GRACE
        return Stage(Reason.SANDBOX_UNSCHEDULABLE, pod.unschedulable, "", told, begun + timeouts.start, overdue=None)
    if not pod.node:
        message = f"pod {pod.name} has no node yet"
        return Stage(
            Reason.SANDBOX_STARTING, message, pod.name, begun + STUCK_GRACE, begun + timeouts.start, overdue=None
        )
    return _on_its_node(pod, max(begun, pod.scheduled_at or begun), timeouts, answered_since)


def _on_its_node(pod: PodView, since: datetime, timeouts: Timeouts, answered_since: datetime) -> Stage:
    if pod.running:
        until = max(since, pod.started_at or since, answered_since) + timeouts.start
        message = f"pod {pod.name} runs, but has not asked for its work"
        return Stage(Reason.SANDBOX_STARTING, message, "", until, until, Reason.SANDBOX_START_TIMEOUT)
    if pod.waiting_reason in PULL_FAILING:
        message = f"{pod.waiting_reason}: {pod.waiting_message}; the node goes on trying"
        return Stage(Reason.IMAGE_PULL_FAILED, message, "", since, since + timeouts.start, Reason.IMAGE_PULL_FAILED)
    if pod.set_up:
        message = f"node {pod.node} still pulls the image of pod {pod.name}"
        until = since + max(timeouts.start, timeouts.image_pull)
        return Stage(Reason.SANDBOX_STARTING, message, pod.name, since + STUCK_GRACE, until, Reason.IMAGE_PULL_FAILED)
    message = f"pod {pod.name} does not start on node {pod.node}"
    return Stage(
        Reason.SANDBOX_STARTING,
        message,
        pod.name,
        since + STUCK_GRACE,
        since + timeouts.start,
        Reason.SANDBOX_START_TIMEOUT,
    )
