"""What must hold over the whole cluster and its store whatever failed, once all that had to happen has had its time."""

import json
from collections import Counter
from typing import Any

from operator_world import World
from resource_bodies import Json
from voxpod_operator.cluster.kinds import JOB, TENANT, TTS_REQUEST

TERMINAL = ("Succeeded", "Failed", "Rejected", "Cancelled")


class Ends:
    """Notes how each request ended, as it was stored: a request ends once."""

    def __init__(self, world: World) -> None:
        self.of: dict[str, Json] = {}
        self.problems: list[str] = []
        self._played, world.kube.on_change = world.kube.on_change, self._on_change

    def _on_change(self, method: str, plural: str, raw: Json) -> None:
        if self._played is not None:
            self._played(method, plural, raw)
        status = raw.get("status") or {}
        if plural != "ttsrequests" or method == "DELETE" or status.get("phase") not in TERMINAL:
            return
        uid, end = raw["metadata"]["uid"], {k: status.get(k) for k in ("phase", "audio", "usage")}
        if self.of.setdefault(uid, end) != end:
            self.problems.append(f"ended twice: {raw['metadata']['name']}: {self.of[uid]}, then {end}")


def broken(world: World, ends: Ends) -> list[str]:
    """Everything that does not hold; empty when all does."""
    requests = {r["metadata"]["uid"]: r for r in world.all_of(TTS_REQUEST)}
    records = {tenant: _records(world, tenant) for tenant in (t["metadata"]["name"] for t in world.all_of(TENANT))}
    problems = [*ends.problems, *(f"a played part failed: {error!r}" for error in world.errors)]
    for uid, request in requests.items():
        problems += _of_request(request, records.get(request["metadata"]["namespace"], {}).get(uid))
    for tenant in world.all_of(TENANT):
        problems += _of_tenant(tenant, records[tenant["metadata"]["name"]])
    return [*problems, *_of_sandboxes(world, requests), *_of_store(world, requests)]


def _records(world: World, tenant: str) -> dict[str, Json]:
    """The archive of a tenant as a reader has it: by id, each once."""
    files = world.store.records(tenant).values()
    events = [json.loads(line) for content in files for line in content.splitlines()]
    return {event["id"]: event["data"] for event in events}


def _of_request(request: Json, record: Json | None) -> list[str]:
    name, status = request["metadata"]["name"], request.get("status") or {}
    if status.get("phase") not in TERMINAL:
        return [f"not over: {name}: {status.get('phase')}"]
    if record is None:
        return [f"not archived: {name}"]
    usage = status.get("usage")
    charged = (1, usage["characters"], usage["audioSeconds"]) if usage else (0, 0, 0)
    if charged != _charge(record):
        return [f"the archive differs: {name}: {charged}, {record}"]
    return []


def _of_tenant(tenant: Json, records: dict[str, Json]) -> list[str]:
    name, status = tenant["metadata"]["name"], tenant.get("status") or {}
    usage = status.get("usage") or {}
    kept = (usage.get("requests", 0), usage.get("characters", 0), round(usage.get("audioSeconds", 0), 3))
    due = [_charge(record) for record in records.values()]
    made = (sum(d[0] for d in due), sum(d[1] for d in due), round(sum(d[2] for d in due), 3))
    problems = [f"held: {name}: {status['holds']}"] if status.get("holds") else []
    if kept != made:
        problems.append(f"charged {kept}, used {made}: {name}")
    left = [f"{count} in the end: {name}: {status[count]}" for count in ("active", "waiting") if status.get(count)]
    return problems + left


def _charge(record: Json) -> tuple[int, int, float]:
    return record["requests"], record["characters"], record["audioSeconds"]


def _of_sandboxes(world: World, requests: dict[str, Json]) -> list[str]:
    jobs = [j for j in world.all_of(JOB) if j["metadata"]["labels"]["voxpod.dev/role"] == "sandbox"]
    problems = [f"sandbox left: {j['metadata']['name']}" for j in jobs if not (j.get("status") or {}).get("conditions")]
    problems += _of_use(world, requests)
    claims: Counter[Any] = Counter(world.claims)
    for uid, count in claims.items():
        if uid in requests and count > requests[uid]["status"].get("attempt", 0):
            problems.append(f"handed out {count} times: {requests[uid]['metadata']['name']}")
    return problems


def _of_use(world: World, requests: dict[str, Json]) -> list[str]:
    """A sandbox serves one request, or as many of one tenant as that says."""
    most = {t["metadata"]["name"]: (t["spec"].get("sandbox") or {}).get("maxRequests", 1) for t in world.all_of(TENANT)}
    used: dict[str, list[str]] = {}
    for request in requests.values():
        status = request.get("status") or {}
        if job := (status.get("sandbox") or {}).get("jobName"):
            used.setdefault(job, []).append(status["tenant"])
    return [
        f"used for {tenants}: {job}"
        for job, tenants in used.items()
        if len(set(tenants)) > 1 or len(tenants) > most[tenants[0]]
    ]


def _of_store(world: World, requests: dict[str, Json]) -> list[str]:
    """Of requests that are stored; what a deleted one left may be audio that its user kept."""
    told = set()
    for request in requests.values():
        audio = (request.get("status") or {}).get("audio") or {}
        told |= {audio[k].removeprefix("s3://audio/") for k in ("uri", "timestampsUri") if audio.get(k)}
    held = {key for key in world.store.objects if key.partition("/")[2][:36] in requests}
    return [f"lost: {key}" for key in told - set(world.store.objects)] + [f"leaked: {key}" for key in held - told]
