"""How long a request waits for its start, when its user says so (spec.maxWaitSeconds). Pure."""

from datetime import datetime, timedelta

from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.policy.admission import Reject, Wait


def start_by(request: TTSRequest) -> datetime | None:
    """When the request must have a sandbox assigned; None: its deadline is all there is."""
    created, seconds = request.metadata.creation_timestamp, request.spec.max_wait_seconds
    return created + timedelta(seconds=seconds) if created is not None and seconds is not None else None


def or_give_up(request: TTSRequest, decision: Wait, now: datetime) -> Wait | Reject:
    """The wait, or the rejection with its reason when it lasts too long for the request's user."""
    latest = start_by(request)
    if latest is None or now < latest:
        return decision
    said = f"not started within {request.spec.max_wait_seconds} s of creation (spec.maxWaitSeconds): {decision.message}"
    return Reject(decision.reason, said, decision.tenant)
