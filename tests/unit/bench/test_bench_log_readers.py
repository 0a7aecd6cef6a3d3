import json

import pytest
from voxpod_bench.clock import epoch_seconds
from voxpod_bench.json_logs import read_operator_log, read_sandbox_log
from voxpod_bench.runtime_log import PodStart, read_runtime_log

SANDBOX, CONTAINER = "dd5d22940bdb", "9cc05ab899a1"


def runtime_lines(pod: str, sandbox: str, container: str, second: int) -> list[str]:
    asked = rf"RunPodSandbox for name:\"{pod}\" uid:\"u-{pod}\" namespace:\"voxpod-sandboxes\""
    creates = rf"CreateContainer within sandbox \"{sandbox}\" for"
    messages = (
        asked,
        rf"{asked} returns sandbox id \"{sandbox}\"",
        rf"{creates} container name:\"sandbox\"",
        rf"{creates} name:\"sandbox\" returns container id \"{container}\"",
        rf"StartContainer for \"{container}\"",
        rf"StartContainer for \"{container}\" returns successfully",
    )
    return [
        f'time="2026-11-24T19:00:{second:02}.{number}00000001Z" level=info msg="{message}"'
        for number, message in enumerate(messages)
    ]


@pytest.mark.parametrize(
    ("stamp", "fraction"),
    [
        ("2026-11-24T19:00:00Z", 0),
        ("2026-11-24T19:00:00.5Z", 0.5),
        ("2026-11-24T19:00:00.123456789Z", 0.123456),
        ("2026-11-24T20:00:00.250+01:00", 0.25),
    ],
)
def test_times_of_any_precision_are_read(stamp: str, fraction: float) -> None:
    assert epoch_seconds(stamp) == pytest.approx(1795546800 + fraction, abs=1e-6)


@pytest.mark.parametrize("stamp", ["2026-11-24T19:00:00", "yesterday", ""])
def test_a_time_without_zone_or_that_is_none_is_refused(stamp: str) -> None:
    with pytest.raises(ValueError, match=r"time zone|Invalid isoformat"):
        epoch_seconds(stamp)


def test_the_runtime_log_tells_how_each_pod_started() -> None:
    start = epoch_seconds("2026-11-24T19:00:00Z")
    first, second = runtime_lines("one", SANDBOX, CONTAINER, 0), runtime_lines("two", "aaa", "bbb", 1)
    mixed = [line for pair in zip(first, second, strict=True) for line in pair]
    pods = read_runtime_log(
        [*mixed, 'time="2026-11-24T19:00:02Z" level=info msg="shim disconnected"', "panic: not logfmt"]
    )
    assert set(pods) == {"one", "two"}
    found = pods["one"]
    moments = [
        found.sandbox_asked,
        found.sandbox_ready,
        found.container_asked,
        found.container_created,
        found.start_asked,
        found.started,
    ]
    assert [round(moment - start, 3) for moment in moments] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert round(pods["two"].started - start, 3) == 1.5


def test_a_pod_that_never_started_has_no_time_of_it() -> None:
    pods = read_runtime_log(runtime_lines("one", SANDBOX, CONTAINER, 0)[:1])
    assert pods["one"].sandbox_asked > 0
    assert pods["one"] == PodStart(sandbox_asked=pods["one"].sandbox_asked)


def test_the_operator_log_is_read_by_request_and_keeps_the_first_of_each_event() -> None:
    lines = [
        json.dumps({"timestamp": f"2026-11-24T19:00:0{second}.5+00:00", "message": event, **more})
        for second, (event, more) in enumerate(
            [
                ("request seen", {"request_id": "a"}),
                ("lease taken", {}),
                ("request seen", {"request_id": "b"}),
                ("request seen", {"request_id": "a"}),
                ("result received", {"request_id": "a", "timings": {"load_ms": 7}}),
            ]
        )
    ]
    found = read_operator_log([*lines, "Traceback (most recent call last):"])
    assert set(found) == {"a", "b"}
    assert found["a"]["request seen"].time == epoch_seconds("2026-11-24T19:00:00.5Z")
    assert found["a"]["result received"].values["timings"] == {"load_ms": 7}


def test_the_sandbox_log_takes_the_runtimes_time_not_its_own() -> None:
    line = '2026-11-24T19:00:03.123456789Z {"timestamp": "2026-11-24T19:00:03.004Z", "message": "model loaded", "load_ms": 540}'
    found = read_sandbox_log([line, "2026-11-24T19:00:04Z a warning of a library"])
    assert set(found) == {"model loaded"}
    assert found["model loaded"].time == pytest.approx(epoch_seconds("2026-11-24T19:00:03.123456Z"), abs=1e-6)
    assert found["model loaded"].values["load_ms"] == 540
