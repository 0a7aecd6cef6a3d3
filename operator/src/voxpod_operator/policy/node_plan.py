"""Which nodes are ready for a SpeechModel's sandboxes, which are made ready next, and what is cleared away. Pure.

The Jobs are the record: one that succeeded says that its node has the bundle, and stays for as long as that holds. So a new
leader knows what the last one did, and a node that is new, or was installed anew, has no such Job.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from voxpod_crds.conditions import Reason
from voxpod_crds.names import COLLECTING, DELIVERY_ROLE, DeliveryName, delivery_name, fingerprint
from voxpod_crds.placement import Toleration
from voxpod_crds.sandbox_protocol import Failure
from voxpod_crds.speech_model import MAX_LISTED_NODES, NodesStatus, NodeStatus, SpeechModel, SpeechModelSpec
from voxpod_crds.tenant import Tenant
from voxpod_operator.cluster.nodes import NodeView, has_labels, tolerated
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy import placement
from voxpod_operator.policy.failures import DELIVERY_REASONS, failure_of, left_behind
from voxpod_operator.policy.starting import PULL_FAILING, STUCK_GRACE
from voxpod_operator.policy.tenancy import Verdict

AT_ONE_TIME = 32
"""Nodes that are made ready together: a thousand that begin at once would all read from one store or registry."""
RETRY_AFTER = timedelta(seconds=60)
"""An administrator who mends a node, or a bundle, need not touch the resource."""
PULL_GRACE = timedelta(seconds=20)

State = Literal["Ready", "Preparing", "Failed"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One Job that readies a node, and its pod."""

    job: JobView
    pod: PodView | None
    name: DeliveryName


@dataclass(frozen=True, slots=True)
class NodeState:
    """Where one node stands."""

    node: str
    state: State
    reason: str = ""
    message: str = ""
    usable: bool = False
    """Whether sandboxes may go there: also while it is prepared anew for another image."""
    stuck: str = ""
    """Name of the pod (or Job) whose events tell why it does not start; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Start:
    """Create the Job of that name for the node."""

    node: str
    name: str
    tolerations: tuple[Toleration, ...]


@dataclass(frozen=True, slots=True)
class NodePlan:
    """What is, and what to do."""

    states: tuple[NodeState, ...]
    start: tuple[Start, ...]
    clear: tuple[JobView, ...]
    """Jobs to delete: of nodes that are gone, of other images or places, and failed ones whose turn it is again."""

    @property
    def settled(self) -> bool:
        """Whether nothing is under way or to be tried again."""
        return all(state.state == "Ready" for state in self.states)


def bundle_key(spec: SpeechModelSpec) -> str:
    """What nodes are readied for: a bundle, and where it lies. Where it was brought from makes no difference to it."""
    brought = spec.delivery is not None and spec.delivery.brings
    return fingerprint(spec.source.to_wire(), spec.digest, brought)


def program_key(spec: SpeechModelSpec, image: str) -> str:
    """What readies a node: the image, whose ONNX Runtime weights are prepared for, and where it gets the bundle."""
    return fingerprint(image, spec.delivery.to_wire() if spec.delivery is not None else None)


def deliveries(jobs: Sequence[JobView], pod_of: Mapping[str, PodView | None]) -> list[Delivery]:
    """The Jobs that ready nodes, for whichever model; `pod_of` is by Job name."""
    found = ((job, delivery_name(job.name)) for job in jobs if job.role == DELIVERY_ROLE)
    return [Delivery(job, pod_of.get(job.name), name) for job, name in found if name is not None]


def tolerances(model: SpeechModel, tenants: Sequence[Tenant]) -> list[list[Toleration]]:
    """What sandboxes of the model may tolerate: the model's own, and with each tenant's beside it."""
    sets = [model.spec.tolerations]
    for tenant in tenants:
        both = placement.tolerations(model.spec.tolerations, tenant.spec.sandbox.tolerations)
        if both not in sets:
            sets.append(both)
    return sets


def plan_nodes(
    model: SpeechModel,
    nodes: Sequence[NodeView],
    allowed: Sequence[Sequence[Toleration]],
    jobs: Sequence[Delivery],
    image: str,
    now: datetime,
) -> NodePlan:
    """The state of each node that may run the model's sandboxes, and what to do now; `allowed` are `tolerances`."""
    key, program = bundle_key(model.spec), program_key(model.spec, image)
    of_node: dict[str, list[Delivery]] = {}
    for one in jobs:
        if one.name.bundle == key:
            of_node.setdefault(one.name.node, []).append(one)
    told = {n.name: n for n in model.status.nodes.listed} if model.status.nodes is not None else {}
    states: list[NodeState] = []
    start: list[Start] = []
    clear: list[JobView] = []
    for node in sorted(nodes, key=lambda n: n.name):
        known = of_node.pop(node.identity, [])
        taken = next((list(s) for s in allowed if tolerated(node, s)), None)
        if node.deleting or taken is None or not has_labels(node, model.spec.node_selector):
            continue  # what is known of it stays: a cordoned node comes back
        if (undone := next((one for one in known if one.name.program == COLLECTING), None)) is not None:
            # it was not wanted for a while: made ready anew once that is over
            states.append(NodeState(node.name, "Preparing"))
            clear += [one.job for one in known if undone.job.finished and not one.job.deleting]
            continue
        current = next((one for one in known if one.name.program == program), None)
        state = _state(node.name, current, told.get(node.name), now)
        states.append(replace(state, usable=any(one.job.succeeded for one in known)))
        clear += [one.job for one in known if _is_over(one, current, now)]
        if current is None:
            start.append(Start(node.name, str(DeliveryName(key, node.identity, program)), tuple(taken)))
    clear += [one.job for left in of_node.values() for one in left]
    busy = sum(not one.job.finished for one in jobs)
    return NodePlan(tuple(states), tuple(start[: max(0, AT_ONE_TIME - busy)]), tuple(clear))


def with_warnings(plan: NodePlan, warned: Mapping[str, tuple[Reason, str]]) -> NodePlan:
    """The plan with what the cluster's events say of pods that do not start, by `NodeState.stuck`."""
    return replace(plan, states=tuple(_warned(state, warned.get(state.stuck)) for state in plan.states))


def with_refusal(plan: NodePlan, message: str) -> NodePlan:
    """The plan when the cluster refused to create its Jobs: a quota, a policy."""
    nodes = {start.node for start in plan.start}
    refused = (
        replace(s, state="Failed", reason=Reason.SANDBOX_REFUSED, message=message) if s.node in nodes else s
        for s in plan.states
    )
    return replace(plan, states=tuple(refused))


def status_of(plan: NodePlan) -> NodesStatus:
    """What the SpeechModel's status tells."""
    order = ("Failed", "Preparing", "Ready")
    count = {of: sum(s.state == of for s in plan.states) for of in order}
    listed = sorted(plan.states, key=lambda s: (order.index(s.state), s.node))[:MAX_LISTED_NODES]
    return NodesStatus(
        ready=count["Ready"],
        preparing=count["Preparing"],
        failed=count["Failed"],
        listed=[
            NodeStatus(name=s.node, state=s.state, reason=s.reason or None, message=s.message[:512] or None)
            for s in listed
        ],
    )


def objection(plan: NodePlan) -> Verdict | None:
    """Why the model cannot be used: no node is ready. None when one is, the others notwithstanding."""
    if any(state.usable for state in plan.states):
        return None
    if not plan.states:
        return Verdict(False, Reason.NO_NODES, "no node has the labels and tolerated taints that the model asks for")
    failed = [state for state in plan.states if state.state == "Failed"]
    if len(failed) < len(plan.states):
        told = f"; {failed[0].node}: {failed[0].message}" if failed else ""
        return Verdict(False, Reason.PREPARING_NODES, f"0 of {len(plan.states)} nodes are ready{told}")
    reason = next((r for r in Reason if r == failed[0].reason), Reason.DELIVERY_FAILED)
    others = f" (and {len(failed) - 1} more nodes)" if len(failed) > 1 else ""
    return Verdict(False, reason, f"node {failed[0].node}: {failed[0].message}{others}")


def _state(node: str, current: Delivery | None, told: NodeStatus | None, now: datetime) -> NodeState:
    if current is None:
        return _as_told(node, told) or NodeState(node, "Preparing")
    if current.job.succeeded:
        return NodeState(node, "Ready")
    if (failure := _failure(current, now)) is not None:
        return NodeState(node, "Failed", failure.reason, failure.message)
    job, pod = current.job, current.pod
    late = now - job.created_at > STUCK_GRACE and (pod is None or not pod.running)
    if late and pod is not None and pod.unschedulable:
        return NodeState(node, "Preparing", Reason.SANDBOX_UNSCHEDULABLE, pod.unschedulable)
    stuck = (pod.name if pod is not None else job.name) if late else ""
    return replace(_as_told(node, told) or NodeState(node, "Preparing"), stuck=stuck)


def _as_told(node: str, told: NodeStatus | None) -> NodeState | None:
    """What failed is told until it has succeeded: a retry under way is no news."""
    if told is None or told.state != "Failed":
        return None
    return NodeState(node, "Failed", told.reason or "", told.message or "")


def _failure(one: Delivery, now: datetime) -> Failure | None:
    job, pod = one.job, one.pod
    report = left_behind(pod, DELIVERY_REASONS)
    if report is not None and report.failure is not None:
        return report.failure
    if pod is not None and pod.waiting_reason in PULL_FAILING and now - job.created_at > PULL_GRACE:
        said = f"{pod.waiting_reason}: {pod.waiting_message}"
        return Failure("infrastructure", Reason.IMAGE_PULL_FAILED, said)
    failure = failure_of(job, pod)
    if failure is None or pod is None:
        return failure
    # a pod's name is another one with each try, the Job's is not
    return replace(failure, message=failure.message.replace(pod.name, job.name))


def _is_over(one: Delivery, current: Delivery | None, now: datetime) -> bool:
    """Whether a Job of a node that is there has told all that it can."""
    job = one.job
    if job.deleting:
        return False
    if one is current:
        return job.finished and not job.succeeded and now - job.created_at > RETRY_AFTER
    return not job.succeeded or (current is not None and current.job.succeeded)


def _warned(state: NodeState, warned: tuple[Reason, str] | None) -> NodeState:
    if warned is None:
        return state
    reason, message = warned
    if reason in (Reason.BUNDLE_INVALID, Reason.SANDBOX_REFUSED):
        return replace(state, state="Failed", reason=reason, message=message)
    return replace(state, reason=reason, message=message)
