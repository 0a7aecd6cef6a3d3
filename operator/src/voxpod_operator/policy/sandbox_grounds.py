"""Whether an assigned request's sandbox can be made as its Tenant and SpeechModel stand now. Pure.

Both may have changed since admission. What they lack may come back within a moment (`kubectl replace --force`), so that the
request waits for it, until its deadline.
"""

from collections.abc import Sequence

from voxpod_crds.conditions import Reason
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.reading import UnreadableModel, UnreadableTenant
from voxpod_operator.policy import bundle_facts, placement
from voxpod_operator.policy.tenancy import judge_model

Obstacle = tuple[Reason, str]


def obstacle(
    request: TTSRequest,
    tenant: Tenant | UnreadableTenant | None,
    model: SpeechModel | UnreadableModel | None,
    model_roots: Sequence[str],
) -> Obstacle | None:
    """What is in the way, as reason and message; with None both are what a sandbox needs: a Tenant and a SpeechModel."""
    if not isinstance(model, SpeechModel):
        why = "gone" if model is None else f"not Ready: {Reason.UNREADABLE}; its Ready condition says more"
        return Reason.WAITING_FOR_MODEL, f"SpeechModel {request.status.model} is {why}"
    if not isinstance(tenant, Tenant):
        # its runtime class and nodes are part of the isolation: no sandbox without them
        why = "gone" if tenant is None else f"not Ready: {Reason.UNREADABLE}; its Ready condition says more"
        return Reason.WAITING_FOR_TENANT, f"Tenant {request.status.tenant} is {why}"
    objection = judge_model(model, model_roots)
    if objection is not None or not bundle_facts.in_use(model):
        # the next attempt would fail as the last one did: an image that is not there, a bundle that is broken
        why = objection.reason if objection is not None else bundle_facts.why_not_in_use(model)
        return Reason.WAITING_FOR_MODEL, f"SpeechModel {request.status.model} is not Ready: {why}"
    return nodes_apart(model, tenant)


def nodes_apart(model: SpeechModel, tenant: Tenant) -> Obstacle | None:
    """That no node can be both the model's and the tenant's."""
    ours, theirs = model.spec.node_selector, tenant.spec.sandbox.node_selector
    key = placement.conflict(ours, theirs)
    if not key:
        return None
    said = (
        f"SpeechModel {model.metadata.name} is on nodes with {key}={ours[key]}, Tenant {tenant.metadata.name} on nodes"
    )
    return Reason.WAITING_FOR_NODES, f"{said} with {key}={theirs[key]}"
