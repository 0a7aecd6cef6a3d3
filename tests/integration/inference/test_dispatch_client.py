"""The sandbox's client against a dispatch endpoint that misbehaves."""

import dataclasses
import itertools
from typing import Any

import pytest

from sandbox_fakes import RESET, FakeDispatch
from voxpod_crds.sandbox_protocol import Failure, Report, Timings
from voxpod_inference.dispatch import Dispatch
from voxpod_inference.errors import SpeechError
from voxpod_inference.settings import SandboxSettings

REPORT = Report("uid", Timings(boot_ms=1), failure=Failure("input", "TextEmpty", "nothing"))


def client(settings: SandboxSettings) -> Dispatch:
    return Dispatch(settings, sleep=lambda seconds: None)


def test_claim_goes_on_after_no_work_errors_and_lost_connections(
    dispatch: FakeDispatch, settings: SandboxSettings, work: dict[str, Any]
) -> None:
    dispatch.answers(204, 500, RESET, 503, 429, 204)
    dispatch.gives(work)
    claimed = client(settings).claim(boot_ms=7)
    assert claimed is not None
    assert (claimed.request_uid, claimed.upload.url) == (work["request_uid"], work["upload"]["url"])
    assert len(dispatch.seen) == 7


@pytest.mark.parametrize("status", [409, 410])
def test_sandbox_that_is_not_wanted_has_no_work(status: int, dispatch: FakeDispatch, settings: SandboxSettings) -> None:
    dispatch.answers(status)
    assert client(settings).claim(boot_ms=7) is None
    assert len(dispatch.seen) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_refused_identity_is_a_failure(status: int, dispatch: FakeDispatch, settings: SandboxSettings) -> None:
    dispatch.answers(status)
    with pytest.raises(SpeechError, match=str(status)) as refused:
        client(settings).claim(boot_ms=7)
    assert (refused.value.fault, refused.value.reason) == ("infrastructure", "SandboxRefused")


def test_token_is_read_anew_for_each_call(
    dispatch: FakeDispatch, settings: SandboxSettings, work: dict[str, Any]
) -> None:
    dispatch.answers(500)
    dispatch.gives(work)
    Dispatch(settings, sleep=lambda seconds: settings.token_file.write_text("renewed") and None).claim(boot_ms=7)
    assert [r.headers["Authorization"] for r in dispatch.seen] == ["Bearer the-pod-token", "Bearer renewed"]


def test_work_of_another_protocol_version_is_a_failure(dispatch: FakeDispatch, settings: SandboxSettings) -> None:
    dispatch.gives({"request_uid": "u", "novelty": 1})
    with pytest.raises(SpeechError, match="operator and image differ"):
        client(settings).claim(boot_ms=7)


def test_endpoint_with_another_authority_is_not_trusted(
    dispatch: FakeDispatch, settings: SandboxSettings, work: dict[str, Any]
) -> None:
    dispatch.gives(work)
    stranger = dataclasses.replace(settings, dispatch_ca_pem=_another_authority(), max_idle_seconds=0.2)
    assert client(stranger).claim(boot_ms=7) is None
    assert not dispatch.seen


def _another_authority() -> str:
    import subprocess

    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=other -days 2"
    )
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


def test_idle_sandbox_gives_up(dispatch: FakeDispatch, settings: SandboxSettings) -> None:
    assert client(dataclasses.replace(settings, max_idle_seconds=0.3)).claim(boot_ms=7) is None
    assert dispatch.seen


@pytest.mark.parametrize("final", [204, 409, 410])
def test_result_is_offered_until_it_is_taken(final: int, dispatch: FakeDispatch, settings: SandboxSettings) -> None:
    dispatch.results.extend([503, RESET, 500, final])
    client(settings).report(REPORT)
    assert len(dispatch.reports) == 4
    assert dispatch.reports[-1]["failure"]["reason"] == "TextEmpty"


def test_result_that_is_refused_is_not_repeated(dispatch: FakeDispatch, settings: SandboxSettings) -> None:
    dispatch.results.extend([400, 204])
    client(settings).report(REPORT)
    assert len(dispatch.reports) == 1


def test_result_is_given_up_when_the_endpoint_stays_away(
    dispatch: FakeDispatch, settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count(step=4.0)
    monkeypatch.setattr("voxpod_inference.dispatch.time.monotonic", lambda: next(clock))
    dispatch.results.extend([503] * 50)
    client(settings).report(REPORT)
    assert 3 <= len(dispatch.reports) <= 8
