"""The sandbox program with a real model as the process of a played pod: real speech, a real dispatch endpoint, real uploads."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from operator_world import World
from played_sandbox import finish_pod
from resource_bodies import Json
from voxpod_inference.bundle import Bundle

PROGRAM = """
import runpy, socket
look_up = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: look_up("127.0.0.1" if host == "voxpod-dispatch" else host, *rest, **more)
runpy.run_module("voxpod_inference.sandbox", run_name="__main__")
"""
"""The pod's hostAliases, and then what its container runs."""


@dataclass
class RealSandboxes:
    """A kubelet (`World.kubelet`) that runs the program, a process a pod."""

    bundle: Bundle
    prepared: Path
    folder: Path
    logs: list[str] = field(default_factory=list)
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def __call__(self, world: World, job: Json, pod: Json) -> None:
        name = pod["metadata"]["name"]
        message = self.folder / f"{name}.message"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM), env=await self._environment(world, job, pod, message), stderr=asyncio.subprocess.PIPE
        )  # fmt: skip
        self.running.append(process)
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            self.running.remove(process)
        self.logs.append(said.decode())
        told = message.read_text() if message.exists() else ""
        await finish_pod(world, pod, job["metadata"]["name"], told, process.returncode == 0)

    def kill(self) -> None:
        """What happens to processes when a node dies."""
        for process in self.running:
            process.send_signal(signal.SIGKILL)

    async def _environment(self, world: World, job: Json, pod: Json, message: Path) -> dict[str, str]:
        asked = {e["name"]: e.get("value", "") for e in job["spec"]["template"]["spec"]["containers"][0]["env"]}
        token = self.folder / f"{pod['metadata']['name']}.token"
        token.write_text(await world.token_of(pod))
        return asked | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TMPDIR": str(self.folder),
            "VOXPOD_DISPATCH_URL": f"https://voxpod-dispatch:{world.dispatch_port}",
            "VOXPOD_TOKEN_FILE": str(token),
            "VOXPOD_BUNDLE": str(self.bundle.root),
            "VOXPOD_BUNDLE_DIGEST": f"sha256:{self.bundle.manifest.digest}",
            "VOXPOD_PREPARED": str(self.prepared),
            "VOXPOD_CPU_LIMIT": "1",
            "VOXPOD_TERMINATION_LOG": str(message),
        }
