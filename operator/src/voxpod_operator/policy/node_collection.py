"""What is taken off nodes again: bundles that no SpeechModel names any more, once no sandbox maps them. Pure.

The Job that readied a node stays as the record that there is something to take away; a second Job does so, and then both go.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from voxpod_crds.names import COLLECTING, DELIVERY_ROLE, DeliveryName
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


def in_use(jobs: Iterable[JobView]) -> set[str]:
    """The places that sandboxes and probes map; the empty one for those of a version that did not say."""
    return {job.place for job in jobs if job.role != DELIVERY_ROLE and not job.finished}


def plan_collection(
    jobs: Sequence[Delivery],
    models: Sequence[SpeechModel],
    nodes: Sequence[NodeView],
    needed: Collection[str],
    now: datetime,
) -> Gathering:
    """What of the bundles that no model names can be taken off which node; `needed` are the places of models, and `in_use`."""
    keys = {bundle_key(m.spec) for m in models if m.spec.delivery is not None}
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
            # a model of another key may have the same folder
            if done and not {done[0].place, ""} & set(needed):
                start.append((done[0], str(DeliveryName(bundle, node, COLLECTING))))
    return Gathering(tuple(start), tuple(job for job in clear if not job.deleting), bool(of_node))
