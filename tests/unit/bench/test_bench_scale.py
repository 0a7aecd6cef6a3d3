"""The page of the scale bench: what the run saw, and whether each bar was met."""

import json

from voxpod_bench.scale import page, result_of

PLAN = {
    "tenants": 3.0,
    "waiting": 50.0,
    "live": 20.0,
    "sandboxes": 4.0,
    "synthesis_seconds": 2.0,
    "measured_seconds": 10.0,
    "ended": 100.0,
}


def a_write(verb: str, resource: str, *, subresource: str = "", agent: str = "voxpod-operator", code: int = 200) -> str:
    moment = "2026-11-28T12:00:00.000000Z"
    ref = {"resource": resource, "subresource": subresource, "name": "r"}
    return json.dumps(
        {
            "stage": "ResponseComplete",
            "verb": verb,
            "user": {"username": "admin"},
            "userAgent": agent,
            "objectRef": ref,
            "requestReceivedTimestamp": moment,
            "stageTimestamp": moment,
            "responseStatus": {"code": code},
        }
    )


def a_page(**changes: object) -> str:
    audit = [
        *[a_write("patch", "ttsrequests", subresource="status")] * 30,
        *[a_write("create", "jobs")] * 10,
        *[a_write("create", "tokenreviews")] * 20,
        *[a_write("create", "pods", agent="somebody")] * 10,
        a_write("patch", "tenants", subresource="status", code=409),
    ]
    told: dict[str, object] = {
        "passes": [(1.5, 1.0, 2)] * 99 + [(9.0, 4.0, 2)], "lags_ms": [10.0, 20.0], "seconds": 10.0, "completions": 10, "cpu_seconds": 2.0, "live_mb": 100.0,
        "waiting_mb": 110.0, "peak_mb": 130.0, "longest_gap_ms": 40.0, "told_seconds": 3.0, "first_decision_seconds": 2.5,
        "first_decision_cpu_seconds": 2.0, "first_decision_mb": 105.0, "audit": audit,
    }  # fmt: skip
    return "\n".join(page(result_of(PLAN, {**told, **changes})).lines)


def test_writes_are_the_operators_own_and_divided_by_what_ended() -> None:
    said = a_page()
    assert "| patch ttsrequests/status | stored   |      3.00 |" in said
    assert "| create tokenreviews      | answered |      2.00 |" in said
    assert "| refused                  | conflict |      0.10 |" in said
    assert "pods" not in said.split("## The operator's API writes")[1].split("## The process")[0]
    assert "stored writes for a request: 4.00, bar <= 5.50: met" in said


def test_a_bar_that_is_missed_says_so() -> None:
    assert "scheduling pass, p99, by the clock: 1.50 ms, bar <= 5.00 ms: met" in a_page()
    assert "scheduling pass, p99, by the clock: 9.00 ms, bar <= 5.00 ms: MISSED" in a_page(passes=[(9.0, 9.0, 1)])
    assert "resident memory at 20 live requests: 121.00 MB, bar <= 120.00 MB: MISSED" in a_page(live_mb=121.0)
