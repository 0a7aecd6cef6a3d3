"""Which Kubernetes kinds the operator touches, and where they live in the API."""

from dataclasses import dataclass

from voxpod_crds.base import GROUP, VERSION


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: API group (empty for core), version, plural, kind name."""

    group: str
    version: str
    plural: str
    name: str
    namespaced: bool = True

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """URL path of the collection, or of one object (and its subresource)."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return "/".join(part for part in (f"{root}{scope}/{self.plural}", name, subresource) if part)


TENANT = Kind(GROUP, VERSION, "tenants", "Tenant", namespaced=False)
SPEECH_MODEL = Kind(GROUP, VERSION, "speechmodels", "SpeechModel", namespaced=False)
TTS_REQUEST = Kind(GROUP, VERSION, "ttsrequests", "TTSRequest")
JOB = Kind("batch", "v1", "jobs", "Job")
POD = Kind("", "v1", "pods", "Pod")
NODE = Kind("", "v1", "nodes", "Node", namespaced=False)
EVENT = Kind("", "v1", "events", "Event")
EVENT_V1 = Kind("events.k8s.io", "v1", "events", "Event")
"""The same objects as EVENT, in the form that new ones are written in."""
CONFIG_MAP = Kind("", "v1", "configmaps", "ConfigMap")
SERVICE = Kind("", "v1", "services", "Service")
LEASE = Kind("coordination.k8s.io", "v1", "leases", "Lease")
ENDPOINT_SLICE = Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
TOKEN_REVIEW = Kind("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", namespaced=False)
