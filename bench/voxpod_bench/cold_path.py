"""Bench "cold path": requests one after another, each in a sandbox that is made for it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from voxpod_bench.audit import read_audit
from voxpod_bench.client import Spoken
from voxpod_bench.cluster import NAME, BenchCluster, bench_cluster, sandbox_ttl_seconds
from voxpod_bench.errors import BenchError
from voxpod_bench.json_logs import Said, read_operator_log, read_sandbox_log
from voxpod_bench.machine import Load, busy_while_waiting, describe, load_now
from voxpod_bench.memory import Memory, PeakMemory, find_process, read_memory
from voxpod_bench.runtime_log import PodStart, read_runtime_log
from voxpod_bench.stages import Timeline, Traces, pod_writes, timeline
from voxpod_bench.writes import Tally, concerning, tallies
from voxpod_demo.settings import SANDBOX_NAMESPACE
from voxpod_demo.terminal import Terminal

TEXT = "The quick brown fox jumps over the lazy dog."
PAUSE_SECONDS = 1.0
"""After a pod has ended: kubelet and controllers still write about it, which is not the next request's cost."""
TTL_SLACK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Result:
    """All that was measured."""

    machine: list[tuple[str, str]]
    before: Load
    pauses: list[float]
    """Share of all cores in use in the pause after each request, when only the idle cluster and others run."""
    after: Load
    timelines: list[Timeline]
    audio_seconds: float
    """Of one request."""
    writes: list[tuple[str, Tally]]
    watched_seconds: float
    """How long writes were counted."""
    operator_idle: Memory
    operator_after: Memory
    sandbox_resident: int
    """Most bytes resident in one sandbox."""
    sandbox_private: int


@dataclass(frozen=True, slots=True)
class _Run:
    """The requests of one run, with the logs of their sandboxes, which go with their pods."""

    spoken: list[Spoken]
    sandbox_logs: dict[str, Mapping[str, Said]]
    pauses: list[float]
    until: float


def cold_path(terminal: Terminal, requests: int, values_file: str) -> Result:
    """Measure; the cluster lives for this call only."""
    before = load_now()
    machine = describe()
    with bench_cluster(terminal, values_file) as cluster:
        machine += [
            ("Kubernetes", cluster.server_version()),
            ("runtime", cluster.runtime_version()),
            ("images", f"{cluster.images.operator}, {cluster.images.inference}"),
        ]
        # not counted: it brings the images' files into the page cache, and is looked at while it runs, which the others are not
        with PeakMemory("voxpod_inference.sandbox", NAME) as peak:
            warm_up = cluster.client.speak("warm-up", TEXT)
        cluster.client.wait_for_end_of_pod(warm_up.pod, SANDBOX_NAMESPACE)
        idle = _operator_memory()
        run = _speak(cluster, requests, terminal)
        after_memory = _operator_memory()
        writes = list(read_audit(cluster.audit_lines()))
        operator, runtime = read_operator_log(cluster.operator_log()), read_runtime_log(cluster.runtime_log())
    timelines = [
        timeline(
            one,
            Traces(
                operator.get(one.uid, {}),
                run.sandbox_logs[one.uid],
                runtime.get(one.pod, PodStart()),
                *pod_writes(writes, one.pod, one.sent),
            ),
        )
        for one in run.spoken
    ]
    since = run.spoken[0].sent
    return Result(
        machine=machine,
        before=before,
        pauses=run.pauses,
        after=load_now(),
        timelines=timelines,
        audio_seconds=run.spoken[0].status["audio"]["durationSeconds"],
        writes=tallies(concerning(writes, since, run.until, [warm_up.uid, warm_up.name, "probe-"])),
        watched_seconds=run.until - since,
        operator_idle=idle,
        operator_after=after_memory,
        sandbox_resident=peak.resident,
        sandbox_private=peak.private,
    )


def _speak(cluster: BenchCluster, requests: int, terminal: Terminal) -> _Run:
    """The requests, one after another; returns when their Jobs are gone, since removing them is part of their cost."""
    spoken: list[Spoken] = []
    pauses: list[float] = []
    logs: dict[str, Mapping[str, Said]] = {}
    with terminal.step("Requests") as step:
        for number in range(1, requests + 1):
            one = cluster.client.speak(f"cold-{number:02}", TEXT)
            cluster.client.wait_for_end_of_pod(one.pod, SANDBOX_NAMESPACE)
            logs[one.uid] = read_sandbox_log(cluster.client.pod_log(one.pod, SANDBOX_NAMESPACE))
            spoken.append(one)
            step.say(f"{number} of {requests}: {one.told - one.sent:.2f} s")
            pauses.append(busy_while_waiting(PAUSE_SECONDS))
        step.result = f"{requests} requests"
    with terminal.step("Cleanup") as step:
        ttl = sandbox_ttl_seconds(cluster.kubectl)
        step.say(f"the last Job goes {ttl:.0f} s after its end")
        cluster.client.wait_for_end_of_jobs(SANDBOX_NAMESPACE, ttl + TTL_SLACK_SECONDS)
        time.sleep(PAUSE_SECONDS)
        step.result = "the last Job is gone"
    return _Run(spoken, logs, pauses, time.time())


def _operator_memory() -> Memory:
    pid = find_process("voxpod_operator", NAME)
    memory = read_memory(pid) if pid else None
    if memory is None:
        raise BenchError("the operator's process is not there")
    return memory
