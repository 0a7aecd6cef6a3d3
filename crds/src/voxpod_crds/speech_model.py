"""SpeechModel: a model bundle that sandboxes map read-only, and how many of them. Cluster-scoped, short name `vmodel`."""

from typing import Annotated, Literal

from pydantic import Field

from voxpod_crds.base import ApiModel, ObjectMeta
from voxpod_crds.conditions import Condition
from voxpod_crds.placement import NodeSelector, Tolerations
from voxpod_crds.tenant import Cpu, Memory, TimeZoneName

MAX_LISTED_NODES = 16
"""Nodes that a status names; of a thousand the counts tell more."""

MAX_FLOW_STEPS = 100
"""Ten are usual; the time of that part of a model grows with them."""

TimeOfDay = Annotated[str, Field(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
AbsolutePath = Annotated[str, Field(min_length=2, max_length=512, pattern=r"^(/\.?[A-Za-z0-9_][A-Za-z0-9._-]*)+$")]


class HostPathSource(ApiModel):
    """A folder on every node that runs sandboxes."""

    path: AbsolutePath = Field(
        description=(
            "Absolute path without `..`, inside one of the chart's sandbox.modelRoots: the bundle; where delivery brings"
            " it, the folder that bundles are brought into, each below its digest."
        )
    )


class PersistentVolumeClaimSource(ApiModel):
    """A claim in the sandbox namespace."""

    claim_name: str = Field(min_length=1, max_length=253, description="Name of the PersistentVolumeClaim.")


class ImageSource(ApiModel):
    """An OCI image whose file system is the bundle (Kubernetes 1.36 or newer)."""

    reference: str = Field(min_length=1, max_length=1024, description="Image reference, better with a digest.")


class ModelSource(ApiModel):
    """Where the bundle comes from: exactly one."""

    host_path: HostPathSource | None = Field(None, description="A folder on the node.")
    persistent_volume_claim: PersistentVolumeClaimSource | None = Field(
        None, description="A volume claim in the sandbox namespace, mounted read-only."
    )
    image: ImageSource | None = Field(None, description="An OCI image volume.")


class StoredBundle(ApiModel):
    """A bundle in the object store."""

    key: str = Field(
        min_length=1,
        max_length=1024,
        pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$",
        description="Object of the operator's bucket: a tar archive, gzip or not, with the bundle's files.",
    )


class Delivery(ApiModel):
    """How nodes become ready for the model: each that may run its sandboxes, those that come later too."""

    image: ImageSource | None = Field(
        None, description="An OCI image whose file system is the bundle: it is copied to the node."
    )
    object_store: StoredBundle | None = Field(
        None, description="An archive in the object store: it is unpacked on the node."
    )

    @property
    def brings(self) -> bool:
        """Whether the bundle is brought; otherwise the source has it on each node."""
        return self.image is not None or self.object_store is not None


class Resources(ApiModel):
    """Request and limit of each sandbox; of those that wait in a pool, warmPool.idleCpu is the request for CPU."""

    cpu: Cpu = Field(
        "1", description="CPU of a sandbox, such as 2 or 500m; the engine uses as many threads as whole cores."
    )
    memory: Memory = Field("1Gi", description="Memory of a sandbox, such as 1Gi, the model's mapped pages included.")


class ScheduledFloor(ApiModel):
    """More sandboxes that wait, at certain times."""

    days: list[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]] = Field(
        default_factory=list, max_length=7, description="Days on which it begins; every day without it."
    )
    start: TimeOfDay = Field(description="When it begins, such as 07:30.")
    end: TimeOfDay = Field(description="When it ends; on the next day if that is not after its start.")
    time_zone: TimeZoneName | None = Field(
        None, description="IANA time zone of both times, such as Asia/Taipei; UTC without it."
    )
    min_idle: int = Field(ge=0, le=1_000, description="The pool's minIdle during that time, where its own is smaller.")


class PoolShape(ApiModel):
    """Sandboxes that wait for a tenant with sandbox settings of its own."""

    tenant: str = Field(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
        description="Name of the Tenant whose spec.sandbox they are made with; all Tenants with equal settings use them.",
    )
    min_idle: int = Field(ge=1, le=1_000, description="Sandboxes of that shape that wait.")


class WarmPool(ApiModel):
    """How many sandboxes are kept and allowed."""

    min_idle: int = Field(
        0,
        ge=0,
        le=1_000,
        description="Sandboxes that wait with the model loaded, so that a request starts in milliseconds.",
    )
    max_idle: int | None = Field(
        None,
        ge=0,
        le=1_000,
        description="Up to so many wait while requests come often; without it minIdle, however many come.",
    )
    max_sandboxes: int = Field(
        8, ge=1, le=10_000, description="Sandboxes of this model at one time; further requests wait."
    )
    max_refill_per_second: int | None = Field(
        None, ge=1, le=1_000, description="Sandboxes created per second to refill the pool; 10 without it."
    )
    idle_cpu: Cpu | None = Field(
        None,
        description=(
            "What each sandbox of the pool books on its node, 50m without it; while it speaks it may use all of"
            " resources.cpu. The same as that books whole cores for sandboxes that wait."
        ),
    )
    schedule: list[ScheduledFloor] = Field(
        default_factory=list, max_length=32, description="Times at which more of them wait."
    )
    shapes: list[PoolShape] = Field(
        default_factory=list,
        max_length=16,
        description=(
            "Sandboxes that wait besides, for tenants with sandbox settings of their own; without them such a tenant's"
            " requests get sandboxes that are made for them."
        ),
    )


class SpeechModelSpec(ApiModel):
    """What an administrator offers."""

    engine: str | None = Field(
        None,
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9-]+$",
        description=(
            "The engine that the bundle has to be for: the model is not Ready when the bundle's manifest names another."
            " Absent: whichever it names."
        ),
    )
    source: ModelSource = Field(description="Where the bundle comes from: exactly one source.")
    digest: str = Field(
        pattern=r"^sha256:[0-9a-f]{64}$",
        max_length=71,
        description="SHA-256 of the bundle's manifest.json; every sandbox checks it before use.",
    )
    delivery: Delivery | None = Field(
        None,
        description=(
            "Prepares nodes: brings the bundle where that is asked for, checks it, and makes its weights ready for the"
            " node's processor; sandboxes then go to such nodes only. `{}` for a bundle that the source has on each node."
            " Absent: nothing is done on nodes, and sandboxes go to any."
        ),
    )
    resources: Resources = Field(default_factory=Resources, description="CPU and memory of each sandbox.")
    node_selector: NodeSelector = Field(
        default_factory=dict,
        description="Labels of the nodes that have the bundle, or get it: probe and sandboxes run there only.",
    )
    tolerations: Tolerations = Field(
        default_factory=list, description="Taints that the model's probe and sandboxes tolerate."
    )
    warm_pool: WarmPool = Field(default_factory=WarmPool, description="How many sandboxes are kept and allowed.")
    flow_steps: int | None = Field(
        None,
        ge=1,
        le=MAX_FLOW_STEPS,
        description=(
            "Steps from noise to sound, of a model that makes it so (status.flowSteps): fewer are faster and cost quality."
            " Without it the bundle's own number; with it the model is not Ready where the bundle takes none."
        ),
    )
    default: bool = Field(False, description="Used by requests that name no model; with several, the oldest.")
    default_for: list[Annotated[str, Field(min_length=2, max_length=8, pattern=r"^[a-z]{2,3}$")]] = Field(
        default_factory=list,
        max_length=64,
        description=(
            "Languages, such as en: a request that names no model and asks for one of them in spec.language gets this model"
            " instead of the default one, if its tenant may use it and it has the voice that the request names. With several"
            " models, the oldest. A request with language auto gets the default one."
        ),
    )
    default_voice: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Used by requests that name no voice; without it the bundle's own default for the text's language.",
    )


class NodeStatus(ApiModel):
    """One node, as far as this model goes."""

    name: str = Field(max_length=253, description="Name of the node.")
    state: Literal["Ready", "Preparing", "Failed"] = Field(
        description="Ready for sandboxes, under way, or failed; what failed is tried again each minute."
    )
    reason: str | None = Field(None, max_length=64, description="Why it failed, as one word of docs/reasons.md.")
    message: str | None = Field(None, max_length=512, description="Why, for a person.")


class NodesStatus(ApiModel):
    """The nodes that may run sandboxes of the model."""

    ready: int = Field(0, ge=0, description="Nodes that are prepared.")
    preparing: int = Field(0, ge=0, description="Nodes that are being prepared, or wait for their turn.")
    failed: int = Field(0, ge=0, description="Nodes that could not be prepared.")
    listed: list[NodeStatus] = Field(
        default_factory=list,
        max_length=MAX_LISTED_NODES,
        description="Some of them by name: those that failed first, then those under way.",
    )


class SpeechModelStatus(ApiModel):
    """What the operator observes."""

    observed_generation: int | None = Field(None, description="metadata.generation that this status was computed from.")
    engine: str | None = Field(None, max_length=63, description="Engine of the bundle, as its manifest names it.")
    voices: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list, max_length=512, description="Voices in the bundle, as a probe on a node read them."
    )
    languages: list[Annotated[str, Field(max_length=16)]] = Field(
        default_factory=list, max_length=64, description="Languages that the bundle speaks."
    )
    sample_rate: int | None = Field(None, description="Samples per second of the engine's output.")
    mixes_voices: bool | None = Field(None, description="Whether requests may name mixes of the voices.")
    tells_words: bool | None = Field(None, description="Whether requests may ask for the times of words.")
    takes_instructions: bool | None = Field(
        None, description="Whether requests may say in words how it is to be spoken (spec.instructions)."
    )
    flow_steps: int | None = Field(
        None, ge=1, le=MAX_FLOW_STEPS, description="Steps from noise to sound; absent where the model takes none."
    )
    probed: str | None = Field(
        None,
        max_length=63,
        description=(
            "What the voices and languages were read from, as two hashes: of source, digest, engine and flowSteps, and of"
            " nodes and sandbox image. When one of them differs, the bundle is probed anew."
        ),
    )
    idle: int | None = Field(None, ge=0, description="Sandboxes that wait for work.")
    busy: int | None = Field(None, ge=0, description="Sandboxes that hold a request.")
    starting: int | None = Field(None, ge=0, description="Sandboxes whose pod has not claimed yet.")
    nodes: NodesStatus | None = Field(None, description="Which nodes are prepared; absent without spec.delivery.")
    conditions: list[Condition] = Field(default_factory=list, max_length=8, description="Ready, StoreReachable.")


class SpeechModel(ApiModel):
    """A model that requests can name."""

    metadata: ObjectMeta
    spec: SpeechModelSpec
    status: SpeechModelStatus = Field(default_factory=SpeechModelStatus)
