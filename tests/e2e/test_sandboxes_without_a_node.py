"""Sandboxes that no node takes, on a real scheduler: told, their slots only lent, and spoken once there is a node."""

from collections.abc import Iterator

import pytest

from voxpod_client import VOXPOD, Asked, Voxpod
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM, OTHER_TEAM = "team-a", "team-b"
NOWHERE = {"example.com/no-node": "has-this"}


@pytest.fixture
def nowhere_to_go(voxpod: Voxpod) -> Iterator[str]:
    """The first team's sandboxes ask for a node that there is not; the Tenant's path."""
    path = f"{VOXPOD}/tenants/{TEAM}"
    voxpod.kube.merge(path, {"spec": {"sandbox": {"nodeSelector": NOWHERE}}})
    try:
        yield path
    finally:
        voxpod.kube.merge(path, {"spec": {"sandbox": None}})


def dispatched(voxpod: Voxpod, asked: Asked) -> str:
    found = find_condition(voxpod.look(asked).status.conditions, ConditionType.DISPATCHED)
    return "" if found is None else f"{found.reason}: {found.message}"


def test_slot_of_a_sandbox_that_no_node_takes_goes_to_another_tenant(voxpod: Voxpod, nowhere_to_go: str):
    model = voxpod.apply(
        "SpeechModel", "one-slot", voxpod.model_spec(voxpod.installation.model, warmPool={"maxSandboxes": 1})
    )
    try:
        voxpod.wait_ready(model, "True")
        with voxpod.operator_with(SANDBOX_START_TIMEOUT_SECONDS="10"):
            stuck = voxpod.ask(TEAM, "Nobody takes me.", model="one-slot")
            voxpod.until(
                lambda: dispatched(voxpod, stuck).startswith(Reason.SANDBOX_UNSCHEDULABLE),
                "it says that no node takes it",
                explain=lambda: voxpod.diagnosis(stuck),
            )
            other = voxpod.ask(OTHER_TEAM, "I have a node.", model="one-slot")
            voxpod.wait(other, Phase.SUCCEEDED)
            waiting = voxpod.look(stuck)
            assert waiting.status.phase == Phase.QUEUED
            assert waiting.status.failed_attempts == []

            voxpod.kube.merge(nowhere_to_go, {"spec": {"sandbox": None}})
            spoken = voxpod.wait(stuck, Phase.SUCCEEDED)

        assert (spoken.status.attempt or 0) > 1
        assert len([p for p in voxpod.pods_of(stuck) if p["status"]["phase"] == "Pending"]) == 0
    finally:
        voxpod.kube.delete(model)


def test_sandbox_that_a_lost_runtime_class_keeps_away_says_so(voxpod: Voxpod, nowhere_to_go: str):
    voxpod.kube.merge(nowhere_to_go, {"spec": {"sandbox": {"runtimeClassName": "gone", "nodeSelector": None}}})
    with voxpod.operator_with(SANDBOX_START_TIMEOUT_SECONDS="10"):
        asked = voxpod.ask(TEAM, "Who runs me?", deadlineSeconds=120)
        try:
            told = voxpod.until(
                lambda: (
                    found.message
                    if (found := find_condition(voxpod.look(asked).status.conditions, ConditionType.ADMITTED))
                    and found.reason == Reason.WAITING_FOR_CAPACITY
                    else None
                ),
                "its slot went to others",
                explain=lambda: voxpod.diagnosis(asked),
            )
        finally:
            voxpod.kube.delete(asked.path)
    assert 'RuntimeClass "gone" not found' in told
