"""Sandboxes of the soak: the client that real ones have, for dispatch endpoint and store; engine and kubelet are played."""

import asyncio
import hashlib
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from operator_world import World
from played_sandbox import finish_pod
from real_world import RealWorld
from resource_bodies import Json
from voxpod_crds.sandbox_protocol import Audio, Report, Timings, Work, termination_message
from voxpod_inference.dispatch import Dispatch
from voxpod_inference.errors import SpeechError
from voxpod_inference.progress import Pulse
from voxpod_inference.settings import SandboxSettings, sandbox_settings
from voxpod_inference.upload import put
from voxpod_operator.cluster.kinds import POD

SYNTHESIS_SECONDS = 0.5
AUDIO_BYTES = 48_000


class Over(Exception):
    """The soak is over: a sandbox that waits for something waits no longer."""


class SoakSandboxes:
    """A thread each."""

    def __init__(self, world: RealWorld, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._threads = ThreadPoolExecutor(64, thread_name_prefix="sandbox")
        self._over = threading.Event()

    async def kubelet(self, world: World, job: Json, pod: Json) -> None:
        """Start the pod, let its sandbox live, tell how it ended."""
        meta, name = pod["metadata"], job["metadata"]["name"]
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        running = {
            "phase": "Running",
            "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": now}],
            "containerStatuses": [{"state": {"running": {"startedAt": now}}}],
        }
        await world.patch(POD, meta["namespace"], meta["name"], {"status": running}, "status")
        settings = self._settings(job, meta["name"])
        settings.token_file.write_text(await world.token_of(pod), encoding="ascii")
        code, message = await asyncio.get_running_loop().run_in_executor(self._threads, self._live, settings)
        await finish_pod(world, pod, name, message, code == 0)
        settings.token_file.unlink()

    def close(self) -> None:
        """End all that still wait."""
        self._over.set()
        self._threads.shutdown(cancel_futures=True)

    def _settings(self, job: Json, pod: str) -> SandboxSettings:
        """As its container's environment says, but for what a node would make true: names and mounted files."""
        container = job["spec"]["template"]["spec"]["containers"][0]
        environ = {one["name"]: one.get("value", "1") for one in container["env"]}
        environ["VOXPOD_DISPATCH_URL"] = f"https://localhost:{self._world.dispatch_port}"
        environ["VOXPOD_TOKEN_FILE"] = str(self._folder / pod)
        return sandbox_settings(environ)

    def _live(self, settings: SandboxSettings) -> tuple[int, str]:
        """Exit code and termination message; as `voxpod_inference.worker.run`, which would end the process."""
        dispatch, uid = Dispatch(settings, self._sleep), ""
        try:
            work = dispatch.claim(boot_ms=1)
            if work is None:
                return 0, ""
            uid = work.request_uid
            self._world.claims.append(uid)
            with Pulse(work, dispatch.progress, unwanted=lambda: None) as pulse:
                report = self._speak(work, pulse)
        except SpeechError as error:
            report = Report(uid, Timings(), failure=error.as_failure())
        except Over:
            return 1, ""
        if uid:
            dispatch.report(report)
        return (0 if report.failure is None else 1), termination_message(report)

    def _speak(self, work: Work, pulse: Pulse) -> Report:
        """Some audio, after a while, where the presigned URL says."""
        until = time.monotonic() + work.seconds_left
        self._sleep(SYNTHESIS_SECONDS)
        audio = b"RIFF" + work.text.encode() + bytes(AUDIO_BYTES)
        put(
            work.upload, io.BytesIO(audio), pulse, ca_pem="", seconds_left=lambda: until - time.monotonic(),
            sleep=self._sleep,
        )  # fmt: skip
        sums = hashlib.sha256(audio).hexdigest(), hashlib.md5(audio).hexdigest()
        made = Audio(*sums, len(audio), 1.0, work.sample_rate or 24000, work.format, work.voice or "af_heart")
        return Report(work.request_uid, Timings(boot_ms=1, synthesis_ms=750, upload_ms=3), audio=made)

    def _sleep(self, seconds: float) -> None:
        if self._over.wait(seconds):
            raise Over
