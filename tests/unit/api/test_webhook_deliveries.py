"""Webhooks: what is signed, whose the next attempt is, and when there is none."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.signing_keys import read_webhook_keys
from voxpod_api.webhooks.delivery import GRACE, MOST_ATTEMPTS, PAUSES, Delivery, after, claimed, delivery_of, due
from voxpod_api.webhooks.signing import headers_of, secrets_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEYS = (b"k" * 32, b"old" * 11)


def test_signature_is_that_of_the_published_example() -> None:
    """standardwebhooks.com, and the tests of each of its libraries."""
    headers = headers_of(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_namespace_has_secrets_of_its_own_and_an_old_key_signs_too() -> None:
    acme, globex = secrets_of(KEYS, "acme"), secrets_of(KEYS, "globex")
    assert len({*acme, *globex}) == 4
    assert acme == secrets_of(KEYS, "acme")
    assert all(len(base64.b64decode(one.removeprefix("whsec_"))) == 32 for one in acme)
    assert len(headers_of(acme, "m", 1, b"")["webhook-signature"].split()) == 2


@pytest.mark.parametrize("text", ["", "\n", "short", "\n".join(["k" * 32] * 5)])
def test_keys_that_are_none_are_told(text: str) -> None:
    with pytest.raises(CredentialsProblem, match="expected 1 to 4 keys"):
        read_webhook_keys(text)


def a_task(state: Delivery | str | None = None, phase: str = "Succeeded", maker: str = "facade-0") -> dict[str, Any]:
    annotations = {"voxpod.dev/webhook": "https://hooks.example.com/", "voxpod.dev/listener": maker}
    if state is not None:
        annotations["voxpod.dev/webhook-state"] = state if isinstance(state, str) else state.state()
    ended = {"type": "Complete", "status": "True", "lastTransitionTime": NOW.isoformat()}
    meta = {"name": "task-1", "namespace": "acme", "annotations": annotations, "creationTimestamp": NOW.isoformat()}
    return {"metadata": meta, "spec": {}, "status": {"phase": phase, "conditions": [ended]}}


def pending(attempts: int = 1, until: datetime | None = NOW) -> Delivery:
    return Delivery("https://hooks.example.com/", attempts=attempts, until=until)


@pytest.mark.parametrize(
    ("task", "replica", "when"),
    [
        pytest.param(a_task(phase="Running"), "facade-0", None, id="not ended"),
        pytest.param(a_task(), "facade-0", NOW, id="its maker at once"),
        pytest.param(a_task(), "facade-1", NOW + GRACE, id="others when the maker seems gone"),
        pytest.param(a_task(phase="Cancelled"), "facade-0", NOW, id="cancelled is an end"),
        pytest.param(a_task(pending(until=NOW + timedelta(hours=1))), "facade-0", NOW + timedelta(hours=1), id="later"),
        pytest.param(a_task(Delivery("u", "delivered")), "facade-0", None, id="told"),
        pytest.param(a_task(Delivery("u", "failed")), "facade-0", None, id="given up"),
        pytest.param(a_task("{"), "facade-0", None, id="a state that is none"),
        pytest.param(a_task('{"status": "maybe"}'), "facade-0", None, id="a state of nobody's"),
        pytest.param({**a_task(), "metadata": {"name": "x"}}, "facade-0", None, id="no webhook"),
    ],
)
def test_next_attempt_is_somebody_s_at_some_time_or_there_is_none(
    task: dict[str, Any], replica: str, when: datetime | None
) -> None:
    assert due(task, replica) == when


def test_a_claim_holds_until_the_next_attempt_and_attempts_come_to_an_end() -> None:
    found, moments = Delivery("u"), []
    while found.status == "pending":
        found = claimed(found, NOW)
        assert found.until is not None
        moments.append((found.until - NOW).total_seconds())
        found = after(found, "the receiver answers 500", gone=False)
    assert (found.attempts, found.status, found.error) == (MOST_ATTEMPTS, "failed", "the receiver answers 500")
    assert moments[: len(PAUSES)] == list(PAUSES)


def test_an_attempt_is_good_or_the_last_one_or_followed_by_another() -> None:
    claim = claimed(Delivery("u"), NOW)
    assert after(claim, "", gone=False).status == "delivered"
    assert after(claim, "the receiver answers 410", gone=True).status == "failed"
    assert after(claim, "TimeoutError", gone=False).until == claim.until


def test_state_says_what_it_was_told_again_and_nothing_long() -> None:
    state = Delivery("https://hooks.example.com/", attempts=2, until=NOW, error="x" * 1000)
    found = delivery_of(a_task(state))
    assert found is not None
    assert (found.attempts, found.until, len(found.error)) == (2, NOW, 200)
    assert "hooks" not in json.loads(json.dumps(state.state())), "the URL may hold a secret"
