"""spec.sandbox.maxRequests: a sandbox serves several requests of its tenant, one after another, and nobody else's."""

import asyncio
from collections import Counter

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from serving_sandboxes import Served
from voxpod_operator import reuse
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which sandbox gets a request does not depend on how busy the machine is."""
    monkeypatch.setattr(reuse, "TOGETHER_SECONDS", 2.0)
    monkeypatch.setattr(reuse, "EXPECTED_SECONDS", 5.0)


QUICK = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}


async def prepare(world: World, most: int | None, **pool: int) -> Served:
    sandbox = {} if most is None else {"sandbox": {"maxRequests": most}}
    await world.create(TENANT, a_tenant_body(quota={"concurrentRequests": 1}, **sandbox))
    await world.create(TENANT, a_tenant_body("other"))
    await world.create(SPEECH_MODEL, a_model_body(warmPool=pool or {"minIdle": 0}))
    return Served(world)


async def ask(world: World, names: list[str], namespace: str = "acme") -> None:
    for name in names:
        await world.create(TTS_REQUEST, a_request_body(name), namespace)


def succeeded(world: World, names: list[str], namespace: str = "acme") -> bool:
    return all(world.phase(name, namespace) == "Succeeded" for name in names)


def job_of(world: World, name: str, namespace: str = "acme") -> str:
    status = (world.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}
    return str((status.get("sandbox") or {}).get("jobName", ""))


@pytest.mark.parametrize("pool", [{}, {"minIdle": 2}], ids=["made for a request", "of the pool"])
async def test_it_serves_as_many_as_the_tenant_says_one_after_another(world: World, pool: dict[str, int]) -> None:
    served, names = await prepare(world, 3, **pool), [f"r{n}" for n in range(7)]
    async with running_operator(world):
        await ask(world, names)
        await world.until(lambda: succeeded(world, names), "all are spoken", 60)
    uids = [uid for given in served.of.values() for uid in given]
    assert len(uids) == len(set(uids)) == 7
    assert sorted(Counter(map(len, served.of.values())).items()) == [(1, 1), (3, 2)]


async def test_without_it_a_sandbox_serves_once(world: World) -> None:
    served, names = await prepare(world, None), ["a", "b", "c"]
    async with running_operator(world):
        await ask(world, names)
        await world.until(lambda: succeeded(world, names), "all are spoken", 60)
    assert [len(given) for given in served.of.values()] == [1, 1, 1]
    assert served.refused == []


async def test_who_asks_again_gets_nothing_of_another_tenant(world: World) -> None:
    served = await prepare(world, 5, minIdle=1, maxSandboxes=1)
    async with running_operator(world):
        await ask(world, ["mine"])
        await ask(world, [f"theirs{n}" for n in range(3)], "other")
        theirs = [f"theirs{n}" for n in range(3)]
        done = lambda: succeeded(world, ["mine"]) and succeeded(world, theirs, "other")  # noqa: E731
        await world.until(done, "all are spoken", 60)
    mine = job_of(world, "mine")
    assert len(served.of[mine]) == 1
    assert mine not in {job_of(world, name, "other") for name in theirs}
    assert served.refused == [410]


async def test_one_that_is_lost_takes_only_the_request_it_was_at(world: World) -> None:
    """Its container left the report of the request before: that is not the outcome of this one."""
    served, names = await prepare(world, 3), ["a", "b"]
    served.dies_at = 2
    async with running_operator(world):
        await ask(world, names)
        await world.until(lambda: len(served.of) >= 1 and max(map(len, served.of.values())) == 2, "it is at the second")
        served.dies_at = None
        await world.until(lambda: succeeded(world, names), "both are spoken", 60)
    first = next(given for given in served.of.values() if len(given) == 2)
    again = next(job for job, given in served.of.items() if given == [first[1]])
    assert again not in {job for job, given in served.of.items() if len(given) == 2}
    statuses = {(made["metadata"]["uid"]): made["status"] for made in world.all_of(TTS_REQUEST)}
    assert (statuses[first[0]]["attempt"], statuses[first[1]]["attempt"]) == (1, 2)


async def test_it_goes_on_when_the_request_that_it_was_made_for_is_deleted(world: World) -> None:
    served = await prepare(world, 3)
    served.pause.clear()
    async with running_operator(world):
        await ask(world, ["a", "b"])
        await world.until(lambda: any(len(given) == 2 for given in served.of.values()), "it is at the second")
        ended = next(n for n in ("a", "b") if world.phase(n) == "Succeeded")
        other = "b" if ended == "a" else "a"
        await world.delete(TTS_REQUEST, "acme", ended)
        await world.until(lambda: world.stored(TTS_REQUEST, "acme", ended) is None, "it is gone")
        await asyncio.sleep(0.5)
        served.pause.set()
        await world.until(lambda: world.phase(other) == "Succeeded", "the second is spoken")
        status = (world.stored(TTS_REQUEST, "acme", other) or {})["status"]
        assert status["attempt"] == 1


async def test_after_a_takeover_none_is_given_more(world: World) -> None:
    served = await prepare(world, 9)
    served.pause.clear()
    async with running_operator(world, **QUICK) as first:
        await ask(world, ["a", "b", "c"])
        await world.until(lambda: any(len(given) == 2 for given in served.of.values()), "it is at the second")
        await first.kill()
    async with running_operator(world, name="operator-1"):
        served.pause.set()
        await world.until(lambda: succeeded(world, ["a", "b", "c"]), "all are spoken", 60)
    uids = [uid for given in served.of.values() for uid in given]
    assert len(uids) == len(set(uids)) == 3
    assert served.refused[0] == 410
    assert [len(given) for given in served.of.values()] == [2, 1]


async def test_with_other_settings_the_tenant_gets_other_sandboxes(world: World) -> None:
    served = await prepare(world, 9)
    served.pause.clear()
    async with running_operator(world):
        await ask(world, ["a", "b"])
        await world.until(lambda: any(len(given) == 2 for given in served.of.values()), "it is at the second")
        await world.patch(TENANT, "", "acme", {"spec": {"sandbox": {"maxRequests": 9, "cpu": "2"}}})
        await ask(world, ["c"])
        await asyncio.sleep(0.5)
        served.pause.set()
        await world.until(lambda: succeeded(world, ["a", "b", "c"]), "all are spoken", 60)
    assert [len(given) for given in served.of.values()] == [2, 1]
    made = world.stored(JOB, "voxpod-sandboxes", job_of(world, "c")) or {}
    assert made["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "2"
    assert len(world.all_of(POD)) >= 2
