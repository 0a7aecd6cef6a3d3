"""Names, addresses and folders of one cluster: what every other module agrees on."""

import os
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_IP = "10.96.0.1"
DNS_SERVICE_IP = "10.96.0.10"
POD_CIDR = "10.244.0.0/24"
NODE_PORTS = "30000-32767"
API_PORT = 6443

# A veth pair is named after its cluster ("vp-NAME") and Linux takes 15 characters.
NAME = re.compile(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?")


class ClusterError(Exception):
    """What a person who runs the command has to know and can act on; printed without a traceback."""


@dataclass(frozen=True)
class Cluster:
    """A cluster by name: `state` holds all that it writes, `subnet` (a /30) joins it to the host."""

    name: str
    state: Path
    subnet: IPv4Network

    @property
    def host_ip(self) -> IPv4Address:
        """The host's end of the link: where pods reach a server that runs outside the cluster."""
        return self.subnet[1]

    @property
    def node_ip(self) -> IPv4Address:
        """The node's end of the link: the API server and every NodePort answer here."""
        return self.subnet[2]

    @property
    def node_name(self) -> str:
        return f"voxpod-{self.name}"

    @property
    def host_link(self) -> str:
        return f"vp-{self.name}"

    @property
    def cgroup(self) -> str:
        return f"voxpod-{self.name}"

    @property
    def api_url(self) -> str:
        return f"https://{self.node_ip}:{API_PORT}"

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def config(self) -> Path:
        return self.state / "config"

    @property
    def log(self) -> Path:
        return self.state / "log"

    @property
    def audit_log(self) -> Path:
        return self.log / "audit.log"

    @property
    def containerd_socket(self) -> Path:
        """Where the host finds containerd's socket (inside the cluster it is /run/containerd/containerd.sock)."""
        return self.state / "containerd-run" / "containerd.sock"


def clusters_root() -> Path:
    """The folder of all clusters' state: a disk, not a tmpfs, for it holds unpacked images."""
    return Path(os.environ.get("VOXPOD_CLUSTERS") or "/var/lib/voxpod")


def cache_root() -> Path:
    """The folder of what is built once: binaries and images, each in a folder keyed by version."""
    return Path(os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod").expanduser() / "cluster"


def checked_name(name: str) -> str:
    """The name if it can name a cluster, else an error that tells the rule."""
    if not NAME.fullmatch(name):
        raise ClusterError(
            f"cluster name {name!r} is not usable: 1 to 12 lower-case letters, digits and hyphens, "
            "starting with a letter and not ending with a hyphen"
        )
    return name
