"""A sandbox that may serve several requests of one tenant: one after another, each with its own place, report and clock."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox_fakes import FakeDispatch, FakeStore
from sandbox_process import run_sandbox
from voxpod_crds.sandbox_protocol import CLAIM_PATH

pytestmark = pytest.mark.model

UIDS = ("6f1d7b6e-1111-4222-8333-444455556666", "7a2e8c7f-1111-4222-8333-444455556666")


@pytest.fixture
def works(work: dict[str, Any], store: FakeStore) -> list[dict[str, Any]]:
    """Two requests of one tenant; after the first the sandbox may ask again."""
    url = work["upload"]["url"]
    second = {
        "request_uid": UIDS[1],
        "text": "Good night.",
        "upload": {**work["upload"], "url": url.replace("6f1d", "7a2e")},
    }
    return [work | {"further_requests": 1}, work | second]


def claims(dispatch: FakeDispatch) -> int:
    return sum(seen.path.startswith(CLAIM_PATH) for seen in dispatch.seen)


def test_both_are_stored_and_reported_and_the_start_is_told_once(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, works: list[dict[str, Any]]
) -> None:
    for work in works:
        dispatch.gives(work)
    assert run_sandbox(environment).returncode == 0
    reports = dispatch.reports
    assert [report["request_uid"] for report in reports] == list(UIDS)
    sounds = [store.objects[f"/voxpod/red/{name}.wav"] for name in ("6f1d", "7a2e")]
    assert [report["audio"]["sha256"] for report in reports] == [hashlib.sha256(s).hexdigest() for s in sounds]
    assert reports[0]["timings"]["boot_ms"] > 0
    assert (reports[1]["timings"]["boot_ms"], reports[1]["timings"]["load_ms"]) == (0, 0)
    assert json.loads(Path(environment["VOXPOD_TERMINATION_LOG"]).read_text()) == reports[1]
    assert not list(Path(environment["TMPDIR"]).iterdir())
    assert claims(dispatch) == 2, "the second said nothing of a third"


@pytest.mark.parametrize("answer", [204, 410, 503])
def test_it_ends_when_none_comes_at_once(
    answer: int, environment: dict[str, str], dispatch: FakeDispatch, works: list[dict[str, Any]]
) -> None:
    dispatch.gives(works[0])
    dispatch.answers(answer)
    assert run_sandbox(environment).returncode == 0
    assert (claims(dispatch), len(dispatch.reports)) == (2, 1)


def test_one_that_failed_asks_for_nothing_more(
    environment: dict[str, str], dispatch: FakeDispatch, works: list[dict[str, Any]]
) -> None:
    dispatch.gives(works[0] | {"voice": "nobody"})
    dispatch.gives(works[1])
    assert run_sandbox(environment).returncode == 1
    assert (claims(dispatch), len(dispatch.reports)) == (1, 1)


def test_one_whose_outcome_was_not_wanted_asks_for_nothing_more(
    environment: dict[str, str], dispatch: FakeDispatch, works: list[dict[str, Any]]
) -> None:
    dispatch.results.append(410)
    dispatch.gives(works[0])
    dispatch.gives(works[1])
    assert run_sandbox(environment).returncode == 0
    assert (claims(dispatch), len(dispatch.reports)) == (1, 1)
