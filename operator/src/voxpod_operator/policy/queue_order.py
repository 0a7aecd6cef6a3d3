"""Who goes first among waiting requests, and how many slots are taken. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.tts_request import TTSRequest

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Rank = tuple[int, datetime, str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between a request and a slot."""

    active: int
    ahead: int


def rank(request: TTSRequest) -> Rank:
    """Sort key: higher priority first, then older; creation times are whole seconds, so by name within one."""
    meta = request.metadata
    return (-request.spec.priority, meta.creation_timestamp or _BEGINNING, meta.name, meta.uid)


def ended(request: TTSRequest) -> bool:
    """Whether the request has a terminal phase."""
    return request.status.phase is not None and request.status.phase.terminal


def holds_a_slot(request: TTSRequest, reserved: Set[str]) -> bool:
    """Whether the request has a sandbox, or was promised one a moment ago (`reserved`: UIDs) and the write is under way."""
    return not ended(request) and (request.status.sandbox is not None or request.metadata.uid in reserved)


def standing(request: TTSRequest, others: Iterable[TTSRequest], reserved: Set[str], waits_for: Reason) -> Standing:
    """Slots taken among `others` and waiting ones ahead of `request`.

    A request that waits for something else (a model, a tenant) is not ahead: it could not use the slot.
    """
    mine, active, ahead = rank(request), 0, 0
    for other in others:
        if other.metadata.uid == request.metadata.uid or ended(other):
            continue
        if holds_a_slot(other, reserved):
            active += 1
        elif rank(other) < mine and _could_use_a_slot(other, waits_for):
            ahead += 1
    return Standing(active, ahead)


def next_in_line(others: Iterable[TTSRequest], reserved: Set[str], count: int) -> list[TTSRequest]:
    """The first `count` waiting requests: the ones worth a look when a slot came free."""
    waiting = [r for r in others if not ended(r) and not holds_a_slot(r, reserved)]
    return sorted(waiting, key=rank)[:count]


def _could_use_a_slot(request: TTSRequest, waits_for: Reason) -> bool:
    admitted = find_condition(request.status.conditions, ConditionType.ADMITTED)
    return admitted is None or admitted.reason == waits_for
