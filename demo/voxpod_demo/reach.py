"""The demo's store and HTTP API as this machine reaches them: by a port of the node, or by kubectl port-forward."""

import contextlib
import queue
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Kubectl
from voxpod_demo.settings import SYSTEM_NAMESPACE
from voxpod_demo.targets import Target

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Part:
    """Something that answers: its Service, its port there, on nodes that this machine reaches, and forwarded by hand."""

    service: str
    port: int
    node_port: int
    local_port: int


STORE = Part("voxpod-minio", 9000, 30900, 9000)
API = Part("voxpod-api", 80, 30980, 8980)


def lasting(target: Target, part: Part) -> str:
    """host:port that answers for as long as the cluster runs; empty where there is none."""
    address = target.node_address()
    return f"{address}:{part.node_port}" if address else ""


def by_hand(target: Target, part: Part) -> tuple[str, list[str]]:
    """host:port, and the command that has to run for it to answer."""
    ports = f"{part.local_port}:{part.port}"
    command = target.kubectl().argv("-n", SYSTEM_NAMESPACE, "port-forward", f"service/{part.service}", ports)
    return f"127.0.0.1:{part.local_port}", command


@contextlib.contextmanager
def reached(target: Target, part: Part) -> Iterator[str]:
    """host:port that answers while the context lasts."""
    if endpoint := lasting(target, part):
        yield endpoint
        return
    with forwarded(target.kubectl(), part) as endpoint:
        yield endpoint


@contextlib.contextmanager
def forwarded(kubectl: Kubectl, part: Part) -> Iterator[str]:
    """On the loopback interface, on a port that the system picked."""
    argv = kubectl.argv(
        "-n", SYSTEM_NAMESPACE, "port-forward", "--address=127.0.0.1", f"service/{part.service}", f":{part.port}"
    )
    lines: queue.Queue[str] = queue.Queue()
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        threading.Thread(target=_pump, args=(process.stdout or (), lines), daemon=True).start()
        try:
            yield f"127.0.0.1:{_port(lines, part.service)}"
        finally:
            process.terminate()


def _pump(stdout: Iterable[str], lines: "queue.Queue[str]") -> None:
    for line in stdout:  # to the end: with nobody reading, the pipe would fill and stop the forwarding
        lines.put(line)


def _port(lines: "queue.Queue[str]", service: str) -> int:
    try:
        first = lines.get(timeout=PATIENCE_SECONDS)
    except queue.Empty:
        raise DemoError(f"kubectl port-forward to {service} did not start within {PATIENCE_SECONDS:.0f} s") from None
    found = re.search(r"127\.0\.0\.1:(\d+) ->", first)
    if found is None:
        raise DemoError(f"kubectl port-forward to {service} failed", details=[first.strip()])
    return int(found.group(1))
