"""Whatever two leaders, sandboxes that ask twice, lost answers and late watches do to one another: no work is handed over twice.

`PYTHONPATH=tests/support python tests/support/claim_races.py 100000` plays as many as one likes (some 5 ms each).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claim_races import play, some_settings
from voxpod_operator.dispatch import service
from voxpod_operator.idle import IdleSandboxes
from voxpod_operator.policy.progress import ProgressBook

Broken = tuple[dict[str, Any], Callable[[pytest.MonkeyPatch], None]]


def test_no_order_of_events_hands_work_over_twice(tmp_path: Path) -> None:
    played = play(range(500), some_settings(tmp_path))
    assert played.broken == []
    assert played.handed > 1000, "hardly anything was tried"
    assert played.handed - played.by_the_second > 100
    assert played.by_the_second > 100


def nothing(_: pytest.MonkeyPatch) -> None:
    """The rule is the races' own."""


def no_holder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(service, "_holder", lambda request: None)


def no_memory_of_what_was_handed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ProgressBook, "has_work", lambda self, uid, pod: False)


def given_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(IdleSandboxes, "idle", lambda self, name: self._is_here(name))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param(({"swaps": False}, nothing), "to 2 sandboxes", id="versions are compared"),
        pytest.param(({"lists": False}, nothing), "has 2 requests", id="a leader lists before it leads"),
        pytest.param(({}, no_holder), "to 2 sandboxes", id="a request's pod has it"),
        pytest.param(({}, no_memory_of_what_was_handed), "answered twice", id="a leader answers once"),
        pytest.param(({}, given_again), "has 2 requests", id="a sandbox is given away once"),
    ],
)
def test_without_one_rule_the_races_find_what_breaks(
    rule: Broken, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, break_it = rule
    break_it(monkeypatch)
    played = play(range(1000), some_settings(tmp_path), until_broken=True, **changes)
    assert any(said in what for what in played.broken)
