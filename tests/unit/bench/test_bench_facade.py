"""The facade's page: bars are judged, and what a kill cost shows."""

from typing import Any

from voxpod_bench.facade import Seen, page

PLAN = {"rate": 20.0, "seconds": 60.0, "synthesis_seconds": 0.5, "waiting": [500, 1000]}


def a_page(**changes: Any) -> str:
    told: dict[str, Any] = {
        "own_ms": [10.0] * 98 + [70.0] * 2, "idle_mb": 80.0, "waiting_mb": [110.0, 140.0], "calls_killed": 900, "killed": 6,
        "answered": 897, "clean_errors": 2, "lost": 1, "doubled": 0,
    }  # fmt: skip
    return "\n".join(page(Seen(**{**told, **changes}), PLAN).lines)


def test_bars_are_judged_by_percentile_and_by_500_clients() -> None:
    said = a_page()
    assert "p50: 10.00 ms, bar <= 15.00 ms: met" in said
    assert "p99: 70.00 ms, bar <= 50.00 ms: MISSED" in said
    assert "500 clients: 110.00 MB, bar <= 150.00 MB: met" in said


def test_what_a_kill_cost_shows() -> None:
    last = [cell.strip() for cell in a_page().splitlines()[-1].split("|")[1:-1]]
    assert last == ["6", "900", "897", "2", "1", "0"]
