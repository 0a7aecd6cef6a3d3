"""What happens to a request that cannot be read: it waits, is cancelled or misses its deadline; nothing else."""

from typing import Any

import pytest

from builders import NOON
from resource_bodies import a_request_body
from voxpod_crds.conditions import Reason
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.reading import UnreadableRequest, parse
from voxpod_operator.policy import lifecycle as steps
from voxpod_operator.policy.admission import Wait
from voxpod_operator.policy.unreadable import next_step

SANDBOX = {"phase": "Running", "tenant": "acme", "attempt": 3, "sandbox": {"jobName": "tts-uid-hello-1", "podUid": "p"}}


def unreadable(status: dict[str, Any] | None = None, **spec: Any) -> UnreadableRequest:
    body = a_request_body("hello", **{"emotion": "happy", **spec})
    body["metadata"] |= {"uid": "uid-hello", "creationTimestamp": "2026-11-24T11:59:00Z", "namespace": "acme"}
    found = parse(TTS_REQUEST, {**body, "status": status or {}})
    assert isinstance(found, UnreadableRequest)
    return found


STEPS = [
    pytest.param(unreadable(), Wait, id="new"),
    pytest.param(unreadable({"phase": "Queued", "tenant": "acme"}), Wait, id="waits"),
    pytest.param(unreadable(cancel=True), steps.Finish, id="cancelled"),
    pytest.param(unreadable(deadlineSeconds=30), steps.Finish, id="its deadline passed"),
    pytest.param(unreadable(deadlineSeconds=1), Wait, id="its deadline cannot be read"),
    pytest.param(unreadable({"phase": "Archived"}, cancel=True), steps.Nothing, id="its phase cannot be read"),
    pytest.param(unreadable(SANDBOX), steps.LookAgain, id="another version runs it"),
    pytest.param(unreadable(SANDBOX), steps.LookAgain, id="it may have had its last attempt"),
    pytest.param(unreadable(SANDBOX, cancel=True), steps.Finish, id="cancelled while it runs"),
]


@pytest.mark.parametrize(("request_", "expected"), STEPS)
def test_step(request_: UnreadableRequest, expected: type) -> None:
    assert isinstance(next_step(request_, NOON), expected)


def test_it_says_what_it_waits_for() -> None:
    assert next_step(unreadable({"phase": "Queued", "tenant": "acme"}), NOON) == Wait(
        Reason.WAITING_FOR_NEWER_VERSION,
        "this operator cannot read the request: spec.emotion: this version does not know the field",
        "acme",
    )
