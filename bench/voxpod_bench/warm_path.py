"""Bench "warm path": requests that find a sandbox waiting; one after another, then as they come."""

import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from voxpod_bench.audit import read_audit
from voxpod_bench.client import Spoken
from voxpod_bench.cluster import NAME, BenchCluster, bench_cluster
from voxpod_bench.engine.footprint import read_pages
from voxpod_bench.errors import BenchError
from voxpod_bench.json_logs import read_operator_log, read_sandbox_log
from voxpod_bench.machine import Load, busy_while_waiting, cpu_seconds, describe, load_now
from voxpod_bench.memory import find_processes
from voxpod_bench.stages import Timeline, warm_timeline
from voxpod_bench.writes import Tally, concerning, tallies
from voxpod_crds.names import is_pool_job
from voxpod_demo.settings import MODEL, SANDBOX_NAMESPACE
from voxpod_demo.terminal import Terminal

TEXTS = {
    "English": "The quick brown fox jumps over the lazy dog, and nobody in the village ever saw it again, not even once.",
    "Chinese": "今天天气很好,我们去公园散步吧,顺便买一点水果回家。",
}
LEVEL = 3
"""Sandboxes that wait."""
RATES = (0.2, 0.4)
"""Requests a second."""
OPEN_SECONDS = 60.0
MOST, TOGETHER = (1, 4, 8), 8
"""Requests that a sandbox may have, and how many wait for them."""
IDLE_SECONDS = 20.0
CROWD = (1, 4, 10, 40)
"""How many wait, for what they take together."""


@dataclass(frozen=True, slots=True)
class Serial:
    """Requests one after another, each once the pool is at its level again."""

    language: str
    timelines: list[Timeline]
    audio_seconds: float
    core_seconds: float
    """Of the whole machine for each, the pool's refill in it, the idle cluster not."""
    speaking_seconds: float
    """Of those, what the sandbox's engine worked on the request, on one core."""
    writes: list[tuple[str, Tally]]


@dataclass(frozen=True, slots=True)
class Open:
    """Requests that come by chance at a rate, whatever becomes of those before."""

    language: str
    rate: float
    seconds: list[float]
    """Created to Succeeded, of each."""
    warm: int
    """How many of them found a sandbox waiting."""
    busy: float
    """Share of all cores in use."""


@dataclass(frozen=True, slots=True)
class Reused:
    """Requests of one tenant that all wait, spoken one at a time by sandboxes that may have several of them."""

    most: int
    """Requests that a sandbox may have."""
    sandboxes: int
    """That spoke them."""
    core_seconds: float
    """Of the whole machine for each, the pool's refill in it, the idle cluster not."""
    speaking_seconds: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """Sandboxes that wait, and what they take together; bytes."""

    number: int
    proportional: int
    private: int
    cpu_share: float
    """Of one core, all of them together."""


@dataclass(frozen=True, slots=True)
class Result:
    """All that was measured."""

    machine: list[tuple[str, str]]
    before: Load
    idle_busy: float
    """Share of all cores that the idle cluster uses."""
    serial: list[Serial]
    two_cores: list[Serial]
    """The same with sandboxes of two cores."""
    reused: list[Reused]
    open: list[Open]
    crowds: list[Crowd]


def warm_path(terminal: Terminal, requests: int, values_file: str) -> Result:
    """Measure; the cluster lives for this call only."""
    before, machine = load_now(), describe()
    with bench_cluster(terminal, values_file) as cluster:
        machine += [("Kubernetes", cluster.server_version()), ("runtime", cluster.runtime_version())]
        with terminal.step("Crowd") as step:
            crowds = []
            for number in CROWD:
                step.say(f"{number} wait")
                set_level(cluster, number)
                crowds.append(_crowd(number))
            step.result = f"up to {CROWD[-1]} wait"
        set_level(cluster, LEVEL)
        cluster.client.speak("warm-up", TEXTS["English"])
        cluster.wait_for_pool(LEVEL)
        idle_busy = busy_while_waiting(IDLE_SECONDS)
        serial = [_serial(cluster, terminal, language, requests, idle_busy) for language in TEXTS]
        reused = [_reused(cluster, terminal, most, idle_busy) for most in MOST]
        _set_tenant(cluster, concurrent=8, most=1)
        opened = [_open(cluster, terminal, language, rate) for language in TEXTS for rate in RATES]
        set_level(cluster, LEVEL, cores=2)
        two_cores = [_serial(cluster, terminal, language, requests, idle_busy, "-two") for language in TEXTS]
    return Result(machine, before, idle_busy, serial, two_cores, reused, opened, crowds)


def _serial(
    cluster: BenchCluster, terminal: Terminal, language: str, requests: int, idle_busy: float, series: str = ""
) -> Serial:
    spoken: list[Spoken] = []
    sandbox_logs = {}
    core_seconds = 0.0
    with terminal.step(f"{language}, one after another") as step:
        for number in range(1, requests + 1):
            began, used = time.monotonic(), cpu_seconds()
            one = cluster.client.speak(f"{language.lower()}{series}-{number:02}", TEXTS[language])
            if not is_pool_job(one.status["sandbox"]["jobName"]):
                raise BenchError(f"request {one.name} found no sandbox waiting")
            cluster.wait_for_pool(LEVEL)
            core_seconds += _spent(began, used, idle_busy)
            sandbox_logs[one.uid] = read_sandbox_log(cluster.client.pod_log(one.pod, SANDBOX_NAMESPACE))
            spoken.append(one)
            step.say(f"{number} of {requests}: {one.told - one.sent:.2f} s")
        step.result = f"{requests} requests"
    operator = read_operator_log(cluster.operator_log())
    writes = concerning(read_audit(cluster.audit_lines()), spoken[0].sent, time.time(), ["warm-up", "probe-"])
    return Serial(
        language,
        [warm_timeline(one, operator.get(one.uid, {}), sandbox_logs[one.uid]) for one in spoken],
        spoken[0].status["audio"]["durationSeconds"],
        core_seconds / requests,
        sum(one.status["timings"]["synthesis"] for one in spoken) / 1000 / requests,
        tallies(writes),
    )


def _spent(began: float, used: float, idle_busy: float) -> float:
    """Core seconds of the machine since then, the idle cluster's not among them; waits for what is still at work."""
    time.sleep(1)  # kubelet and controllers still write about the pod that has ended
    return cpu_seconds() - used - idle_busy * (os.cpu_count() or 1) * (time.monotonic() - began)


def _reused(cluster: BenchCluster, terminal: Terminal, most: int, idle_busy: float) -> Reused:
    _set_tenant(cluster, concurrent=1, most=most)
    cluster.wait_for_pool(LEVEL)
    began, used = time.monotonic(), cpu_seconds()
    with (
        terminal.step(f"{TOGETHER} that wait, {most} a sandbox") as step,
        ThreadPoolExecutor(TOGETHER) as pool,
    ):
        names = [f"most-{most}-{number}" for number in range(TOGETHER)]
        spoken = list(pool.map(lambda name: cluster.client.speak(name, TEXTS["English"]), names))
        cluster.wait_for_pool(LEVEL)
        spent = _spent(began, used, idle_busy)
        step.result = f"{time.monotonic() - began:.1f} s"
    return Reused(
        most,
        len({one.pod for one in spoken}),
        spent / TOGETHER,
        sum(one.status["timings"]["synthesis"] for one in spoken) / 1000 / TOGETHER,
    )


def _open(cluster: BenchCluster, terminal: Terminal, language: str, rate: float) -> Open:
    chance = random.Random(f"{language} {rate}")  # noqa: S311 - the same moments in each run
    moments, at = [], chance.expovariate(rate)
    while at < OPEN_SECONDS:
        moments.append(at)
        at += chance.expovariate(rate)
    cluster.wait_for_pool(LEVEL)
    began, used = time.monotonic(), cpu_seconds()

    def ask(number: int) -> Spoken:
        time.sleep(max(0.0, began + moments[number] - time.monotonic()))
        return cluster.client.speak(f"{language.lower()}-{rate:g}-{number}".replace(".", "-"), TEXTS[language])

    with (
        terminal.step(f"{language}, {rate:g} a second") as step,
        ThreadPoolExecutor(max(1, len(moments))) as pool,
    ):
        spoken = list(pool.map(ask, range(len(moments))))
        busy = (cpu_seconds() - used) / (time.monotonic() - began) / (os.cpu_count() or 1)
        step.result = f"{len(spoken)} requests"
    warm = sum(is_pool_job(one.status["sandbox"]["jobName"]) for one in spoken)
    return Open(language, rate, [one.told - one.sent for one in spoken], warm, busy)


def _crowd(number: int) -> Crowd:
    pids = find_processes("voxpod_inference.sandbox", NAME)
    if len(pids) != number:
        raise BenchError(f"{number} sandboxes should wait, {len(pids)} processes do")
    before = _ticks(pids)
    time.sleep(IDLE_SECONDS)
    used = (_ticks(pids) - before) / os.sysconf("SC_CLK_TCK") / IDLE_SECONDS
    held = [read_pages(pid) for pid in pids]
    return Crowd(number, sum(one.pss for one in held), sum(one.private for one in held), used)


def _ticks(pids: Sequence[int]) -> int:
    found = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        found += int(fields[11]) + int(fields[12])
    return found


def set_level(cluster: BenchCluster, number: int, cores: int = 1) -> None:
    """Have so many sandboxes wait, and return when they do."""
    # the memory of a request's sandbox, not the default of 1Gi: it is the cluster's one node that sets the end
    spec = {
        "warmPool": {"minIdle": number, "maxSandboxes": number + 8, "idleCpu": "10m"},
        "resources": {"cpu": str(cores), "memory": "384Mi"},
    }
    cluster.merge("speechmodel", MODEL, {"spec": spec})
    _set_tenant(cluster, concurrent=8, most=1)
    cluster.wait_for_pool(number)


def _set_tenant(cluster: BenchCluster, concurrent: int, most: int) -> None:
    spec = {"quota": {"concurrentRequests": concurrent}, "sandbox": {"maxRequests": most}}
    cluster.merge("tenant", NAME, {"spec": spec})
