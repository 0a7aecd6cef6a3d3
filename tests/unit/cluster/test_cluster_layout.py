from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from localcluster.layout import Cluster, ClusterError, cache_root, checked_name, clusters_root

LINUX_LINK_NAME_LENGTH = 15
UNIX_SOCKET_PATH_LENGTH = 107


@pytest.mark.parametrize("name", ["demo", "a", "test-e2e-1", "a23456789012"])
def test_good_name_is_taken_and_fits_what_it_names(name: str) -> None:
    cluster = Cluster(checked_name(name), clusters_root() / name, IPv4Network("192.0.2.0/30"))
    assert len(cluster.host_link) <= LINUX_LINK_NAME_LENGTH
    assert len(str(cluster.containerd_socket)) <= UNIX_SOCKET_PATH_LENGTH


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("a234567890123", id="13-characters"),
        pytest.param("Demo", id="upper-case"),
        pytest.param("1st", id="starts-with-digit"),
        pytest.param("demo-", id="ends-with-hyphen"),
        pytest.param("../etc", id="path"),
        pytest.param("de mo", id="space"),
        pytest.param("demo\n", id="newline"),
    ],
)
def test_bad_name_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(ClusterError, match="1 to 12 lower-case letters"):
        checked_name(name)


def test_host_and_node_are_the_two_usable_addresses_of_the_subnet() -> None:
    cluster = Cluster("demo", Path("state"), IPv4Network("192.0.2.4/30"))
    assert (cluster.host_ip, cluster.node_ip) == (IPv4Address("192.0.2.5"), IPv4Address("192.0.2.6"))
    assert cluster.api_url == "https://192.0.2.6:6443"


def test_folders_follow_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOXPOD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("VOXPOD_CLUSTERS", str(tmp_path / "clusters"))
    assert cache_root() == tmp_path / "cache" / "cluster"
    assert clusters_root() == tmp_path / "clusters"
