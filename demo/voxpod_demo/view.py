"""A TTSRequest as the demo shows it. Pure: one object in, words and numbers out."""

from dataclasses import dataclass

from voxpod_crds.conditions import Condition, Reason
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_demo.kubectl import Json


@dataclass(frozen=True, slots=True)
class RequestView:
    """What is to be seen of one request; times in seconds, None where there is none (yet)."""

    key: str
    """namespace/name"""
    uid: str
    tenant: str
    phase: str
    ended: bool
    detail: str
    """Why it stands where it stands, in one line."""
    queued: float | None
    startup: float | None
    synthesis: float | None
    upload: float | None
    audio: float | None
    voice: str
    reason: str
    """Of the last condition."""

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of synthesis for a second of audio; below 1 is faster than it is spoken."""
        return real_time_factor(self.synthesis, self.audio)


def real_time_factor(synthesis: float | None, audio: float | None) -> float | None:
    """Synthesis time over audio time; None where either is missing or there is no audio."""
    return synthesis / audio if synthesis is not None and audio else None


def view_of(thing: Json) -> RequestView:
    """The view of a TTSRequest as the API server sends it."""
    request = TTSRequest.model_validate(thing)
    status = request.status
    times = status.timings
    last = status.conditions[-1] if status.conditions else None
    return RequestView(
        key=str(request.metadata.key),
        uid=request.metadata.uid,
        tenant=status.tenant or "",
        phase=status.phase or Phase.PENDING,
        ended=status.phase is not None and status.phase.terminal,
        detail=_detail(request, last),
        queued=_seconds(times.queued if times else None),
        startup=_seconds(times.startup if times else None),
        synthesis=_seconds(times.synthesis if times else None),
        upload=_seconds(times.upload if times else None),
        audio=status.audio.duration_seconds if status.audio else None,
        voice=status.voice or "",
        reason=last.reason if last else "",
    )


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _detail(request: TTSRequest, last: Condition | None) -> str:
    """What a person wants to know in this phase."""
    status = request.status
    match status.phase:
        case None | Phase.PENDING:
            return "not seen by the operator yet"
        case Phase.SUCCEEDED if status.audio is not None:
            return f"{status.audio.duration_seconds:.1f} s of audio, voice {status.voice}"
        case Phase.RUNNING:
            return f"speaking{_attempt(status.attempt)}"
        case Phase.QUEUED if status.queue_position is not None and last is not None:
            return f"{last.reason}, number {status.queue_position} in line"
        case Phase.QUEUED if last is not None and last.reason == Reason.SANDBOX_STARTING:
            return f"its sandbox starts{_attempt(status.attempt)}"
        case _:
            return _reason(last)


def _attempt(attempt: int | None) -> str:
    return f", attempt {attempt}" if (attempt or 1) > 1 else ""


def _reason(last: Condition | None) -> str:
    return f"{last.reason}: {last.message}" if last is not None else ""
