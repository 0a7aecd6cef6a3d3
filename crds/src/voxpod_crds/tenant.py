"""Tenant: who may use Voxpod from which namespaces, and how much. Cluster-scoped, short name `vten`."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from voxpod_crds.base import ApiModel, ObjectMeta
from voxpod_crds.conditions import Condition
from voxpod_crds.placement import NodeSelector, Tolerations

NamespaceName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
ObjectName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
VoiceName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_CPU = r"^([0-9]*[1-9][0-9]*(m|\.[0-9]{1,3})?|0?\.[0-9]{0,2}[1-9][0-9]{0,2})$"
MEMORY_PATTERN = r"^([0-9]*[1-9][0-9]*(\.[0-9]+)?|0?\.[0-9]*[1-9][0-9]*)([MGT]i?)$"
MOST_CORES = 10**15 - 1
"""As an integer. The API server compares as 64-bit floats, which tell integers of up to 15 digits apart."""
Cpu = Annotated[
    str,
    BeforeValidator(lambda v: str(v) if type(v) is int and v <= MOST_CORES else v),
    Field(min_length=1, max_length=16, pattern=_CPU),
    # minimum and maximum are for the integer, pattern and lengths for the string
    WithJsonSchema(
        {
            "x-kubernetes-int-or-string": True,
            "pattern": _CPU,
            "minLength": 1,
            "maxLength": 16,
            "minimum": 1,
            "maximum": MOST_CORES,
        }
    ),
]
"""Cores as Kubernetes writes them (2, "1.5", "500m"); never 0, which would be no limit."""
Memory = Annotated[str, Field(min_length=2, max_length=16, pattern=MEMORY_PATTERN)]
"""Bytes with a unit ("1Gi", "800M"); a bare number is refused, since it is nearly always a forgotten unit."""
MAX_HOLDS = 1_000
"""Requests of one tenant that are admitted and not charged yet; a hold has some 250 bytes, and each write carries them all."""
TimeZoneName = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}$")
]
Duration = Annotated[str, Field(min_length=2, max_length=16, pattern=r"^[0-9]+(s|m|h|d)$")]
REQUEST_STAYS = r"^([6-9][0-9]s|[1-9][0-9]{2,6}s|[1-9][0-9]{0,5}m|[1-9][0-9]{0,3}h|[1-9][0-9]{0,2}d)$"
"""A Duration that an ended TTSRequest may stay: whoever waits for it should have seen it end."""
AUDIO_STAYS = r"^[1-9][0-9]{0,3}d$"
"""A Duration that audio may stay."""


class Quota(ApiModel):
    """How much a tenant may use; an absent limit is no limit."""

    concurrent_requests: int | None = Field(
        None, ge=1, le=10_000, description="Requests of this tenant that hold a sandbox at one time; further ones wait."
    )
    max_text_length: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description="Longest text of one request in Unicode code points; a longer one is rejected.",
    )
    requests_per_minute: int | None = Field(
        None, ge=1, le=1_000_000, description="Requests admitted in any minute; further ones wait."
    )
    requests_per_day: int | None = Field(
        None, ge=1, le=1_000_000_000, description="Requests charged in one day; further ones are rejected."
    )
    characters_per_day: int | None = Field(
        None, ge=1, le=1_000_000_000_000, description="Characters charged in one day; one request may take half of it."
    )
    audio_seconds_per_day: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000,
        description=(
            "Seconds of audio charged in one day, estimated before a request starts; one request may take half of it."
        ),
    )
    time_zone: TimeZoneName | None = Field(
        None,
        description="IANA time zone, such as Asia/Taipei, at whose midnight a quota day begins; UTC without it.",
    )


class TenantSandbox(ApiModel):
    """How this tenant's sandboxes differ from the SpeechModel's."""

    cpu: Cpu | None = Field(
        None, description="CPU request and limit of a sandbox, such as 2 or 500m, over the SpeechModel's."
    )
    memory: Memory | None = Field(
        None, description="Memory request and limit of a sandbox, such as 1Gi, over the SpeechModel's."
    )
    runtime_class_name: str | None = Field(
        None, min_length=1, max_length=253, description="RuntimeClass of sandbox pods (gVisor, Kata)."
    )
    node_selector: NodeSelector = Field(
        default_factory=dict,
        description="Labels of nodes that this tenant's sandbox pods may use, besides those of the SpeechModel.",
    )
    tolerations: Tolerations = Field(
        default_factory=list,
        description="Taints that this tenant's sandbox pods tolerate, besides those of the SpeechModel.",
    )
    max_requests: int | None = Field(
        None,
        ge=1,
        le=100,
        description=(
            "Requests of this tenant that one sandbox may serve, one after another; 1, single use, without it. With more,"
            " text of one request can reach what speaks the next one of the same tenant, never another tenant's."
        ),
    )

    @property
    def shape(self) -> "TenantSandbox":
        """What of it makes the tenant's pods differ from others."""
        return self.model_copy(update={"max_requests": None})


class Retention(ApiModel):
    """How long what a request leaves behind is kept."""

    request: Duration | None = Field(
        None,
        description=(
            "How long an ended TTSRequest stays, counted from its end, such as 72h (60s to 999d); the chart's"
            " retention.request without it. Its record is archived before it is deleted."
        ),
    )
    audio: Duration | None = Field(
        None,
        description=(
            "How long audio stays in the object store, in whole days, such as 30d (1d to 9999d); the chart's"
            " retention.audio without it."
        ),
    )
    text: bool | None = Field(
        None, description="Whether the archived record of a request holds its text; it does not without this."
    )


class TenantSpec(ApiModel):
    """What an administrator grants."""

    namespaces: list[NamespaceName] = Field(
        min_length=1,
        max_length=64,
        description=(
            "Namespaces whose TTSRequests belong to this tenant; a namespace belongs to one tenant, the oldest that"
            " lists it."
        ),
    )
    weight: int = Field(
        1,
        ge=1,
        le=1_000,
        description="Share of the sandboxes beside the other tenants that wait for one, measured in seconds of audio.",
    )
    quota: Quota = Field(default_factory=Quota, description="Limits of use.")
    allowed_models: list[ObjectName] = Field(
        default_factory=list, max_length=64, description="SpeechModels that may be used; empty allows all."
    )
    allowed_voices: list[VoiceName] = Field(
        default_factory=list, max_length=256, description="Voices that may be used; empty allows all."
    )
    sandbox: TenantSandbox = Field(default_factory=TenantSandbox, description="Settings of this tenant's sandboxes.")
    retention: Retention = Field(default_factory=Retention, description="How long requests and audio are kept.")
    suspended: bool = Field(False, description="New requests wait while true; running ones end normally.")


class Usage(ApiModel):
    """What was charged in the current quota window."""

    window_start: datetime | None = Field(None, description="When the window began.")
    requests: int = Field(0, ge=0, description="Requests charged.")
    characters: int = Field(0, ge=0, description="Characters charged.")
    audio_seconds: float = Field(0, ge=0, description="Seconds of audio charged.")


class Remaining(ApiModel):
    """What the daily limits leave in the current quota window; what has no limit is absent."""

    requests: int | None = Field(None, ge=0, description="Requests that may still be admitted.")
    characters: int | None = Field(None, ge=0, description="Characters that may still be admitted.")
    audio_seconds: float | None = Field(None, ge=0, description="Seconds of audio that may still be admitted.")


class Hold(ApiModel):
    """What a request that was admitted may use; its charge takes the place of it when it has ended."""

    uid: str = Field(max_length=64, description="UID of the request.")
    namespace: str = Field(max_length=63, description="Its namespace.")
    name: str = Field(max_length=253, description="Its name.")
    characters: int = Field(ge=0, description="Characters that it will speak.")
    audio_seconds: float = Field(ge=0, description="Seconds of audio that it may become, estimated with a margin.")
    window_start: datetime = Field(description="Quota window that it counts in.")
    since: datetime = Field(description="When it was admitted.")


class AdmittedInSecond(ApiModel):
    """How many requests were admitted in one second."""

    at: datetime = Field(description="The second.")
    requests: int = Field(ge=1, description="How many.")


class UsedOfLimit(ApiModel):
    """What was charged and the daily limit, as `kubectl get` shows them: `12/100`, or `12` where there is no limit."""

    requests: str = Field(max_length=64, description="Requests.")
    characters: str = Field(max_length=64, description="Characters.")
    audio_seconds: str = Field(max_length=64, description="Seconds of audio, whole ones.")


class TenantStatus(ApiModel):
    """What the operator observes."""

    observed_generation: int | None = Field(None, description="metadata.generation that this status was computed from.")
    active: int | None = Field(None, ge=0, description="Requests that hold a concurrency slot.")
    waiting: int | None = Field(None, ge=0, description="Requests that wait for one.")
    usage: Usage | None = Field(None, description="What was charged in the current quota window.")
    holds: list[Hold] = Field(
        default_factory=list,
        max_length=MAX_HOLDS,
        description="What requests that were admitted and are not charged yet may use; it counts beside usage.",
    )
    last_minute: list[AdmittedInSecond] = Field(
        default_factory=list,
        max_length=122,
        description="Requests admitted of late, by second; kept where quota.requestsPerMinute is set.",
    )
    term: int | None = Field(
        None,
        ge=0,
        description="Grows with each leader of the operator: what one writes late, when its successor wrote already, has no effect.",
    )
    used_of_limit: UsedOfLimit | None = Field(None, description="Usage beside the daily limits, for people.")
    remaining: Remaining | None = Field(None, description="What the daily limits leave in the current window.")
    reset_time: datetime | None = Field(None, description="When the current window ends.")
    usage_history_url: str | None = Field(
        None,
        max_length=4096,
        description="Presigned GET of what was used on earlier days, for a week; another one each day.",
    )
    conditions: list[Condition] = Field(default_factory=list, max_length=8, description="Ready, QuotaPressure.")


class Tenant(ApiModel):
    """A tenant of the cluster."""

    metadata: ObjectMeta
    spec: TenantSpec
    status: TenantStatus = Field(default_factory=TenantStatus)
