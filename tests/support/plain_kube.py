"""An API server for crowds: a dictionary behind HTTP, with pages, watches, merge patches and conflicts, and nothing else.

kmock keeps the history of each object and walks all of them for each call, some 20 calls a second with 3,000 stored; this
one answers a thousand. Faults are not its business, and what the real API server checks is checked there (tests/e2e).
"""

import asyncio
import itertools
import json
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import kmock
from aiohttp import web

Json = dict[str, Any]
ObjectKey = tuple[Any, str | None, str]


@dataclass
class Held:
    """A stored object, in the form that `operator_world.World` reads."""

    raw: Json
    deleted: bool = False


@dataclass
class PlainKube:
    """One server; `async with` starts and ends it."""

    objects: dict[ObjectKey, Held] = field(default_factory=dict)
    resources: dict[Any, Json] = field(default_factory=dict)
    calls: list[Any] = field(default_factory=list)
    on_change: Callable[[str, str, Json], None] | None = None
    review: Callable[[str], Json] = lambda token: {"authenticated": False}
    url: str = ""
    versions: Any = field(default_factory=lambda: itertools.count(100))
    _events: dict[Any, list[tuple[int, Json]]] = field(default_factory=lambda: defaultdict(list))
    _lists: dict[str, tuple[str, list[Json]]] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __aenter__(self) -> "PlainKube":
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        root, *parts = request.match_info["path"].strip("/").split("/")
        group = parts.pop(0) if root == "apis" and parts else ""
        version = parts.pop(0) if parts else ""
        if not parts:
            return web.json_response(self._discovery(group, version))
        rest = parts
        namespace = None
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        resource = kmock.resource(group, version, rest[0])
        name = rest[1] if len(rest) > 1 else None
        if request.query.get("watch") == "true":
            return await self._watch(request, resource, namespace)
        body = json.loads(await request.read() or b"{}")
        return await self._verb(request, resource, namespace, name, body)

    async def _verb(self, request: web.Request, resource: Any, namespace: Any, name: Any, body: Json) -> web.Response:
        key = (resource, namespace, name or body.get("metadata", {}).get("name"))
        if resource.plural == "tokenreviews":
            return web.json_response({"status": self.review(body["spec"]["token"])}, status=201)
        if request.method == "GET" and name is None:
            return web.json_response(self._list(request, resource, namespace))
        held = self.objects.get(key)
        if request.method == "POST":
            if held is not None:
                return web.json_response({"reason": "AlreadyExists", "message": "exists"}, status=409)
            meta = {"uid": str(uuid.uuid4()), "generation": 1, **body.get("metadata", {})}
            meta["creationTimestamp"] = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            meta |= {"namespace": namespace} if namespace else {}
            return await self._store("ADDED", request, key, {**body, "metadata": meta}, 201)
        if held is None:
            return web.json_response({"reason": "NotFound", "message": f"{name} is not there"}, status=404)
        if request.method == "GET":
            return web.json_response(held.raw)
        if request.method == "DELETE":
            del self.objects[key]
            return await self._store("DELETED", request, None, held.raw, 200, resource=resource)
        wanted = body.get("metadata", {}).get("resourceVersion")
        if wanted and wanted != held.raw["metadata"]["resourceVersion"]:
            return web.json_response({"reason": "Conflict", "message": "the object has been modified"}, status=409)
        changed = body if request.method == "PUT" else merged(held.raw, body)
        changed = {**changed, "metadata": {**held.raw["metadata"], **changed.get("metadata", {})}}
        return await self._store("MODIFIED", request, key, changed, 200)

    async def _store(
        self, event: str, request: web.Request, key: ObjectKey | None, raw: Json, code: int, resource: Any = None
    ) -> web.Response:
        version = next(self.versions)
        raw = {**raw, "metadata": {**raw["metadata"], "resourceVersion": str(version)}}
        if key is not None:
            self.objects[key] = Held(raw)
        kind = key[0] if key is not None else resource
        self._events[kind].append((version, {"type": event, "object": raw}))
        async with self._changed:
            self._changed.notify_all()
        if self.on_change is not None:
            self.on_change(request.method, kind.plural, raw)
        return web.json_response(raw, status=code)

    def _list(self, request: web.Request, resource: Any, namespace: Any) -> Json:
        """One page; what `continue` names is the list as it was when it began, as etcd gives it."""
        token = request.query.get("continue")
        if token:
            version, held = self._lists.pop(token)
        else:
            version = str(next(self.versions))
            held = [o.raw for (r, n, _), o in self.objects.items() if r == resource and namespace in (None, n)]
        limit = int(request.query.get("limit") or len(held) or 1)
        more = {}
        if held[limit:]:
            more = {"continue": str(uuid.uuid4())}
            self._lists[more["continue"]] = (version, held[limit:])
        page = held[:limit]
        if "PartialObjectMetadataList" in request.headers.get("Accept", ""):
            page = [{"metadata": raw["metadata"]} for raw in page]
        return {"metadata": {"resourceVersion": version, **more}, "items": page}

    async def _watch(self, request: web.Request, resource: Any, namespace: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        since = int(request.query.get("resourceVersion") or 0)
        events, at = self._events[resource], 0
        with suppress(ConnectionResetError):
            while True:
                for version, event in events[at:]:
                    if version > since and namespace in (None, event["object"]["metadata"].get("namespace")):
                        await response.write(json.dumps(event).encode() + b"\n")
                    at += 1
                async with self._changed:
                    if at == len(events):
                        await self._changed.wait()
        return response

    def _discovery(self, group: str, version: str) -> Json:
        """What Kopf looks for before it watches: the versions and groups, or the resources of one of them."""
        if not version:
            groups = sorted({(r.group, r.version) for r in self.resources if r.group})
            named = [{"name": g, "preferredVersion": {"version": v}, "versions": [{"version": v}]} for g, v in groups]
            return {"versions": ["v1"], "groups": named}
        listed = []
        for resource, facts in self.resources.items():
            if (resource.group, resource.version) == (group, version):
                one = {"name": resource.plural, "singularName": facts["singular"], "kind": facts["kind"]}
                listed.append({**one, "namespaced": facts["namespaced"], "verbs": sorted(facts["verbs"])})
        return {"resources": listed}


def merged(old: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept
