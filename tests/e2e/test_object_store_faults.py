"""The object store goes away while a request speaks, or refuses the operator's user: told plainly, and nothing lost."""

import hashlib
from typing import Any

import pytest

from kube_api import VOXPOD
from voxpod_client import Asked, Voxpod, complete
from voxpod_crds.conditions import ConditionType, Reason, find_condition
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


def test_wrong_credentials_are_told_and_cost_no_sandbox(voxpod: Voxpod):
    before = voxpod.speak(TEAM, "Stored before.")
    assert before.status.audio is not None
    with voxpod.operator_with(OBJECT_STORE_SECRET_KEY="not-the-secret-key"):
        asked = voxpod.ask(TEAM, "This is said when the key is right again.")
        waiting = voxpod.until(
            lambda: reason_to_wait(voxpod.look(asked)) == Reason.WAITING_FOR_STORE and voxpod.look(asked),
            f"{asked.name} waits for the store",
            explain=lambda: voxpod.diagnosis(asked),
        )
        told = model_condition(voxpod, ConditionType.STORE_REACHABLE)
        assert voxpod.jobs_of(asked) == []

    admitted = find_condition(waiting.status.conditions, ConditionType.ADMITTED)
    assert admitted is not None
    assert "SignatureDoesNotMatch" in admitted.message
    assert (told["status"], told["reason"]) == ("False", Reason.STORE_REFUSES)
    assert "not-the-secret-key" not in f"{waiting}{told}"
    assert voxpod.wait(asked, Phase.SUCCEEDED).status.attempt == 1
    assert hashlib.sha256(voxpod.download(before.status.audio.uri)).hexdigest() == before.status.audio.sha256
    voxpod.until(
        lambda: model_condition(voxpod, ConditionType.STORE_REACHABLE)["status"] == "True", "the model says so too"
    )


def test_check_of_the_store_leaves_nothing_in_it(voxpod: Voxpod):
    voxpod.speak(TEAM, "Something is stored.")
    assert [key for key in voxpod.keys("") if not key.startswith((f"{TEAM}/", f"{OTHER_TEAM}/", "_usage/"))] == []


def reason_to_wait(request: TTSRequest) -> str:
    admitted = find_condition(request.status.conditions, ConditionType.ADMITTED)
    return admitted.reason if admitted is not None and admitted.status == "False" else ""


def model_condition(voxpod: Voxpod, type_: ConditionType) -> dict[str, Any]:
    found = voxpod.kube.get(f"{VOXPOD}/speechmodels/kokoro")
    assert found is not None
    return next(dict(c) for c in found["status"]["conditions"] if c["type"] == type_)
