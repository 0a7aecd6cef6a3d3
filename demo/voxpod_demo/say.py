"""`say`: one text of yours, as a request of a tenant of the demo."""

import secrets
from pathlib import Path

from voxpod_demo import scene
from voxpod_demo.errors import DemoError
from voxpod_demo.run import run
from voxpod_demo.scene import Line
from voxpod_demo.session import running
from voxpod_demo.settings import Settings
from voxpod_demo.terminal import Terminal


def say(settings: Settings, terminal: Terminal, text: str, tenant: str, voice: str, language: str, audio: Path) -> bool:
    """Apply, wait, download; whether it was spoken."""
    target = running(settings)
    kubectl = target.kubectl()
    if kubectl.get("namespace", tenant) is None:
        known = ", ".join(one.name for one in scene.TENANTS)
        raise DemoError(f"namespace {tenant} is not there: the demo makes {known}", try_next=["make demo"])
    line = Line(tenant, f"say-{secrets.token_hex(3)}", text, voice=voice, language=language)
    return run(target, [line], terminal, settings.timeout_seconds, audio)
