"""What the operator knows of the cluster: the last version seen of each object, and the few indexes that decisions need.

Fed by the watches, by the answers to our own writes (so that the next decision sees them before the watch echoes them)
and by the periodic list. An older version never replaces a newer one: resourceVersions of one kind are comparable
integers (KEP-5504).
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import JOB, NODE, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.nodes import NodeView
from voxpod_operator.cluster.reading import (
    AnyModel,
    AnyTenant,
    Request,
    Resource,
    UnreadableRequest,
    parse,
)
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.cluster.tenant_order import TenantOrder, age_key

Json = dict[str, Any]

WATCHED = (TENANT, SPEECH_MODEL, TTS_REQUEST, JOB, POD, NODE)


@dataclass(frozen=True, slots=True)
class WorkKey:
    """What to reconcile: a kind's plural and an object's key."""

    plural: str
    key: ResourceKey


def version_of(resource: Resource) -> int:
    """resourceVersion as the integer it is; 0 without one."""
    if isinstance(resource, JobView | PodView | NodeView | EndedRequest):
        return int(resource.resource_version or 0)
    return int(resource.metadata.resource_version or 0)


def uid_of(resource: Resource) -> str:
    """metadata.uid"""
    return resource.uid if isinstance(resource, JobView | PodView | NodeView | EndedRequest) else resource.metadata.uid


def job_of(request: Request) -> str:
    """Name of the Job that a request's status names; empty without one."""
    if isinstance(request, EndedRequest):
        return request.job_name
    return request.status.sandbox.job_name if request.status.sandbox else ""


REMEMBERED_GONE = 10_000
"""UIDs of deleted objects that are remembered; the race they guard against lasts milliseconds."""


class ClusterView:
    """Everything known, by kind and key."""

    def __init__(self) -> None:
        self.on_request: Callable[[str, Request | None], None] = lambda uid, request: None
        """Called with each new version of a TTSRequest, None when it is gone."""
        self.on_news: Callable[[Resource, Resource, Json], None] = lambda old, new, raw: None
        """Called with each new version of an object that was known: the one before, the new one, and its JSON."""
        self.on_ended: Callable[[EndedRequest, Json], None] = lambda request, raw: None
        """Called with the object of a TTSRequest that was not known to have ended."""
        self._objects: dict[Kind, dict[ResourceKey, Resource]] = {kind: {} for kind in WATCHED}
        self._live: dict[str, dict[ResourceKey, TTSRequest]] = defaultdict(dict)
        """Requests that have not ended, by namespace: the only ones that decisions look at."""
        self._without_sandbox: Counter[str] = Counter()
        self._by_uid: dict[str, ResourceKey] = {}
        self._by_job: dict[str, ResourceKey] = {}
        self._pod_of_job: dict[str, ResourceKey] = {}
        self._tenants = TenantOrder()
        self._gone: OrderedDict[str, None] = OrderedDict()

    def observe(self, kind: Kind, raw: Json) -> bool:
        """Take in a version of an object; False when it is not newer than what is known."""
        meta = raw["metadata"]
        key = ResourceKey(meta.get("namespace", "") if kind.namespaced else "", meta["name"])
        old = self._objects[kind].get(key)
        # before it is read in full: most events are the echo of an answer that the view has already
        if meta.get("uid", "") in self._gone or (old is not None and int(meta["resourceVersion"]) <= version_of(old)):
            return False
        resource = parse(kind, raw)
        if old is not None:
            self._unindex(kind, key, old)
        self._objects[kind][key] = resource
        self._index(kind, key, resource)
        if old is not None and uid_of(old) == uid_of(resource):
            self.on_news(old, resource, raw)
        if isinstance(resource, EndedRequest) and not isinstance(old, EndedRequest):
            self.on_ended(resource, raw)
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
        if kind is TTS_REQUEST:
            self.on_request(uid_of(old), None)
        if kind is TENANT:
            self._tenants.remove(key.name)
        return True

    def uid(self, kind: Kind, key: ResourceKey) -> str:
        """UID of the object that is known under a key; empty without one."""
        found = self._objects[kind].get(key)
        return uid_of(found) if found is not None else ""

    def versions(self, kind: Kind) -> dict[ResourceKey, int]:
        """resourceVersion of everything known of a kind."""
        return {key: version_of(resource) for key, resource in self._objects[kind].items()}

    def work_keys(self) -> Iterator[WorkKey]:
        """Everything known that may need something done, as keys to reconcile. A Job leads to its ended request."""
        for kind, objects in self._objects.items():
            for key, resource in objects.items():
                if not isinstance(resource, EndedRequest) or resource.reason == Reason.NAMESPACE_WITHOUT_TENANT:
                    yield WorkKey(kind.plural, key)

    def request(self, key: ResourceKey) -> Request | None:
        """A TTSRequest."""
        found = self._objects[TTS_REQUEST].get(key)
        return found if isinstance(found, TTSRequest | EndedRequest | UnreadableRequest) else None

    def live_request(self, key: ResourceKey) -> TTSRequest | None:
        """A TTSRequest that has not ended."""
        return self._live[key.namespace].get(key) if key.namespace in self._live else None

    def requests(self) -> Iterator[TTSRequest]:
        """All readable TTSRequests that have not ended."""
        return (request for requests in self._live.values() for request in requests.values())

    def ended_requests(self) -> Iterator[EndedRequest]:
        """All TTSRequests that have ended."""
        return (found for found in self._objects[TTS_REQUEST].values() if isinstance(found, EndedRequest))

    def requests_in(self, namespaces: Sequence[str]) -> Iterator[TTSRequest]:
        """The readable TTSRequests of some namespaces that have not ended."""
        return (r for namespace in namespaces if namespace in self._live for r in self._live[namespace].values())

    def without_sandbox_in(self, namespaces: Sequence[str]) -> int:
        """How many readable TTSRequests of some namespaces have not ended and have no sandbox; kept, not counted anew."""
        return sum(self._without_sandbox[namespace] for namespace in namespaces)

    def request_key_of_uid(self, uid: str) -> ResourceKey | None:
        """Where the TTSRequest with that UID is."""
        return self._by_uid.get(uid)

    def request_of_job(self, job_name: str) -> TTSRequest | EndedRequest | None:
        """The TTSRequest that is assigned to the Job at present, or was when it ended."""
        found = self.request(self._by_job[job_name]) if job_name in self._by_job else None
        return found if isinstance(found, TTSRequest | EndedRequest) else None

    def _works(self, job_name: str) -> bool:
        """Whether a request that has not ended has the Job: then one that has, and had it before, is not the Job's any more."""
        key = self._by_job.get(job_name)
        return key is not None and self.live_request(key) is not None

    def tenants(self) -> Sequence[AnyTenant]:
        """All Tenants, oldest first (by name within a second)."""
        return [tenant for name in self._tenants.names if (tenant := self.tenant(name)) is not None]

    def tenant_names(self) -> tuple[str, ...]:
        """The names of all Tenants, oldest first."""
        return self._tenants.names

    def owner_of(self, namespace: str) -> AnyTenant | None:
        """The tenant of a namespace: of several that list it the oldest, so that a newcomer cannot take it over.

        Nor can one while the owner is unreadable.
        """
        owner = self._tenants.owner_of.get(namespace)
        return self.tenant(owner) if owner is not None else None

    def models(self) -> list[AnyModel]:
        """All SpeechModels, oldest first (by name within a second)."""
        found = [m for m in self._objects[SPEECH_MODEL].values() if isinstance(m, AnyModel)]
        return sorted(found, key=age_key)

    def tenant(self, name: str) -> AnyTenant | None:
        """A Tenant by name."""
        found = self._objects[TENANT].get(ResourceKey("", name))
        return found if isinstance(found, AnyTenant) else None

    def model(self, name: str) -> AnyModel | None:
        """A SpeechModel by name."""
        found = self._objects[SPEECH_MODEL].get(ResourceKey("", name))
        return found if isinstance(found, AnyModel) else None

    def tenant_or_model(self, kind: Kind, name: str) -> AnyTenant | AnyModel | None:
        """The Tenant or SpeechModel of that name; None of any other kind."""
        return self.tenant(name) if kind is TENANT else self.model(name) if kind is SPEECH_MODEL else None

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

    def nodes(self) -> list[NodeView]:
        """All nodes of the cluster."""
        return [n for n in self._objects[NODE].values() if isinstance(n, NodeView)]

    def node(self, name: str) -> NodeView | None:
        """A node by name."""
        found = self._objects[NODE].get(ResourceKey("", name))
        return found if isinstance(found, NodeView) else None

    def _index(self, kind: Kind, key: ResourceKey, resource: Resource) -> None:
        if isinstance(resource, TTSRequest | EndedRequest | UnreadableRequest):
            self._by_uid[uid_of(resource)] = key
            if (job := job_of(resource)) and (isinstance(resource, TTSRequest) or not self._works(job)):
                self._by_job[job] = key
            if isinstance(resource, TTSRequest):
                self._live[key.namespace][key] = resource
                self._without_sandbox[key.namespace] += resource.status.sandbox is None
            self.on_request(uid_of(resource), resource)
        elif isinstance(resource, PodView):
            self._pod_of_job[resource.job_uid] = key
        elif isinstance(resource, AnyTenant):
            self._tenants.put(resource)

    def _unindex(self, kind: Kind, key: ResourceKey, resource: Resource) -> None:
        if isinstance(resource, TTSRequest | EndedRequest | UnreadableRequest):
            self._by_uid.pop(uid_of(resource), None)
            if self._by_job.get(job_of(resource)) == key:  # a late write of a deposed leader may name another's sandbox
                del self._by_job[job_of(resource)]
            if isinstance(resource, TTSRequest):
                del self._live[key.namespace][key]
                self._without_sandbox[key.namespace] -= resource.status.sandbox is None
                if not self._live[key.namespace]:
                    del self._live[key.namespace], self._without_sandbox[key.namespace]
        elif isinstance(resource, PodView) and self._pod_of_job.get(resource.job_uid) == key:
            del self._pod_of_job[resource.job_uid]
