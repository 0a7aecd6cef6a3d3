"""Which Kubernetes Event a change of a stored status deserves: what a user should know, one Event a change at most. Pure.

An Event is often shipped to a log store, and what a sandbox writes may hold a tenant's text. So an Event quotes what the
operator or the cluster said, never a sandbox: there it has the reason's own sentence, and the conditions say more.
"""

from voxpod_crds.conditions import Condition, ConditionType, Reason, find_condition
from voxpod_crds.tts_request import Phase, TTSRequestStatus
from voxpod_operator.cluster.event_drafts import Notice

TROUBLE = frozenset(
    {
        Reason.WAITING_FOR_MODEL,
        Reason.WAITING_FOR_TENANT,
        Reason.WAITING_FOR_NODES,
        Reason.WAITING_FOR_NEWER_VERSION,
        Reason.WAITING_FOR_STORE,
        Reason.WAITING_FOR_CAPACITY,
    }
)
"""Waits that somebody may have to do something about; the others are turns that come."""

GOOD_WHEN_TRUE = frozenset({ConditionType.READY, ConditionType.STORE_REACHABLE})

_ENDS = {
    Phase.SUCCEEDED: "Complete",
    Phase.FAILED: "Fail",
    Phase.CANCELLED: "Cancel",
    Phase.REJECTED: "Reject",
}


def of_request(old: TTSRequestStatus, new: TTSRequestStatus) -> Notice | None:
    """What the way from one stored status of a TTSRequest to the next tells its user; None when it is no news."""
    if new.phase is not None and new.phase.terminal:
        return None if old.phase == new.phase else _ended(new, new.phase)
    before, after = _of(old, ConditionType.ADMITTED), _of(new, ConditionType.ADMITTED)
    if after is not None and _changed(before, after):
        return _admitted(new, after) if after.status == "True" else _waits(after)
    before, after = _of(old, ConditionType.DISPATCHED), _of(new, ConditionType.DISPATCHED)
    if after is None or not (_changed(before, after) or old.attempt != new.attempt):
        return None
    return _dispatched(new, after)


def reason_of_end(status: TTSRequestStatus) -> str:
    """Why the request ended as it did, as one word."""
    complete = _of(status, ConditionType.COMPLETE)
    return complete.reason if complete is not None else ""


def of_conditions(old: list[Condition], new: list[Condition]) -> list[Notice]:
    """What the changed conditions of a Tenant or SpeechModel tell. That nothing is the matter is told where something was."""
    told = []
    for after in new:
        before = next((c for c in old if c.type == after.type), None)
        good = after.status == ("True" if after.type in GOOD_WHEN_TRUE else "False")
        if _changed(before, after) and (before is not None or not good or after.type == ConditionType.READY):
            fine = good or after.reason == Reason.PROBING
            said = after.message or _sentence(after.reason)
            told.append(Notice("Normal" if fine else "Warning", after.reason, "Judge", said))
    return told


def _ended(status: TTSRequestStatus, phase: Phase) -> Notice:
    complete = _of(status, ConditionType.COMPLETE)
    reason, message = (complete.reason, complete.message) if complete is not None else (phase.value, "")
    if phase is Phase.SUCCEEDED:
        return Notice("Normal", reason, _ENDS[phase], message)
    if phase is Phase.CANCELLED:
        return Notice("Normal", reason, _ENDS[phase], _sentence(reason))
    said = message if phase is Phase.REJECTED else _sentence(reason)
    return Notice("Warning", reason, _ENDS[phase], f"{phase}: {said}")


def _admitted(status: TTSRequestStatus, admitted: Condition) -> Notice:
    job = f"; sandbox {status.sandbox.job_name} starts" if status.sandbox is not None else ""
    return Notice("Normal", admitted.reason, "Admit", f"{admitted.message}{job}")


def _waits(admitted: Condition) -> Notice:
    return Notice("Warning" if admitted.reason in TROUBLE else "Normal", admitted.reason, "Wait", admitted.message)


def _dispatched(status: TTSRequestStatus, dispatched: Condition) -> Notice | None:
    if dispatched.reason == Reason.CLAIMED:
        return Notice("Normal", dispatched.reason, "Claim", dispatched.message)
    if dispatched.reason == Reason.RETRYING:
        after = f" after {status.failed_attempts[-1].reason}" if status.failed_attempts else ""
        attempt = str(status.attempt or 1)
        return Notice("Warning", dispatched.reason, "Retry", f"attempt {attempt}{after}", occasion=attempt)
    if dispatched.reason == Reason.SANDBOX_STARTING:
        return None  # it was told with the admission, or with the retry
    said = _sentence(dispatched.reason) if dispatched.reason == Reason.UPLOADING else dispatched.message
    return Notice("Warning", dispatched.reason, "Dispatch", said)


def _changed(before: Condition | None, after: Condition) -> bool:
    return before is None or (before.status, before.reason) != (after.status, after.reason)


def _of(status: TTSRequestStatus, type_: ConditionType) -> Condition | None:
    return find_condition(status.conditions, type_)


def _sentence(reason: str) -> str:
    return next((str(known.__doc__) for known in Reason if known == reason), reason)
