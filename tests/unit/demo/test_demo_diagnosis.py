from typing import Any

from voxpod_demo.diagnose import log_line, pod_problems, warnings


def a_pod(phase: str = "Pending", conditions: list[dict[str, Any]] | None = None, **container: Any) -> dict[str, Any]:
    one = {"name": "operator", "ready": False, "restartCount": 0, **container}
    return {
        "metadata": {"name": "voxpod-operator-1"},
        "status": {"phase": phase, "conditions": conditions or [], "containerStatuses": [one]},
    }


def test_waiting_container_is_told_with_its_reason() -> None:
    state = {"waiting": {"reason": "ErrImageNeverPull", "message": "image is not present"}}
    assert pod_problems(a_pod(state=state)) == [
        "pod voxpod-operator-1, operator: waiting ErrImageNeverPull image is not present, 0 restarts"
    ]


def test_container_without_a_state_yet_is_told_too() -> None:
    assert pod_problems(a_pod()) == ["pod voxpod-operator-1, operator: unknown, 0 restarts"]


def test_unschedulable_pod_says_what_lacks() -> None:
    pod = {
        "metadata": {"name": "p"},
        "status": {
            "phase": "Pending",
            "conditions": [{"type": "PodScheduled", "status": "False", "message": "Insufficient cpu"}],
        },
    }
    assert pod_problems(pod) == ["pod p: not scheduled: Insufficient cpu"]


def test_ready_and_succeeded_pods_are_no_problem() -> None:
    assert pod_problems(a_pod("Running", ready=True)) == []
    assert pod_problems(a_pod("Succeeded")) == []


def event(name: str, message: str, time: str, kind: str = "Warning") -> dict[str, Any]:
    return {
        "type": kind,
        "involvedObject": {"kind": "Pod", "name": name},
        "reason": "Failed",
        "message": message,
        "lastTimestamp": time,
    }


def test_warnings_are_in_order_without_repetitions_and_normal_events() -> None:
    events = [
        event("b", "late", "2026-01-01T00:00:09Z"),
        event("a", "early", "2026-01-01T00:00:01Z"),
        event("b", "late", "2026-01-01T00:00:08Z"),
        event("c", "fine", "2026-01-01T00:00:05Z", "Normal"),
    ]
    assert warnings(events) == ["event Pod a: Failed: early", "event Pod b: Failed: late"]


def test_warning_that_many_objects_share_is_told_once() -> None:
    assert warnings([event(name, "Insufficient cpu", "2026-01-01T00:00:01Z") for name in ("a", "b", "c", "c")]) == [
        "event Pod c and 2 more: Failed: Insufficient cpu"
    ]


def test_only_the_last_warnings_are_shown() -> None:
    assert [
        line[-2:] for line in warnings([event("a", f"{i:02}", f"2026-01-01T00:00:{i:02}Z") for i in range(20)])
    ] == [f"{i:02}" for i in range(12, 20)]


def test_log_line_loses_its_json_and_keeps_what_it_says() -> None:
    line = (
        '{"timestamp": "18:00:00", "level": "INFO", "logger": "voxpod_operator.x", "service": "voxpod-operator",'
        ' "message": "request admitted", "request":'
        ' "acme/hello-en"}'
    )
    assert log_line(line) == "18:00:00 INFO request admitted request=acme/hello-en"


def test_line_that_is_no_json_object_stays() -> None:
    assert [log_line(line) for line in ("Traceback (most recent call last):", "[1]")] == [
        "Traceback (most recent call last):",
        "[1]",
    ]
