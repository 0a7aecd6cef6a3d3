"""Tenants, models and requests as a user writes them: bodies to create, spec fields in camelCase."""

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
