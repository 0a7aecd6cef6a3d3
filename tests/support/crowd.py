"""Thousands of stored objects at once, put into the emulated cluster without an event."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import kmock

from operator_world import World
from plain_kube import Held
from voxpod_operator.cluster.kinds import TTS_REQUEST

Json = dict[str, Any]


def store_requests(world: World, count: int, *, prefix: str, text: str = "Hello.", status: Any = None) -> None:
    """Put TTSRequests into namespace acme; `status` makes a request's status from its UID."""
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    resource = kmock.resource(TTS_REQUEST.group, TTS_REQUEST.version, TTS_REQUEST.plural)
    for number in range(count):
        name = f"{prefix}-{number:05}"
        uid = hashlib.md5(name.encode()).hexdigest()
        uid = f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}"
        meta = {
            "name": name,
            "namespace": "acme",
            "uid": uid,
            "generation": 1,
            "resourceVersion": str(next(world.kube.versions)),
            "creationTimestamp": created,
        }
        body: Json = {
            "apiVersion": "voxpod.dev/v1alpha1",
            "kind": "TTSRequest",
            "metadata": meta,
            "spec": {"text": text, "deadlineSeconds": 86400},
        }
        if status is not None:
            body["status"] = status(uid)
        world.kube.objects[(resource, "acme", name)] = Held(body)


def succeeded(uid: str) -> Json:
    """The status of a request that ended with audio, as long as a real one."""
    when = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def condition(kind: str, reason: str, message: str) -> Json:
        return {
            "type": kind,
            "status": "True",
            "reason": reason,
            "message": message,
            "lastTransitionTime": when,
            "observedGeneration": 1,
        }

    uri = f"s3://audio/acme/{uid}.wav"
    return {
        "phase": "Succeeded",
        "tenant": "acme",
        "model": "kokoro",
        "voice": "af_heart",
        "attempt": 1,
        "observedGeneration": 1,
        "assignedAt": "2026-11-24T12:00:00.000Z",
        "claimedAt": "2026-11-24T12:00:01.000Z",
        "sandbox": {"jobName": f"tts-{uid}-1", "podName": f"tts-{uid}-1-abcde", "podUid": uid[::-1]},
        "audio": {
            "uri": uri,
            "sha256": hashlib.sha256(uid.encode()).hexdigest(),
            "bytes": 220000,
            "durationSeconds": 4.721,
            "sampleRate": 24000,
            "format": "wav",
        },
        "timings": {"queued": 400, "startup": 1200, "synthesis": 900, "upload": 12},
        "usage": {"characters": 12, "audioSeconds": 4.721},
        "warnings": [],
        "conditions": [
            condition("Admitted", "Admitted", "admitted for Tenant acme"),
            condition("Dispatched", "Claimed", f"pod tts-{uid}-1-abcde synthesizes"),
            condition("Complete", "Succeeded", f"4.721 s of audio at {uri}"),
        ],
    }
