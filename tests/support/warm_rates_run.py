"""The warm rates bench: requests that come by chance, and bursts, on a pool of played sandboxes; a real API server, one operator.

As a program (`python bench warm-rates` starts it) it takes a Plan as JSON and prints a Result as JSON; what it is at goes to stderr.
"""

import asyncio
import json
import math
import random
import sys
import time
from dataclasses import asdict, dataclass, field

from voxpod_bench.machine import cpu_seconds

from operator_process import OperatorProcess
from played_crowd import PlayedCrowd, a_played_crowd, say
from resource_bodies import Json, a_model_body
from voxpod_crds.names import is_pool_job
from voxpod_crds.sandbox_protocol import Work
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TTS_REQUEST


@dataclass(frozen=True)
class Plan:
    """What is asked."""

    rates: tuple[float, ...] = (1, 5, 10, 20, 45)
    """Requests a second."""
    seconds: float = 60.0
    """Of each rate."""
    start_seconds: float = 0.9
    """What a sandbox takes to start, as a real one on a quiet node."""
    synthesis_seconds: float = 0.5
    burst: int = 300
    burst_level: int = 10
    tenants: int = 10


@dataclass
class Window:
    """What one rate, or one burst, was like."""

    rate: float
    level: int
    """Sandboxes that wait before it."""
    asked: int = 0
    ended: int = 0
    doubled: int = 0
    """Requests whose work two sandboxes got."""
    warm: int = 0
    """That a waiting sandbox got."""
    accepted_ms: list[float] = field(default_factory=list)
    """From the API server's answer to the POST until a sandbox has the work, of each request."""
    sent_ms: list[float] = field(default_factory=list)
    """From just before the POST."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of the operator."""
    machine_seconds: float = 0.0
    """Of all processors: API server, etcd and player among them."""
    overtaken: int = 0
    """The most later requests of its own tenant that one saw go first."""
    refilled_seconds: float = 0.0
    """From the last end until the pool is at its level again."""
    least_idle: int = 0
    audit: list[str] = field(default_factory=list)


class Meter:
    """Who asked when, and who got what."""

    def __init__(self, crowd: PlayedCrowd) -> None:
        self.crowd, self.window = crowd, Window(0, 0)
        self.sent: dict[str, tuple[float, float]] = {}
        """By UID: when the POST was sent, and when it was answered."""
        self.order: dict[int, list[str]] = {}
        self.got: dict[str, float] = {}
        self.pending: set[asyncio.Task[None]] = set()
        crowd.on_work, crowd.on_end = self._work, self._end

    def begin(self, window: Window) -> None:
        self.window, self.sent, self.order, self.got = window, {}, {}, {}

    async def ask(self, tenant: int) -> None:
        self.window.asked += 1
        began = time.monotonic()
        uid = str((await self.crowd.ask(tenant))["metadata"]["uid"])
        self.sent[uid] = (began, time.monotonic())
        self.order.setdefault(tenant, []).append(uid)

    def _work(self, work: Work, job_name: str) -> None:
        self.window.doubled += work.request_uid in self.got
        self.got[work.request_uid] = time.monotonic()
        self.window.warm += is_pool_job(job_name)

    def _end(self) -> None:
        self.window.ended += 1

    def close(self) -> None:
        """Reckon what was noted."""
        both = [(self.sent[uid], at) for uid, at in self.got.items() if uid in self.sent]
        self.window.sent_ms = [1000 * (at - sent) for (sent, _), at in both]
        # a sandbox may have the work before the answer to the POST is read: one program plays both
        self.window.accepted_ms = [1000 * max(0.0, at - answered) for (_, answered), at in both]
        for line in self.order.values():
            times = [self.got.get(uid, math.inf) for uid in line]
            overtaken = (sum(later < at for later in times[place:]) for place, at in enumerate(times))
            self.window.overtaken = max([self.window.overtaken, *overtaken])


async def run(plan: Plan) -> list[Window]:
    """All of it; some minutes."""
    windows = []
    async with a_played_crowd(plan.tenants) as crowd:
        crowd.start_seconds, crowd.synthesis_seconds = plan.start_seconds, plan.synthesis_seconds
        meter = Meter(crowd)
        await crowd.prepare(a_model_body(), concurrentRequests=1000)
        async with crowd.operator() as operator:
            for rate in plan.rates:
                # what comes while a sandbox starts, three times the spread of it, and some
                mean = rate * (plan.start_seconds + 0.5)
                level = math.ceil(mean + 3 * math.sqrt(mean)) + 2
                window = Window(rate, level)
                await _level(crowd, level, maxSandboxes=1000)
                say(f"{rate:g} a second, {level} wait")
                await _measure(crowd, operator, meter, window, _by_chance(meter, plan, rate))
                windows.append(window)
            window = Window(0, plan.burst_level)
            await _level(crowd, plan.burst_level, maxSandboxes=4 * plan.burst_level)
            say(f"{plan.burst} at once, {plan.burst_level} wait")
            at_once = asyncio.gather(*(meter.ask(number % plan.tenants) for number in range(plan.burst)))
            await _measure(crowd, operator, meter, window, at_once)
            windows.append(window)
    return windows


async def _by_chance(meter: Meter, plan: Plan, rate: float) -> None:
    chance = random.Random(f"warm {rate}")
    at, began, number = chance.expovariate(rate), time.monotonic(), 0
    async with asyncio.TaskGroup() as asked:
        while at < plan.seconds:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            asked.create_task(meter.ask(number % plan.tenants))
            at, number = at + chance.expovariate(rate), number + 1


async def _measure(
    crowd: PlayedCrowd, operator: OperatorProcess, meter: Meter, window: Window, load: "asyncio.Future[object] | object"
) -> None:
    meter.begin(window)
    at, cpu, began = crowd.audit_log.stat().st_size, operator.processor_seconds, time.monotonic()
    machine = cpu_seconds()
    loading = asyncio.ensure_future(load)  # type: ignore[arg-type]
    window.least_idle = window.level
    while not loading.done() or window.ended < window.asked:
        assert time.monotonic() - began < 300, f"{window.asked - window.ended} of {window.asked} have not ended"
        window.least_idle = min(window.least_idle, await _idle(crowd))
        await asyncio.sleep(0.5)
    await loading
    window.seconds, window.machine_seconds = time.monotonic() - began, cpu_seconds() - machine
    ended = time.monotonic()
    await _until_idle(crowd, window.level)
    window.refilled_seconds = time.monotonic() - ended
    window.cpu_seconds = operator.processor_seconds - cpu
    window.audit = crowd.audit_lines(at)
    meter.close()
    for tenant in range(crowd.tenants):  # what has ended would slow the next window down
        await crowd.call("DELETE", TTS_REQUEST.path(f"t{tenant:03}"))


async def _level(crowd: PlayedCrowd, level: int, **pool: int) -> None:
    await crowd.set_pool(minIdle=level, maxRefillPerSecond=200, **pool)
    await _until_idle(crowd, level)
    await asyncio.sleep(5)


async def _idle(crowd: PlayedCrowd) -> int:
    model: Json = await crowd.call("GET", SPEECH_MODEL.path("", "kokoro"))
    return int((model.get("status") or {}).get("idle") or 0)


async def _until_idle(crowd: PlayedCrowd, level: int) -> None:
    began = time.monotonic()
    while await _idle(crowd) != level:
        assert time.monotonic() - began < 180, f"the pool is not at {level}"
        await asyncio.sleep(0.25)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    print(json.dumps([asdict(window) for window in asyncio.run(run(Plan(**asked)))]))
