"""An image that the node does not have and cannot get: said as it is, and nothing lost once it is put right."""

import pytest

from voxpod_client import Voxpod, complete
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM = "team-a"
ABSENT = "127.0.0.1:1/inference:not-there"
"""A registry that refuses the node at once: a name would cost the resolver's patience first."""


def test_request_fails_and_names_an_image_that_may_not_be_pulled(voxpod: Voxpod):
    with voxpod.operator_with(SANDBOX_IMAGE=ABSENT, SANDBOX_IMAGE_PULL_POLICY="Never"):
        failed = voxpod.wait(voxpod.ask(TEAM, "Nobody can say this."), Phase.FAILED)

    reason, message = complete(failed)
    assert reason == Reason.IMAGE_PULL_FAILED
    assert ABSENT in message
    assert "ErrImageNeverPull" in message
    assert failed.status.attempt == 3


def test_request_that_waits_for_an_image_is_spoken_once_the_image_is_right(voxpod: Voxpod):
    with voxpod.operator_with(SANDBOX_START_TIMEOUT_SECONDS="15"):
        with voxpod.operator_with(SANDBOX_IMAGE=ABSENT, SANDBOX_IMAGE_PULL_POLICY="IfNotPresent"):
            asked = voxpod.ask(TEAM, "Better late than never.")

            def told() -> str | None:
                dispatched = find_condition(voxpod.look(asked).status.conditions, ConditionType.DISPATCHED)
                return dispatched.message if dispatched is not None and ABSENT in dispatched.message else None

            said = voxpod.until(told, "the request says what it waits for", explain=lambda: voxpod.diagnosis(asked))
            assert "ErrImagePull" in said or "ImagePullBackOff" in said
            assert not (voxpod.look(asked).status.phase or Phase.PENDING).terminal

        spoken = voxpod.wait(asked, Phase.SUCCEEDED)

    assert (spoken.status.attempt or 0) > 1
    assert spoken.status.failed_attempts[0].reason == Reason.IMAGE_PULL_FAILED
    assert voxpod.keys(f"{TEAM}/{asked.uid}") == [f"{TEAM}/{asked.uid}.wav"]
