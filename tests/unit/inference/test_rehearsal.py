"""What a sandbox does while it waits, so that its first request need not."""

import json
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from voxpod_inference import log, rehearsal
from voxpod_inference.rehearsal import rehearse, rehearsing


class Reader:
    """As far as a rehearsal asks an engine."""

    sample_rate = 24_000

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self.read: list[str] = []
        self.began, self.may_go_on = threading.Event(), threading.Event()

    def prepare(self, text: str, *, language: str) -> None:
        self.began.set()
        assert self.may_go_on.wait(30)
        self.read.append(language)


@pytest.fixture
def reader() -> Reader:
    made = Reader(("en", "es", "zh"))
    made.may_go_on.set()
    return made


def test_a_sandbox_that_waits_reads_what_is_read_most(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "AFTER_SECONDS", 0.0)
    with rehearsing(reader):
        assert reader.began.wait(30)

    assert reader.read == ["en", "zh"]


def test_work_that_comes_in_the_middle_waits_for_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """No two threads may use a reader."""
    reader: Any = Reader(("en",))
    monkeypatch.setattr(rehearsal, "AFTER_SECONDS", 0.0)
    with rehearsing(reader):
        assert reader.began.wait(30)
        threading.Timer(0.05, reader.may_go_on.set).start()

    assert reader.read == ["en"]


def test_a_sandbox_with_work_at_once_rehearses_nothing(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "AFTER_SECONDS", 3600.0)
    with rehearsing(reader):
        pass

    assert reader.read == []


def test_what_fails_is_told_and_nothing_else(reader: Any, capfd: pytest.CaptureFixture[str]) -> None:
    reader.prepare = SimpleNamespace()  # cannot be called
    rehearse(reader)

    assert json.loads(capfd.readouterr().err)["message"] == "not rehearsed"


def test_a_line_is_written_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads write lines too: a line of one may not come between another's text and its end."""
    written: list[str] = []
    monkeypatch.setattr("sys.stderr", SimpleNamespace(write=written.append, flush=lambda: None))
    log.event("first")
    log.event("second")

    assert [json.loads(one)["message"] for one in written] == ["first", "second"]
    assert all(one.endswith("\n") for one in written)
