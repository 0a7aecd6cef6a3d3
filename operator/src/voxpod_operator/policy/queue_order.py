"""Who goes first among waiting requests, and how many slots are taken. Pure."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.view import InvalidResource

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between a request and a slot."""

    active: int
    ahead: int
    ahead_of_own: int
    """Of those ahead, requests of its own tenant."""


def rank(request: TTSRequest) -> tuple[int, tuple[datetime, str, str]]:
    """Sort key within a tenant: higher priority first, then who waits longer; times are whole seconds, so by name within one."""
    return (-request.spec.priority, _age(request))


def ended(request: TTSRequest | InvalidResource) -> bool:
    """Whether the request has a terminal phase."""
    return request.status.phase is not None and request.status.phase.terminal


def holds_a_slot(request: TTSRequest, reserved: Set[str]) -> bool:
    """Whether the request has a sandbox, or was promised one a moment ago (`reserved`: UIDs) and the write is under way."""
    return not ended(request) and (request.status.sandbox is not None or request.metadata.uid in reserved)


def turns(waiting: Iterable[TTSRequest], tenant_of: Mapping[str, str]) -> list[TTSRequest]:
    """Waiting requests in the order of their turns; `tenant_of` maps namespaces to tenants.

    A tenant's turns come as its requests came; priority only decides which of its own requests takes which of its turns,
    so that nobody gets ahead of another tenant by asking loudly.
    """
    by_tenant: dict[str, list[TTSRequest]] = defaultdict(list)
    for request in waiting:
        by_tenant[tenant_of.get(request.metadata.namespace, "")].append(request)
    taken = [
        pair
        for mine in by_tenant.values()
        for pair in zip(sorted(map(_age, mine)), sorted(mine, key=rank), strict=True)
    ]
    return [request for _, request in sorted(taken, key=lambda pair: pair[0])]


def standing(
    request: TTSRequest,
    others: Iterable[TTSRequest],
    reserved: Set[str],
    waits_for: Reason,
    tenant_of: Mapping[str, str],
) -> Standing:
    """Slots taken among `others` (which may hold `request` itself), and waiting ones whose turn comes before its own.

    A request that waits for something else (a model, a tenant) is not ahead: it could not use the slot.
    """
    active, waiting = 0, [request]
    for other in others:
        if other.metadata.uid == request.metadata.uid or ended(other):
            continue
        if holds_a_slot(other, reserved):
            active += 1
        elif _could_use_a_slot(other, waits_for):
            waiting.append(other)
    ahead = list(itertools.takewhile(lambda r: r is not request, turns(waiting, tenant_of)))
    tenant = tenant_of.get(request.metadata.namespace)
    return Standing(active, len(ahead), sum(tenant_of.get(r.metadata.namespace) == tenant for r in ahead))


def next_in_line(
    others: Iterable[TTSRequest], reserved: Set[str], count: int, tenant_of: Mapping[str, str]
) -> list[TTSRequest]:
    """The first `count` waiting requests: the ones worth a look when a slot came free."""
    return turns((r for r in others if not ended(r) and not holds_a_slot(r, reserved)), tenant_of)[:count]


def _age(request: TTSRequest) -> tuple[datetime, str, str]:
    """Since when it waits. Who gave a slot back waits since the end of its pause: it had its turn, and by its age it would have
    the next one too, for ever ahead of all who came later."""
    meta = request.metadata
    created = meta.creation_timestamp or _BEGINNING
    return (max(created, request.status.not_before or created), meta.name, meta.uid)


def _could_use_a_slot(request: TTSRequest, waits_for: Reason) -> bool:
    admitted = find_condition(request.status.conditions, ConditionType.ADMITTED)
    return admitted is None or admitted.reason == waits_for
