"""The v1 and v2 layouts on plain folders: no machine that we have runs cgroup v2 alone."""

from pathlib import Path

import pytest

from localcluster import cgroups
from localcluster.layout import ClusterError


@pytest.fixture
def v1(tmp_path: Path) -> Path:
    for hierarchy in ("cpuset", "cpu,cpuacct", "memory", "pids", "unified"):
        (tmp_path / hierarchy).mkdir()
    for file, value in (("cpuset.cpus", "0-1"), ("cpuset.mems", "0")):
        (tmp_path / "cpuset" / file).write_text(value)
    (tmp_path / "cpu").symlink_to("cpu,cpuacct")
    return tmp_path


def test_v1_gets_a_group_in_each_hierarchy_with_the_parents_cpus(v1: Path) -> None:
    assert not cgroups.is_v2(v1)
    cgroups.create("voxpod-x", v1)
    groups = sorted(str(path.relative_to(v1)) for path in v1.glob("*/voxpod-x") if not path.parent.is_symlink())
    assert groups == ["cpu,cpuacct/voxpod-x", "cpuset/voxpod-x", "memory/voxpod-x", "pids/voxpod-x"]
    assert (v1 / "cpuset/voxpod-x/cpuset.cpus").read_text() == "0-1"
    assert (v1 / "cpuset/voxpod-x/cpuset.mems").read_text() == "0"


def test_v2_without_the_needed_controllers_is_refused_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu io memory pids\n")
    (tmp_path / "cgroup.subtree_control").write_text("")
    (tmp_path / "voxpod-x").mkdir()
    (tmp_path / "voxpod-x/cgroup.controllers").write_text("cpu memory pids\n")
    assert cgroups.is_v2(tmp_path)
    with pytest.raises(ClusterError, match="controllers cpuset cannot be enabled"):
        cgroups.create("voxpod-x", tmp_path)


def test_v2_with_all_controllers_is_taken(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("")
    (tmp_path / "voxpod-x").mkdir()
    (tmp_path / "voxpod-x/cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids\n")
    cgroups.create("voxpod-x", tmp_path)
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+pids"  # a real one adds up, a file keeps the last


def test_remove_takes_nested_groups_and_may_be_repeated(tmp_path: Path) -> None:
    nested = tmp_path / "pids" / "voxpod-x" / "kubepods" / "burstable"
    nested.mkdir(parents=True)
    (tmp_path / "pids" / "other").mkdir()
    cgroups.remove("voxpod-x", tmp_path)
    cgroups.remove("voxpod-x", tmp_path)
    assert [path.name for path in (tmp_path / "pids").iterdir()] == ["other"]
