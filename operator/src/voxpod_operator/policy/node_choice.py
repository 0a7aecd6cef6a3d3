"""Which nodes a sandbox or probe of a SpeechModel may go to: those that are ready for its bundle. Pure."""

import random
from collections.abc import Mapping, Sequence

from voxpod_crds.names import COLLECTING, DELIVERY_ROLE, delivery_name
from voxpod_crds.placement import Toleration
from voxpod_crds.speech_model import SpeechModelSpec
from voxpod_operator.cluster.nodes import NodeView, has_labels, tolerated
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.policy.node_plan import bundle_key

MAX_NAMED = 64
"""Node names in one pod: 7 kB. Of more nodes each sandbox may use as many, picked anew; the scheduler looks at no others,
so that its work is bounded, too."""


def usable(spec: SpeechModelSpec, nodes: Sequence[NodeView], jobs: Sequence[JobView]) -> list[NodeView]:
    """The nodes that have the bundle, as a Job that succeeded says."""
    key = bundle_key(spec)
    named = ((job, delivery_name(job.name)) for job in jobs if job.role == DELIVERY_ROLE)
    of_bundle = [(job, name) for job, name in named if name is not None and name.bundle == key]
    done = {name.node for job, name in of_bundle if job.succeeded}
    undone = {name.node for _, name in of_bundle if name.program == COLLECTING}
    return [node for node in nodes if node.identity in done - undone]


def where(
    ready: Sequence[NodeView], selector: Mapping[str, str], tolerations: Sequence[Toleration], salt: str
) -> tuple[str, ...]:
    """Names of ready nodes that a pod with this selector and these tolerations can use, `MAX_NAMED` at most.

    When it can use none, all are named: the scheduler then says what each lacks.
    """
    fitting = [node.name for node in ready if has_labels(node, selector) and tolerated(node, tolerations)]
    names = sorted(fitting or (node.name for node in ready))
    if len(names) <= MAX_NAMED:
        return tuple(names)
    return tuple(sorted(random.Random(salt).sample(names, MAX_NAMED)))  # noqa: S311 - no secret
