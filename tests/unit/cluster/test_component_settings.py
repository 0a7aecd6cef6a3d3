import json
import tomllib
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from localcluster.artifacts import PAUSE_IMAGE
from localcluster.components import command_lines, config_files
from localcluster.layout import Cluster

BIN = Path("some") / "bin"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster("demo", Path("some") / "state", IPv4Network("192.0.2.4/30"))


@pytest.fixture
def files(cluster: Cluster) -> dict[str, str]:
    return config_files(cluster, BIN)


def decoded(files: dict[str, str], name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(files[name])
    return value


def test_every_component_runs_from_the_folder_of_programs(cluster: Cluster) -> None:
    commands = command_lines(cluster, BIN)
    assert list(commands) == [
        *("etcd", "containerd", "apiserver", "controller-manager", "scheduler"),
        *("kubelet", "kube-proxy", "coredns", "kube-router"),
    ]
    assert {Path(words[0]).parent for words in commands.values()} == {BIN}


def test_every_config_file_that_a_command_names_is_written(cluster: Cluster, files: dict[str, str]) -> None:
    folder = f"{cluster.config}/"
    named = [
        word.partition(folder)[2] for words in command_lines(cluster, BIN).values() for word in words if folder in word
    ]
    assert named
    assert set(named) <= set(files)


def test_audit_log_holds_every_write_and_nothing_else(files: dict[str, str]) -> None:
    policy = decoded(files, "audit-policy.json")
    assert policy["rules"] == [
        {"level": "Metadata", "verbs": ["create", "update", "patch", "delete", "deletecollection"]},
        {"level": "None"},
    ]
    assert set(policy["omitStages"]) == {"RequestReceived", "ResponseStarted", "Panic"}


def test_containerd_config_is_toml_and_pins_our_pause_image(files: dict[str, str]) -> None:
    plugins = tomllib.loads(files["containerd.toml"])["plugins"]
    assert plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"] == PAUSE_IMAGE.reference
    runc = plugins["io.containerd.cri.v1.runtime"]["containerd"]["runtimes"]["runc"]
    assert runc["options"] == {"BinaryName": f"{BIN}/runc", "SystemdCgroup": False}


def test_kubelet_never_drops_a_loaded_image_and_limits_pids(cluster: Cluster, files: dict[str, str]) -> None:
    kubelet = decoded(files, "kubelet.json")
    assert kubelet["imageGCHighThresholdPercent"] == 100
    assert kubelet["podPidsLimit"] > 0
    assert kubelet["cgroupRoot"] == f"/{cluster.cgroup}"
    assert kubelet["authentication"]["anonymous"] == {"enabled": False}


def test_node_ports_answer_at_the_node_address(files: dict[str, str]) -> None:
    assert decoded(files, "kube-proxy.json")["nodePortAddresses"] == ["192.0.2.6/32"]


def test_two_clusters_share_no_path_and_no_address(cluster: Cluster) -> None:
    other = Cluster("test", Path("other") / "state", IPv4Network("192.0.2.8/30"))
    text = json.dumps([command_lines(other, BIN), config_files(other, BIN)])
    assert str(cluster.state) not in text.replace(str(other.state), "")
    assert "192.0.2.6" not in text
    assert "voxpod-demo" not in text
