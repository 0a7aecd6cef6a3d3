"""Who takes a running request back, or lets its deadline pass, has its sandbox ended at once and nothing stored."""

import time
from collections.abc import Callable, Iterator

import pytest

from voxpod_client import LONG_TEXT, SANDBOX_PODS, Asked, Voxpod, complete
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM = "team-a"
SECONDS = 3.0
"""Longest that a sandbox may run on after its request was taken back: the one limit of time that these tests hold anything to."""

DEADLINE_SECONDS = 15


@pytest.fixture
def running(voxpod: Voxpod) -> Iterator[Callable[..., tuple[Asked, str]]]:
    """running() -> a request whose sandbox speaks, and the name of that pod."""
    made: list[Asked] = []

    def start(**spec: int) -> tuple[Asked, str]:
        made.append(voxpod.ask(TEAM, LONG_TEXT, **spec))
        return made[-1], voxpod.running_sandbox(made[-1])["metadata"]["name"]

    try:
        yield start
    finally:
        for asked in made:
            voxpod.kube.delete(asked.path)


def runs(voxpod: Voxpod, pod_name: str) -> bool:
    """Whether a container of the pod runs."""
    pod = voxpod.kube.get(f"{SANDBOX_PODS}/{pod_name}") or {}
    return any("running" in container["state"] for container in pod.get("status", {}).get("containerStatuses", []))


def seconds_until_ended(voxpod: Voxpod, pod_name: str) -> float:
    began = time.monotonic()
    voxpod.until(lambda: not runs(voxpod, pod_name), "the sandbox has ended", explain=voxpod.behind)
    return time.monotonic() - began


def test_deleting_a_running_request_ends_its_sandbox(voxpod: Voxpod, running: Callable[..., tuple[Asked, str]]):
    asked, pod = running()
    assert runs(voxpod, pod)

    voxpod.kube.delete(asked.path)

    assert seconds_until_ended(voxpod, pod) < SECONDS
    voxpod.until(lambda: not voxpod.jobs_of(asked), "the Job is gone", explain=lambda: voxpod.behind(asked.uid))
    assert voxpod.kube.get(asked.path) is None
    assert voxpod.keys(f"{TEAM}/{asked.uid}") == []


def test_cancelling_a_running_request_ends_its_sandbox(voxpod: Voxpod, running: Callable[..., tuple[Asked, str]]):
    asked, pod = running()

    voxpod.kube.merge(asked.path, {"spec": {"cancel": True}})

    assert seconds_until_ended(voxpod, pod) < SECONDS
    assert complete(voxpod.wait(asked, Phase.CANCELLED))[0] == Reason.CANCELLED
    voxpod.until(lambda: not voxpod.jobs_of(asked), "the Job is gone", explain=lambda: voxpod.diagnosis(asked))
    assert voxpod.keys(f"{TEAM}/{asked.uid}") == []


def test_request_fails_at_its_deadline_and_leaves_no_sandbox(voxpod: Voxpod, running: Callable[..., tuple[Asked, str]]):
    asked, pod = running(deadlineSeconds=DEADLINE_SECONDS)

    ended = voxpod.wait(asked, Phase.FAILED)

    assert complete(ended)[0] == Reason.DEADLINE_EXCEEDED
    assert f"{DEADLINE_SECONDS} s" in complete(ended)[1] or "deadline" in complete(ended)[1]
    assert ended.status.attempt == 1, "another attempt has no more time than the first"
    voxpod.until(lambda: not runs(voxpod, pod), "the sandbox has ended", explain=lambda: voxpod.diagnosis(asked))
    assert voxpod.keys(f"{TEAM}/{asked.uid}") == []


def test_cancelled_request_frees_its_place_for_the_next(voxpod: Voxpod, running: Callable[..., tuple[Asked, str]]):
    first, _ = running()
    running()
    third = voxpod.ask(TEAM, "It is my turn.")
    try:
        waiting = voxpod.until(
            lambda: voxpod.look(third) if voxpod.look(third).status.conditions else None, "the third is judged"
        )
        assert waiting.status.conditions[0].reason == Reason.WAITING_FOR_SANDBOX
        assert waiting.status.queue_position == 1

        voxpod.cancel(first)

        voxpod.wait(third, Phase.SUCCEEDED)
    finally:
        voxpod.kube.delete(third.path)
