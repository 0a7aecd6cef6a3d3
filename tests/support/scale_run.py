"""The scale bench: one operator, a real API server and etcd, many tenants, thousands that wait, sandboxes played.

As a program (`python bench scale` starts it) it takes a Plan as JSON and prints a Result as JSON; what it is at goes to stderr.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field

from crowd import succeeded
from operator_process import OperatorProcess
from played_crowd import CORES, GONE_SECONDS, MERGE, TEXT, PlayedCrowd, a_played_crowd, in_crowds, say, until
from resource_bodies import a_model_body, a_request_body
from voxpod_operator.cluster.kinds import TTS_REQUEST


@dataclass(frozen=True)
class Plan:
    """What is asked."""

    tenants: int = 100
    waiting: int = 5000
    live: int = 1000
    sandboxes: int = 100
    synthesis_seconds: float = 2.0
    measured_seconds: float = 60.0
    warm_up_seconds: float = 10.0
    ended: int = 10_000


@dataclass
class Result:
    """What was seen."""

    passes: list[tuple[float, float, int]] = field(default_factory=list)
    """Milliseconds by the clock and of the processor, and slots given, of each scheduling pass."""
    lags_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    completions: int = 0
    cpu_seconds: float = 0.0
    live_mb: float = 0.0
    waiting_mb: float = 0.0
    peak_mb: float = 0.0
    longest_gap_ms: float = 0.0
    told_seconds: float = 0.0
    """Until all that waits was told its place or reason, from the last one's creation."""
    first_decision_seconds: float = 0.0
    first_decision_cpu_seconds: float = 0.0
    first_decision_mb: float = 0.0
    audit: list[str] = field(default_factory=list)
    """Lines of the API server's audit log while it was measured."""


async def run(plan: Plan) -> Result:
    """All of it; some minutes."""
    # the operator gets the last core to itself: its times by the clock would else tell how busy the others are
    os.sched_setaffinity(0, CORES[:-1] or CORES)
    result = Result()
    async with a_played_crowd(plan.tenants) as crowd:
        crowd.synthesis_seconds = plan.synthesis_seconds
        crowd.on_end = lambda: crowd.world.start(crowd.ask())
        await crowd.prepare(a_model_body(warmPool={"maxSandboxes": 1}))
        async with crowd.operator(own_core=True) as operator:
            await _measure(plan, crowd, operator, result)
        say(f"{plan.ended} ended requests at the start")
        await _store_ended(crowd, max(0, plan.ended - crowd.completions))
        await _first_decision(plan, crowd, result)
    return result


async def _measure(plan: Plan, crowd: PlayedCrowd, operator: OperatorProcess, result: Result) -> None:
    await until(lambda: operator.leads, "the operator leads")
    say(f"{plan.live} live requests")
    await in_crowds(lambda _: crowd.ask(), plan.live)
    await _told(operator)
    result.live_mb = float(operator.lines[-1]["live"])
    say(f"{plan.waiting} waiting requests")
    await in_crowds(lambda _: crowd.ask(), plan.waiting - plan.live)
    began = time.monotonic()
    await _told(operator)
    result.told_seconds = time.monotonic() - began
    result.waiting_mb = float(operator.lines[-1]["live"])
    say(f"{plan.sandboxes} sandboxes at a time")
    await crowd.set_pool(maxSandboxes=plan.sandboxes)
    await asyncio.sleep(plan.warm_up_seconds)
    await _window(plan, crowd, operator, result)


async def _told(operator: OperatorProcess) -> None:
    """Return when the operator has nothing more to write: its processor time stands still but for the beat."""
    before = operator.processor_seconds
    while True:
        await asyncio.sleep(2)
        now = operator.processor_seconds
        if now - before < 0.1:
            return
        before = now


async def _window(plan: Plan, crowd: PlayedCrowd, operator: OperatorProcess, result: Result) -> None:
    at, lines, done = crowd.audit_log.stat().st_size, len(operator.lines), crowd.completions
    cpu, began = operator.processor_seconds, time.monotonic()
    await asyncio.sleep(plan.measured_seconds)
    result.seconds, result.cpu_seconds = time.monotonic() - began, operator.processor_seconds - cpu
    result.completions = crowd.completions - done
    result.audit = crowd.audit_lines(at)
    told = operator.lines[lines:]
    result.passes = [one for line in told for one in line["passes"]]
    result.lags_ms = [ms for line in told for ms in line["lags"]]
    result.peak_mb = float(operator.lines[-1]["rss"])
    result.longest_gap_ms = 1000 * operator.longest_gap_seconds


async def _store_ended(crowd: PlayedCrowd, count: int) -> None:
    """Requests that ended long before, as the API server keeps them."""

    async def one(number: int) -> None:
        tenant = f"t{number % crowd.tenants:03}"
        body = a_request_body(f"old{number:06}", TEXT, deadlineSeconds=86_400)
        uid = (await crowd.call("POST", TTS_REQUEST.path(tenant), body))["metadata"]["uid"]
        path = TTS_REQUEST.path(tenant, body["metadata"]["name"], "status")
        await crowd.call("PATCH", path, {"status": {**succeeded(uid), "tenant": tenant}}, **MERGE)

    await in_crowds(one, count)


async def _first_decision(plan: Plan, crowd: PlayedCrowd, result: Result) -> None:
    """From the start of a process until a sandbox is made, with all that is stored by now."""
    await asyncio.sleep(2 * plan.synthesis_seconds + GONE_SECONDS)
    first_job = asyncio.Event()
    crowd.on_job = lambda job: first_job.set()
    await crowd.ask(0)
    began = time.monotonic()
    async with crowd.operator(own_core=True) as operator:
        await asyncio.wait_for(first_job.wait(), 300)
        result.first_decision_seconds = time.monotonic() - began
        result.first_decision_cpu_seconds = operator.processor_seconds
        result.first_decision_mb = operator.most_resident_mb


if __name__ == "__main__":
    asked = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    print(json.dumps(asdict(asyncio.run(run(Plan(**asked))))))
