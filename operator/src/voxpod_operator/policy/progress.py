"""Whether a sandbox that holds work still gets on, by what it tells. Pure; elapsed seconds come from one monotonic clock.

Kept in memory only: a leader that takes over listens from then on.
"""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.sandbox_protocol import Failure, Progress
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.policy.failures import printable

TELL_SECONDS = 10.0
"""How often a sandbox tells what it is at."""

PROTOCOL = 2
"""Version of the sandbox protocol from which on sandboxes do so."""

SILENT_SECONDS = 60.0
"""Six times nothing: the process hangs or is gone, or no longer reaches the operator."""

STUCK_SECONDS = 180.0
"""The longest step is one utterance, 9.5 s of speech: some 4 s on a core, a minute on a tenth of one without prepared weights.
Also how long a new leader waits for a sandbox that it has not heard at all: one that cannot reach it delivers all the same,
by its termination message."""

UPLOAD_SECONDS = 5.0
"""An upload that takes longer is told on the request."""

_PROGRESS: TypeAdapter[Progress] = TypeAdapter(Progress)


def read_progress(raw: str | bytes) -> Progress:
    """What a sandbox tells, fully validated. Raises ValidationError."""
    told = _PROGRESS.validate_json(raw)
    return replace(told, problem=printable(told.problem))


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of the sandbox that holds a request, and when."""

    pod_uid: str
    at: float
    moved_at: float
    last: Progress | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long nothing was heard, and how long what was heard has not moved."""

    silent: float
    still: float
    ever_heard: bool


class ProgressBook:
    """What this leader has handed out and heard, by request UID."""

    def __init__(self) -> None:
        self._handed: dict[str, str] = {}
        """To which pod."""
        self._heard: dict[str, Heard] = {}
        self._deaf_at = float("-inf")

    def hand(self, uid: str, pod_uid: str) -> None:
        """The work goes to the sandbox now."""
        self._handed[uid] = pod_uid

    def has_work(self, uid: str, pod_uid: str) -> bool:
        """Whether this leader gave the sandbox its work, or heard it speak of that."""
        heard = self._heard.get(uid)
        spoke = heard is not None and heard.pod_uid == pod_uid and heard.last is not None
        return spoke or self._handed.get(uid) == pod_uid

    def hear(self, uid: str, pod_uid: str, told: Progress, now: float) -> None:
        """Take in what the sandbox tells that holds the request."""
        before = self._heard.get(uid)
        moved = before is None or before.pod_uid != pod_uid or before.last is None or before.last.steps != told.steps
        self._heard[uid] = Heard(pod_uid, now, now if moved or before is None else before.moved_at, told)

    def deaf(self, now: float) -> None:
        """Nobody could be heard just now, through no fault of a sandbox: all get their time anew."""
        self._deaf_at = now

    def forget(self, uid: str) -> None:
        """The request is over."""
        self._handed.pop(uid, None)
        self._heard.pop(uid, None)

    def quiet(self, request: TTSRequest, now: float) -> Quiet | None:
        """How quiet the sandbox is that holds the request; listens from the first look on. None unless one that tells
        progress holds it."""
        sandbox = request.status.sandbox
        if sandbox is None or sandbox.pod_uid is None or (sandbox.protocol or 1) < PROTOCOL:
            return None
        heard = self._heard.get(request.metadata.uid)
        if heard is None or heard.pod_uid != sandbox.pod_uid:
            heard = self._heard[request.metadata.uid] = Heard(sandbox.pod_uid, now, now)
        return Quiet(
            silent=now - max(heard.at, self._deaf_at),
            still=now - max(heard.moved_at, self._deaf_at),
            ever_heard=heard.last is not None,
        )


def hung(quiet: Quiet | None) -> Failure | None:
    """Why the sandbox is given up; None while it may be at work."""
    if quiet is None or seconds_left(quiet) > 0:
        return None
    what = "has got nowhere" if quiet.silent < SILENT_SECONDS else "has said nothing"
    return Failure(
        "infrastructure", Reason.SANDBOX_HUNG, f"the sandbox {what} for {max(quiet.silent, quiet.still):.0f} s"
    )


def seconds_left(quiet: Quiet) -> float:
    """Until it is given up, should nothing more be heard; not above 0 when that time has come."""
    of_silence = SILENT_SECONDS if quiet.ever_heard else STUCK_SECONDS
    return min(of_silence - quiet.silent, STUCK_SECONDS - quiet.still)


def upload_worth_telling(request: TTSRequest, told: Progress) -> str | None:
    """The condition's message when the request should say that its upload is under way; None when it says so, or need not.

    At most two writes a sandbox: that it uploads, and the first cause of a failed try.
    """
    if told.stage != "uploading" or not (told.problem or told.stage_seconds >= UPLOAD_SECONDS):
        return None
    condition = find_condition(request.status.conditions, ConditionType.DISPATCHED)
    sandbox = request.status.sandbox
    uploads = f"pod {sandbox.pod_name if sandbox else ''} stores the audio"
    if (
        condition is not None
        and condition.reason == Reason.UPLOADING
        and (condition.message != uploads or not told.problem)
    ):
        return None
    return f"{uploads}; its last try failed: {told.problem}" if told.problem else uploads
