"""What is taken off nodes again: bundles that no SpeechModel names any more, once no sandbox maps them. Pure.

The Job that readied a node stays as the record that there is something to take away; a second Job does so, and then both go.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from voxpod_crds.names import COLLECTING, DELIVERY_ROLE, DeliveryName, bundle_label
from voxpod_crds.speech_model import SpeechModel
from voxpod_operator.cluster.nodes import NodeView
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.policy.node_plan import RETRY_AFTER, Delivery, bundle_key


@dataclass(frozen=True, slots=True)
class Gathering:
    """What to do now."""

    start: tuple[tuple[JobView, str], ...]
    """Records whose files are to be taken away, each with the name of the Job that does it."""
    clear: tuple[JobView, ...]
    """Jobs to delete."""
    waits: bool
    """Whether something is left to be looked at again."""


def in_use(jobs: Iterable[JobView]) -> Collection[str]:
    """Labels of the bundles that sandboxes and probes map; the empty one for those of a version that did not say."""
    return {job.bundle for job in jobs if job.role != DELIVERY_ROLE and not job.finished}


def plan_collection(
    jobs: Sequence[Delivery],
    models: Sequence[SpeechModel],
    nodes: Sequence[NodeView],
    mapped: Collection[str],
    now: datetime,
) -> Gathering:
    """What of the bundles that no model names can be taken off which node; `mapped` is `in_use`."""
    keys = {bundle_key(m.spec) for m in models if m.spec.delivery is not None}
    digests = {bundle_label(m.spec.digest) for m in models}
    there = {node.identity for node in nodes}
    of_node: dict[tuple[str, str], list[Delivery]] = {}
    for one in jobs:
        if one.name.bundle not in keys:
            of_node.setdefault((one.name.bundle, one.name.node), []).append(one)
    start: list[tuple[JobView, str]] = []
    clear: list[JobView] = []
    for (bundle, node), known in of_node.items():
        collecting = next((one.job for one in known if one.name.program == COLLECTING), None)
        records = [one.job for one in known if one.name.program != COLLECTING]
        if node not in there or (collecting is not None and collecting.succeeded) or not records:
            clear += [one.job for one in known]
        elif collecting is not None:
            if collecting.finished and now - collecting.created_at > RETRY_AFTER:
                clear.append(collecting)
        else:
            clear += [job for job in records if not job.finished]
            done = [job for job in records if job.finished]
            # the same digest may lie in the same folder under another key
            if done and done[0].bundle not in digests and not {done[0].bundle, ""} & set(mapped):
                start.append((done[0], str(DeliveryName(bundle, node, COLLECTING))))
    return Gathering(tuple(start), tuple(job for job in clear if not job.deleting), bool(of_node))
