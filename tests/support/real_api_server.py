"""etcd and kube-apiserver without the rest of a cluster: what settles schemas, defaults, pruning and conflicts."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import IPv4Network
from pathlib import Path
from random import randrange

from localcluster import api, build, components, pki, processes
from localcluster.layout import Cluster

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class RealApiServer:
    """A running API server on a loopback address of its own."""

    kubeconfig: Path
    """Its admin's."""
    url: str
    """Where it answers without TLS, as that admin: through `kubectl proxy`."""


@contextmanager
def real_api_server(state: Path) -> Iterator[RealApiServer]:
    """Start one whose files lie in `state`, and end it."""
    # all of 127.0.0.0/8 is this machine: an address nobody else uses spares us the choice of ports
    address = f"127.{randrange(16, 240)}.{randrange(0, 256)}.{4 * randrange(0, 63)}/30"
    cluster = Cluster("bare", state, IPv4Network(address))
    binaries = build.build()
    pki.create(cluster)
    cluster.config.mkdir()
    files = components.config_files(cluster, binaries)
    (cluster.config / "audit-policy.json").write_text(files["audit-policy.json"])
    cluster.log.mkdir()
    commands = components.command_lines(cluster, binaries)
    # nobody looks for it by the Service `kubernetes`, whose endpoints must not be loopback addresses
    commands["apiserver"].append("--endpoint-reconciler-type=none")
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name in ("etcd", "apiserver"):
            argv = [_at(word, cluster) for word in commands[name]]
            environment = processes.marked_environment(state, name)
            running.append(processes.start(argv, cluster.log / f"{name}.log", environment))
        _wait(cluster, running)
        proxy = [binaries / "kubectl", "proxy", "--kubeconfig", cluster.kubeconfig, "--port=0"]
        running.append(processes.start(proxy, cluster.log / "proxy.log", processes.marked_environment(state, "proxy")))
        yield RealApiServer(cluster.kubeconfig, f"http://{_served_at(cluster.log / 'proxy.log')}")
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()


def _served_at(log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := re.search(r"serve on (\S+)", processes.last_lines(log))) is None:
        assert time.monotonic() < deadline, f"kubectl proxy: {processes.last_lines(log)}"
        time.sleep(0.05)
    return found[1]


def _at(word: str, cluster: Cluster) -> str:
    return word.replace("//127.0.0.1:", f"//{cluster.node_ip}:").replace("=0.0.0.0", f"={cluster.node_ip}")


def _wait(cluster: Cluster, running: "list[subprocess.Popen[bytes]]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if api.api_ready(cluster):
                return
        except (OSError, HTTPException, json.JSONDecodeError) as error:
            if time.monotonic() > deadline or any(process.poll() is not None for process in running):
                log = processes.last_lines(cluster.log / "apiserver.log", 5)
                raise RuntimeError(f"no API server ({error}): {log}") from error
        time.sleep(0.1)
