"""The link between a cluster's network namespace and the host, and the choice of its subnet."""

import json
import subprocess
from collections.abc import Collection
from ipaddress import IPv4Network
from pathlib import Path
from zlib import crc32

from localcluster.layout import DNS_SERVICE_IP, POD_CIDR, Cluster, ClusterError
from localcluster.namespaces import run_inside

RANGE = IPv4Network("172.31.255.0/24")
SUBNETS = list(RANGE.subnets(new_prefix=30))


def choose_subnet(name: str, taken: Collection[IPv4Network]) -> IPv4Network:
    """A /30 that overlaps none of `taken`; the same name gets the same one whenever it is free."""
    first = crc32(name.encode()) % len(SUBNETS)
    for subnet in SUBNETS[first:] + SUBNETS[:first]:
        if not any(subnet.overlaps(other) for other in taken):
            return subnet
    raise ClusterError(f"no /30 is free in {RANGE}: take a cluster down, or free that range on this host")


def host_networks() -> list[IPv4Network]:
    """The IPv4 networks of /24 and smaller that this host has routes to. (Against a wider one, a /30 of ours wins.)"""
    command = ["ip", "-j", "-4", "route", "show", "table", "all"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    destinations = {route["dst"] for route in json.loads(listing.stdout or "[]")} - {"default"}
    networks = (IPv4Network(destination, strict=False) for destination in destinations)
    return [network for network in networks if network.prefixlen >= RANGE.prefixlen]


def connect(cluster: Cluster, init: int) -> None:
    """Join the cluster to the host by a veth pair; it goes with the namespace."""
    link = ["ip", "link", "add", cluster.host_link, "type", "veth", "peer", "name", "eth0", "netns", str(init)]
    for command in (
        link,
        ["ip", "addr", "add", f"{cluster.host_ip}/30", "dev", cluster.host_link],
        ["ip", "link", "set", cluster.host_link, "up"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ClusterError(f"{' '.join(command)}: {done.stderr.strip()}")
    run_inside(init, ["sh", "-ec", _inside_script(cluster)])


def _inside_script(cluster: Cluster) -> str:
    # CoreDNS is a process of the node, not a pod: its Service address is simply an address of the node's.
    # kube-router learns of a new pod 0.05 to 0.5 s after it started and would let it reach everything until then
    # (measured). Its rules stand in front of these and decide about the pods that it knows. A new connection that gets
    # here comes from one that it does not know yet and waits: TCP tries again after 1 s; DNS would after 5 s, so it may
    # pass. So the API server, kubelet and the host are closed from a pod's first instant; only what goes to a pod that
    # kube-router knows is accepted by that pod's rules before we see it.
    return f"""
        iptables -A INPUT -s {POD_CIDR} -d {DNS_SERVICE_IP} -j ACCEPT
        iptables -A INPUT -s {POD_CIDR} -m conntrack --ctstate NEW -j DROP
        iptables -A FORWARD -s {POD_CIDR} -m conntrack --ctstate NEW -j DROP
        ip link set lo up
        ip addr add {DNS_SERVICE_IP}/32 dev lo
        ip addr add {cluster.node_ip}/30 dev eth0
        ip link set eth0 up
        ip route add default via {cluster.host_ip}
        echo 1 > /proc/sys/net/ipv4/ip_forward
    """


def disconnect(cluster_name: str) -> None:
    """Remove the host's end of the link if it is still there (the kernel removes it some time after the namespace)."""
    link = f"vp-{cluster_name}"
    if Path(f"/sys/class/net/{link}").exists():
        subprocess.run(["ip", "link", "del", link], capture_output=True, check=False)
