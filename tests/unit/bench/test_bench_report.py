from collections import Counter

import pytest
from voxpod_bench.cold_path import Result
from voxpod_bench.machine import Load
from voxpod_bench.markdown import table
from voxpod_bench.memory import Memory
from voxpod_bench.report import document
from voxpod_bench.stages import CREATED, STAGES
from voxpod_bench.writes import Tally

QUIET, BUSY = Load(0.1, 0.02), Load(5.0, 0.9)


def a_result(
    before: Load = QUIET, milliseconds_a_stage: float = 100, stored: int = 10, pauses: tuple[float, ...] = (0.2, 0.2)
) -> Result:
    moments = [CREATED, *(stage.moment for stage in STAGES)]
    one = {moment: 1000 + number * milliseconds_a_stage / 1000 for number, moment in enumerate(moments)}
    return Result(
        machine=[("processor", "a core")],
        before=before,
        pauses=list(pauses),
        after=QUIET,
        timelines=[one, one],
        audio_seconds=2.6,
        writes=[
            (
                "voxpod-operator",
                Tally(Counter(stored=stored, lease=4), Counter({"patch ttsrequests/status": 6, "create jobs": 2}), 1),
            )
        ],
        watched_seconds=90,
        operator_idle=Memory(80_000_000, 85_000_000, 60_000_000),
        operator_after=Memory(90_000_000, 91_000_000, 65_000_000),
        sandbox_resident=280_000_000,
        sandbox_private=236_000_000,
    )


def test_every_stage_has_a_row_with_its_source() -> None:
    page = document(a_result(), "make bench")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert all(
        any(row.startswith(f"| {stage.what} ") and f"| {stage.source} " in row for row in rows) for stage in STAGES
    )


@pytest.mark.parametrize(("milliseconds", "verdict"), [(100, "met"), (200, "missed")])
def test_the_page_says_whether_the_target_is_met(milliseconds: float, verdict: str) -> None:
    assert f"The target is {verdict}." in document(a_result(milliseconds_a_stage=milliseconds), "make bench")


@pytest.mark.parametrize(
    ("stored", "verdict"), [(16, "8.00 times per cold request, within"), (17, "8.50 times per cold request, over")]
)
def test_the_page_says_whether_our_writes_are_within_the_budget(stored: int, verdict: str) -> None:
    assert verdict in document(a_result(stored=stored), "make bench")


@pytest.mark.parametrize(
    ("load", "pauses", "verdict"),
    [
        pytest.param(QUIET, (0.2, 0.2), "quiet: nothing else ran", id="never"),
        pytest.param(QUIET, (0.2, 0.2, 0.9), "quiet most of the time", id="now and then"),
        pytest.param(BUSY, (0.2, 0.2), "quiet most of the time", id="before"),
        pytest.param(QUIET, (0.9, 0.9, 0.2), "DISTURBED", id="mostly"),
    ],
)
def test_the_page_says_whether_other_work_ran_beside(load: Load, pauses: tuple[float, ...], verdict: str) -> None:
    assert f"| the machine was  | {verdict}" in document(a_result(before=load, pauses=pauses), "make bench")


def test_tables_are_aligned_text_to_the_left_and_numbers_to_the_right() -> None:
    assert table(("a", "number"), [("long name", "7"), ("b", "1234567")]) == [
        "| a         |  number |",
        "| --------- | ------: |",
        "| long name |       7 |",
        "| b         | 1234567 |",
    ]
