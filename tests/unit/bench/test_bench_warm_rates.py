"""The page of the warm rates: bars are judged at 20 a second, and what was lost shows."""

from typing import Any

from voxpod_bench.warm_rates import page, seen_of

PLAN = {"tenants": 10, "seconds": 60.0, "start_seconds": 0.9, "synthesis_seconds": 0.5}


def a_window(**changes: Any) -> dict[str, Any]:
    told = {
        "rate": 20.0, "level": 40, "asked": 100, "ended": 100, "doubled": 0, "warm": 90, "accepted_ms": [20.0] * 94 + [70.0] * 6,
        "sent_ms": [25.0] * 100, "seconds": 60.0, "cpu_seconds": 2.0, "machine_seconds": 90.0, "overtaken": 0,
        "refilled_seconds": 1.0, "least_idle": 12, "audit": [],
    }  # fmt: skip
    return {**told, **changes}


def a_page(*windows: dict[str, Any]) -> str:
    return "\n".join(page([seen_of(window) for window in windows], PLAN).lines)


def test_the_bars_are_those_of_20_a_second() -> None:
    said = a_page(a_window(), a_window(rate=45.0, accepted_ms=[900.0]))
    assert "20 a second, p50: 20.00 ms, bar <= 30.00 ms: met" in said
    assert "20 a second, p95: 70.00 ms, bar <= 60.00 ms: MISSED" in said
    assert "45 a second, p50" not in said
    assert "writes at 45 a second" in said


def test_the_cores_in_use_are_told() -> None:
    row = next(line for line in a_page(a_window()).splitlines() if line.lstrip("| ").startswith("20 "))
    assert [cell.strip() for cell in row.split("|")[1:-1]][-3:] == ["1.50", "40", "12"]


def test_what_a_burst_lost_is_told() -> None:
    row = next(
        line
        for line in a_page(a_window(rate=0.0, ended=98, doubled=1)).splitlines()
        if line.lstrip("| ").startswith("100")
    )
    assert [cell.strip() for cell in row.split("|")[1:-1]] == ["100", "40", "2", "1", "90", "0", "60.0", "1.0"]
