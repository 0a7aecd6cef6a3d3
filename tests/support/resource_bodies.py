"""Tenants, models and requests as a user writes them: bodies to create, spec fields in camelCase."""

from datetime import UTC, datetime, timedelta
from typing import Any

from builders import DIGEST

Json = dict[str, Any]


def a_tenant_body(name: str = "acme", **spec: Any) -> Json:
    return {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "Tenant",
        "metadata": {"name": name},
        "spec": {"namespaces": [name], **spec},
    }


def a_model_body(**spec: Any) -> Json:
    return {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "SpeechModel",
        "metadata": {"name": "kokoro"},
        "spec": {"source": {"hostPath": {"path": "/models/kokoro"}}, "digest": DIGEST, "default": True, **spec},
    }


def a_request_body(name: str, text: str = "Hello.", **spec: Any) -> Json:
    return {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "TTSRequest",
        "metadata": {"name": name},
        "spec": {"text": text, **spec},
    }


def a_stored_request(
    number: int,
    phase: str,
    uid: str = "6f1d7b6e-1111-4222-8333-444455556666",
    name: str = "hello",
    age: float = 60.0,
    **spec: Any,
) -> Json:
    """Version `number` of a request of Tenant acme, as a watch tells it; created `age` seconds ago."""
    created = datetime.now(UTC) - timedelta(seconds=age)
    meta = {
        "namespace": "acme",
        "uid": uid,
        "resourceVersion": str(number),
        "generation": 1,
        "creationTimestamp": created.isoformat(),
    }
    status: Json = {"phase": phase, "tenant": "acme", "model": "kokoro", "attempt": 1}
    if phase in ("Running", "Succeeded", "Failed"):
        status["sandbox"] = {"jobName": f"tts-{uid}-1", "podName": "p", "podUid": "pu"}
    if phase == "Succeeded":
        audio = {"sha256": "a" * 64, "bytes": 4, "durationSeconds": 1, "sampleRate": 24000, "format": "wav"}
        status["audio"] = {"uri": f"s3://audio/acme/{uid}.wav", **audio}
    body = a_request_body(name, **spec)
    return {**body, "metadata": {**body["metadata"], **meta}, "status": status}
