"""What a caller wants spoken, and the TTSRequest that says so. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from voxpod_api.auth.caller import Caller
from voxpod_api.settings import ApiSettings
from voxpod_crds.base import API_VERSION, GROUP
from voxpod_crds.live_audio import LIVE_ANNOTATION
from voxpod_crds.names import MANAGED_BY_LABEL

MADE_BY = "voxpod-api"
BODY_LABEL = f"{GROUP}/order"
"""Digest of caller and order: by it a repeat without a key finds the request that it repeats."""
LISTENER_ANNOTATION = f"{GROUP}/listener"
"""Which facade process has the listener, and may cancel when it leaves; of a task with a webhook the one that tells first."""
WEBHOOK_ANNOTATION = f"{GROUP}/webhook"
"""Whom to tell of a task's end."""
TASK_LABEL = f"{GROUP}/task"
"""Marks requests that are listed as tasks."""
SELECTOR = f"{MANAGED_BY_LABEL}={MADE_BY}"
"""The requests that facades made: those of others are not watched."""

GENERATIONS = 20
"""Requests that one Idempotency-Key may make when each but the last ended without audio."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a TTSRequest's spec takes from a call; None leaves the choice to the operator."""

    text: str
    model: str | None = None
    voice: str | None = None
    language: str = "auto"
    speed: float = 1.0
    format: str = "wav"
    sample_rate: int | None = None
    timestamps: str = "none"
    instructions: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An order that nobody waits for on a line: it has its own time, and its audio a URL of its own life."""

    order: Order
    deadline_seconds: int
    audio_url_seconds: int
    priority: int = 0
    webhook: str = ""
    """URL that is told of its end."""


def digest(caller: Caller, order: Order | Task) -> str:
    """The same for the same order of the same caller only, as a label value (160 bits of SHA-256); a task is never an order."""
    return _hashed(type(order).__name__.lower(), caller, json.dumps(asdict(order), sort_keys=True))


def keyed_name(caller: Caller, key: str, generation: int) -> str:
    """The request that an Idempotency-Key of a caller stands for: two replicas that make it at once make one."""
    return f"api-{_hashed(f'key {generation}', caller, key)}"


def task_name(caller: Caller, key: str) -> str:
    """The task that an Idempotency-Key of a caller stands for, however it ended."""
    return f"task-{_hashed('task key', caller, key)}"


def _hashed(purpose: str, caller: Caller, what: str) -> str:
    facts = json.dumps([purpose, caller.namespace, caller.subject, what])
    return hashlib.sha256(facts.encode()).hexdigest()[:40]


def request_body(name: str, caller: Caller, order: Order, settings: ApiSettings, live: str = "") -> dict[str, Any]:
    """The TTSRequest to create for a client that waits; `live` says who listens while it is spoken."""
    patience = {
        "deadlineSeconds": settings.deadline_seconds,
        "maxWaitSeconds": settings.queue_seconds,
        "audioUrlSeconds": settings.audio_url_seconds,
    }
    body = _body(name, caller, order, patience, {BODY_LABEL: digest(caller, order)})
    body["metadata"]["annotations"] = {LISTENER_ANNOTATION: settings.pod_name}
    if live:
        body["metadata"]["annotations"][LIVE_ANNOTATION] = live
    return body


def task_body(name: str, caller: Caller, task: Task, replica: str, live: str = "") -> dict[str, Any]:
    """The TTSRequest to create for a task; `replica` makes it, `live` says who listens while it is spoken."""
    patience = {
        "deadlineSeconds": task.deadline_seconds,
        "audioUrlSeconds": task.audio_url_seconds,
        "priority": task.priority,
    }
    body = _body(name, caller, task.order, patience, {BODY_LABEL: digest(caller, task), TASK_LABEL: "true"})
    notes = {WEBHOOK_ANNOTATION: task.webhook, LISTENER_ANNOTATION: replica} if task.webhook else {}
    if notes or live:
        body["metadata"]["annotations"] = notes | ({LIVE_ANNOTATION: live} if live else {})
    return body


def _body(name: str, caller: Caller, order: Order, more: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "text": order.text,
        "model": order.model,
        "voice": order.voice,
        "language": order.language,
        "speed": order.speed,
        "format": order.format,
        "sampleRate": order.sample_rate,
        "timestamps": order.timestamps,
        "instructions": order.instructions,
        "seed": order.seed,
        **more,
    }
    meta = {"name": name, "namespace": caller.namespace, "labels": {MANAGED_BY_LABEL: MADE_BY, **labels}}
    return {
        "apiVersion": API_VERSION,
        "kind": "TTSRequest",
        "metadata": meta,
        "spec": {key: value for key, value in spec.items() if value is not None},
    }
