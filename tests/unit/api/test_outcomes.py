"""What a client is told of a TTSRequest, by its status."""

from datetime import timedelta

import pytest

from facade_samples import NOON, Json, a_version, failed, succeeded, waiting
from voxpod_api.speech import outcome
from voxpod_crds.conditions import Reason

ADMISSION_ENDS = [
    reason
    for reason in Reason
    if not reason.startswith("Waiting") and reason not in ("Admitted", "Ready", "Succeeded", "Claimed", "Uploading")
]


@pytest.mark.parametrize(
    ("status", "told", "code", "param"),
    [
        pytest.param(failed("TextEmpty", "Rejected"), 400, "nothing_to_speak", "text", id="nothing to speak"),
        pytest.param(failed("TextTooLong", "Rejected"), 400, "string_above_max_length", "text", id="too long"),
        pytest.param(failed("VoiceNotAllowed", "Rejected"), 400, "voice_not_found", "voice", id="voice not allowed"),
        pytest.param(failed("ModelNotFound", "Rejected"), 400, "model_not_found", "model", id="no model"),
        pytest.param(failed("InputRefused"), 400, "input_refused", "text", id="bad text"),
        pytest.param(failed("DailyQuotaExceeded", "Rejected"), 429, "daily_quota_exceeded", None, id="used up"),
        pytest.param(
            failed("ExceedsHalfOfDailyQuota", "Rejected"),
            400,
            "exceeds_half_of_daily_quota",
            "text",
            id="no day would do",
        ),
        pytest.param(
            failed("WaitingForConcurrency", "Rejected"), 429, "concurrent_requests_exceeded", None, id="no slot in time"
        ),
        pytest.param(failed("WaitingForRate", "Rejected"), 429, "rate_limit_exceeded", None, id="too many in a minute"),
        pytest.param(
            failed("WaitingForQuota", "Rejected"), 429, "concurrent_requests_exceeded", None, id="held by its others"
        ),
        pytest.param(
            failed("WaitingForSandbox", "Rejected"), 503, "waiting_for_sandbox", None, id="the cluster is full"
        ),
        pytest.param(failed("WaitingForTenant", "Rejected"), 403, "tenant_suspended", None, id="suspended meanwhile"),
        pytest.param(failed("SomethingNew", "Rejected"), 400, "something_new", None, id="a reason of a later version"),
        pytest.param(failed("EngineFailed"), 500, "engine_failed", None, id="ours"),
        pytest.param(failed("DeadlineExceeded"), 504, "deadline_exceeded", None, id="too slow"),
        pytest.param(failed("Cancelled", "Cancelled"), 410, "request_cancelled", None, id="cancelled by somebody"),
        pytest.param({"phase": "Failed"}, 500, "failed", None, id="no word"),
        pytest.param({"phase": "Succeeded", "audio": {}}, 500, "audio_url_missing", None, id="an older operator"),
    ],
)
def test_an_end_without_audio(status: Json, told: int, code: str, param: str | None) -> None:
    error = outcome.error_of_end(a_version(status=status))
    assert (error.status, error.code, error.param) == (told, code, param)


def test_a_daily_quota_is_not_to_be_tried_again() -> None:
    error = outcome.error_of_end(a_version(status=failed("DailyQuotaExceeded", "Rejected")))
    assert error.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        pytest.param(waiting("WaitingForConcurrency"), 429, "concurrent_requests_exceeded", id="the tenant's others"),
        pytest.param(waiting("WaitingForSandbox"), 503, "waiting_for_sandbox", id="cluster full"),
        pytest.param(waiting("WaitingForStore"), 503, "waiting_for_store", id="store away"),
        pytest.param(waiting("WaitingForTenant"), 403, "tenant_suspended", id="suspended"),
        pytest.param({}, 503, "operator_away", id="nobody took it up"),
    ],
)
def test_a_wait_that_was_given_up(status: Json, told: int, code: str) -> None:
    error = outcome.error_of_wait(a_version(status=status))
    assert (error.status, error.code) == (told, code)
    assert told == 403 or 1 <= int(error.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.startswith("Waiting")])
def test_what_waited_too_long_may_come_again_unless_an_administrator_has_to_act(reason: str) -> None:
    error = outcome.error_of_end(a_version(status=failed(reason, "Rejected")))
    assert error.status in (429, 503) or error.headers["x-should-retry"] == "false"
    assert error.status == 403 or 1 <= int(error.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("reason", ADMISSION_ENDS)
def test_every_reason_has_an_answer_with_a_whole_envelope(reason: str) -> None:
    error = outcome.error_of_end(a_version(status=failed(reason)))
    assert 400 <= error.status < 600
    assert error.code == error.code.lower() != ""


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        pytest.param(a_version(), True, id="nobody looked at it yet"),
        pytest.param(a_version(status=waiting("WaitingForConcurrency")), True, id="waits"),
        pytest.param(a_version(cancel=True), False, id="about to be cancelled"),
        pytest.param(a_version(status=failed("EngineFailed")), False, id="failed"),
        pytest.param(a_version(status=succeeded()), True, id="spoken"),
        pytest.param(a_version(status=succeeded(NOON + timedelta(seconds=10))), False, id="URL about to end"),
        pytest.param(a_version(status={"phase": "Succeeded"}), False, id="without a URL"),
    ],
)
def test_a_repeat_is_answered_from_a_request_that_can_answer(raw: Json, joined: bool) -> None:
    assert outcome.can_be_joined(raw, NOON) is joined
