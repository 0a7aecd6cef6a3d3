"""Bench "warm engines": the same request of 100 characters for each model, in a sandbox that waits, from the POST to stored sound."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from voxpod_bench.client import Spoken
from voxpod_bench.cluster import SANDBOX_CPU, BenchCluster, bench_cluster
from voxpod_bench.engine.page import Page
from voxpod_bench.engine.texts import TEXTS
from voxpod_bench.errors import BenchError
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile
from voxpod_crds.names import is_pool_job
from voxpod_demo import scene
from voxpod_demo.settings import FAST_MODEL, MODEL
from voxpod_demo.terminal import Terminal

TEXT = next(text.text for text in TEXTS if text.language == "en" and text.size == 100)
LEVEL = 1
SETTLING_SECONDS = 1.0
"""Kubelet and controllers still write about the pod that has ended."""


@dataclass(frozen=True, slots=True)
class Warm:
    """One model's requests, one after another, each once a sandbox waits again."""

    model: str
    seconds: tuple[float, ...]
    """From before the POST until the client knows that the sound is stored."""
    synthesis: tuple[float, ...]
    """Of those, from the work in the sandbox to the last sample."""
    audio: float
    """Seconds of it."""


def warm_engines(terminal: Terminal, requests: int, values_file: str) -> list[Warm]:
    """Measure; the cluster lives for this call only."""
    with bench_cluster(terminal, values_file) as cluster:
        if cluster.fast is None:
            raise BenchError(f"the cluster has no model {FAST_MODEL}")
        cluster.kubectl.apply([scene.fast_model(cluster.fast.path, cluster.fast.digest)])
        for model in (MODEL, FAST_MODEL):
            pool = {"minIdle": LEVEL, "maxSandboxes": LEVEL + 2}
            cluster.merge("speechmodel", model, {"spec": {"warmPool": pool, "resources": {"cpu": SANDBOX_CPU}}})
        for model in (MODEL, FAST_MODEL):
            cluster.kubectl.text("wait", "--for=condition=Ready", f"speechmodel/{model}", "--timeout=120s")
            cluster.wait_for_pool(LEVEL, model)
            cluster.client.speak(f"warm-up-{model}", TEXT, model)
        return [_measured(cluster, terminal, model, requests) for model in (MODEL, FAST_MODEL)]


def _measured(cluster: BenchCluster, terminal: Terminal, model: str, requests: int) -> Warm:
    spoken: list[Spoken] = []
    with terminal.step(f"{model}, one after another") as step:
        for number in range(1, requests + 1):
            cluster.wait_for_pool(LEVEL, model)
            time.sleep(SETTLING_SECONDS)
            one = cluster.client.speak(f"{model}-{number:02}", TEXT, model)
            if not is_pool_job(one.status["sandbox"]["jobName"]):
                raise BenchError(f"request {one.name} found no sandbox waiting")
            spoken.append(one)
            step.say(f"{number} of {requests}: {one.told - one.sent:.2f} s")
        step.result = f"{requests} requests"
    return Warm(
        model,
        tuple(one.told - one.sent for one in spoken),
        tuple(one.status["timings"]["synthesis"] / 1000 for one in spoken),
        spoken[0].status["audio"]["durationSeconds"],
    )


def page(found: Sequence[Warm]) -> Page:
    """The table."""
    rows = [
        (
            one.model,
            f"{one.audio:.1f}",
            *(f"{percentile(one.seconds, percent):.3f}" for percent in (50, 95)),
            f"{max(one.seconds):.3f}",
            f"{percentile(one.synthesis, 50):.3f}",
        )
        for one in found
    ]
    first, last = (percentile(one.seconds, 50) for one in (found[0], found[-1]))
    return Page(
        "warm-engines",
        "A warm request by each model",
        [
            f"The same text of {len(TEXT)} characters, {len(found[0].seconds)} times for each model, each once a sandbox of it waits again, on one core.",
            "*Seconds* are from before the client's POST until it knows that the sound is stored; *in the sandbox* those from the work to the last sample.",
            "",
            *table(
                ("", "audio s", "seconds, p50", "p95", "max", "in the sandbox, p50"),
                rows,
                text_columns=1,
            ),
            "",
            f"{found[-1].model} takes {last / first:.2f} of {found[0].model}'s time at the median.",
        ],
    )
