"""Where webhooks may go: the public internet, however an address is written, and nowhere that only the facade can reach."""

import ipaddress
import socket

import pytest

from hostile_input import INSIDE
from voxpod_api.webhooks.address import AddressRefused, guarded_sockets, permitted, problem_of

OUTSIDE = ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_may_not_be_called(address: str) -> None:
    assert not permitted(ipaddress.ip_address(address))
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(AddressRefused):
        guarded_sockets([])((family, socket.SOCK_STREAM, 6, "", (address, 443)))


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_public_may_be_called(address: str) -> None:
    assert permitted(ipaddress.ip_address(address))


def test_a_network_that_the_administrator_allows_may_be_called_and_its_neighbours_not() -> None:
    allowed = [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00:1::/64")]
    for address, good in (("10.1.2.3", True), ("10.2.0.1", False), ("fd00:1::5", True), ("::ffff:10.1.0.9", True)):
        assert permitted(ipaddress.ip_address(address), allowed) == good


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("https://hooks.example.com/x?y=1", "", id="good"),
        pytest.param("https://hooks.example.com:8443/", "", id="a port"),
        pytest.param("http://hooks.example.com/", "does not begin with https://", id="plain"),
        pytest.param("ftp://hooks.example.com/", "does not begin with https://", id="ftp"),
        pytest.param("file:///etc/passwd", "does not begin with https://", id="a file"),
        pytest.param("gopher://x/", "does not begin", id="gopher"),
        pytest.param("//hooks.example.com/", "does not begin", id="no scheme"),
        pytest.param("https://", "no URL", id="no host"),
        pytest.param("https://user:secret@hooks.example.com/", "user or a fragment", id="a user"),
        pytest.param("https://hooks.example.com/#x", "user or a fragment", id="a fragment"),
        pytest.param("https://hooks.example.com:99999/", "no URL", id="no port"),
        pytest.param("https://[::1", "no URL", id="half an address"),
        pytest.param("https://127.0.0.1/", "not a public one", id="loopback"),
        pytest.param("https://[::ffff:169.254.169.254]/", "not a public one", id="metadata in IPv6"),
        pytest.param("https://hooks.example.com/\r\nX: y", "no URL", id="a header"),
        pytest.param("https://höoks.example.com/", "no URL", id="not ASCII"),
        pytest.param("https://a b/", "no URL", id="a space"),
        pytest.param("https://hooks.example.com/" + "a" * 2048, "no URL", id="too long"),
    ],
)
def test_a_url_is_judged_before_a_task_is_made(url: str, told: str) -> None:
    problem = problem_of(url, plain_http=False)
    assert (problem == "") == (told == "")
    assert told in problem
