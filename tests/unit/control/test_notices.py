"""Which Event a change of a stored status is worth, along the ways that a request can go."""

from datetime import UTC, datetime, timedelta

import pytest

from builders import a_model, a_request, a_tenant
from voxpod_crds.conditions import Condition, Reason
from voxpod_crds.sandbox_protocol import Audio, Failure, Report, Timings
from voxpod_crds.tts_request import Phase, TTSRequest, TTSRequestStatus
from voxpod_operator.cluster.event_drafts import Notice
from voxpod_operator.policy import transitions
from voxpod_operator.policy.admission import Admit, Reject, Wait
from voxpod_operator.policy.notices import of_conditions, of_request

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SECRET = "Meet me at the old mill at nine."


def told(request: TTSRequest, status: TTSRequestStatus) -> Notice | None:
    return of_request(request.status, status)


def then(request: TTSRequest, status: TTSRequestStatus) -> TTSRequest:
    return request.model_copy(update={"status": status})


def admitted(request: TTSRequest | None = None) -> TTSRequest:
    asked = request or a_request()
    return then(asked, transitions.assign(asked, Admit(a_tenant(), a_model(), "af_heart"), "tts-1", NOW))


def claimed() -> TTSRequest:
    return then(admitted(), transitions.claim(admitted(), "pod-1", "p", 2, NOW))


def audio() -> Report:
    made = Audio("0" * 64, "0" * 32, 10, 1.5, 24_000, "wav", "af_heart")
    return Report("uid", Timings(), audio=made)


def test_an_ordinary_request_is_told_three_things() -> None:
    new = a_request()
    done = transitions.succeed(claimed(), audio(), transitions.Places("s3://speech/acme/1.wav"), NOW)
    assert [told(new, admitted().status), told(admitted(), claimed().status), told(claimed(), done)] == [
        Notice("Normal", "Admitted", "Admit", "admitted for Tenant acme; sandbox tts-1 starts"),
        Notice("Normal", "Claimed", "Claim", "pod pod-1 synthesizes"),
        Notice("Normal", "Succeeded", "Complete", "1.5 s of audio at s3://speech/acme/1.wav"),
    ]


def test_a_wait_is_told_once_however_its_place_moves() -> None:
    first = Wait(Reason.WAITING_FOR_CONCURRENCY, "Tenant acme runs 1 of 1 concurrent requests", "acme", 2)
    waiting = then(a_request(), transitions.wait(a_request(), first, NOW))
    nearer = Wait(Reason.WAITING_FOR_CONCURRENCY, "the same, nearer", "acme", 1)
    assert told(a_request(), waiting.status) == Notice("Normal", first.reason, "Wait", first.message)
    assert told(waiting, transitions.wait(waiting, nearer, NOW)) is None


def test_a_wait_that_may_need_somebody_is_a_warning() -> None:
    wait = Wait(Reason.WAITING_FOR_MODEL, "SpeechModel kokoro is not Ready", "acme")
    notice = told(a_request(), transitions.wait(a_request(), wait, NOW))
    assert notice == Notice("Warning", "WaitingForModel", "Wait", "SpeechModel kokoro is not Ready")


def test_a_slot_given_back_is_told_once_and_the_next_admission_again() -> None:
    back = then(admitted(), transitions.give_back(admitted(), Reason.SANDBOX_UNSCHEDULABLE, "no cpu", NOW, NOW))
    notice = told(admitted(), back.status)
    assert notice is not None
    assert (notice.type, notice.reason) == ("Warning", "WaitingForCapacity")
    assert "no cpu" in notice.note
    again = told(back, admitted(back).status)
    assert again is not None
    assert again.reason == "Admitted"


def test_each_retry_is_an_occasion_of_its_own_and_quotes_no_sandbox() -> None:
    first = then(
        claimed(),
        transitions.retry(claimed(), Failure("infrastructure", "SandboxLost", SECRET), "tts-2", "n", None, NOW),
    )
    second = transitions.retry(first, Failure("infrastructure", "UploadFailed", SECRET), "tts-3", "n", None, NOW)
    assert [told(claimed(), first.status), told(first, second)] == [
        Notice("Warning", "Retrying", "Retry", "attempt 2 after SandboxLost", "2"),
        Notice("Warning", "Retrying", "Retry", "attempt 3 after UploadFailed", "3"),
    ]


def test_what_keeps_a_sandbox_from_starting_is_told_and_that_it_starts_is_not() -> None:
    stuck = then(admitted(), transitions.starting(admitted(), Reason.SANDBOX_UNSCHEDULABLE, "Insufficient cpu", NOW))
    assert told(admitted(), stuck.status) == Notice("Warning", "SandboxUnschedulable", "Dispatch", "Insufficient cpu")
    assert told(stuck, transitions.starting(stuck, Reason.SANDBOX_STARTING, "pulls its image", NOW)) is None


def test_an_upload_that_takes_long_is_told_without_the_sandboxs_words() -> None:
    notice = told(claimed(), transitions.uploading(claimed(), SECRET, NOW))
    assert notice is not None
    assert notice.reason == "Uploading"
    assert SECRET not in notice.note


@pytest.mark.parametrize("reason", [Reason.ENGINE_FAILED, Reason.INPUT_REFUSED, Reason.DEADLINE_EXCEEDED])
def test_a_failure_is_told_by_its_reason_without_what_a_sandbox_wrote(reason: Reason) -> None:
    notice = told(claimed(), transitions.fail(claimed(), reason, f"last: {SECRET}", NOW))
    assert notice == Notice("Warning", reason, "Fail", f"Failed: {reason.__doc__}")


def test_a_rejection_quotes_the_operator() -> None:
    verdict = Reject(Reason.VOICE_NOT_FOUND, "SpeechModel kokoro has no voice af_hart", "acme")
    notice = told(a_request(), transitions.reject(a_request(), verdict, NOW))
    assert notice == Notice("Warning", "VoiceNotFound", "Reject", f"Rejected: {verdict.message}")


def test_a_cancelled_request_is_no_warning() -> None:
    notice = told(claimed(), transitions.fail(claimed(), Reason.CANCELLED, "cancelled", NOW, Phase.CANCELLED))
    assert notice is not None
    assert (notice.type, notice.reason, notice.action) == ("Normal", "Cancelled", "Cancel")


def test_an_end_that_was_not_seen_from_the_start_is_told_alone() -> None:
    done = transitions.succeed(claimed(), audio(), transitions.Places("s3://speech/acme/1.wav"), NOW)
    notice = told(a_request(), done)
    assert notice is not None
    assert notice.reason == "Succeeded"


def test_nothing_is_told_of_what_has_not_changed() -> None:
    for request in (admitted(), claimed()):
        assert told(request, request.status) is None


def test_conditions_of_a_tenant_or_model_are_told_when_status_or_reason_changes() -> None:
    def ready(status: str, reason: Reason, later: int = 0) -> list[Condition]:
        return [condition("Ready", status, reason, later)]

    assert of_conditions([], ready("False", Reason.PROBING)) == [Notice("Normal", "Probing", "Judge", "why")]
    assert of_conditions(ready("False", Reason.PROBING), ready("True", Reason.READY)) == [
        Notice("Normal", "Ready", "Judge", "why")
    ]
    assert of_conditions(ready("True", Reason.READY), ready("True", Reason.READY, 5)) == []
    assert of_conditions(ready("True", Reason.READY), ready("False", Reason.SUSPENDED)) == [
        Notice("Warning", "Suspended", "Judge", "why")
    ]


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        pytest.param("StoreReachable", "True", "False", id="good when True"),
        pytest.param("SomethingPresses", "False", "True", id="good when False"),
    ],
)
def test_that_nothing_is_the_matter_is_told_only_after_something_was(type_: str, good: str, bad: str) -> None:
    well, badly = [condition(type_, good, "Well")], [condition(type_, bad, "Badly")]
    assert of_conditions([], well) == []
    assert [n.type for n in of_conditions([], badly)] == ["Warning"]
    assert [n.type for n in of_conditions(badly, well)] == ["Normal"]


def condition(type_: str, status: str, reason: str, later: int = 0) -> Condition:
    at = NOW + timedelta(seconds=later)
    return Condition(type=type_, status=status, reason=reason, message="why", last_transition_time=at)  # type: ignore[arg-type]
