"""What the facade's pure parts look at: a catalogue, a caller, versions of a TTSRequest."""

from datetime import UTC, datetime, timedelta
from typing import Any

from voxpod_api.auth.caller import Caller
from voxpod_api.cluster.catalog import Catalog
from voxpod_crds.tenant import Tenant

Json = dict[str, Any]
NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def a_tenant_json(name: str = "acme", *, age: int = 0, status: Json | None = None, **spec: Any) -> Json:
    created = (NOON - timedelta(seconds=age)).isoformat()
    meta = {"name": name, "uid": f"uid-{name}", "resourceVersion": "1", "creationTimestamp": created}
    return {"metadata": meta, "spec": {"namespaces": [name], **spec}, "status": status or {}}


def a_model_json(name: str = "kokoro", *, voices: tuple[str, ...] = ("af_heart", "am_echo"), **spec: Any) -> Json:
    meta = {"name": name, "resourceVersion": "1", "creationTimestamp": NOON.isoformat()}
    source = {"hostPath": {"path": "/models/x"}}
    return {
        "metadata": meta,
        "spec": {"source": source, "digest": "sha256:" + "ab" * 32, "default": True, **spec},
        "status": {"voices": list(voices)},
    }


def a_catalog(*resources: Json) -> Catalog:
    """Of Tenants (with spec.namespaces) and SpeechModels."""
    catalog = Catalog()
    for raw in resources:
        (catalog.tenants if "namespaces" in raw["spec"] else catalog.models).put(raw)
    return catalog


def a_caller(namespace: str = "acme", subject: str = "key:ci") -> Caller:
    return Caller(subject, namespace, Tenant.model_validate(a_tenant_json(namespace)))


def a_version(number: int = 1, name: str = "hello", *, status: Json | None = None, **spec: Any) -> Json:
    """A TTSRequest as a watch tells it."""
    meta = {"namespace": "acme", "name": name, "resourceVersion": str(number), "creationTimestamp": NOON.isoformat()}
    return {"metadata": meta, "spec": {"text": "Hello.", **spec}, "status": status or {}}


def succeeded(expires: datetime = NOON + timedelta(hours=1)) -> Json:
    audio = {"url": "http://store/x", "urlExpires": expires.isoformat(), "bytes": 4, "durationSeconds": 1.5}
    return {"phase": "Succeeded", "voice": "af_heart", "audio": {**audio, "sampleRate": 24000}}


def failed(reason: str, phase: str = "Failed", message: str = "why") -> Json:
    return {"phase": phase, "conditions": [{"type": "Failed", "status": "True", "reason": reason, "message": message}]}


def waiting(reason: str) -> Json:
    condition = {"type": "Admitted", "status": "False", "reason": reason, "message": "why"}
    return {"phase": "Queued", "conditions": [condition]}
