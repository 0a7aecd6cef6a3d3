"""A sandbox that holds work and gets nowhere is given up long before the deadline; one that gets on is left alone."""

import asyncio
import re
import time

import pytest

from kube_emulator import Call, Fault
from operator_harness import running_operator
from operator_world import World
from played_sandbox import claim, post_result, speak, tell
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Progress, Stage, Work
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.policy import progress as policy

SHORT_LEASE = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(policy, "STUCK_SECONDS", 2.0)


async def a_claimed_request(world: World) -> tuple[str, Work]:
    """Of a sandbox that the test plays: its token and its work. Later ones speak by themselves."""
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
    token = await world.token_of_request("hello")
    work = await claim(world, token)
    assert work is not None
    world.sandboxes_silent = False
    return token, work


def status(world: World) -> Json:
    return dict((world.stored(TTS_REQUEST, "acme", "hello") or {})["status"])


def told(work: Work, steps: int, stage: Stage = "synthesizing", seconds: float = 1.0, problem: str = "") -> Progress:
    return Progress(work.request_uid, stage, seconds, steps, problem)


async def given_up(world: World) -> None:
    await world.until(lambda: world.phase("hello") == "Succeeded", "a fresh sandbox speaks", 15)
    assert status(world)["attempt"] == 2


async def test_a_sandbox_that_falls_silent_is_replaced(world: World) -> None:
    async with running_operator(world):
        token, work = await a_claimed_request(world)
        await tell(world, token, told(work, 1))
        await world.until(lambda: world.reason("hello", "Dispatched") != "Claimed", "it is given up", 5)
        assert "SandboxHung: the sandbox has said nothing for" in str(status(world)["conditions"])
        await given_up(world)


async def test_a_sandbox_that_tells_and_gets_nowhere_is_replaced_and_told_to_stop(world: World) -> None:
    async with running_operator(world):
        token, work = await a_claimed_request(world)
        async with asyncio.timeout(10):
            while await tell(world, token, told(work, 7)) == 204:  # noqa: ASYNC110 - a sandbox tells, it does not wait
                await asyncio.sleep(0.2)
        await given_up(world)


async def test_a_sandbox_that_gets_on_is_left_alone(world: World) -> None:
    async with running_operator(world):
        token, work = await a_claimed_request(world)
        for steps in range(15):
            assert await tell(world, token, told(work, steps)) == 204
            await asyncio.sleep(0.2)
        assert await post_result(world, token, speak(world, work)) == 204
        assert (world.phase("hello"), status(world)["attempt"]) == ("Succeeded", 1)


async def test_a_sandbox_of_the_release_before_may_be_silent(world: World) -> None:
    world.sandboxes_silent = True
    async with running_operator(world):
        await world.create(TENANT, a_tenant_body())
        await world.create(SPEECH_MODEL, a_model_body())
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        headers = {"Authorization": f"Bearer {await world.token_of_request('hello')}"}
        async with world.http.get(f"https://voxpod-dispatch:{world.dispatch_port}/v1/claim", headers=headers) as answer:
            assert answer.status == 200
        await asyncio.sleep(2.5)
        assert (world.reason("hello", "Dispatched"), status(world)["attempt"]) == ("Claimed", 1)


async def test_a_new_leader_listens_from_its_takeover_on(world: World) -> None:
    async with running_operator(world, **SHORT_LEASE) as first:
        token, work = await a_claimed_request(world)
        await tell(world, token, told(work, 1))
        last_heard = time.monotonic()
        await first.kill()
    await asyncio.sleep(2.0)
    async with running_operator(world, pod_name="operator-1", **SHORT_LEASE):
        await world.until(lambda: world.reason("hello", "Dispatched") != "Claimed", "it is given up", 10)
        (silent,) = re.findall(r"has said nothing for (\d+) s", str(status(world)["conditions"]))
        assert int(silent) < time.monotonic() - last_heard - 2.0, "not counted from what the leader before heard"
        await given_up(world)


async def test_nobody_is_blamed_while_tokens_cannot_be_reviewed(world: World) -> None:
    async with running_operator(world):
        token, work = await a_claimed_request(world)
        until = time.monotonic() + 3.0
        while time.monotonic() < until:
            world.kube.fault = Fault(Call("POST", "tokenreviews"), "broken")
            assert await tell(world, token, told(work, 1)) == 503
            await asyncio.sleep(0.3)
        assert await tell(world, token, told(work, 2)) == 204
        assert (world.reason("hello", "Dispatched"), status(world)["attempt"]) == ("Claimed", 1)


async def test_an_upload_under_way_is_told_apart_from_synthesis_with_two_writes_at_most(world: World) -> None:
    async with running_operator(world):
        token, work = await a_claimed_request(world)
        await tell(world, token, told(work, 1, "uploading", 0.5))
        assert world.reason("hello", "Dispatched") == "Claimed"
        before = len(world.kube.calls)
        for steps, seconds, problem in ((2, 6.0, ""), (3, 7.0, ""), (4, 8.0, "503 SlowDown"), (5, 9.0, "TimeoutError")):
            assert await tell(world, token, told(work, steps, "uploading", seconds, problem)) == 204
        writes = [call for call in world.kube.calls[before:] if str(call) == "PATCH ttsrequests/status"]
        assert len(writes) == 2
        condition = next(c for c in status(world)["conditions"] if c["type"] == "Dispatched")
        assert (condition["status"], condition["reason"]) == ("True", "Uploading")
        assert condition["message"].endswith("stores the audio; its last try failed: 503 SlowDown")
        assert await post_result(world, token, speak(world, work)) == 204
        assert world.phase("hello") == "Succeeded"


async def test_progress_of_another_pod_or_request_is_not_heard(world: World) -> None:
    async with running_operator(world):
        token, work = await a_claimed_request(world)
        assert await tell(world, token, Progress("another", "synthesizing", 1.0, 1)) == 410
        assert await tell(world, "forged", told(work, 1)) == 401


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"request_uid": "x", "stage": "dancing", "stage_seconds": 1, "steps": 1}', id="another stage"),
        pytest.param(
            b'{"request_uid": "x", "stage": "uploading", "stage_seconds": 1, "steps": -1}', id="negative steps"
        ),
    ],
)
async def test_malformed_progress_is_refused(world: World, body: bytes) -> None:
    async with running_operator(world):
        token, _ = await a_claimed_request(world)
        async with world.http.post(
            f"https://voxpod-dispatch:{world.dispatch_port}/v1/progress",
            data=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            assert response.status == 400
            assert "malformed progress" in await response.text()
