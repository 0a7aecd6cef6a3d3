"""A leader acts only while its Lease is fresh, whatever hangs; deadlines are kept, whatever does not come."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import kopf
import pytest
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from operator_harness import running_operator, settings_for
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.base import ResourceKey
from voxpod_operator.app import assemble
from voxpod_operator.cluster.gateway import ClusterGateway
from voxpod_operator.cluster.kinds import ENDPOINT_SLICE, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.server_clock import ServerClock
from voxpod_operator.errors import NotLeading, WatchFailed
from voxpod_operator.leadership import Leadership

RENEW_DEADLINE_SECONDS = 10.0
"""Of the harness, with a Lease of 15 s."""


class _Lease(ClusterGateway):
    """The real gateway, until a replace hangs."""

    hanging = False

    async def replace(self, *call: Any) -> Any:
        if self.hanging:
            await asyncio.sleep(60)
        return await super().replace(*call)


def pass_time(leadership: Leadership, seconds: float) -> None:
    """As if the last renewal were so much longer ago: what the process finds that was paused, or whose tries failed since."""
    leadership.__dict__["_renewed_at"] -= seconds


async def test_a_call_that_hangs_at_the_end_of_the_renew_deadline_does_not_prolong_it(world: World) -> None:
    """22 s against a Lease of 15: tries that fail at once until just before the deadline, then one that hangs."""
    api = ApiClient(Configuration(host=str(world.kube.url).rstrip("/")))
    gateway = _Lease(api, ServerClock())
    leadership = Leadership(gateway, settings_for(world), ServerClock().now)
    try:
        await leadership.acquire()
        gateway.hanging = True
        pass_time(leadership, RENEW_DEADLINE_SECONDS - 0.5)
        began = time.monotonic()
        await leadership.keep()
        assert not leadership.leading
        assert time.monotonic() - began < RENEW_DEADLINE_SECONDS / 2, "the hanging try had a deadline of its own"
    finally:
        await api.close()


async def test_a_leader_that_could_not_renew_writes_nothing(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    api = ApiClient(Configuration(host=str(world.kube.url).rstrip("/")))
    leadership = Leadership(ClusterGateway(api, ServerClock()), settings_for(world), ServerClock().now)
    gateway = ClusterGateway(api, ServerClock(), may_write=lambda: leadership.fresh)
    key = ResourceKey("", "acme")
    try:
        await leadership.acquire()
        found = await gateway.get(TENANT, key)
        assert found is not None
        await gateway.patch_status(TENANT, key, {"active": 1}, found["metadata"]["resourceVersion"])
        pass_time(leadership, RENEW_DEADLINE_SECONDS)
        assert leadership.leading, "it does not know better yet"
        with pytest.raises(NotLeading):
            await gateway.patch_status(TENANT, key, {"active": 2}, "")
        assert (await gateway.get(TENANT, key) or {})["status"]["active"] == 1
        await leadership.publish()
        assert world.all_of(ENDPOINT_SLICE) == [], "it leads nobody to itself"
    finally:
        await api.close()


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(
            {"lease_renew_deadline_seconds": 60.0, "lease_duration_seconds": 5.0}, id="deadline past the Lease"
        ),
        pytest.param({"lease_retry_seconds": 12.0}, id="retry past the deadline"),
    ],
)
def test_lease_times_that_allow_two_leaders_are_refused(world: World, times: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="lease_retry_seconds < lease_renew_deadline_seconds < lease_duration_seconds"):
        settings_for(world, **times)


async def test_requests_end_at_their_deadline_though_no_event_of_a_job_ever_comes(world: World) -> None:
    """The Job controller is away: nothing planned another look, and 18 of 20 requests outlived their deadline."""
    world.kube.on_change = None
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 20}))
    async with running_operator(world):
        await _make_ready(world)
        for number in range(20):
            await world.create(TTS_REQUEST, a_request_body(f"r{number}", deadlineSeconds=5), "acme")
        await world.until(lambda: all(world.phase(f"r{n}") == "Failed" for n in range(20)), "all ended", 12)
    assert {world.reason(f"r{n}", "Complete") for n in range(20)} == {"DeadlineExceeded"}


async def _make_ready(world: World) -> None:
    await world.until(lambda: (world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status"), "the model is judged")
    model = world.stored(SPEECH_MODEL, None, "kokoro") or {}
    ready = [{**c, "status": "True", "reason": "Ready"} for c in model["status"]["conditions"]]
    facts = {"voices": ["af_heart"], "languages": ["en"], "conditions": ready}
    await world.patch(SPEECH_MODEL, "", "kokoro", {"status": facts}, "status")


@pytest.mark.parametrize("skew", [10, -10, 1200, -1200])
async def test_a_deadline_counts_on_the_api_servers_clock(
    world: World, skew: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator 5 s ahead failed a request of 5 s at its birth; one behind let it live on."""
    wall = time.time
    monkeypatch.setattr(ServerClock.__init__, "__defaults__", (lambda: wall() + skew, time.monotonic))
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("quick", deadlineSeconds=8), "acme")
        await world.until(lambda: world.phase("quick") == "Succeeded", "spoken")
        world.sandboxes_silent = True
        await world.create(TTS_REQUEST, a_request_body("late", deadlineSeconds=5), "acme")
        await world.until(lambda: world.phase("late") == "Failed", "ended", 10)
    assert world.reason("late", "Complete") == "DeadlineExceeded"


def test_the_clock_is_the_servers_within_the_bounds_of_its_answers() -> None:
    local = [1000.0]
    clock = ServerClock(wall=lambda: local[0] + 20, monotonic=lambda: local[0])
    assert clock.now().timestamp() == 1020
    clock.observe("Thu, 01 Jan 1970 00:16:40 GMT", 1000.0)  # the server says 1000 to 1001
    assert clock.now().timestamp() == 1001
    local[0] += 0.5
    clock.observe("Thu, 01 Jan 1970 00:16:40 GMT", 1000.5)  # and half a second later still 1000
    assert clock.now().timestamp() == 1001
    clock.observe("nonsense", 1000.5)
    clock.observe("Thu, 01 Jan 1970 01:00:00 GMT", 1000.5)  # somebody set the server's clock
    assert clock.now().timestamp() == 3600


async def _scanning_fails(*_: Any, **__: Any) -> Any:
    raise ValueError("the API server answers nonsense")


async def _watch_is_told_of_an_error(*_: Any, **__: Any) -> AsyncIterator[Any]:
    yield {"type": "ERROR", "object": {"kind": "Status", "code": 500, "message": "etcd is away"}}


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        pytest.param("kopf._cogs.clients.scanning.scan_resources", _scanning_fails, id="it cannot look for its kinds"),
        pytest.param("kopf._cogs.clients.watching.watch_objs", _watch_is_told_of_an_error, id="an ERROR event"),
    ],
)
async def test_an_operator_whose_watches_fail_ends_instead_of_leading_deaf(
    world: World, part: str, broken: Any
) -> None:
    """Kopf logs that its observer has failed, and hangs: the pod became Ready and led with dead watches. What ends the
    process is ours, so that it is told in one line."""
    url = str(world.kube.url).rstrip("/")
    api = ApiClient(Configuration(host=url))
    operator = assemble(settings_for(world), api, lambda **_: kopf.ConnectionInfo(server=url), world.store)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(part, broken)
        with pytest.raises(BaseExceptionGroup) as ended:
            await asyncio.wait_for(operator.run(asyncio.Event()), 20)
    assert ended.group_contains(WatchFailed)
