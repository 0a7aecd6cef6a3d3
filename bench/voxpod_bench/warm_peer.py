"""Bench "warm peer": a sandbox that waits is claimed, ours and agent-sandbox's in turn, on one cluster."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voxpod_bench.agent_sandbox import AGENT, Claims, built, pool_job, pool_objects, running
from voxpod_bench.audit import OPERATOR_AGENT, Write, read_audit
from voxpod_bench.client import Spoken
from voxpod_bench.cluster import BenchCluster, bench_cluster
from voxpod_bench.engine.page import Page
from voxpod_bench.errors import BenchError
from voxpod_bench.json_logs import read_operator_log, read_sandbox_log
from voxpod_bench.machine import busy_while_waiting, cpu_seconds
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile
from voxpod_bench.stages import CREATED, between, warm_timeline
from voxpod_bench.warm_path import set_level
from voxpod_crds.names import is_pool_job
from voxpod_demo.settings import SANDBOX_NAMESPACE
from voxpod_demo.terminal import Terminal

TEXT = "Good morning."
LEVEL = 3
"""Sandboxes of each that wait."""
IDLE_SECONDS = 20.0
SETTLE_SECONDS = 1.0
"""Kubelet and controllers still write about the pod that has ended."""


@dataclass(slots=True)
class Side:
    """What was seen of one of the two."""

    name: str
    seconds: list[float] = field(default_factory=list)
    """From just before the POST until the sandbox is the client's, of each."""
    core_seconds: float = 0.0
    """Of the whole machine, the refill in it, the idle cluster and speech not."""
    spans: list[tuple[float, float]] = field(default_factory=list)
    """When it was its turn; seconds since 1970."""
    own: int = 0
    """What its controller stored."""
    stored: int = 0
    """What all writers stored."""

    def count(self, writes: list[Write], is_own: Callable[[Write], bool]) -> None:
        """Note the writes of its turns."""
        mine = [w for w in writes if any(since <= w.received <= until for since, until in self.spans)]
        stored = [w for w in mine if w.sort == "stored" and not w.refused]
        self.stored, self.own = len(stored), sum(is_own(w) for w in stored)


def warm_peer(terminal: Terminal, requests: int, values_file: str, source: Path) -> tuple[str, list[Side]]:
    """The peer's version, ours and theirs; the cluster and the peer's controller live for this call only."""
    with terminal.step("Peer") as step:
        controller = built(source)
        step.result = f"agent-sandbox {controller.version}"
    with bench_cluster(terminal, values_file) as cluster:
        set_level(cluster, LEVEL)
        with running(cluster, controller):
            cluster.kubectl.apply(pool_objects(pool_job(cluster), LEVEL))
            claims = Claims(cluster)
            claims.until_level(LEVEL)
            ours, theirs = Side("Voxpod"), Side("agent-sandbox")
            cluster.client.speak("warm-up", TEXT)
            cluster.wait_for_pool(LEVEL)
            idle = busy_while_waiting(IDLE_SECONDS) * (os.cpu_count() or 1)
            with terminal.step("Claims in turn") as step:
                for number in range(1, requests + 1):
                    _ours(cluster, ours, f"turn-{number:02}", idle)
                    _theirs(claims, theirs, f"turn-{number:02}", idle)
                    step.say(f"{number} of {requests}: {ours.seconds[-1]:.3f} and {theirs.seconds[-1]:.3f} s")
                step.result = f"{requests} of each"
        writes = list(read_audit(cluster.audit_lines()))
    ours.count(writes, lambda write: write.writer == OPERATOR_AGENT)
    theirs.count(writes, lambda write: write.agent.startswith(AGENT))
    return controller.version, [ours, theirs]


def _ours(cluster: BenchCluster, side: Side, name: str, idle: float) -> None:
    began, used, since = time.monotonic(), cpu_seconds(), time.time()
    one: Spoken = cluster.client.speak(name, TEXT)
    if not is_pool_job(one.status["sandbox"]["jobName"]):
        raise BenchError(f"request {one.name} found no sandbox waiting")
    cluster.wait_for_pool(LEVEL)
    time.sleep(SETTLE_SECONDS)
    spent = cpu_seconds() - used - idle * (time.monotonic() - began)
    side.spans.append((since, time.time()))
    said = read_sandbox_log(cluster.client.pod_log(one.pod, SANDBOX_NAMESPACE))
    timeline = warm_timeline(one, read_operator_log(cluster.operator_log()).get(one.uid, {}), said)
    side.seconds.append(between([timeline], CREATED, "received").p50 / 1000)
    side.core_seconds += spent - one.status["timings"]["synthesis"] / 1000


def _theirs(claims: Claims, side: Side, name: str, idle: float) -> None:
    began, used, since = time.monotonic(), cpu_seconds(), time.time()
    one = claims.claim(name)
    claims.end(name)
    claims.until_level(LEVEL)
    time.sleep(SETTLE_SECONDS)
    side.core_seconds += cpu_seconds() - used - idle * (time.monotonic() - began)
    side.spans.append((since, time.time()))
    side.seconds.append(one.ready - one.sent)


def page(version: str, sides: Sequence[Side]) -> Page:
    """The table, and what the two have in common and what not."""
    rows = [
        (
            side.name,
            *(f"{percentile(side.seconds, percent) * 1000:.0f}" for percent in (50, 95)),
            f"{max(side.seconds) * 1000:.0f}",
            *(f"{number / len(side.seconds):.2f}" for number in (side.own, side.stored, side.core_seconds)),
        )
        for side in sides
    ]
    head = ("", "claim p50, ms", "p95", "max", "writes, own", "writes, all", "core seconds")
    return Page(
        "warm-peer",
        "A waiting sandbox is claimed: beside agent-sandbox",
        [
            f"kubernetes-sigs/agent-sandbox {version}, built from its source. Both pools stand on one cluster, {LEVEL} sandboxes each, with the same",
            f"image, limits and mounted model, loaded. They take turns, {len(sides[0].seconds)} each: a claim, and then both are at their level again.",
            "",
            *table(head, rows),
            "",
            "- *Claim*, Voxpod: from just before the POST of a TTSRequest until the sandbox has its text; quota, ledger and fair queue are",
            "  passed on the way. agent-sandbox: from just before the POST of a SandboxClaim until the client's watch has its condition Ready:",
            "  a pod is the client's, and nothing was sent into it. It has no quota. The claim is deleted at once.",
            "- *Writes* that were stored, for a claim, the refill in it; *all*: of kubelet, controllers and client too. Voxpod's has the",
            "  request's result in it, which agent-sandbox has none of.",
            "- *Core seconds* of the whole machine for a claim, the refill in it, the idle cluster and the speech not.",
            "- Its controller is a process of this machine with its own defaults, but for leader election and webhooks, which are off;",
            "  our operator is a pod with the chart's limits.",
        ],
    )
