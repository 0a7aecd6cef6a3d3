"""A whole operator in a process of its own, on an emulated API server: what it weighs, and how long its loop stands still.

As a program it runs one operator and prints a line of JSON each second; `operator_process` starts it and reads the lines.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEAT_SECONDS = 0.05

LEADERSHIP_LOST = 75
"""Exit code of an operator that could not renew its Lease in time."""


@dataclass
class OperatorProcess:
    """What the process has told so far."""

    pid: int
    lines: list[dict[str, Any]] = field(default_factory=list)
    killed: bool = False
    """By the test; else its end is a failure."""
    returncode: int | None = None

    def kill(self) -> None:
        """SIGKILL."""
        self.killed = True
        os.kill(self.pid, signal.SIGKILL)

    @property
    def longest_gap_seconds(self) -> float:
        """The longest time that other work of the process took between two beats of 50 ms in its event loop.

        Processor time: how long the process waited for a processor among others says nothing of its loop.
        """
        return max((float(line["gap"]) for line in self.lines), default=0.0)

    @property
    def most_told_mb(self) -> float:
        """Peak of its resident memory as it told last, in 10^6 bytes."""
        return max((float(line["rss"]) for line in self.lines), default=0.0)

    @property
    def most_resident_mb(self) -> float:
        """Peak of its resident memory (VmHWM), in 10^6 bytes."""
        return peak_resident_mb(str(self.pid))

    @property
    def processor_seconds(self) -> float:
        """Processor time that it has used so far, all threads."""
        user, system = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def leads(self) -> bool:
        return bool(self.lines) and bool(self.lines[-1]["leads"])

    @property
    def synced(self) -> bool:
        return bool(self.lines) and bool(self.lines[-1]["synced"])


def peak_resident_mb(pid: str) -> float:
    """VmHWM of a process in 10^6 bytes; getrusage would tell its parent's, if that is more."""
    return _megabytes(pid, "VmHWM:")


def resident_mb(pid: str) -> float:
    """VmRSS of a process in 10^6 bytes."""
    return _megabytes(pid, "VmRSS:")


def _megabytes(pid: str, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1e6


@asynccontextmanager
async def operator_process(
    url: str, tls_dir: Path, dispatch_port: int, log: Path | None = None, **changes: Any
) -> AsyncIterator[OperatorProcess]:
    """Start one, read what it tells, end it; a failure of its own is the test's. Its log goes to `log`, if wanted."""
    asked = json.dumps({"url": url, "tls_dir": str(tls_dir), "dispatch_port": dispatch_port, **changes})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, asked, stdout=asyncio.subprocess.PIPE, env=environment, limit=1 << 20
    )
    told = OperatorProcess(process.pid)

    async def read() -> None:
        assert process.stdout is not None
        with open(log or os.devnull, "ab") as said:  # noqa: ASYNC230 - a local file
            async for line in process.stdout:
                if line.startswith(b'{"gap"'):
                    told.lines.append(json.loads(line))
                else:
                    said.write(line)
        told.returncode = await process.wait()

    reading = asyncio.create_task(read())
    try:
        yield told
        assert process.returncode is None or told.killed, f"the operator ended by itself with {process.returncode}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()
        await reading


async def _main(asked: dict[str, Any]) -> None:
    import kopf
    from kubernetes.aio.client.api_client import ApiClient
    from kubernetes.aio.client.configuration import Configuration
    from kubernetes.aio.config.kube_config import load_kube_config

    from memory_store import MemoryStore
    from operator_gauges import Gauges
    from operator_harness import settings_for
    from voxpod_operator import logs
    from voxpod_operator.app import LeadershipLost, assemble

    class TrustingStore(MemoryStore):
        """What a played sandbox stored lies in the test's process."""

        async def problem_with(self, key: str, reported: Any) -> str:
            return ""

    @dataclass
    class Place:
        tls_dir: Path
        dispatch_port: int

    gauges = Gauges() if asked.pop("gauges", False) else None
    store = None if asked.get("object_store_endpoint") else TrustingStore()
    kubeconfig: str | None = asked.pop("kubeconfig", None)
    """Whose cluster it is, where `url` is not to be asked: without a proxy between."""
    url, place = asked.pop("url"), Place(Path(asked.pop("tls_dir")), asked.pop("dispatch_port"))
    settings = settings_for(place, **asked)  # type: ignore[arg-type]
    logs.configure(settings.log_level)
    configuration = Configuration(host=url)
    login = lambda **_: kopf.ConnectionInfo(server=url)  # noqa: E731
    if kubeconfig is not None:
        os.environ["KUBECONFIG"] = kubeconfig  # where Kopf looks
        login = kopf.login_with_kubeconfig
        await load_kube_config(kubeconfig, client_configuration=configuration)  # type: ignore[no-untyped-call]
    operator = assemble(settings, ApiClient(configuration), login, store)  # type: ignore[arg-type]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            began, worked = time.monotonic(), time.process_time()
            await asyncio.sleep(BEAT_SECONDS)
            late = time.monotonic() - began - BEAT_SECONDS
            longest = max(longest, min(late, time.process_time() - worked))

    async def tell() -> None:
        while True:
            await asyncio.sleep(0.5)
            line = {
                "gap": longest,
                "rss": peak_resident_mb("self"),
                "cpu": time.process_time(),
                "leads": operator.leadership.leading,
                "synced": operator.health.synced,
                "live": resident_mb("self"),
                **(gauges.taken() if gauges is not None else {}),
            }
            print(json.dumps(line), flush=True)

    beside = [asyncio.create_task(beat()), asyncio.create_task(tell())]
    try:
        await operator.run(stop)
    except* LeadershipLost:
        sys.exit(LEADERSHIP_LOST)
    finally:
        for task in beside:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.argv[1])))
