"""The operator dies before or after any single call of a request's life, or the call fails: in the end all is as it should be.

The calls are not listed but recorded, of the API server and of the store, from lives without a fault. So a new call is struck by
itself. What holds in the end is in `invariants`.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from call_points import BY_THE_CLOCK, FAULTS, Calls, Point, points_of_all
from invariants import TERMINAL, Ends, broken
from loopback_ports import free_port
from operator_harness import Replica, a_world, running_operator
from operator_world import World
from plain_kube import PlainKube
from played_kubelet import Kubelet, bind, one_after_the_other
from played_sandbox import claim, finish_pod, pinned_by, post_result
from played_watches import PlayedWatches
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from short_sounds import a_wav
from voxpod_crds.sandbox_protocol import Audio, Report, TimestampsObject, Timings, Work, termination_message
from voxpod_inference.upload import Stored
from voxpod_operator import app, context
from voxpod_operator.cluster.kinds import JOB, LEASE, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.dispatch import server
from voxpod_operator.policy import event_budget, retries
from voxpod_operator.reconcile import announcing, archive

RECORDINGS = 2
SETTLED_SECONDS = 20.0
LOOK_SECONDS, QUIET_LOOKS = 0.02, 10
SOUND, TIMES = a_wav(0.05), b'{"version":1}'


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for company, or for something to be surely over, does not wait for long."""
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.05)
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.1)
    monkeypatch.setattr(archive, "BATCH_SECONDS", 0.05)
    monkeypatch.setattr(archive, "DELETED_SECONDS", 0.05)
    monkeypatch.setattr(server, "STOP_SECONDS", 0.05)
    monkeypatch.setattr(announcing, "REST_SECONDS", 0.1)
    for burst in ("BURST", "BURST_OF_ALL"):
        monkeypatch.setattr(event_budget, burst, 1e6)
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.05)


def _put(world: World, url: str, content: bytes) -> Stored:
    world.store.objects[url.removeprefix("memory:")] = content
    sha256, md5 = hashlib.sha256(content).hexdigest(), hashlib.md5(content).hexdigest()
    return Stored(sha256, md5, len(content))


def _store(world: World, work: Work) -> Report:
    """Store all that is asked for, in a sandbox's order, and say so."""
    assert work.timestamps_upload is not None
    times, audio = _put(world, work.timestamps_upload.url, TIMES), _put(world, work.upload.url, SOUND)
    made = Audio(audio.sha256, audio.md5, audio.bytes, 0.05, 24000, "wav", "af_heart")
    beside = TimestampsObject(times.sha256, times.md5, times.bytes)
    return Report(work.request_uid, Timings(synthesis_ms=20), audio=made, timestamps=beside)


async def speaks(world: World, job: Json, pod: Json) -> None:
    token, tls = await world.token_of(pod), pinned_by(job)
    message, ok = "", True
    if (work := await claim(world, token, tls)) is not None:
        report = _store(world, work)
        await post_result(world, token, report, tls)
        message = termination_message(report)
    await finish_pod(world, pod, job["metadata"]["name"], message, ok)


async def is_lost(world: World, job: Json, pod: Json) -> None:
    """With the work, before it has stored anything."""
    await bind(world, pod, "node-a")
    await claim(world, await world.token_of(pod), pinned_by(job))
    await finish_pod(world, pod, job["metadata"]["name"], "", False)


async def stores_and_is_lost(world: World, job: Json, pod: Json) -> None:
    """Without a word of it."""
    await bind(world, pod, "node-a")
    if (work := await claim(world, await world.token_of(pod), pinned_by(job))) is not None:
        _store(world, work)
    await finish_pod(world, pod, job["metadata"]["name"], "", False)


async def speaks_for_ever(world: World, job: Json, pod: Json) -> None:
    """Until the operator ends it."""
    meta = job["metadata"]
    await claim(world, await world.token_of(pod), pinned_by(job))
    while world.stored(JOB, meta["namespace"], meta["name"]):  # noqa: ASYNC110 - as a kubelet looks
        await asyncio.sleep(0.02)


async def waits(world: World, name: str) -> None:
    """The user does nothing more."""


async def cancels(world: World, name: str) -> None:
    """Once it runs."""
    await world.until(lambda: world.phase(name) == "Running", f"{name} runs", SETTLED_SECONDS)
    await world.patch(TTS_REQUEST, "acme", name, {"spec": {"cancel": True}, "metadata": {"generation": 2}})


async def deletes(world: World, name: str) -> None:
    """Once it runs."""
    await world.until(lambda: world.phase(name) == "Running", f"{name} runs", SETTLED_SECONDS)
    await world.delete(TTS_REQUEST, "acme", name)


@dataclass(frozen=True)
class Life:
    """What becomes of a request when nothing fails."""

    sandboxes: tuple[Kubelet, ...]
    """The last one again and again."""
    user: Callable[[World, str], Awaitable[None]] = waits
    spec: Json = field(default_factory=dict)


LIVES = {
    "it speaks": Life((speaks,)),
    "its first sandbox is lost": Life((is_lost, speaks)),
    "its sandbox is lost with the audio stored": Life((stores_and_is_lost,)),
    "it is cancelled": Life((speaks_for_ever,), cancels),
    "it is deleted": Life((speaks_for_ever,), deletes),
    "it is rejected": Life((speaks,), spec={"voice": "nobody"}),
}


LEAST = {
    "PATCH tenants/status",
    "PATCH ttsrequests/status",
    "POST jobs",
    "POST tokenreviews",
    "POST events",
    "DELETE jobs",
    "store.problem_with",
    "store.describe",
    "store.create",
    "store.remove",
}
"""Some of what a request needs: should the recording be blind, this tells."""


class Cluster:
    """One cluster in which request after request lives, and operator after operator leads."""

    def __init__(self, world: World) -> None:
        self.world, self.ends, self.calls = world, Ends(world), Calls()
        self.asked, self.met = set[str](), set[str]()
        """Kinds of calls that were to be struck, and those that were."""
        self._number = 0
        self._replicas = AsyncExitStack()
        self._replica: Replica | None = None
        self._users: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Another operator leads at once, as if the Lease of the one before had run out."""
        if self.world.stored(LEASE, "voxpod-system", "voxpod-operator"):
            await self.world.delete(LEASE, "voxpod-system", "voxpod-operator")
        self.calls = Calls()
        running = running_operator(self.world, self.calls, pod_name=f"operator-{self._number}", resync_seconds=600)
        self._replica = await self._replicas.enter_async_context(running)

    async def kill(self) -> None:
        """What SIGKILL does."""
        assert self._replica is not None
        self.calls.dead = True
        await self._replica.kill()
        await self._replicas.aclose()
        self._replica = None

    async def ask(self, life: Life) -> None:
        """Somebody makes a request."""
        self._number += 1
        name = f"r{self._number}"
        self.world.kubelet = one_after_the_other(*life.sandboxes)
        await self.world.create(TTS_REQUEST, a_request_body(name, timestamps="word", **life.spec), "acme")
        task = asyncio.create_task(life.user(self.world, name))
        self._users.add(task)
        task.add_done_callback(self._users.discard)

    async def quiet(self) -> None:
        """Return when the operator has called nothing but what comes by the clock for a while."""
        seen, since = -1, 0
        while since < QUIET_LOOKS:
            now = sum(not point.call.endswith(BY_THE_CLOCK) for point in self.calls.points)
            seen, since = now, since + 1 if now == seen else 0
            await asyncio.sleep(LOOK_SECONDS)

    async def settled(self, moment: str) -> None:
        """Return when everything holds that must."""
        if self._users:
            await asyncio.wait(self._users)  # whoever waits here may be cancelled, and the user not
        for look in range(round(SETTLED_SECONDS / LOOK_SECONDS)):
            if (not self._under_way() or look % 50 == 49) and not broken(self.world, self.ends):
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"{moment}: {broken(self.world, self.ends)}")

    def _under_way(self) -> bool:
        """Whether what was asked last surely is: the whole cluster need not be looked through for it."""
        last = self.world.stored(TTS_REQUEST, "acme", f"r{self._number}")
        ledger = (self.world.stored(TENANT, None, "acme") or {}).get("status") or {}
        return bool(ledger.get("holds")) or (
            last is not None and (last.get("status") or {}).get("phase") not in TERMINAL
        )

    async def struck(self, point: Point, moment: str) -> bool:
        """Whether the chosen call was met; False when all is over without it: some calls are made only when counts differ at
        the moment at which they are looked at."""
        self.asked.add(point.call)
        waiting = [asyncio.create_task(self.calls.struck.wait()), asyncio.create_task(self._over(moment))]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        met = self.calls.struck.is_set()
        if met:
            self.met.add(point.call)
        for ended in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(ended, Exception) and not met:
                raise ended
        return met

    async def _over(self, moment: str) -> None:
        await self.settled(moment)
        await self.quiet()

    async def close(self) -> None:
        """End what runs."""
        for task in self._users:
            task.cancel()
        await self._replicas.aclose()


@asynccontextmanager
async def a_cluster(folder: Path) -> AsyncIterator[Cluster]:
    """With a tenant and a model, and without an operator."""
    folder.mkdir()  # noqa: ASYNC240 - a local one
    async with PlainKube() as kube, a_world(kube, folder, free_port()) as world:
        await world.create(TENANT, a_tenant_body(quota={"requestsPerDay": 1000, "charactersPerDay": 100_000}))
        await world.create(SPEECH_MODEL, a_model_body())
        made = Cluster(world)
        yield made
        await made.close()


async def in_each_life(
    folder: Path, monkeypatch: pytest.MonkeyPatch, test: Callable[[Cluster, Life], Awaitable[None]]
) -> None:
    """Do the test with all lives beside one another, each in a cluster of its own: most of the time they wait."""
    watches: dict[str, PlayedWatches] = {}
    monkeypatch.setattr(app, "watch", lambda observe, login, _: watches[login().server].watch(observe))
    async with AsyncExitStack() as running:
        clusters = {name: await running.enter_async_context(a_cluster(folder / name)) for name in LIVES}
        watches |= {one.world.kube.url: PlayedWatches(one.world) for one in clusters.values()}
        async with asyncio.TaskGroup() as tests:
            for name, life in LIVES.items():
                tests.create_task(test(clusters[name], life), name=name)
    asked, met = (set[str]().union(*sets) for sets in zip(*((c.asked, c.met) for c in clusters.values()), strict=True))
    assert asked - met == set(), "recorded, and never met again"
    assert asked >= LEAST, "the recording does not have what every life has"


def ready(world: World) -> bool:
    model = (world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status") or {}
    return any(c["type"] == "Ready" and c["status"] == "True" for c in model.get("conditions") or [])


async def recorded(cluster: Cluster, life: Life) -> list[Point]:
    """What is called for one request."""
    cluster.calls.begin()
    await cluster.ask(life)
    await cluster.settled("nothing failed")
    await cluster.quiet()
    return cluster.calls.points


async def test_the_operator_is_killed_before_and_after_each_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(cluster: Cluster, life: Life) -> None:
        for point in await points_of(cluster, life):
            for when in ("after",) if point.reads else ("before", "after"):
                moment = f"killed {when} {point}"
                cluster.calls.begin(point, when)
                await cluster.ask(life)
                if await cluster.struck(point, moment):
                    await cluster.kill()
                    await cluster.start()
                    await cluster.settled(moment)
                    await cluster.quiet()

    await in_each_life(tmp_path, monkeypatch, killed)


async def test_each_call_fails_once_in_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(cluster: Cluster, life: Life) -> None:
        for point in await points_of(cluster, life):
            for fault in ways(point):
                moment = f"{fault} at {point}"
                cluster.calls.begin(point, fault)
                await cluster.ask(life)
                await cluster.struck(point, moment)
                await cluster.settled(moment)

    await in_each_life(tmp_path, monkeypatch, fails)


async def points_of(cluster: Cluster, life: Life) -> list[Point]:
    """The calls of a request's life, with an operator that leads and has served one before."""
    await cluster.start()
    await cluster.world.until(lambda: ready(cluster.world), "all is ready")
    await cluster.quiet()
    await recorded(cluster, life)
    return points_of_all([await recorded(cluster, life) for _ in range(RECORDINGS)])


def ways(point: Point) -> list[str]:
    """How a call can fail: 410 is for what is listed, and a store knows no statuses here but away and refused."""
    if point.call.startswith("store."):
        return ["timeout", "lost", "refused"]
    return [fault for fault in FAULTS if fault != "refused" and (fault != "gone" or point.call.startswith("LIST"))]
