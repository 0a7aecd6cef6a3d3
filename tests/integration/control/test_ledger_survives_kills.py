"""The operator is killed after each write of a request's life, and two of them lead at a time: charges are what was made."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from operator_harness import Replica, running_operator, settings_for
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.base import ResourceKey
from voxpod_operator import context
from voxpod_operator.app import assemble
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.errors import Conflict
from voxpod_operator.policy.admission import Admit, decide
from voxpod_operator.reconcile.requests import _candidate
from voxpod_operator.reconcile.schedule import reconcile_schedule
from voxpod_operator.reconcile.telling import snapshot
from voxpod_operator.reconcile.tenants import reconcile_tenant
from voxpod_operator.resync import load

SHORT_LEASE = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}
LIFE = ["tenants", "ttsrequests", "jobs", "ttsrequests", "ttsrequests", "tenants"]
"""What is written for a request, in this order: hold, assignment, Job, claim, end, charge."""


@pytest.fixture(autouse=True)
def settled_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.2)


def ledger(world: World) -> dict[str, Any]:
    return dict((world.stored(TENANT, None, "acme") or {}).get("status") or {})


def ready(world: World) -> bool:
    model = (world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status") or {}
    return any(c["type"] == "Ready" and c["status"] == "True" for c in model.get("conditions") or [])


class Killer:
    """Counts the writes of a request's life, and kills the operator in the middle of the one with a number: it has its effect,
    and its answer is lost."""

    def __init__(self, world: World, replica: Replica, number: int) -> None:
        self.seen: list[str] = []
        self.killed: asyncio.Task[None] | None = None
        self._replica, self._number, self._before = replica, number, world.kube.on_change
        world.kube.on_change = self.on_change

    def on_change(self, method: str, plural: str, raw: dict[str, Any]) -> None:
        if self._before is not None:
            self._before(method, plural, raw)
        ours = plural in ("tenants", "ttsrequests") and method == "PATCH"
        if self.killed is None and (ours or (plural == "jobs" and method == "POST")):
            self.seen.append(plural)
            if len(self.seen) == self._number:
                self.killed = asyncio.get_running_loop().create_task(self._replica.kill())


@pytest.mark.parametrize("number", range(1, len(LIFE) + 1))
async def test_killed_after_each_write_the_request_is_charged_once(crowded: World, number: int) -> None:
    await crowded.create(TENANT, a_tenant_body(quota={"requestsPerDay": 10}))
    await crowded.create(SPEECH_MODEL, a_model_body())
    async with running_operator(crowded, **SHORT_LEASE) as first:
        await crowded.until(lambda: ready(crowded) and ledger(crowded).get("usage"), "all is ready")
        killer = Killer(crowded, first, number)
        await crowded.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await crowded.until(lambda: killer.killed is not None, "the moment")
        assert killer.killed is not None
        await killer.killed
    assert killer.seen == LIFE[:number]
    async with running_operator(crowded, pod_name="operator-1", **SHORT_LEASE):
        await crowded.until(lambda: crowded.phase("hello") == "Succeeded", "it is done all the same", 20)
        await crowded.until(lambda: not ledger(crowded).get("holds"), "nothing is held", 20)
    made = (crowded.stored(TTS_REQUEST, "acme", "hello") or {})["status"]["usage"]
    usage = ledger(crowded)["usage"]
    assert usage["requests"] == 1
    assert {k: usage[k] for k in made} == made == {"characters": 6, "audioSeconds": 1.5}


def a_leader(world: World, name: str) -> Context:
    """The parts of an operator that takes itself for the leader, none of them running."""
    api, login = world.connection()
    ctx = assemble(settings_for(world, pod_name=name), api, lambda **_: login, world.store).ctx  # type: ignore[arg-type]
    ctx.gateway.__dict__["_may_write"] = lambda: True
    ctx.queue.open()
    return ctx


async def grant(ctx: Context, name: str) -> None:
    """As far as the ledger: the request has a slot."""
    request = ctx.view.live_request(ResourceKey("acme", name))
    assert request is not None
    decision = decide(snapshot(ctx, request))
    assert isinstance(decision, Admit), decision
    ctx.book.wait(_candidate(request, decision))
    await reconcile_schedule(ctx, ResourceKey("", ""))


@pytest.fixture
async def two_leaders(crowded: World) -> Any:
    """Each with a request of its own in mind, one below the limit."""
    await crowded.create(TENANT, a_tenant_body(quota={"requestsPerDay": 2}))
    await crowded.create(SPEECH_MODEL, a_model_body())
    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("before"), "acme")
        await crowded.until(lambda: crowded.phase("before") == "Succeeded", "one is used")
        await crowded.until(lambda: (ledger(crowded).get("usage") or {}).get("requests") == 1, "and charged")
    for name in ("a", "b"):
        await crowded.create(TTS_REQUEST, a_request_body(name), "acme")
    leaders = [a_leader(crowded, f"operator-{n}") for n in (1, 2)]
    for ctx in leaders:
        await load(ctx)
    yield leaders
    for ctx in leaders:
        await ctx.gateway._api.close()


async def test_of_two_leaders_at_one_below_the_limit_exactly_one_admits(crowded: World, two_leaders: Any) -> None:
    for ctx, term, name in zip(two_leaders, (900_001, 900_002), ("a", "b"), strict=True):
        ctx.serving.term = term
        await grant(ctx, name)
    outcomes = await asyncio.gather(
        *(reconcile_tenant(ctx, ResourceKey("", "acme")) for ctx in two_leaders), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    assert any(isinstance(outcome, Conflict) for outcome in outcomes)
    assert len(ledger(crowded)["holds"]) == 1


async def test_a_deposed_leader_that_reads_again_leaves_the_ledger_alone(crowded: World, two_leaders: Any) -> None:
    deposed, leads = two_leaders
    deposed.serving.term, leads.serving.term = 900_001, 900_002
    await grant(deposed, "a")
    await grant(leads, "b")
    await reconcile_tenant(leads, ResourceKey("", "acme"))
    before = ledger(crowded)
    await load(deposed)
    with pytest.raises(Exception, match="a later leader keeps its ledger"):
        await reconcile_tenant(deposed, ResourceKey("", "acme"))
    assert ledger(crowded) == before


async def test_a_ledger_of_another_cluster_is_left_alone_until_its_term_is_taken_out(crowded: World) -> None:
    """As docs/quotas.md says it to who restores a backup."""
    await crowded.create(TENANT, a_tenant_body(quota={"requestsPerDay": 10}))
    await crowded.create(SPEECH_MODEL, a_model_body())
    await crowded.patch(TENANT, "", "acme", {"status": {"term": 10**15}}, "status")
    async with running_operator(crowded):
        await crowded.until(lambda: ready(crowded), "the model is ready")
        await crowded.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await asyncio.sleep(1)
        assert crowded.phase("hello") in ("", "Queued")
        await crowded.patch(TENANT, "", "acme", {"status": {"term": None}}, "status")
        await crowded.until(lambda: crowded.phase("hello") == "Succeeded", "it goes on", 20)


async def test_a_ledger_of_an_earlier_day_of_this_cluster_is_simply_kept_on(crowded: World) -> None:
    await crowded.create(TENANT, a_tenant_body(quota={"requestsPerDay": 10}))
    await crowded.create(SPEECH_MODEL, a_model_body())
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).isoformat()
    gone = {"uid": "6f1d7b6e-1111-4222-8333-444455556666", "namespace": "acme", "name": "gone", "characters": 6}
    hold = {**gone, "audioSeconds": 1.0, "windowStart": start, "since": start}
    usage = {"windowStart": start, "requests": 3, "characters": 60, "audioSeconds": 9.0}
    await crowded.patch(TENANT, "", "acme", {"status": {"term": 1, "usage": usage, "holds": [hold]}}, "status")
    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await crowded.until(lambda: crowded.phase("hello") == "Succeeded", "it is done", 20)
        await crowded.until(lambda: not ledger(crowded).get("holds"), "nothing is held", 20)
    assert {k: ledger(crowded)["usage"][k] for k in ("requests", "characters", "audioSeconds")} == {
        "requests": 5,
        "characters": 72,
        "audioSeconds": 11.5,
    }
