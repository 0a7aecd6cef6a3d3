"""The facade's page: bars are judged, and what a kill cost shows."""

from typing import Any

from voxpod_bench.facade import Seen, page

PLAN = {
    "rate": 20.0, "seconds": 60.0, "synthesis_seconds": 0.5, "waiting": [500, 1000], "shed_in_flight": 8, "shed_rate": 8.0, "shed_seconds": 30.0,
}  # fmt: skip


def a_page(**changes: Any) -> str:
    told: dict[str, Any] = {
        "own_ms": [10.0] * 98 + [70.0] * 2, "idle_mb": 80.0, "waiting_mb": [110.0, 140.0], "shed_ms": [[520.0] * 240, [530.0] * 350], "shed_refused": [0, 370], "calls_killed": 900, "killed": 6,
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


def test_what_is_shed_and_how_long_the_rest_took_shows() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in a_page().splitlines() if line.startswith("|")]
    assert ["8", "240", "0", "520", "520"] in rows
    assert ["24", "720", "370", "530", "530"] in rows
