from collections.abc import Mapping
from dataclasses import replace

import pytest
from voxpod_bench.audit import Write
from voxpod_bench.client import Spoken
from voxpod_bench.errors import BenchError
from voxpod_bench.json_logs import Said
from voxpod_bench.runtime_log import PodStart
from voxpod_bench.stages import (
    CREATED,
    STAGES,
    WARM_STAGES,
    Traces,
    between,
    beyond_load,
    durations,
    pod_writes,
    timeline,
    warm_timeline,
)

SPOKEN = Spoken("cold-01", "u1", "tts-u1-1-x", sent=100.0, answered=100.01, told=104.0, status={})
TIMINGS = {"boot_ms": 1500, "load_ms": 700, "first_audio_ms": 900, "synthesis_ms": 1000, "upload_ms": 30}


def lines(**moments: float) -> Mapping[str, Said]:
    found = {event.replace("_", " "): time for event, time in moments.items()}
    return {event: Said(time, event, {"timings": TIMINGS}) for event, time in found.items()}


TRACES = Traces(
    operator=lines(
        request_seen=100.02,
        request_admitted=100.03,
        sandbox_created=100.05,
        work_claimed=102.3,
        result_received=103.9,
        request_ended=103.95,
    ),
    sandbox=lines(model_loaded=102.2, claimed=102.35, synthesized=103.4, uploaded=103.5),
    runtime=PodStart(
        sandbox_asked=100.4,
        sandbox_ready=100.6,
        container_asked=100.61,
        container_created=100.62,
        start_asked=100.63,
        started=100.8,
    ),
    pod_created=100.06,
    pod_bound=100.07,
)


def test_the_stages_of_a_request_follow_each_other_without_a_gap() -> None:
    times = timeline(SPOKEN, TRACES)
    assert list(times) == [CREATED, *(stage.moment for stage in STAGES)]
    assert list(times.values()) == sorted(times.values())


def test_the_sandboxs_own_durations_place_imports_and_first_audio() -> None:
    times = timeline(SPOKEN, TRACES)
    assert times["imported"] == pytest.approx(102.2 - 0.7)
    assert times["first_audio"] == pytest.approx(102.35 + 0.9)


def test_stage_times_add_up_to_the_time_since_created() -> None:
    rows = durations([timeline(SPOKEN, TRACES)])
    assert sum(own.p50 for _, own, _ in rows) == pytest.approx(rows[-1][2].p50) == pytest.approx(4000)


def test_what_the_design_limits_leaves_check_and_load_out() -> None:
    times = timeline(SPOKEN, TRACES)
    assert between([times], CREATED, "claimed").p50 == pytest.approx(2300)
    assert beyond_load([times]).p50 == pytest.approx(1600)


@pytest.mark.parametrize(
    ("traces", "said"),
    [
        pytest.param(replace(TRACES, operator={}), "the operator's log has no line 'result received'", id="operator"),
        pytest.param(
            replace(TRACES, sandbox=lines(model_loaded=1)), "the sandbox's log has no line 'claimed'", id="sandbox"
        ),
        pytest.param(
            replace(TRACES, runtime=PodStart(sandbox_asked=1)),
            "no log tells when it was sandbox_ready, container_created, started",
            id="runtime",
        ),
    ],
)
def test_a_line_that_is_missing_is_named(traces: Traces, said: str) -> None:
    with pytest.raises(BenchError, match=f"request cold-01: {said}"):
        timeline(SPOKEN, traces)


def test_a_warm_request_has_the_stages_that_come_after_its_sandbox_waits() -> None:
    times = warm_timeline(SPOKEN, TRACES.operator, TRACES.sandbox)
    assert list(times) == [CREATED, *(stage.moment for stage in WARM_STAGES)]
    assert [stage.moment for stage, _, _ in durations([times], WARM_STAGES)] == list(times)[1:]


def controller_write(resource: str, at: float, name: str = "", code: int = 201) -> Write:
    user = "system:kube-scheduler" if resource == "pods/binding" else "system:serviceaccount:kube-system:job-controller"
    return Write(at, at + 0.005, user, "", "create", resource, "voxpod-sandboxes", name, code)


def test_the_pod_without_a_name_is_the_one_before_its_binding() -> None:
    writes = [
        controller_write("pods", 90),
        controller_write("pods", 101),
        controller_write("pods/binding", 101.1, "another", 409),
        controller_write("pods/binding", 101.2, "tts-u1-1-x"),
        controller_write("pods", 110),
    ]
    assert pod_writes(writes, "tts-u1-1-x", after=100) == (101.005, 101.205)


@pytest.mark.parametrize(
    "writes", [[], [controller_write("pods", 101)], [controller_write("pods/binding", 101, "tts-u1-1-x")]]
)
def test_a_pod_that_the_audit_log_does_not_tell_of_is_named(writes: list[Write]) -> None:
    with pytest.raises(BenchError, match="pod tts-u1-1-x: the audit log lacks"):
        pod_writes(writes, "tts-u1-1-x", after=100)
