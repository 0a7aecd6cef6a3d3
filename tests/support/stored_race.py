"""An API server that is a dictionary with compare-and-swap, and what is stored in it before a race (`claim_races`)."""

import asyncio
import copy
import random
from dataclasses import dataclass, field
from datetime import datetime

from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from virtual_time import VirtualLoop
from voxpod_crds.base import ResourceKey
from voxpod_crds.names import MODEL_LABEL, PROFILE_LABEL, REQUEST_UID_LABEL, ROLE_LABEL, TEMPLATE_LABEL
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.dispatch.identity import PodIdentity
from voxpod_operator.errors import Conflict, NotLeading, Unavailable

SANDBOXES = "voxpod-sandboxes"
REQUESTS, JOBS = 3, 3
COLD = "tts-cold"
"""The Job of a request that found none waiting: who asks first of its pods has it."""


@dataclass
class Server:
    """What is stored, and every version that was: watches tell them later."""

    chance: random.Random
    objects: dict[tuple[Kind, ResourceKey], Json] = field(default_factory=dict)
    told: list[tuple[Kind, Json]] = field(default_factory=list)
    swaps: bool = True
    """Whether it compares versions."""

    def store(self, kind: Kind, raw: Json) -> Json:
        raw = copy.deepcopy(raw)
        raw["metadata"]["resourceVersion"] = str(len(self.told) + 1)
        self.objects[kind, _key(raw)] = raw
        self.told.append((kind, raw))
        return raw

    def patch(self, kind: Kind, key: ResourceKey, patch: Json, version: str) -> Json:
        known = self.objects[kind, key]
        if self.swaps and known["metadata"]["resourceVersion"] != version:
            raise Conflict("PATCH", kind.name, key, 409, "it changed")
        return self.store(kind, {**known, "status": _merged(known.get("status") or {}, patch)})

    async def pass_time(self) -> None:
        """A call, or its answer, is on its way."""
        await asyncio.sleep(self.chance.choice((0.0, 0.001, 0.002, 0.004)) * self.chance.random())


@dataclass
class Gateway:
    """One leader's calls. A call that was sent arrives, and its answer may get lost; a leader without a Lease sends no writes."""

    server: Server
    leads: bool = False
    under_way: int = 0
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while nothing that it sent is under way."""

    def __post_init__(self) -> None:
        self.quiet.set()

    async def get(self, kind: Kind, key: ResourceKey) -> Json | None:
        await self.server.pass_time()
        return self.server.objects.get((kind, key))

    async def patch_status(self, kind: Kind, key: ResourceKey, patch: Json, resource_version: str) -> Json:
        if not self.leads:
            raise NotLeading("PATCH", kind.name, key, 0, "its Lease is not renewed")
        self.under_way += 1
        self.quiet.clear()
        try:
            await self.server.pass_time()
            stored = self.server.patch(kind, key, patch, resource_version)
            await self.server.pass_time()
        finally:
            self.under_way -= 1
            if not self.under_way:
                self.quiet.set()
        if self.server.chance.random() < 0.1:
            raise Unavailable("PATCH", kind.name, key, 0, "no answer")
        return stored


def fill(server: Server, chance: random.Random) -> list[PodIdentity]:
    """Tenant, model, requests, and sandboxes; a Job may have two pods. Those that ask."""
    at = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    server.store(TENANT, _made(a_tenant_body(), "tenant", at))
    server.store(SPEECH_MODEL, _made(a_model_body(), "model", at))
    for number in range(REQUESTS):
        body = a_request_body(request_key(number).name)
        server.store(TTS_REQUEST, _made(body, f"request-{number}", at, "acme"))
    cold = {"phase": "Queued", "tenant": "acme", "model": "kokoro", "attempt": 1, "assignedAt": at}
    cold["sandbox"] = {"jobName": COLD}
    body = {**a_request_body("cold"), "status": cold}
    server.store(TTS_REQUEST, _made(body, "request-cold", at, "acme"))
    pods = [pod for number in range(JOBS) for pod in _a_sandbox(server, job_name(number), chance.choice((1, 1, 2)), at)]
    return [*pods, *_a_sandbox(server, COLD, 2, at)]


def _a_sandbox(server: Server, name: str, pods: int, at: str) -> list[PodIdentity]:
    made_for = {REQUEST_UID_LABEL: "request-cold"} if name == COLD else {PROFILE_LABEL: "profile", TEMPLATE_LABEL: "t"}
    labels = {MODEL_LABEL: "kokoro", ROLE_LABEL: "sandbox", **made_for}
    server.store(JOB, _made({"metadata": {"name": name, "labels": labels}}, f"job-{name}", at, SANDBOXES))
    owner = {"kind": "Job", "name": name, "uid": f"job-{name}", "controller": True}
    found = [PodIdentity(f"{name}-{twin}", f"pod-{name}-{twin}") for twin in range(pods)]
    for pod in found:
        body = {"metadata": {"name": pod.name, "ownerReferences": [owner]}}
        server.store(POD, _made(body, pod.uid, at, SANDBOXES))
    return found


def now() -> datetime:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop.now()


def _made(body: Json, uid: str, at: str, namespace: str = "") -> Json:
    meta = {"uid": uid, "creationTimestamp": at, "generation": 1} | ({"namespace": namespace} if namespace else {})
    return {**body, "metadata": {**body["metadata"], **meta}}


def _key(raw: Json) -> ResourceKey:
    return ResourceKey(raw["metadata"].get("namespace", ""), raw["metadata"]["name"])


def request_key(number: int) -> ResourceKey:
    return ResourceKey("acme", f"r{number}")


def job_name(number: int) -> str:
    return f"warm-{number}"


def _merged(known: Json, patch: Json) -> Json:
    merged = dict(known)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _merged(merged.get(name) or {}, value)
        else:
            merged[name] = value
    return merged
