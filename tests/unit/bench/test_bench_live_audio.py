"""The page of live audio: stages add up to the first byte, bars are judged, and a listener who runs dry shows."""

import pytest
from voxpod_bench.live_audio import CHOSEN, STAGES, Case, Heard, Result, dry_seconds
from voxpod_bench.live_report import page

SEAM = {"silence": 0.12, "kept_silence": 0.02, "pitch": 2.0, "kept_pitch": 1.0, "level": -0.4}


def a_call(first_byte: float) -> Heard:
    """Each stage takes as long."""
    step = first_byte / len(STAGES)
    moments = {"sent": 100.0} | {moment: 100.0 + step * at for at, (moment, _) in enumerate(STAGES, 1)}
    return Heard(moments, audio=2.5, ended=101.0, dry=0.02)


def a_page(first_byte: float) -> str:
    told = {"read": 0.001, "plan": 0.08, "say": 0.15, "coded": 0.006, "rest": 0.6, "seconds": 0.85}
    alone = {
        "cold_read": 0.1,
        "idle": 38_000_000,
        "rehearsed": 41_000_000,
        "texts": [told] * len(CHOSEN),
        "seams": [SEAM, SEAM | {"kept_pitch": None}],
    }
    return "\n".join(page(Result([Case(CHOSEN[0], "pcm", [a_call(first_byte)])], alone)).lines)


@pytest.mark.parametrize(("first_byte", "judged"), [(0.3, "met"), (0.36, "MISSED")])
def test_first_byte_is_judged(first_byte: float, judged: str) -> None:
    said = f"first byte, English, 40 characters, pcm, p50: {1000 * first_byte:.2f} ms, bar <= 350.00 ms: {judged}"
    assert said in a_page(first_byte)


def test_stages_are_told_beside_their_sum() -> None:
    rows = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in a_page(0.3).splitlines() if "|" in line}

    assert rows["first piece spoken"] == "50 / 50"
    assert rows["**from the POST to the first byte**"] == "300 / 300"


@pytest.mark.parametrize(
    ("arrivals", "dry"),
    [
        pytest.param([(0.0, 100), (1.0, 100), (2.0, 100)], 0.0, id="each in time"),
        pytest.param([(0.0, 100), (1.5, 100), (2.0, 100)], 0.5, id="the second is late"),
        pytest.param([(0.0, 300), (1.5, 100), (4.2, 100)], 0.2, id="what came early bridges"),
    ],
)
def test_who_plays_at_once_runs_dry_for_so_long(arrivals: list[tuple[float, int]], dry: float) -> None:
    assert dry_seconds(arrivals, 100) == pytest.approx(dry)
