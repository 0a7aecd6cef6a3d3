"""Sandboxes that wait for work: a request goes to one of them, alone, and another takes its place."""

import asyncio
from collections import Counter

import pytest
from prometheus_client import REGISTRY

from operator_harness import running_operator
from operator_world import World
from played_sandbox import claim, finish_pod
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST

QUICK = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}


async def prepare(world: World, **pool: object) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(warmPool=pool))


def warm_jobs(world: World) -> list[Json]:
    return [job for job in world.all_of(JOB) if "voxpod.dev/profile" in job["metadata"]["labels"]]


def running(world: World) -> list[str]:
    return [j["metadata"]["name"] for j in warm_jobs(world) if not (j.get("status") or {}).get("conditions")]


def idle(world: World) -> int:
    """As the leader's metric tells it: the SpeechModel's status is some seconds behind."""
    return int(REGISTRY.get_sample_value("voxpod_sandboxes", {"model": "kokoro", "state": "idle"}) or 0)


@pytest.fixture(autouse=True)
def no_gauge_of_another_test() -> None:
    metrics.SANDBOXES.clear()


def job_of(world: World, name: str, namespace: str = "acme") -> str:
    status = (world.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}
    return str((status.get("sandbox") or {}).get("jobName", ""))


async def test_a_request_goes_to_a_waiting_sandbox_in_one_write_and_another_takes_its_place(world: World) -> None:
    await prepare(world, minIdle=2)
    async with running_operator(world):
        await world.until(lambda: idle(world) == 2, "two sandboxes wait")
        waiting = set(running(world))
        assert len(waiting) == 2
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is spoken")
        assert job_of(world, "hello") in waiting
        assert len(world.claims) == 1
        await world.until(lambda: len(running(world)) == 2 and idle(world) == 2, "the pool is full again")
        assert job_of(world, "hello") not in running(world)
    status = (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]
    assert status["timings"]["startup"] <= 1, "assignment and claim are one"


async def test_forty_requests_at_once_use_each_sandbox_once_and_the_level_returns(world: World) -> None:
    await prepare(world, minIdle=4, maxSandboxes=8)
    async with running_operator(world):
        await world.until(lambda: idle(world) == 4, "four sandboxes wait")
        for number in range(40):
            await world.create(TTS_REQUEST, a_request_body(f"r{number:02}"), "acme")
        await world.until(lambda: all(world.phase(f"r{n:02}") == "Succeeded" for n in range(40)), "all are spoken", 40)
        await world.until(lambda: idle(world) == 4 and len(running(world)) == 4, "the level is back")
    assert max(Counter(job_of(world, f"r{n:02}") for n in range(40)).values()) == 1
    assert len(set(world.claims)) == len(world.claims) == 40


async def test_a_tenant_whose_sandboxes_differ_gets_one_of_its_own(world: World) -> None:
    await prepare(world, minIdle=1)
    await world.create(TENANT, a_tenant_body("globex", sandbox={"cpu": "2"}))
    async with running_operator(world):
        await world.until(lambda: idle(world) == 1, "one waits")
        (waiting,) = running(world)
        await world.create(TTS_REQUEST, a_request_body("own"), "globex")
        await world.until(lambda: world.phase("own", "globex") == "Succeeded", "it is spoken")
        assert job_of(world, "own", "globex").startswith("tts-")
        assert running(world) == [waiting]


async def test_a_new_leader_gives_waiting_sandboxes_their_work_and_makes_no_others(world: World) -> None:
    await prepare(world, minIdle=3)
    async with running_operator(world, **QUICK) as first:
        await world.until(lambda: idle(world) == 3, "three wait")
        waiting = set(running(world))
        await first.kill()
        async with running_operator(world, name="operator-1"):
            await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
            await world.until(lambda: world.phase("hello") == "Succeeded", "it is spoken", 30)
            await world.until(lambda: idle(world) == 3, "three wait again", 30)
            assert len({j["metadata"]["name"] for j in warm_jobs(world)}) <= 4
            assert len(waiting & set(running(world))) >= 2


async def test_the_next_leader_sends_work_whose_answer_was_never_sent(world: World) -> None:
    """Assigned and claimed in one write, and the leader is gone before the sandbox hears of it."""
    await prepare(world, minIdle=1)
    async with running_operator(world, **QUICK) as first:
        await world.until(lambda: idle(world) == 1, "one waits")
        (waiting,) = running(world)
        pod = next(p for p in world.all_of(POD) if p["metadata"]["name"].startswith(waiting))
        await first.kill()
    await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
    meta = pod["metadata"]
    sandbox = {"jobName": waiting, "podName": meta["name"], "podUid": meta["uid"], "protocol": 2}
    given = {"phase": "Running", "tenant": "acme", "model": "kokoro", "attempt": 1, "sandbox": sandbox}
    await world.patch(TTS_REQUEST, "acme", "hello", {"status": given}, "status")
    async with running_operator(world, name="operator-1"):
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is spoken", 30)
    status = (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]
    assert (status["attempt"], status["sandbox"]["jobName"]) == (1, waiting)
    assert len(world.claims) == 1


async def test_of_two_connections_of_a_sandbox_one_gets_the_work(world: World) -> None:
    await prepare(world, minIdle=1)
    got: list[object] = []

    async def asks_twice(world: World, job: Json, pod: Json) -> None:
        token = await world.token_of(pod)
        got.extend(await asyncio.gather(claim(world, token), claim(world, token)))

    world.kubelet = asks_twice
    async with running_operator(world):
        await world.until(lambda: idle(world) == 1, "one waits")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: len(got) >= 2, "both are answered")
    assert len(world.claims) == 1
    assert got.count(None) >= 1


async def test_sandboxes_that_do_not_start_are_not_made_as_fast_as_they_fail(world: World) -> None:
    await prepare(world, minIdle=1)

    async def falls_over(world: World, job: Json, pod: Json) -> None:
        await finish_pod(world, pod, job["metadata"]["name"], "", False)

    world.kubelet = falls_over
    async with running_operator(world):
        await world.until(lambda: len(warm_jobs(world)) >= 1, "one is tried")
        await asyncio.sleep(3)
        assert len(warm_jobs(world)) <= 2


async def test_an_upgrade_replaces_them_one_at_a_time(world: World) -> None:
    await prepare(world, minIdle=3)
    async with running_operator(world, **QUICK) as first:
        await world.until(lambda: idle(world) == 3, "three wait")
        old = set(running(world))
        await first.kill()
    levels: list[int] = []
    async with running_operator(world, name="operator-1", sandbox_image="inference:2"):
        await world.until(lambda: idle(world) >= 3, "they are known to the new leader", 30)

        def renewed() -> bool:
            levels.append(len(running(world)))
            return not old & set(running(world)) and idle(world) == 3

        await world.until(renewed, "all three are new ones", 30)
    assert min(levels) >= 3


async def test_a_model_of_another_digest_ends_them_at_once(world: World) -> None:
    await prepare(world, minIdle=2)
    async with running_operator(world):
        await world.until(lambda: idle(world) == 2, "two wait")
        old = set(running(world))
        await world.patch(
            SPEECH_MODEL,
            "",
            "kokoro",
            {
                "spec": {"warmPool": {"minIdle": 2, "maxSandboxes": 4}, "resources": {"cpu": "2"}},
                "metadata": {"generation": 2},
            },
        )
        await world.until(lambda: not old & set(running(world)) and len(running(world)) == 2, "two others wait", 20)


@pytest.mark.parametrize("most", [1, 3])
async def test_the_pool_never_takes_more_than_the_model_may_have(world: World, most: int) -> None:
    await prepare(world, minIdle=5, maxSandboxes=most)
    async with running_operator(world):
        await world.until(lambda: idle(world) == most, "as many wait as there may be")
        await asyncio.sleep(1)
        assert len(running(world)) == most


async def test_a_tenant_with_settings_of_its_own_finds_sandboxes_of_its_shape(world: World) -> None:
    """Others never get them, nor it theirs; and when the shape is not kept any more they end."""
    await prepare(world, minIdle=1, shapes=[{"tenant": "large", "minIdle": 2}])
    await world.create(TENANT, a_tenant_body("large", sandbox={"cpu": "2", "maxRequests": 2}))

    def waiting(cpu: str) -> list[str]:
        jobs = [job for job in warm_jobs(world) if job["metadata"]["name"] in running(world)]
        return [j["metadata"]["name"] for j in jobs if cpu_of(j) == cpu]

    async with running_operator(world):
        await world.until(lambda: idle(world) == 3, "one of the model's own and two of the tenant's")
        own, large = waiting("1"), waiting("2")
        assert (len(own), len(large)) == (1, 2)
        await world.create(TTS_REQUEST, a_request_body("theirs"), "large")
        await world.create(TTS_REQUEST, a_request_body("ours"), "acme")
        await world.until(
            lambda: world.phase("theirs", "large") == world.phase("ours") == "Succeeded", "both are spoken"
        )
        assert job_of(world, "theirs", "large") in large
        assert job_of(world, "ours") in own
        await world.until(lambda: (len(waiting("1")), len(waiting("2"))) == (1, 2), "both are full again")
        await world.patch(SPEECH_MODEL, "", "kokoro", {"spec": {"warmPool": {"shapes": []}}})
        await world.until(lambda: (len(waiting("1")), len(waiting("2"))) == (1, 0), "the shape's have ended")


async def test_shapes_stay_within_the_models_sandboxes(world: World) -> None:
    await prepare(world, minIdle=2, maxSandboxes=3, shapes=[{"tenant": "large", "minIdle": 3}])
    await world.create(TENANT, a_tenant_body("large", sandbox={"cpu": "2"}))
    async with running_operator(world):
        await world.until(lambda: idle(world) == 3, "as many as it may have")
        await asyncio.sleep(2)
        assert len(running(world)) == 3


def cpu_of(job: Json) -> str:
    return str(job["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])
