"""Where a webhook may go: never to what only this process can reach, whatever a name resolves to at that moment."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddrInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
"""As getaddrinfo tells an address."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 2048

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HOSTS_OF_CLOUDS = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24"))
"""Addresses that count as public, and that machines of a cloud reach as its own host: Azure's, Oracle's."""


class AddressRefused(OSError):
    """An address may not be called; the message does not name it."""


def problem_of(url: str, plain_http: bool, allowed: Sequence[Network] = ()) -> str:
    """Why a URL cannot be a webhook, as far as it says so itself; empty for one that may be tried. Pure."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is no URL"
    if parts.scheme not in (("https", "http") if plain_http else ("https",)):
        return "it does not begin with https://"
    if not host or port == 0 or len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        return f"it is no URL in ASCII of at most {MAX_URL} characters"
    if parts.username is not None or parts.fragment:
        return "it has a user or a fragment in it"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "" if permitted(address, allowed) else "its address is not a public one"


def permitted(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address is one of the public internet, or of a network that the administrator allows. Pure."""
    address = _meant(address)
    if _within(address, allowed):
        return True
    if _within(address, HOSTS_OF_CLOUDS) or address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _meant(address: Address) -> Address:
    """Where packets to it end: an IPv4 address can be written into one of IPv6 in four ways."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def guarded_sockets(allowed: Sequence[Network]) -> Callable[[AddrInfo], socket.socket]:
    """What makes the socket of a connection, when its address is known for good: however a URL writes it, whatever a name led to."""

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, target = info
        if not permitted(ipaddress.ip_address(target[0]), allowed):
            raise AddressRefused("its address is not a public one")
        return socket.socket(family, kind, protocol)

    return make
