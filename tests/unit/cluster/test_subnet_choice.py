from ipaddress import IPv4Network

import pytest

from localcluster.layout import ClusterError
from localcluster.network import RANGE, SUBNETS, choose_subnet, host_networks


def test_same_name_gets_the_same_subnet() -> None:
    assert choose_subnet("demo", []) == choose_subnet("demo", [])


def test_every_cluster_gets_a_subnet_of_its_own_until_none_is_left() -> None:
    taken: list[IPv4Network] = []
    for number in range(len(SUBNETS)):
        chosen = choose_subnet(f"c{number}", taken)
        assert chosen.prefixlen == 30
        assert not any(chosen.overlaps(other) for other in taken)
        taken.append(chosen)
    with pytest.raises(ClusterError, match="no /30 is free"):
        choose_subnet("one-more", taken)


def test_route_of_the_host_is_avoided() -> None:
    wanted = choose_subnet("demo", [])
    route = next(iter(wanted.subnets(new_prefix=32)))
    assert not choose_subnet("demo", [route]).overlaps(wanted)


def test_host_networks_hold_loopback_and_nothing_wider_than_our_range() -> None:
    networks = host_networks()
    assert IPv4Network("127.0.0.1/32") in networks
    assert all(network.prefixlen >= RANGE.prefixlen for network in networks)
