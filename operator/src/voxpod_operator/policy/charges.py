"""What a request is charged when it ends, however it ends. Pure.

Work that was done counts; what failed for reasons that are not the tenant's does not. docs/quotas.md has it as a table.
"""

from dataclasses import dataclass

from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase, RequestUsage, TTSRequest, TTSRequestStatus
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.reading import Request
from voxpod_operator.policy.budget import NOTHING, Totals

INPUT_REASONS = frozenset(
    {
        Reason.INPUT_REFUSED,
        Reason.LANGUAGE_NOT_SUPPORTED,
        Reason.NOT_SUPPORTED_YET,
        Reason.TEXT_EMPTY,
        Reason.VOICE_NOT_FOUND,
    }
)
"""Failures that a sandbox was spent on since the request asks for what cannot be done."""


def without_audio(request: TTSRequest, phase: Phase, reason: str) -> RequestUsage | None:
    """What the status of a request that ends without audio says of its use; None: it is charged nothing."""
    if request.status.usage is None or not _claimed(request.status):
        return None
    if phase is Phase.CANCELLED:
        return request.status.usage
    return RequestUsage(characters=0, audio_seconds=0) if reason in INPUT_REASONS else None


@dataclass(frozen=True, slots=True)
class Due:
    """Whom a request is charged to that is over, and how much."""

    tenant: str
    amount: Totals

    def of(self, tenant: str) -> Totals:
        """What a tenant is charged that has a hold for it: nothing where another one had it served."""
        return self.amount if tenant == self.tenant else NOTHING


def due(last: Request) -> Due:
    """What is charged for a request that is over: ended, or deleted when this was its last version.

    Deleting a request that runs costs what cancelling it does.
    """
    if isinstance(last, EndedRequest):
        tenant, charged = last.tenant, last.charged
    else:
        tenant, usage = last.status.tenant or "", last.status.usage
        charged = (usage.characters, usage.audio_seconds) if usage is not None and _claimed(last.status) else None
    return Due(tenant, Totals(1, *charged) if charged is not None else NOTHING)


def _claimed(status: TTSRequestStatus) -> bool:
    """Whether a sandbox has the work."""
    return status.sandbox is not None and status.sandbox.pod_uid is not None
