"""Bench "live audio": when a client of the facade hears the first of a text, stage by stage, in sandboxes that wait."""

import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxpod_bench.cluster import TENANT, BenchCluster, bench_cluster
from voxpod_bench.engine.texts import TEXTS, Text
from voxpod_bench.errors import BenchError
from voxpod_bench.json_logs import read_sandbox_log
from voxpod_bench.quality.sets import SETS
from voxpod_bench.wheels import cache
from voxpod_crds.names import is_pool_job
from voxpod_demo.reach import API
from voxpod_demo.settings import MODEL, SANDBOX_NAMESPACE
from voxpod_demo.terminal import Terminal

CHOSEN = tuple(t for t in TEXTS if (t.language, t.size) in (("en", 40), ("en", 400), ("zh", 40)))
FORMATS = ("mp3", "pcm")
STAGES = (
    ("received", "work received by the sandbox"),
    ("read", "text read"),
    ("spoken", "first piece spoken"),
    ("coded", "first of it coded"),
    ("left", "sent by the sandbox"),
    ("heard", "first byte at the client"),
)
"""Moments, and what the time before them is."""
LEVEL = 2
KEY = "vxp-bench-" + "0" * 24
SETTLING_SECONDS = 1.0
"""Kubelet and controllers still write about the pod that has ended."""
PCM_BYTES_A_SECOND = 48_000
ROUNDS = 7
SENTENCES = 12
"""Of the quality benchmark's in each language, for what is told of the seams."""
VOICES = {"en": "af_heart", "zh": "zf_xiaoxiao"}
"""Who says them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One call; times of this machine's clock in seconds since 1970."""

    moments: dict[str, float]
    """By the names of STAGES, and `sent`."""
    audio: float
    """Seconds of sound that are stored."""
    ended: float
    dry: float
    """The longest that a client waits in the middle who plays as soon as it has something; 0 for formats whose length bytes do not tell."""


@dataclass(frozen=True, slots=True)
class Case:
    """One text in one format."""

    text: Text
    format: str
    calls: list[Heard]


@dataclass(frozen=True, slots=True)
class Result:
    """All that was measured."""

    cases: list[Case]
    alone: dict[str, Any]
    """What `engine.first_piece` tells, of CHOSEN."""


def live_audio(terminal: Terminal, requests: int, values_file: str) -> Result:
    """Measure; the cluster lives for this call only."""
    key = {"name": "bench", "sha256": hashlib.sha256(KEY.encode()).hexdigest(), "namespace": TENANT}
    with bench_cluster(terminal, values_file, key) as cluster:
        pool = {"minIdle": LEVEL, "maxSandboxes": LEVEL + 3}
        cluster.merge("speechmodel", MODEL, {"spec": {"warmPool": pool, "resources": {"memory": "512Mi"}}})
        cluster.merge("tenant", TENANT, {"spec": {"quota": {"concurrentRequests": 4}}})
        cluster.wait_for_pool(LEVEL)
        _call(cluster, CHOSEN[0], "mp3")
        cases = [_case(cluster, terminal, text, format, requests) for text in CHOSEN for format in FORMATS]
    return Result(cases, alone())


def alone() -> dict[str, Any]:
    """The first piece by itself, without a cluster, on weights prepared for this machine."""
    from voxpod_inference.engines.kokoro_source import default_folder, fetch_kokoro
    from voxpod_inference.prepare import prepare

    bundle, prepared = fetch_kokoro(default_folder(), lambda _: None), cache() / "prepared"
    prepare(bundle, prepared, lambda _: None)
    texts = json.dumps([{"text": text.text, "voice": text.voice} for text in CHOSEN])
    sentences = json.dumps(
        [
            {"text": sentence.written, "voice": VOICES[chosen.name]}
            for chosen in SETS
            if chosen.name in VOICES
            for sentence in chosen.sentences[:SENTENCES]
        ]
    )
    told = subprocess.run(
        [sys.executable, "-m", "voxpod_bench.engine.first_piece", bundle.root, prepared, texts, sentences, str(ROUNDS)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def _case(cluster: BenchCluster, terminal: Terminal, text: Text, format: str, requests: int) -> Case:
    calls: list[Heard] = []
    with terminal.step(f"{text.language}, {len(text.text)} characters, {format}") as step:
        for number in range(1, requests + 1):
            cluster.wait_for_pool(LEVEL)
            time.sleep(SETTLING_SECONDS)
            one = _call(cluster, text, format)
            calls.append(one)
            step.say(f"{number} of {requests}: {one.moments['heard'] - one.moments['sent']:.2f} s")
        step.result = f"{requests} calls"
    return Case(text, format, calls)


def _call(cluster: BenchCluster, text: Text, format: str) -> Heard:
    connection = http.client.HTTPConnection(cluster.node, API.node_port, timeout=60)
    body = {"model": MODEL, "voice": text.voice, "input": text.text, "response_format": format}
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    try:
        sent = time.time()
        connection.request("POST", "/v1/audio/speech", json.dumps(body), headers)
        answer = connection.getresponse()
        arrivals = []
        while piece := answer.read1(1 << 16):
            arrivals.append((time.time(), len(piece)))
        if answer.status != 200 or answer.headers["x-voxpod-live"] != "true":
            raise BenchError(f"the call was answered with {answer.status}, and not live")
    finally:
        connection.close()
    status = cluster.client.status(answer.headers["x-voxpod-request"])
    if not is_pool_job(status["sandbox"]["jobName"]):
        raise BenchError(f"request {answer.headers['x-voxpod-request']} found no sandbox waiting")
    told = read_sandbox_log(cluster.client.pod_log(status["sandbox"]["podName"], SANDBOX_NAMESPACE))
    claimed, made = told["claimed"].time, told["first piece is made"].values
    moments = {
        "sent": sent,
        "received": claimed,
        "read": claimed + made["read_ms"] / 1000,
        "spoken": claimed + made["first_audio_ms"] / 1000,
        "coded": claimed + made["coded_ms"] / 1000,
        "left": told["live audio begins"].time,
        "heard": arrivals[0][0],
    }
    dry = dry_seconds(arrivals, PCM_BYTES_A_SECOND) if format == "pcm" else 0.0
    return Heard(moments, status["audio"]["durationSeconds"], arrivals[-1][0], dry)


def dry_seconds(arrivals: Sequence[tuple[float, int]], bytes_a_second: int) -> float:
    """The longest that who plays what arrives (moments and bytes) at once has nothing to play, before the last of it."""
    longest, has_until = 0.0, arrivals[0][0]
    for moment, size in arrivals:
        longest = max(longest, moment - has_until)
        has_until = max(has_until, moment) + size / bytes_a_second
    return longest
