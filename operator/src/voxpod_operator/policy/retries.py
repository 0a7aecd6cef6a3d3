"""Whether another sandbox is tried after one that failed, when, and with how much memory. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from voxpod_crds.conditions import Reason
from voxpod_crds.sandbox_protocol import Failure, Fault
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import TenantSandbox
from voxpod_crds.tts_request import FailedAttempt

MAX_ATTEMPTS: dict[Fault, int] = {"input": 1, "engine": 2, "infrastructure": 3}
"""Sandboxes that may fail for one request, by who is at fault in the last one."""

FIRST_PAUSE_SECONDS = 2.0
"""Enough for a node that went to be known as gone; nobody wants to wait longer for a sandbox that somebody deleted."""
PAUSE_GROWTH = 4
LONGEST_PAUSE_SECONDS = 60.0

_UNITS = {"M": 10**6, "G": 10**9, "T": 10**12, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclass(frozen=True, slots=True)
class Memory:
    """What the next sandbox of a request gets, and what one after it would if that were not enough."""

    limit: str
    more: str | None
    """None: no more is allowed, or it was raised already."""


def memory_for(
    model: SpeechModel, tenant_settings: TenantSandbox, ceiling: str, failed: Iterable[FailedAttempt]
) -> Memory:
    """Memory of the next sandbox: as declared; once more, up to `ceiling`, after one that met its limit.

    A Tenant's own sandbox.memory is a grant, and stays what it is.
    """
    declared = tenant_settings.memory or model.spec.resources.memory
    more = None if tenant_settings.memory else _doubled(declared, ceiling)
    met_its_limit = any(one.reason == Reason.OUT_OF_MEMORY for one in failed)
    return Memory(more or declared, None) if met_its_limit else Memory(declared, more)


def may_retry(failure: Failure, failed_before: int, memory_can_grow: bool) -> bool:
    """Whether a fresh sandbox may do better, when `failed_before` failed before this one."""
    if failure.reason == Reason.OUT_OF_MEMORY and not memory_can_grow:
        return False
    return failed_before + 1 < MAX_ATTEMPTS[failure.fault]


def pause_after(failure: Failure) -> bool:
    """Whether time may heal it: what an engine did, or too little memory, is no better in a minute."""
    return failure.fault == "infrastructure" and failure.reason != Reason.OUT_OF_MEMORY


def end_of_pause(uid: str, number: int, deadline: datetime, now: datetime) -> datetime:
    """When the next sandbox may be made after the `number`th of a request that failed or did not start, counted from 1.

    2 s, 8 s, 32 s, then a minute, each a quarter more or less by request, so that what failed together does not come back
    together; at most half of the time that is left, so that there is a next one.
    """
    growing = min(FIRST_PAUSE_SECONDS * PAUSE_GROWTH ** min(number - 1, 8), LONGEST_PAUSE_SECONDS)
    spread = int.from_bytes(hashlib.sha256(f"{uid}/{number}".encode()).digest()[:4]) / 2**32
    pause = timedelta(seconds=growing * (0.75 + spread / 2))
    return now + max(min(pause, (deadline - now) / 2), timedelta(0))


def _doubled(memory: str, ceiling: str) -> str | None:
    """Twice the memory, at most the ceiling; None when that is not more."""
    number = memory.rstrip("MGTi")
    twice = f"{(2 * Decimal(number)).normalize():f}{memory[len(number) :]}"
    best = min(twice, ceiling, key=_bytes)
    return best if _bytes(best) > _bytes(memory) else None


def _bytes(memory: str) -> Decimal:
    number = memory.rstrip("MGTi")
    return Decimal(number) * _UNITS[memory[len(number) :]]
