"""What the operator knows of the cluster: the last version seen of each object, and the few indexes that decisions need.

Fed by the watches, by the answers to our own writes (so that the next decision sees them before the watch echoes them)
and by the periodic list. An older version never replaces a newer one: resourceVersions of one kind are comparable
integers (KEP-5504).
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from voxpod_crds.base import ApiModel, ObjectMeta, ResourceKey
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest, TTSRequestStatus
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.sandboxes import JobView, PodView, parse_job, parse_pod

Json = dict[str, Any]

WATCHED = (TENANT, SPEECH_MODEL, TTS_REQUEST, JOB, POD)


class InvalidResource(ApiModel):
    """A stored object that this version's models refuse: written before a schema change, or past the API server."""

    metadata: ObjectMeta
    problem: str
    status: TTSRequestStatus = TTSRequestStatus()


MODELS: dict[Kind, type[Tenant] | type[SpeechModel] | type[TTSRequest]] = {
    TENANT: Tenant,
    SPEECH_MODEL: SpeechModel,
    TTS_REQUEST: TTSRequest,
}

Resource = Tenant | SpeechModel | TTSRequest | InvalidResource | JobView | PodView


@dataclass(frozen=True, slots=True)
class WorkKey:
    """What to reconcile: a kind's plural and an object's key."""

    plural: str
    key: ResourceKey


def describe(error: ValidationError) -> str:
    """The first few problems of a validation, as `path: what`."""
    return "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:3])


def parse(kind: Kind, raw: Json) -> Resource:
    """The object as its model; InvalidResource when the model refuses it."""
    if kind is JOB:
        return parse_job(raw)
    if kind is POD:
        return parse_pod(raw)
    try:
        found = MODELS[kind].model_validate(raw)
        # an ended request's text serves nobody any more, and is most of what it weighs (40 kB for 10,000 characters)
        if isinstance(found, TTSRequest) and found.status.phase is not None and found.status.phase.terminal:
            return found.model_copy(update={"spec": found.spec.model_copy(update={"text": ""})})
        return found
    except ValidationError as error:
        return InvalidResource(
            metadata=ObjectMeta.model_validate(raw["metadata"]), problem=describe(error), status=_readable_status(raw)
        )


def _readable_status(raw: Json) -> TTSRequestStatus:
    try:
        return TTSRequestStatus.model_validate(raw.get("status") or {})
    except ValidationError:
        return TTSRequestStatus()


def _age(resource: Tenant | SpeechModel) -> tuple[str, str]:
    created = resource.metadata.creation_timestamp
    return (created.isoformat() if created else "", resource.metadata.name)


def version_of(resource: Resource) -> int:
    """resourceVersion as the integer it is; 0 without one."""
    raw = resource.resource_version if isinstance(resource, JobView | PodView) else resource.metadata.resource_version
    return int(raw or 0)


def uid_of(resource: Resource) -> str:
    """metadata.uid"""
    return resource.uid if isinstance(resource, JobView | PodView) else resource.metadata.uid


REMEMBERED_GONE = 10_000
"""UIDs of deleted objects that are remembered; the race they guard against lasts milliseconds."""


class ClusterView:
    """Everything known, by kind and key."""

    def __init__(self) -> None:
        self._objects: dict[Kind, dict[ResourceKey, Resource]] = {kind: {} for kind in WATCHED}
        self._by_uid: dict[str, ResourceKey] = {}
        self._by_job: dict[str, ResourceKey] = {}
        self._pod_of_job: dict[str, ResourceKey] = {}
        self._by_namespace: dict[str, set[ResourceKey]] = defaultdict(set)
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._changed = asyncio.Event()

    def observe(self, kind: Kind, raw: Json) -> bool:
        """Take in a version of an object; False when it is not newer than what is known."""
        key = ResourceKey(raw["metadata"].get("namespace", "") if kind.namespaced else "", raw["metadata"]["name"])
        resource = parse(kind, raw)
        old = self._objects[kind].get(key)
        if uid_of(resource) in self._gone or (old is not None and version_of(resource) <= version_of(old)):
            return False
        if old is not None:
            self._unindex(kind, key, old)
        self._objects[kind][key] = resource
        self._index(kind, key, resource)
        self._announce()
        return True

    def forget(self, kind: Kind, key: ResourceKey) -> bool:
        """The object is gone; False when it was not known."""
        old = self._objects[kind].pop(key, None)
        if old is None:
            return False
        self._unindex(kind, key, old)
        # the answer to a write of ours may come after the watch told the end: it must not bring the object back
        self._gone[uid_of(old)] = None
        if len(self._gone) > REMEMBERED_GONE:
            self._gone.popitem(last=False)
        self._announce()
        return True

    def uid(self, kind: Kind, key: ResourceKey) -> str:
        """UID of the object that is known under a key; empty without one."""
        found = self._objects[kind].get(key)
        return uid_of(found) if found is not None else ""

    def versions(self, kind: Kind) -> dict[ResourceKey, int]:
        """resourceVersion of everything known of a kind."""
        return {key: version_of(resource) for key, resource in self._objects[kind].items()}

    def work_keys(self) -> Iterator[WorkKey]:
        """Everything known, as keys to reconcile."""
        for kind, objects in self._objects.items():
            for key in objects:
                yield WorkKey(kind.plural, key)

    def request(self, key: ResourceKey) -> TTSRequest | InvalidResource | None:
        """A TTSRequest."""
        found = self._objects[TTS_REQUEST].get(key)
        return found if isinstance(found, TTSRequest | InvalidResource) else None

    def requests(self) -> Iterator[TTSRequest]:
        """All readable TTSRequests."""
        return (r for r in self._objects[TTS_REQUEST].values() if isinstance(r, TTSRequest))

    def requests_in(self, namespaces: list[str]) -> Iterator[TTSRequest]:
        """The readable TTSRequests of some namespaces."""
        for namespace in namespaces:
            for key in self._by_namespace.get(namespace, ()):
                found = self._objects[TTS_REQUEST].get(key)
                if isinstance(found, TTSRequest):
                    yield found

    def request_key_of_uid(self, uid: str) -> ResourceKey | None:
        """Where the TTSRequest with that UID is."""
        return self._by_uid.get(uid)

    def request_of_job(self, job_name: str) -> TTSRequest | None:
        """The TTSRequest that is assigned to the Job at present."""
        found = self.request(self._by_job[job_name]) if job_name in self._by_job else None
        return found if isinstance(found, TTSRequest) else None

    def tenants(self) -> list[Tenant]:
        """All readable Tenants, oldest first (by name within a second)."""
        found = [t for t in self._objects[TENANT].values() if isinstance(t, Tenant)]
        return sorted(found, key=_age)

    def models(self) -> list[SpeechModel]:
        """All readable SpeechModels, oldest first (by name within a second)."""
        found = [m for m in self._objects[SPEECH_MODEL].values() if isinstance(m, SpeechModel)]
        return sorted(found, key=_age)

    def cluster_resource(self, kind: Kind, name: str) -> Tenant | SpeechModel | InvalidResource | None:
        """A Tenant or SpeechModel by name."""
        found = self._objects[kind].get(ResourceKey("", name))
        return found if isinstance(found, Tenant | SpeechModel | InvalidResource) else None

    def jobs(self) -> list[JobView]:
        """All Jobs in the sandbox namespace."""
        return [j for j in self._objects[JOB].values() if isinstance(j, JobView)]

    def job(self, key: ResourceKey) -> JobView | None:
        """A Job in the sandbox namespace."""
        found = self._objects[JOB].get(key)
        return found if isinstance(found, JobView) else None

    def pod(self, key: ResourceKey) -> PodView | None:
        """A pod in the sandbox namespace."""
        found = self._objects[POD].get(key)
        return found if isinstance(found, PodView) else None

    def pod_of_job(self, job: JobView | None) -> PodView | None:
        """The pod of a Job (there is one at most: backoffLimit is 0)."""
        key = self._pod_of_job.get(job.uid) if job is not None else None
        return self.pod(key) if key else None

    async def changed(self, timeout_seconds: float) -> None:
        """Return at the next change, or after the timeout."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _index(self, kind: Kind, key: ResourceKey, resource: Resource) -> None:
        if kind is TTS_REQUEST and isinstance(resource, TTSRequest | InvalidResource):
            self._by_uid[resource.metadata.uid] = key
            self._by_namespace[key.namespace].add(key)
            if resource.status.sandbox:
                self._by_job[resource.status.sandbox.job_name] = key
        elif isinstance(resource, PodView):
            self._pod_of_job[resource.job_uid] = key

    def _unindex(self, kind: Kind, key: ResourceKey, resource: Resource) -> None:
        if kind is TTS_REQUEST and isinstance(resource, TTSRequest | InvalidResource):
            self._by_uid.pop(resource.metadata.uid, None)
            self._by_namespace[key.namespace].discard(key)
            if resource.status.sandbox:
                self._by_job.pop(resource.status.sandbox.job_name, None)
        elif isinstance(resource, PodView) and self._pod_of_job.get(resource.job_uid) == key:
            del self._pod_of_job[resource.job_uid]
