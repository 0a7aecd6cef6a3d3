from pathlib import Path

import pytest

from voxpod_demo.announce import Cached, announcement, look, work_ahead
from voxpod_demo.choice import Kind

NOTHING = Cached(programs=False, images=False, model=False, kind_runs=False)
ALL = Cached(programs=True, images=True, model=True, kind_runs=True)


@pytest.mark.parametrize(
    ("kind", "named"),
    [("local", ["images", "model", "Kubernetes"]), ("kind", ["images", "model", "kind node"]), ("named", ["model"])],
)
def test_first_run_names_each_work_and_its_cost(kind: Kind, named: list[str]) -> None:
    work = work_ahead(kind, NOTHING)
    assert len(work) == len(named)
    assert all(any(word in one.what for one in work) for word in named)
    assert all("to download" in one.cost for one in work)


@pytest.mark.parametrize("kind", ["local", "kind", "named"])
def test_nothing_is_ahead_when_all_is_there(kind: Kind) -> None:
    assert work_ahead(kind, ALL) == []


def test_announcement_says_where_it_goes(tmp_path: Path) -> None:
    lines = announcement(work_ahead("local", NOTHING), tmp_path)
    assert str(tmp_path) in lines[-1]
    assert all(len(line) <= 80 for line in lines[:-1])
    assert announcement([], tmp_path) == ["Everything slow is in the cache: this takes under two minutes."]


def test_look_finds_what_lies_in_the_cache(tmp_path: Path) -> None:
    assert look(tmp_path, ["etcd 3"], kind_runs=False) == NOTHING
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "operator-1.tar").touch()
    assert not look(tmp_path, [], kind_runs=False).images
    for name in ("inference", "api"):
        (tmp_path / "images" / f"{name}-1.tar").touch()
    (tmp_path / "models" / "kokoro-82m").mkdir(parents=True)
    assert not look(tmp_path, [], kind_runs=True).model
    (tmp_path / "models" / "hibari-heart").mkdir()
    assert look(tmp_path, [], kind_runs=True) == ALL
