"""kmock with what the operator relies on: UIDs, creation times, resourceVersions with conflicts, and faults on demand.

The real API server settles everything else (tests/e2e); this one exists to fail a chosen call at a chosen moment.
"""

import asyncio
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import attrs
import kmock
from aiohttp import web
from kmock import KubernetesEmulator, KubernetesError

SLOW_SECONDS = 1.5
"""Longer than the harness lets a call take: what a hung API server looks like."""


@dataclass(frozen=True)
class Call:
    """One kind of API call, such as PATCH ttsrequests/status."""

    method: str
    plural: str
    subresource: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.plural}{'/' + self.subresource if self.subresource else ''}"


@dataclass
class Fault:
    """What happens to the next call of a kind, once."""

    call: Call
    kind: str
    """conflict | throttled | broken | slow (all before the effect), lost (the effect happens, the answer is 500)."""
    struck: bool = False


REFUSALS = {
    "conflict": KubernetesError(409, "Conflict", "the object has been modified"),
    "throttled": KubernetesError(429, "TooManyRequests", "slow down"),
    "broken": KubernetesError(500, "InternalError", "etcd is away"),
}


@attrs.define(kw_only=True)
class KubeEmulator(KubernetesEmulator):
    """A stateful API server good enough for one operator."""

    calls: list[Call] = attrs.field(factory=list)
    fault: Fault | None = None
    agent: str = "voxpod-operator"
    """Whose calls are noted and may be faulted or refused, by User-Agent."""
    refused: set[Call] = attrs.field(factory=set)
    """Calls that a quota or policy refuses until they are taken out."""
    on_change: Callable[[str, str, dict[str, Any]], None] | None = None
    """Called with (method, plural, object) after a write: lets a test play the Job controller."""
    review: Callable[[str], dict[str, Any]] = attrs.field(default=lambda token: {"authenticated": False})
    """The status of a TokenReview of a token."""
    _versions: Any = attrs.field(factory=lambda: itertools.count(100))

    async def _handle(self, request: Any) -> web.StreamResponse:
        try:
            return await self._answered(request)
        finally:
            # kmock finds who answers a request by filtering all requests that ever came: three quarters of a test's time
            self._requests[:] = (other for other in self._requests if other is not request)

    async def _answered(self, request: Any) -> web.StreamResponse:
        if request.resource is None or request.action == kmock.action.WATCH:
            return await super()._handle(request)
        call = Call(str(request.method.value).upper(), request.resource.plural, request.subresource or "")
        ours = request.headers.get("User-Agent") == self.agent
        if ours:
            self.calls.append(call)
        if ours and call in self.refused:
            return await self._render_error(KubernetesError(403, "Forbidden", "exceeded quota: sandboxes"))
        striking = ours and self.fault is not None and self.fault.call == call and not self.fault.struck
        if striking:
            assert self.fault is not None
            self.fault.struck = True
            if self.fault.kind == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            if self.fault.kind in REFUSALS:
                return await self._render_error(REFUSALS[self.fault.kind])
        if call.plural == "tokenreviews":
            return web.json_response({"status": self.review(request.data["spec"]["token"])}, status=201)
        try:
            self._stamp(request)
            response = await (self._replace(request) if call.method == "PUT" else super()._handle(request))
        except KubernetesError as error:
            return await self._render_error(error)
        self._tell(request, call)
        if striking and self.fault is not None and self.fault.kind == "lost":
            return await self._render_error(KubernetesError(500, "InternalError", "the answer was lost"))
        return response

    async def _serve_list(self, request: Any) -> Any:
        """kmock names no kind, without which kubectl reads no answer."""
        return {"apiVersion": "v1", "kind": "List", **await super()._serve_list(request)}

    async def _replace(self, request: Any) -> web.StreamResponse:
        """PUT, which kmock leaves to its users."""
        async with self._lock:
            stored = self.objects[request.resource, request.namespace, request.name]
            stored.patch(request.data)
            await self._buses[request.resource].put({"type": "MODIFIED", "object": stored.raw})
            return web.json_response(stored.raw)

    def _stamp(self, request: Any) -> None:
        """What the API server adds on a write, and what it refuses."""
        if not isinstance(request.data, dict):
            return
        meta = request.data.setdefault("metadata", {})
        key = (request.resource, request.namespace, request.name or meta.get("name"))
        stored = self.objects[key] if key in self.objects and not self.objects[key].deleted else None
        if request.method.value.upper() == "POST":
            if stored is not None:
                raise KubernetesError(409, "AlreadyExists", f"{key[2]} already exists")
            if request.namespace:
                meta["namespace"] = request.namespace
            meta.setdefault("uid", str(uuid.uuid4()))
            meta.setdefault("generation", 1)
            meta["creationTimestamp"] = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        elif request.method.value.upper() in ("PUT", "PATCH") and stored is not None:
            wanted = meta.get("resourceVersion")
            if wanted and wanted != stored["metadata"]["resourceVersion"]:
                raise KubernetesError(409, "Conflict", "the object has been modified")
        meta["resourceVersion"] = str(next(self._versions))

    def _tell(self, request: Any, call: Call) -> None:
        if self.on_change is None or call.method not in ("POST", "PATCH", "PUT", "DELETE"):
            return
        name = request.name or (request.data or {}).get("metadata", {}).get("name")
        key = (request.resource, request.namespace, name)
        raw = {} if key not in self.objects or self.objects[key].deleted else self.objects[key].raw
        self.on_change(call.method, call.plural, raw)
