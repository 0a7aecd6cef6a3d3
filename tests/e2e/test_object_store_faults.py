"""The object store goes away while a request speaks, or refuses the operator's user: told plainly, and nothing lost."""

import hashlib

import pytest

from voxpod_client import Asked, Voxpod, complete
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_installation import SANDBOXES

pytestmark = pytest.mark.e2e

TEAM, OTHER_TEAM = "team-a", "team-b"
TEXT = "The store is away while I say this, and I do not mind."
SOON = 20


@pytest.fixture(scope="module")
def away(voxpod: Voxpod) -> tuple[Asked, Asked, TTSRequest]:
    """A request that spoke while the store was away; one with a near deadline, and how that ended. The store is back."""
    patient = voxpod.ask(TEAM, TEXT)
    hasty = voxpod.ask(OTHER_TEAM, TEXT, deadlineSeconds=SOON)
    try:
        voxpod.running_sandbox(patient)
        voxpod.scale_store(0)
        failed = voxpod.wait(hasty, Phase.FAILED)
        pod = voxpod.running_sandbox(patient)["metadata"]["name"]

        def log() -> str:
            return voxpod.kubectl("logs", "-n", SANDBOXES, pod).stdout

        voxpod.until(
            lambda: "synthesized" in log(),
            "the sandbox has spoken and wants to store it",
            explain=lambda: voxpod.diagnosis(patient),
        )
        assert "uploaded" not in log()
        assert voxpod.look(patient).status.phase == Phase.RUNNING
    finally:
        voxpod.scale_store(1)
    return patient, hasty, failed


def test_request_ends_well_when_the_store_is_back(voxpod: Voxpod, away: tuple[Asked, Asked, TTSRequest]):
    patient, _, _ = away

    spoken = voxpod.wait(patient, Phase.SUCCEEDED)

    assert spoken.status.attempt == 1, "the sandbox kept what it had spoken"
    assert spoken.status.audio is not None
    assert hashlib.sha256(voxpod.download(spoken.status.audio.uri)).hexdigest() == spoken.status.audio.sha256


def test_request_whose_deadline_comes_first_says_so(voxpod: Voxpod, away: tuple[Asked, Asked, TTSRequest]):
    _, hasty, failed = away

    reason, message = complete(failed)

    assert reason in (Reason.DEADLINE_EXCEEDED, Reason.UPLOAD_FAILED)
    assert "object store" in message
    assert voxpod.keys(f"{OTHER_TEAM}/{hasty.uid}") == []


def test_wrong_credentials_are_told_and_take_nothing_away(voxpod: Voxpod):
    before = voxpod.speak(TEAM, "Stored before.")
    assert before.status.audio is not None
    with voxpod.operator_with(OBJECT_STORE_SECRET_KEY="not-the-secret-key"):
        failed = voxpod.wait(voxpod.ask(TEAM, "Nobody will hear this."), Phase.FAILED)

    reason, message = complete(failed)
    assert reason == Reason.UPLOAD_FAILED
    assert "object store refused the upload (403 SignatureDoesNotMatch)" in message
    assert "not-the-secret-key" not in str(failed)
    assert hashlib.sha256(voxpod.download(before.status.audio.uri)).hexdigest() == before.status.audio.sha256
    assert voxpod.speak(TEAM, "Stored again.").status.attempt == 1
