"""A sandbox tells what it is at, beside its work: to an operator that asks for it, and of any version."""

import dataclasses
import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import sandbox_protocol_v1 as v1
from sandbox_fakes import UPLOAD_QUERY, FakeDispatch, FakeStore
from sandbox_process import run_sandbox
from voxpod_crds.sandbox_protocol import Progress, Upload, Work, work_from_json
from voxpod_inference.dispatch import Dispatch
from voxpod_inference.progress import Pulse
from voxpod_inference.settings import SandboxSettings
from voxpod_inference.upload import put

EVERY = 0.05


@pytest.fixture
def pulse(dispatch: FakeDispatch, settings: SandboxSettings, work: dict[str, Any]) -> Iterator[Pulse]:
    """One that tells every 50 ms."""
    asked = Work(**{**work, "upload": Upload(**work["upload"]), "progress_seconds": EVERY})
    with Pulse(asked, Dispatch(settings).progress, lambda: None) as beating:
        yield beating


def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_steps_are_told_and_stand_still_when_the_work_does(dispatch: FakeDispatch, pulse: Pulse) -> None:
    pulse.step()
    pulse.step()
    until(lambda: [told["steps"] for told in dispatch.progress[-3:]] == [2, 2, 2])
    pulse.step()
    until(lambda: dispatch.progress[-1]["steps"] == 3)
    assert {(told["stage"], told["problem"]) for told in dispatch.progress} == {("synthesizing", "")}


def test_a_failed_try_to_upload_is_told_at_once_and_hides_the_url(
    dispatch: FakeDispatch,
    store: FakeStore,
    settings: SandboxSettings,
    work: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = Work(**{**work, "upload": Upload(**work["upload"]), "progress_seconds": 3600.0})
    store.answers(503, 503, 500, body=b"<Error><Code>SlowDown</Code></Error>")
    with Pulse(asked, Dispatch(settings).progress, lambda: None) as pulse:
        pulse.uploads()
        put(
            asked.upload,
            io.BytesIO(b"x" * 1000),
            pulse,
            ca_pem="",
            seconds_left=lambda: 10.0,
            sleep=lambda _: time.sleep(0.3),
        )
    assert [(told["stage"], told["problem"]) for told in dispatch.progress] == [
        ("uploading", "503 SlowDown"),
        ("uploading", "500 SlowDown"),
    ]
    logged = capsys.readouterr().err
    assert logged.count("upload failed, trying again") == 3
    assert UPLOAD_QUERY not in logged + str(dispatch.progress)


def test_each_block_that_is_sent_is_a_step(dispatch: FakeDispatch, pulse: Pulse, work: dict[str, Any]) -> None:
    steps = threading.Semaphore(0)
    pulse.step = steps.release  # type: ignore[method-assign]
    put(Upload(**work["upload"]), io.BytesIO(bytes(1 << 20)), pulse, ca_pem="", seconds_left=lambda: 10.0)
    assert all(steps.acquire(blocking=False) for _ in range(8))


def test_an_operator_that_cannot_be_reached_or_is_away_changes_nothing(
    dispatch: FakeDispatch, settings: SandboxSettings
) -> None:
    told = Progress("uid", "synthesizing", 1.0, 1)
    dispatch.hears = 503
    assert Dispatch(settings).progress(told)
    assert Dispatch(dataclasses.replace(settings, dispatch_url="https://127.0.0.1:9")).progress(told)
    dispatch.hears = 410
    assert not Dispatch(settings).progress(told)


@pytest.mark.model
def test_a_sandbox_that_is_not_wanted_any_more_ends_in_the_middle(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    dispatch.hears = 410
    dispatch.gives(work | {"text": "A long story goes on and on. " * 300, "progress_seconds": 0.3})
    done = run_sandbox(environment)
    assert done.returncode == 0, done.stderr
    assert "not wanted any more" in done.stderr
    assert not dispatch.reports
    assert not store.seen


@pytest.mark.model
def test_speech_gets_on_in_steps(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    dispatch.gives(work | {"text": "One sentence. And another one. " * 6, "progress_seconds": 0.1})
    assert run_sandbox(environment).returncode == 0
    steps = [told["steps"] for told in dispatch.progress]
    assert steps == sorted(steps)
    assert len(set(steps)) > 1


@pytest.mark.model
def test_an_operator_of_the_release_before_is_served(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    """It knows neither progress nor any field since then; what it gets it can read."""
    from pydantic import TypeAdapter

    upload = v1.Upload(**work["upload"])
    dispatch.script.append((200, v1.to_json(v1.Work(**{**work, "upload": upload})).encode()))
    assert run_sandbox(environment).returncode == 0
    assert not dispatch.progress
    (said,) = [request.body for request in dispatch.seen if request.path == v1.RESULT_PATH]
    report = TypeAdapter(v1.Report).validate_json(said)
    assert report.audio is not None
    assert report.audio.bytes == len(store.objects["/voxpod/red/6f1d.wav"])


def test_work_of_the_release_before_reads_as_it_was_meant(work: dict[str, Any]) -> None:
    old = v1.Work(**{**work, "upload": v1.Upload(**work["upload"])})
    new = work_from_json(v1.to_json(old))
    assert v1.to_json(old) == v1.to_json(v1.Work(**{name: getattr(new, name) for name in old.__slots__}))
    assert new.progress_seconds == 0
