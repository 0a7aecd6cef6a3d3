"""What to do next with a request that this version cannot read as a whole. Pure.

Its user's wish to cancel it and its deadline are known as a rule, and mean the same to every version. All else is left to
an operator that can read it.
"""

from datetime import datetime

from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import TTSRequest, TTSRequestSpec
from voxpod_operator.cluster.reading import UnreadableRequest
from voxpod_operator.policy import lifecycle
from voxpod_operator.policy.admission import Wait

NO_DEADLINE_SECONDS = 10 * 365 * 86_400
"""For a request whose deadline is what cannot be read."""


def stand_in(request: UnreadableRequest) -> TTSRequest:
    """The request as far as it is known: for its end and for the telling that it waits, never for a sandbox."""
    deadline = NO_DEADLINE_SECONDS if request.deadline_seconds is None else request.deadline_seconds
    spec = TTSRequestSpec(text="?", cancel=request.cancel).model_copy(update={"deadline_seconds": deadline})
    return TTSRequest(metadata=request.metadata, spec=spec, status=request.status)


def next_step(request: UnreadableRequest, now: datetime) -> lifecycle.Step | Wait:
    """Finish, LookAgain or Nothing of the lifecycle's steps; Wait when it is to be told that it waits."""
    if not request.may_be_written:
        return lifecycle.Nothing()
    known = stand_in(request)
    if (step := lifecycle.due_end(known, now)) is not None:
        return step
    if request.status.sandbox is not None:
        # another version gave it a sandbox, which runs or has left its report: that version will go on from there
        return lifecycle.LookAgain((lifecycle.deadline_of(known) - now).total_seconds())
    return Wait(
        Reason.WAITING_FOR_NEWER_VERSION,
        f"this operator cannot read the request: {request.problem}",
        request.status.tenant or "",
    )
