"""What a list finds that the watch has not told: the difference between late and deaf."""

from typing import Any

import pytest

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.resync import WatchHealth, missed_changes

A, B = ResourceKey("acme", "a"), ResourceKey("acme", "b")


def listed(**versions: int) -> dict[ResourceKey, int]:
    return {ResourceKey("acme", name): version for name, version in versions.items()}


CASES = [
    pytest.param({A: 1}, listed(a=1), {A: 1}, [], id="nothing new"),
    pytest.param({A: 1}, listed(a=2), {A: 2}, [], id="the watch told it during the grace"),
    pytest.param({A: 1}, listed(a=2), {A: 1}, [A], id="the watch missed a change"),
    pytest.param({A: 1}, listed(a=1, b=2), {A: 1}, [B], id="the watch missed a new object"),
    pytest.param({A: 1, B: 2}, listed(a=1), {A: 1, B: 2}, [B], id="the watch missed a deletion"),
    pytest.param({A: 1}, listed(a=1), {A: 1, B: 5}, [], id="created after the list"),
    pytest.param({A: 1, B: 2}, listed(a=1, b=2), {A: 1}, [], id="deleted after the list"),
    pytest.param({A: 1}, listed(a=1), {A: 3}, [], id="changed after the list"),
]


@pytest.mark.parametrize(("before", "found", "now", "missed"), CASES)
def test_missed_changes(before: Any, found: Any, now: Any, missed: Any) -> None:
    assert missed_changes(before, found, now) == missed


def test_a_watch_is_dead_when_it_missed_something_twice_in_a_row() -> None:
    health = WatchHealth()
    for missed, dead in ((1, []), (0, []), (2, []), (1, ["TTSRequest"]), (0, [])):
        health.note(TTS_REQUEST, missed)
        assert health.dead() == dead
