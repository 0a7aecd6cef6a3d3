"""The tables of the engine's benchmarks, from made-up measurements."""

from pathlib import Path

import pytest
from voxpod_bench import warm_engines
from voxpod_bench.engine import cosyvoice, first_audio, footprint, image_size, rtf, side_by_side, throughput, work
from voxpod_bench.engine.speakers import Spoken
from voxpod_bench.engine.texts import TEXTS, english
from voxpod_bench.quality.edits import Edit
from voxpod_bench.quality.round_trip import Outcome, Understood
from voxpod_bench.quality.sets import HUNDRED
from voxpod_bench.quality.word_times import Differences


def spoken(synthesis: float, front_end: float = 0.1) -> Spoken:
    return Spoken(front_end, synthesis, 0.0, 4.0, "fonims")


def row(lines: list[str], start: str) -> list[str]:
    (found,) = (line for line in lines if line.startswith(f"| {start}"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_rtf_page_compares_medians_with_the_peer() -> None:
    runs = {"peer": [spoken(2.0), spoken(9.0), spoken(2.2)], "ours": [spoken(1.1), spoken(1.0), spoken(5.0)]}
    page = rtf.page([rtf.Measured(next(t for t in TEXTS if t.language == "en"), 1, runs)])
    assert row(page.lines, "en, 40 ch, 1 thread")[1:] == ["4.0", "2.20", "0.550", "1.10", "0.275", "0.50", "0.52"]
    assert any("bar <= 0.50: met" in line for line in page.lines)


def test_rtf_page_compares_no_front_ends_where_the_peer_has_none() -> None:
    japanese = next(t for t in TEXTS if t.language == "ja")
    page = rtf.page([rtf.Measured(japanese, 2, {"peer": [spoken(2.0)], "ours": [spoken(3.0)]})])
    assert row(page.lines, "ja, 40 ch, 2 threads")[-2:] == ["1.50", "-"]
    assert sum("MISSED" in line for line in page.lines) == 3


def test_first_audio_page_adds_the_stages_up() -> None:
    start = first_audio.Start((0.01, 0.1, 0.2, 0.05, 0.3), 1.4)
    page = first_audio.page({"peer": [start], "ours": [start]})
    assert row(page.lines, "ours") == ["ours", "10", "100", "200", "50", "300", "660"]
    assert page.lines[-1].endswith("bar <= 0.80 s: met")


def test_cosyvoice_page_holds_published_steps_to_the_bars_and_shows_what_fewer_save() -> None:
    def run(threads: int, steps: int, flow: float, private: tuple[int, ...] = (100_000_000,)) -> cosyvoice.Run:
        return cosyvoice.Run(500, threads, steps, 10.0, (0.1, 9.0, flow, 2.0), (0.1, 9.0, flow, 2.0), private)

    long = run(1, 10, 12.0, (120_000_000, 150_000_000))
    page = cosyvoice.page(cosyvoice.Results((long, run(2, 10, 7.0), run(1, 5, 6.0)), 0.8, 900_000_000, 1_350_000_000))
    assert row(page.lines, "10.0 s, 1 core  ")[3:] == ["12.00", "2.00", "2.31", "2.31", "18.0", "150"]
    assert row(page.lines, "10.0 s, 1 core, 5 steps")[3:6] == ["6.00", "2.00", "1.71"]
    bars = [line for line in page.lines if "bar <=" in line]
    assert len(bars) == 6
    assert any(line.startswith("- RTF, 10.0 s on 1: 2.31, bar <= 2.20: MISSED") for line in bars)
    assert any(
        "most private in round 2 by that in the first, 10 s each: 1.25, bar <= 1.20: MISSED" in line for line in bars
    )
    assert any("most private MB of one process, 10 s: 150.00, bar <= 150.00: met" in line for line in bars)


def test_warm_engines_page_tells_the_median_of_each_and_their_ratio() -> None:
    found = [
        warm_engines.Warm("kokoro", (1.2, 1.0, 3.0), (0.9, 0.8, 2.0), 4.9),
        warm_engines.Warm("hibari", (0.2, 0.3, 0.1), (0.1, 0.1, 0.1), 4.8),
    ]
    page = warm_engines.page(found)
    assert row(page.lines, "kokoro") == ["kokoro", "4.9", "1.200", "3.000", "3.000", "0.900"]
    assert page.lines[-1].startswith("hibari takes 0.17 of kokoro's time at the median")


def test_memory_page_counts_shared_pages_once() -> None:
    one, quarter = (
        footprint.Pages(90_000_000, 80_000_000, 50_000_000),
        footprint.Pages(90_000_000, 30_000_000, 20_000_000),
    )
    together = [footprint.Together("ours", 1, (one,)), footprint.Together("ours", 4, (quarter,) * 4)]
    sizes = (("en", 100, 100_000_000), ("en", 400, 170_000_000), ("ja", 100, 130_000_000), ("ja", 400, 180_000_000))
    growth = [
        footprint.Growth("ours", language, length, 48_000_000, peak, 60_000_000) for language, length, peak in sizes
    ]
    page = footprint.page(together, growth)
    assert row([line for line in page.lines if line.endswith("1.50 |")], "ours") == [
        "ours",
        "4",
        "20",
        "90",
        "120",
        "1.50",
    ]
    assert [line.rpartition(" ")[2] for line in page.lines[-5:]] == ["met", "MISSED", "MISSED", "met", "met"]
    assert "of any language (ja): 130" in page.lines[-4]
    assert "of its language (en, 400 ch): 1.70" in page.lines[-3]


def test_memory_of_a_process_is_read_from_its_page_account(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    account = (
        "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:  20 kB\nPss:  12 kB\nPrivate_Clean:  3 kB\nPrivate_Dirty:  4"
        " kB\n"
    )
    (tmp_path / "7" / "smaps_rollup").write_text(account)
    assert footprint.read_pages(7, tmp_path) == footprint.Pages(20 * 1024, 12 * 1024, 4 * 1024)


def test_throughput_page_sets_the_graph_against_the_roof() -> None:
    counted = work.Work(2.0, {"convolution": 100e9}, 100e6, 1.9e9)
    page = throughput.page(
        throughput.Measured({"peer": [0.5], "ours": [3.0, 2.6, 2.7]}, throughput.Roof(200.0, 20.0), counted)
    )
    assert row(page.lines, "ours") == ["ours", "2.70", "2.60 to 3.00", "270", "1.35"]
    assert any("ours reaches 2.70: met" in line for line in page.lines)


def event(name: str, inputs: list[list[int]], output: list[int]) -> dict[str, object]:
    shapes = {"input_type_shape": [{"float": shape} for shape in inputs], "output_type_shape": [{"float": output}]}
    sizes = {"parameter_size": "10", "activation_size": "20", "output_size": "30"}
    return {"cat": "Node", "name": "n_kernel_time", "args": {"op_name": name, **shapes, **sizes}}


@pytest.mark.parametrize(
    ("name", "inputs", "output", "operations"),
    [
        pytest.param("ConvInteger", [[1, 4, 10], [8, 4, 3], []], [1, 8, 10], 2 * 8 * 10 * 4 * 3, id="convolution"),
        pytest.param(
            "ConvTranspose", [[1, 4, 10], [4, 2, 6]], [1, 2, 60], 2 * 10 * 4 * 2 * 6, id="transposed convolution"
        ),
        pytest.param("MatMul", [[1, 12, 5, 7], [1, 12, 7, 5]], [1, 12, 5, 5], 2 * 12 * 5 * 7 * 5, id="product of many"),
        pytest.param(
            "FusedMatMul", [[1, 9, 6], [9, 3]], [1, 6, 3], 2 * 9 * 6 * 3, id="product with a transposed factor"
        ),
        pytest.param("DynamicQuantizeLSTM", [[5, 1, 6]], [5, 2, 1, 4], 2 * 5 * 2 * 4 * 4 * (6 + 4), id="LSTM"),
        pytest.param("Add", [[1, 4], [1, 4]], [1, 4], 0, id="no multiplication"),
    ],
)
def test_work_is_counted_from_shapes(name: str, inputs: list[list[int]], output: list[int], operations: int) -> None:
    found = work.added_up([event(name, inputs, output), {"cat": "Session", "name": "model_run"}], 2.0)
    assert sum(found.operations.values()) == operations
    assert (found.weight_bytes, found.activation_bytes) == (10, 50)


def test_files_of_the_image_are_added_up_by_package() -> None:
    files = [
        ("opt/voxpod/dependencies/numpy/core/a.so", 5),
        ("opt/voxpod/dependencies/numpy/b.py", 2),
        ("usr/bin/perl", 3),
        ("a/site-packages/x/y", 1),
    ]
    assert image_size.places(files) == {"opt/voxpod/dependencies/numpy": 7, "usr/bin/perl": 3, "x": 1}


def test_texts_have_the_lengths_that_they_are_listed_under() -> None:
    assert all(abs(len(text.text) - text.size) <= 0.1 * text.size for text in TEXTS)
    assert [len(english(length).text) for length in (40, 2_000)] == [
        pytest.approx(40, abs=10),
        pytest.approx(2_000, abs=10),
    ]


def test_engines_are_compared_by_what_they_take_of_a_core_and_by_what_is_heard() -> None:
    def engine(name: str, core: float, edits: list[Edit]) -> side_by_side.Measured:
        run = Spoken(0.1, 0.4, 0.0, 4.0, "fonims", core)
        outcome = Outcome(HUNDRED.sentences[0], ["a", "b", "c", "d"], 4.0, edits)
        return side_by_side.Measured(
            name,
            {(threads, text.size): [run] for threads in side_by_side.THREADS for text in side_by_side.SPOKEN},
            footprint.Growth(name, "en", 100, 48_000_000, 80_000_000, 60_000_000),
            0.5,
            Understood(HUNDRED, (outcome,), 0, 0),
            Differences((0.01, -0.03), 2),
        )

    page = side_by_side.page([engine("slow", 0.8, [Edit(1, "b", "x")]), engine("fast", 0.04, [])])
    assert row(page.lines, "100 ch, 1 thread")[1:] == ["4.0", "0.500", "0.800", "5.0", "4.0", "0.500", "0.040", "100.0"]
    heard = [line for line in page.lines if "%" in line]
    assert [cell.strip() for cell in heard[0].strip("|").split("|")] == [
        "slow",
        "4",
        "4",
        "1 (25.00%)",
        "0",
        "20",
        "-10",
    ]
    assert "Nothing was heard differently." in page.lines
    assert len(HUNDRED.sentences) == len({sentence.written for sentence in HUNDRED.sentences}) == 100
