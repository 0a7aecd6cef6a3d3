"""Calling the demo's HTTP API: who may, at which address, and three commands that work as they are printed."""

import base64
import hashlib
import json
import secrets
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import DEMO_LABEL, Json, Kubectl
from voxpod_demo.reach import API, by_hand, lasting
from voxpod_demo.report import shown
from voxpod_demo.settings import SYSTEM_NAMESPACE
from voxpod_demo.targets import Target

KEPT = "voxpod-demo-key"
"""Secret with the key itself, for `demo api`: the chart gets its digest only."""

NAMESPACE = "globex"
"""Whose requests the key makes: of the tenant that may run two at a time."""


@dataclass(frozen=True, slots=True)
class Way:
    """How this machine calls."""

    url: str
    key: str
    meanwhile: list[str]
    """Command that has to run while somebody calls; empty where none has to."""


def kept_key(kubectl: Kubectl) -> str:
    """The demo's API key: the one of an earlier run, else a new one."""
    if key := _key(kubectl):
        return key
    key = f"vxp-{secrets.token_hex(24)}"
    meta = {"name": KEPT, "namespace": SYSTEM_NAMESPACE, "labels": {DEMO_LABEL: "true"}}
    kubectl.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"key": key}}])
    return key


def entry_of(key: str) -> Json:
    """What the chart is told of it."""
    return {"name": "demo", "sha256": hashlib.sha256(key.encode()).hexdigest(), "namespace": NAMESPACE}


def way_of(target: Target) -> Way:
    """Address and key of the API that runs; DemoError where there is none."""
    key = _key(target.kubectl())
    if not key:
        raise DemoError(
            f"Secret {KEPT} is not in namespace {SYSTEM_NAMESPACE}: the demo is not installed", try_next=["make demo"]
        )
    if endpoint := lasting(target, API):
        return Way(f"http://{endpoint}", key, [])
    endpoint, command = by_hand(target, API)
    return Way(f"http://{endpoint}", key, command)


def one_liners(way: Way, kubectl: Kubectl, audio: Path, here: Path) -> list[str]:
    """A request by kubectl, a call by curl, and one by OpenAI's own SDK; the latter two write files into `audio`."""
    request = {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "TTSRequest",
        "metadata": {"generateName": "hello-"},
        "spec": {"text": "Hello from kubectl."},
    }
    call = {"model": "tts-1", "voice": "alloy", "input": "Hello from curl."}
    program = (
        "from openai import OpenAI; OpenAI().audio.speech.create"
        '(model="tts-1-hd", voice="nova", input="Hello from the OpenAI SDK.")'
        f".write_to_file({json.dumps(shown(audio / 'openai.mp3', here), ensure_ascii=False)})"
    )
    python = shown(Path(sys.executable), here)
    return [
        f"echo {shlex.quote(json.dumps(request))} | {shlex.join(kubectl.argv('-n', NAMESPACE, 'create', '-f', '-'))}",
        f"curl -sSf {way.url}/v1/audio/speech -H 'Authorization: Bearer {way.key}'"
        f" -d {shlex.quote(json.dumps(call))} -o {shlex.quote(shown(audio / 'curl.mp3', here))}",
        f"OPENAI_BASE_URL={way.url}/v1 OPENAI_API_KEY={way.key} {shlex.quote(python)} -c {shlex.quote(program)}",
    ]


def _key(kubectl: Kubectl) -> str:
    found = kubectl.get("secret", KEPT, SYSTEM_NAMESPACE)
    return base64.b64decode(found["data"]["key"]).decode() if found is not None else ""
