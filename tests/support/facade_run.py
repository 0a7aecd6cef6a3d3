"""The facade bench: facades as processes on a real API server; who plays operator, sandboxes and store is one program beside them.

As a program (`python bench facade` starts it) it takes a Plan as JSON and prints a Result as JSON; what it is at goes to stderr. With
`serve` as the first argument it is one facade.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from facade_harness import KEY, keys_document
from loopback_ports import free_port
from operator_process import resident_mb
from played_crowd import MERGE, PlayedCrowd, a_played_crowd, say, until
from resource_bodies import Json, a_model_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TTS_REQUEST

NAMESPACE = "t000"
AUDIO = b"\0" * 20_000
ATTEMPTS = 6


@dataclass(frozen=True)
class Plan:
    """What is asked."""

    rate: float = 20.0
    """Calls a second."""
    seconds: float = 60.0
    synthesis_seconds: float = 0.5
    waiting: tuple[int, ...] = (500, 1000)
    shed_rate: float = 8.0
    """Calls a second that a facade of `shed_in_flight` takes; then three times as many."""
    shed_in_flight: int = 8
    shed_seconds: float = 30.0
    kills: int = 6
    """Of the two replicas in turn, under the same rate."""
    kill_pause_seconds: float = 5.0


@dataclass
class Result:
    """What it was like."""

    own_ms: list[float] = field(default_factory=list)
    """Of each call: POST to the first byte of audio, less creation to end of its TTSRequest."""
    idle_mb: float = 0.0
    waiting_mb: list[float] = field(default_factory=list)
    shed_ms: list[list[float]] = field(default_factory=list)
    """Of what was accepted, POST to first byte: at the rate that it takes, and at three times that."""
    shed_refused: list[int] = field(default_factory=list)
    """Calls of each that were told to come again."""
    calls_killed: int = 0
    killed: int = 0
    answered: int = 0
    clean_errors: int = 0
    lost: int = 0
    """Calls that had neither audio nor an error, after all repeats."""
    doubled: int = 0
    """Texts for which two requests were spoken."""


class Player:
    """Operator, sandboxes and store: every request that appears succeeds after a while."""

    def __init__(self, crowd: PlayedCrowd, plan: Plan, store: str) -> None:
        self._crowd, self._plan, self._store = crowd, plan, store
        self.hold = asyncio.Event()
        """Set: requests are spoken; else they wait."""
        self.hold.set()
        self.lasted: dict[str, float] = {}
        """By text: seconds from the creation until the end was stored."""
        self.spoken: Counter[str] = Counter()
        self.seen = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def play(self) -> None:
        known: set[str] = set()
        while True:
            watch = self._crowd.http.get(TTS_REQUEST.path(), params={"watch": "1"}, timeout=aiohttp.ClientTimeout(None))
            with suppress(aiohttp.ClientError, TimeoutError):
                async with watch as response:
                    async for line in response.content:
                        found = json.loads(line)["object"]
                        if found["metadata"]["uid"] not in known:
                            known.add(found["metadata"]["uid"])
                            self.seen += 1
                            task = asyncio.create_task(self._speak(found, time.monotonic()))
                            self._tasks.add(task)
                            task.add_done_callback(self._tasks.discard)

    async def _speak(self, found: Json, since: float) -> None:
        path, text = TTS_REQUEST.path(NAMESPACE, found["metadata"]["name"], "status"), found["spec"]["text"]
        await self._crowd.call("PATCH", path, {"status": {"conditions": [_condition("Admitted")]}}, **MERGE)
        await asyncio.sleep(self._plan.synthesis_seconds)
        await self.hold.wait()
        name = found["metadata"]["uid"]
        audio = {
            "uri": f"s3://b/{name}", "sha256": "a" * 64, "bytes": len(AUDIO), "durationSeconds": 2.0, "sampleRate": 24_000, "format": "mp3",
            "url": f"{self._store}/{name}", "urlExpires": (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds"),
        }  # fmt: skip
        status = {"phase": "Succeeded", "audio": audio, "conditions": [_condition("Admitted"), _condition("Complete")]}
        await self._crowd.call("PATCH", path, {"status": status}, **MERGE)
        self.lasted[text] = time.monotonic() - since
        self.spoken[text] += 1


def _condition(kind: str) -> Json:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"type": kind, "status": "True", "reason": kind, "message": "played", "lastTransitionTime": now}


class Replica:
    """One facade process, started again after a kill."""

    def __init__(self, server: str, folder: Any, name: str, in_flight: int = 2000) -> None:
        self.port, self.url = (port := free_port()), f"http://127.0.0.1:{port}"
        keys = folder / "keys.json"
        keys.write_text(keys_document(t000=KEY))
        self._environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "BENCH_API_SERVER": server,
            "VOXPOD_API_POD_NAME": name, "VOXPOD_API_HOST": "127.0.0.1", "VOXPOD_API_PORT": str(port), "VOXPOD_API_LOG_LEVEL": "WARNING",
            "VOXPOD_API_HEALTH_PORT": str(free_port()), "VOXPOD_API_KEYS_FILE": str(keys), "VOXPOD_API_QUEUE_SECONDS": "120",
            "VOXPOD_API_MAX_IN_FLIGHT": str(in_flight),
        }  # fmt: skip
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, http: aiohttp.ClientSession) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "serve", env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(600):
            with suppress(aiohttp.ClientError):
                async with http.get(f"{self.url}/v1/limits", headers={"Authorization": f"Bearer {KEY}"}) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
        raise AssertionError("a facade does not get ready")

    async def end(self, number: int) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()

    @property
    def megabytes(self) -> float:
        assert self.process is not None
        return resident_mb(str(self.process.pid))


async def speech(http: aiohttp.ClientSession, replicas: list[Replica], text: str) -> tuple[int, float]:
    """Status and seconds to the first byte, as OpenAI's SDK asks: a lost connection or a 5xx is tried again, at the other replica."""
    began, place = time.monotonic(), random.randrange(len(replicas))
    for attempt in range(ATTEMPTS):
        url = f"{replicas[(place + attempt) % len(replicas)].url}/v1/audio/speech"
        headers = {"Authorization": f"Bearer {KEY}", "x-stainless-retry-count": str(attempt)}
        try:
            async with http.post(
                url, json={"model": "tts-1", "voice": "alloy", "input": text}, headers=headers
            ) as said:
                await said.content.readany()
                first = time.monotonic() - began
                await said.read()
                if said.status < 500:
                    return said.status, first
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.5 * 2**attempt)
    return 0, time.monotonic() - began


async def run(plan: Plan) -> Result:
    """All of it; some minutes."""
    result = Result()
    async with a_played_crowd(1) as crowd, _store() as store:
        await crowd.prepare(a_model_body(), concurrentRequests=5000)
        player = Player(crowd, plan, store)
        await crowd.call(
            "PATCH",
            SPEECH_MODEL.path("", "kokoro", "status"),
            {"status": {"voices": ["af_alloy", "af_heart"]}},
            **MERGE,
        )
        playing = asyncio.create_task(player.play())
        replicas = [Replica(crowd.server.url, crowd.folder, f"facade-{n}") for n in range(2)]
        narrow = Replica(crowd.server.url, crowd.folder, "facade-narrow", plan.shed_in_flight)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=300)) as http:
            try:
                await asyncio.gather(*(one.start(http) for one in replicas))
                result.idle_mb = replicas[0].megabytes
                await _own_time(http, replicas[:1], player, plan, result)
                await _waiting(http, replicas[0], player, plan, result)
                await narrow.start(http)
                await _shed(http, narrow, plan, result)
                await narrow.end(signal.SIGKILL)
                await _killed(http, replicas, player, plan, result)
            finally:
                playing.cancel()
                await asyncio.gather(*(one.end(signal.SIGKILL) for one in [*replicas, narrow]))
    return result


async def _own_time(
    http: aiohttp.ClientSession, replicas: list[Replica], player: Player, plan: Plan, result: Result
) -> None:
    say(f"{plan.rate:g} calls a second for {plan.seconds:g} s")
    took: dict[str, float] = {}

    async def one(text: str) -> None:
        status, seconds = await speech(http, replicas, text)
        assert status == 200, status
        took[text] = seconds

    await _by_chance(plan.rate, plan.seconds, lambda number: one(f"Own time {number}."))
    result.own_ms = [1000 * max(0.0, seconds - player.lasted[text]) for text, seconds in took.items()]


async def _waiting(http: aiohttp.ClientSession, replica: Replica, player: Player, plan: Plan, result: Result) -> None:
    for count in plan.waiting:
        result.waiting_mb.append(await _crowd_that_waits(http, replica, player, count))


async def _crowd_that_waits(http: aiohttp.ClientSession, replica: Replica, player: Player, count: int) -> float:
    """What the facade weighs meanwhile, in MB; all of them get their audio in the end."""
    say(f"{count} clients wait")
    player.hold.clear()
    wanted = player.seen + count
    calls = []
    for number in range(count):
        calls.append(asyncio.create_task(speech(http, [replica], f"Waits {count} {number}.")))
        await asyncio.sleep(0.01)  # a crowd, and no flood of the API server
    await until(lambda: player.seen >= wanted, f"{count} requests are there")
    weighs = replica.megabytes
    player.hold.set()
    assert {status for status, _ in await asyncio.gather(*calls)} == {200}
    return weighs


async def _killed(
    http: aiohttp.ClientSession, replicas: list[Replica], player: Player, plan: Plan, result: Result
) -> None:
    say(f"two replicas, killed {plan.kills} times")
    statuses: list[int] = []

    async def one(text: str) -> None:
        statuses.append((await speech(http, replicas, text))[0])

    async def kill() -> None:
        for number in range(plan.kills):
            await asyncio.sleep(plan.kill_pause_seconds)
            await replicas[number % 2].end(signal.SIGKILL)
            await replicas[number % 2].start(http)
            result.killed += 1

    killing = asyncio.create_task(kill())
    await _by_chance(plan.rate, plan.kills * (plan.kill_pause_seconds + 2), lambda number: one(f"Killed {number}."))
    await killing
    result.calls_killed = len(statuses)
    result.answered, result.lost = statuses.count(200), statuses.count(0)
    result.clean_errors = len(statuses) - result.answered - result.lost
    result.doubled = sum(times > 1 for text, times in player.spoken.items() if text.startswith("Killed"))


async def _shed(http: aiohttp.ClientSession, replica: Replica, plan: Plan, result: Result) -> None:
    for times in (1, 3):
        say(f"{times * plan.shed_rate:g} calls a second to a facade that takes {plan.shed_in_flight} at a time")
        accepted: list[float] = []
        refused: list[int] = []

        async def one(text: str, accepted: list[float] = accepted, refused: list[int] = refused) -> None:
            began, body = time.monotonic(), {"model": "tts-1", "voice": "alloy", "input": text}
            headers = {"Authorization": f"Bearer {KEY}"}
            async with http.post(f"{replica.url}/v1/audio/speech", json=body, headers=headers) as said:
                await said.content.readany()
                if said.status == 200:
                    accepted.append(1000 * (time.monotonic() - began))
                else:
                    assert (said.status, "Retry-After" in said.headers) == (503, True), said.status
                    refused.append(said.status)

        await _by_chance(times * plan.shed_rate, plan.shed_seconds, lambda n, t=times: one(f"Offered {t} {n}."))
        result.shed_ms.append(accepted)
        result.shed_refused.append(len(refused))


async def _by_chance(rate: float, seconds: float, one: Any) -> None:
    """Calls that come by chance, and all their ends."""
    end, number, calls = time.monotonic() + seconds, 0, []
    while time.monotonic() < end:
        calls.append(asyncio.create_task(one(number)))
        number += 1
        await asyncio.sleep(random.expovariate(rate))
    await asyncio.gather(*calls)


@asynccontextmanager
async def _store() -> AsyncIterator[str]:
    async def get(_: web.Request) -> web.Response:
        return web.Response(body=AUDIO)

    app, port = web.Application(), free_port()
    app.router.add_get("/{key}", get)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def _serve() -> None:
    from voxpod_api import logs
    from voxpod_api.app import assemble
    from voxpod_api.settings import ApiSettings

    settings = ApiSettings()
    logs.configure(settings.log_level)
    await assemble(settings, ApiClient(Configuration(host=os.environ["BENCH_API_SERVER"]))).run(asyncio.Event())


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve())
    else:
        told = json.loads(sys.argv[1])
        print(json.dumps(asdict(asyncio.run(run(Plan(**told))))))
