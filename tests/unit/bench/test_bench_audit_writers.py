import json
from typing import Any

import pytest
from voxpod_bench.audit import Write, read_audit
from voxpod_bench.writes import concerning, tallies

OPERATOR = ("system:serviceaccount:voxpod-system:voxpod-operator", "voxpod-operator")


def an_event(**changed: Any) -> str:
    event = {
        "stage": "ResponseComplete",
        "verb": "patch",
        "user": {"username": OPERATOR[0]},
        "userAgent": OPERATOR[1],
        "objectRef": {"resource": "ttsrequests", "subresource": "status", "namespace": "acme", "name": "hello"},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": "2026-11-24T19:00:00.250000Z",
        "stageTimestamp": "2026-11-24T19:00:00.258000Z",
    }
    return json.dumps(event | changed)


def a_write(
    user: str = OPERATOR[0],
    agent: str = OPERATOR[1],
    verb: str = "patch",
    resource: str = "ttsrequests/status",
    name: str = "",
    at: float = 0,
    code: int = 200,
) -> Write:
    return Write(at, at, user, agent, verb, resource, "acme", name, code)


def test_a_write_is_read_with_its_subresource_and_both_times() -> None:
    (write,) = read_audit([an_event()])
    assert (write.verb, write.resource, write.name, write.code) == ("patch", "ttsrequests/status", "hello", 200)
    assert write.done - write.received == pytest.approx(0.008, abs=1e-5)


def test_reads_and_unfinished_calls_are_no_writes() -> None:
    assert list(read_audit([an_event(verb="get"), an_event(verb="watch"), an_event(stage="RequestReceived")])) == []


def test_a_pod_that_is_made_by_generate_name_has_none() -> None:
    (write,) = read_audit([an_event(verb="create", objectRef={"resource": "pods", "namespace": "voxpod-sandboxes"})])
    assert (write.resource, write.name) == ("pods", "")


@pytest.mark.parametrize(
    ("user", "agent", "writer"),
    [
        ("admin", "voxpod-bench", "client"),
        (*OPERATOR, "voxpod-operator"),
        (OPERATOR[0], "kopf/1.45 Python/3.13", "voxpod-operator by kopf/1.45"),
        ("system:node:voxpod-bench", "kubelet/v1.37.2", "kubelet"),
        ("system:kube-scheduler", "kube-scheduler/v1.37.2", "kube-scheduler"),
        ("system:serviceaccount:kube-system:job-controller", "kube-controller-manager/v1.37.2", "job-controller"),
        ("system:apiserver", "kube-apiserver/v1.37.2", "system:apiserver"),
        ("admin", "kubectl/v1.37.1", "admin"),
    ],
)
def test_the_writer_is_told_by_user_and_user_agent(user: str, agent: str, writer: str) -> None:
    assert a_write(user, agent).writer == writer


@pytest.mark.parametrize(
    ("resource", "sort"),
    [
        ("ttsrequests/status", "stored"),
        ("jobs", "stored"),
        ("events", "event"),
        ("leases", "lease"),
        ("tokenreviews", "answered"),
        ("serviceaccounts/token", "answered"),
    ],
)
def test_what_stores_nothing_is_told_from_what_does(resource: str, sort: str) -> None:
    assert a_write(resource=resource).sort == sort


def test_writes_are_counted_by_writer_ours_first() -> None:
    kubelet = [a_write("system:node:n", "kubelet", "patch", "pods/status") for _ in range(5)]
    ours = [
        a_write(),
        a_write(),
        a_write(verb="create", resource="jobs"),
        a_write(resource="tokenreviews"),
        a_write(code=409),
    ]
    (writer, tally), (other, others) = tallies([*kubelet, *ours])
    assert (writer, other) == ("voxpod-operator", "kubelet")
    assert dict(tally.stored) == {"patch ttsrequests/status": 2, "create jobs": 1}
    assert (tally.sorts["stored"], tally.sorts["answered"], tally.refused) == (3, 1, 1)
    assert others.sorts["stored"] == 5


def test_only_writes_of_the_span_and_not_of_strangers_count() -> None:
    inside = a_write(name="tts-1", at=5)
    writes = [
        a_write(at=1),
        inside,
        a_write(name="probe-abc-1", at=5),
        a_write(name="tts-warm-1", at=6),
        a_write(at=11),
    ]
    assert concerning(writes, 2, 10, ["probe-", "warm"]) == [inside]
