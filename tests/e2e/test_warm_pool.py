"""Sandboxes that wait, on a real cluster: a request reaches one at once, each serves once, and what waits costs next to nothing."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kube_api import MERGE, VOXPOD
from pod_processes import processes_of
from resource_bodies import Json
from voxpod_client import SANDBOX_JOBS, SANDBOX_PODS, SANDBOXES, Voxpod
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM, OTHER_TEAM = "team-a", "team-b"
TEXT = "The quick brown fox jumps over the lazy dog."
MODEL = "warm"


@contextmanager
def a_pool(voxpod: Voxpod, **pool: Any) -> Iterator[str]:
    """A SpeechModel with a pool, whose idle sandboxes wait; its path. They are gone afterwards."""
    path = voxpod.apply("SpeechModel", MODEL, voxpod.model_spec(voxpod.installation.model, warmPool=pool))
    try:
        voxpod.wait_ready(path, "True")
        voxpod.until(lambda: idle(voxpod) == pool["minIdle"], "the pool is full", explain=voxpod.behind)
        yield path
    finally:
        voxpod.kube.delete(path)
        voxpod.until(lambda: not jobs(voxpod), "what waited is gone", explain=voxpod.behind)


@pytest.fixture(scope="module")
def pool_of_two(voxpod: Voxpod) -> Iterator[str]:
    with a_pool(voxpod, minIdle=2, maxSandboxes=4) as path:
        yield path


def jobs(voxpod: Voxpod) -> list[str]:
    """Sandboxes of the pool that have not ended."""
    found = voxpod.kube.items(SANDBOX_JOBS, labelSelector=f"voxpod.dev/model={MODEL},voxpod.dev/profile")
    return [one["metadata"]["name"] for one in found if not (one.get("status") or {}).get("conditions")]


def idle(voxpod: Voxpod) -> int:
    return int(voxpod.metrics(voxpod.leader()).get(f'voxpod_sandboxes{{model="{MODEL}",state="idle"}}', 0))


def test_a_request_is_spoken_by_one_that_waits_and_another_takes_its_place(voxpod: Voxpod, pool_of_two: str):
    waiting = jobs(voxpod)
    spoken = voxpod.speak(TEAM, TEXT, model=MODEL)
    assert spoken.status.sandbox is not None
    assert spoken.status.sandbox.job_name in waiting
    assert spoken.status.timings is not None
    assert spoken.status.timings.startup == 0, "assignment and claim are one write"
    used = spoken.status.sandbox.job_name
    voxpod.until(lambda: idle(voxpod) == 2 and used not in jobs(voxpod), "two others wait", explain=voxpod.behind)
    shown = voxpod.until(
        lambda: (found := voxpod.kube.get(pool_of_two)) and found["status"].get("idle") == 2 and found,
        "status says so",
    )
    assert shown["status"]["starting"] == 0


def test_ten_at_once_of_two_tenants_are_spoken_by_ten_sandboxes(voxpod: Voxpod, pool_of_two: str):
    asked = [voxpod.ask(team, TEXT, model=MODEL) for team in (TEAM, OTHER_TEAM) for _ in range(5)]
    used = Counter(voxpod.wait(one, Phase.SUCCEEDED).status.sandbox.job_name for one in asked)  # type: ignore[union-attr]
    assert max(used.values()) == 1
    voxpod.until(lambda: idle(voxpod) == 2 and len(jobs(voxpod)) == 2, "two wait again", explain=voxpod.behind)


def test_a_tenant_that_says_so_uses_a_sandbox_for_several_requests(voxpod: Voxpod, pool_of_two: str):
    """One after another, and none of another tenant's in between."""
    sandbox = {"sandbox": {"maxRequests": 3}, "quota": {"concurrentRequests": 1}}
    tenant = f"{VOXPOD}/tenants/{TEAM}"
    voxpod.kube.call("PATCH", tenant, {"spec": sandbox}, content_type=MERGE)
    try:
        mine = [voxpod.ask(TEAM, TEXT, model=MODEL) for _ in range(4)]
        theirs = [voxpod.ask(OTHER_TEAM, TEXT, model=MODEL) for _ in range(2)]
        used = [voxpod.wait(one, Phase.SUCCEEDED).status.sandbox.job_name for one in mine]  # type: ignore[union-attr]
        other = [voxpod.wait(one, Phase.SUCCEEDED).status.sandbox.job_name for one in theirs]  # type: ignore[union-attr]
    finally:
        nothing = {"sandbox": {"maxRequests": None}, "quota": {"concurrentRequests": None}}
        voxpod.kube.call("PATCH", tenant, {"spec": nothing}, content_type=MERGE)
    assert max(Counter(used).values()) <= 3
    assert len(set(used)) < len(used), "none was used twice"
    assert len(set(other)) == 2
    assert not set(other) & set(used)


def test_what_waits_sleeps(voxpod: Voxpod, pool_of_two: str):
    pids = voxpod.until(
        lambda: found if idle(voxpod) == 2 and len(found := waiting(voxpod)) == 2 and rehearsed(voxpod) == 2 else None,
        "two wait and have rehearsed",
        explain=voxpod.behind,
    )
    before = [ticks(pid) for pid in pids]
    time.sleep(5)
    assert [ticks(pid) - then for pid, then in zip(pids, before, strict=True) if ticks(pid) - then > 5] == []


def pooled(voxpod: Voxpod) -> list[Json]:
    """Pods of the pool's sandboxes."""
    return voxpod.kube.items(SANDBOX_PODS, labelSelector=f"voxpod.dev/model={MODEL},voxpod.dev/profile")


def waiting(voxpod: Voxpod) -> list[int]:
    """Processes of those that have not ended."""
    return [pid for pod in pooled(voxpod) for pid in processes_of(pod["metadata"]["uid"], "voxpod_inference.sandbox")]


def rehearsed(voxpod: Voxpod) -> int:
    """How many of those have told that they are ready for a first request."""
    names = [pod["metadata"]["name"] for pod in pooled(voxpod) if pod["status"]["phase"] == "Running"]
    return sum('"rehearsed"' in voxpod.kubectl("logs", "-n", SANDBOXES, name).stdout for name in names)


def ticks(pid: int) -> int:
    """Hundredths of a second of processor time; 5 in 5 s are a hundredth of a core."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_pool_that_is_above_its_bound_is_refused_by_name(voxpod: Voxpod):
    spec = voxpod.model_spec(voxpod.installation.model, warmPool={"minIdle": 3, "maxSandboxes": 2})
    with pytest.raises(Exception, match=r"spec.warmPool.minIdle.*must not be above maxSandboxes"):
        voxpod.apply("SpeechModel", "too-many", spec)
