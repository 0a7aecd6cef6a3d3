"""The demo store from outside a cluster whose nodes this machine cannot be sure to reach: kubectl port-forward."""

import contextlib
import queue
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator

from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Kubectl
from voxpod_demo.settings import SYSTEM_NAMESPACE

STORE_SERVICE = "voxpod-minio"
STORE_PORT = 9000
PATIENCE_SECONDS = 15.0


@contextlib.contextmanager
def forwarded_store(kubectl: Kubectl) -> Iterator[str]:
    """host:port of the demo store on the loopback interface, on a port that the system picked."""
    argv = kubectl.argv(
        "-n", SYSTEM_NAMESPACE, "port-forward", "--address=127.0.0.1", f"service/{STORE_SERVICE}", f":{STORE_PORT}"
    )
    lines: queue.Queue[str] = queue.Queue()
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        threading.Thread(target=_pump, args=(process.stdout or (), lines), daemon=True).start()
        try:
            yield f"127.0.0.1:{_port(lines)}"
        finally:
            process.terminate()


def _pump(stdout: Iterable[str], lines: "queue.Queue[str]") -> None:
    for line in stdout:  # to the end: with nobody reading, the pipe would fill and stop the forwarding
        lines.put(line)


def _port(lines: "queue.Queue[str]") -> int:
    try:
        first = lines.get(timeout=PATIENCE_SECONDS)
    except queue.Empty:
        raise DemoError(
            f"kubectl port-forward to {STORE_SERVICE} did not start within {PATIENCE_SECONDS:.0f} s"
        ) from None
    found = re.search(r"127\.0\.0\.1:(\d+) ->", first)
    if found is None:
        raise DemoError(f"kubectl port-forward to {STORE_SERVICE} failed", details=[first.strip()])
    return int(found.group(1))
