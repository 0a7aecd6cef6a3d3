"""Every knob of the operator: one typed object, read once from VOXPOD_* variables, passed in.

The order is that of the chart's values.yaml, and a test holds the two together.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from voxpod_crds.tenant import AUDIO_STAYS, MEMORY_PATTERN, REQUEST_STAYS
from voxpod_crds.trust import client_tls


class OperatorSettings(BaseSettings):
    """Settings of one operator process; the unit is in the name."""

    model_config = SettingsConfigDict(env_prefix="VOXPOD_", frozen=True)

    namespace: str = Field(
        description="Namespace that the operator runs in: its Lease and the dispatch EndpointSlice live there."
    )
    pod_name: str = Field(description="Name of this pod: the identity in the Lease.")
    pod_ip: str = Field(
        description="Address of this pod: where the dispatch Service leads while this replica is the leader."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")

    workers: int = Field(8, ge=1, le=64, description="Keys that are reconciled at one time.")
    resync_seconds: float = Field(
        60.0, ge=1, description="How often everything is listed, to find what a watch missed."
    )

    stray_request_seconds: float = Field(
        600.0, ge=1, description="How long a request stays that was rejected since no Tenant lists its namespace."
    )
    refuse_stray_requests: bool = Field(
        True,
        description="Whether the tenants' namespaces are listed for the policy that refuses such requests at once.",
    )

    events: bool = Field(
        True, description="Whether Kubernetes Events are written on requests, Tenants and SpeechModels."
    )

    lease_duration_seconds: float = Field(15.0, ge=2, description="How long followers wait for a silent leader.")
    lease_renew_deadline_seconds: float = Field(
        10.0, ge=1, description="How long a leader that cannot renew goes on before it exits."
    )
    lease_retry_seconds: float = Field(2.0, ge=0.2, description="How often the Lease is renewed or tried.")

    health_port: int = Field(8080, ge=0, le=65_535, description="/healthz, /readyz and /metrics, plain HTTP.")
    dispatch_port: int = Field(8443, ge=0, le=65_535, description="The dispatch endpoint, TLS.")
    dispatch_host: str = Field(
        "voxpod-dispatch", description="Name in the dispatch certificate; sandboxes resolve it by hostAliases."
    )
    dispatch_service: str = Field(
        "voxpod-dispatch", description="Service in the operator's namespace whose cluster address sandboxes use."
    )
    dispatch_service_port: int = Field(443, ge=1, le=65_535, description="Port of that Service.")
    dispatch_max_connections: int = Field(
        256, ge=16, le=4096, description="Connections to the dispatch endpoint at one time; each takes some 280 kB."
    )
    dispatch_max_connections_per_address: int = Field(
        16,
        ge=2,
        le=4096,
        description="The same from one address: a sandbox needs two, where pods come by their node's address more.",
    )
    dispatch_tls_dir: Path = Field(description="Folder with tls.crt, tls.key and ca.crt of the dispatch endpoint.")

    live_audio_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret shared with the facade, by which listeners and sandboxes know each other; empty: no live audio.",
    )

    sandbox_namespace: str = Field("voxpod-sandboxes", description="Namespace of sandbox Jobs.")
    sandbox_image: str = Field(description="Image of the inference sandbox.")
    sandbox_image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field(
        "IfNotPresent", description="Pull policy of that image."
    )
    sandbox_service_account: str = Field(
        "voxpod-sandbox", description="ServiceAccount of sandbox pods; it has no rights."
    )
    sandbox_priority_class: str = Field(
        "", description="PriorityClass of sandbox pods; empty for the cluster's default."
    )
    sandbox_ephemeral_storage_request: str = Field(
        "128Mi", description="Local storage that a sandbox asks its node for; empty asks nothing."
    )
    sandbox_ephemeral_storage_limit: str = Field(
        "768Mi", description="Local storage at which the kubelet ends a sandbox; empty for none."
    )
    sandbox_model_roots: list[str] = Field(
        description="Folders of the nodes (JSON list) that a SpeechModel's hostPath may lie in."
    )
    sandbox_start_timeout_seconds: int = Field(
        60,
        ge=1,
        le=3600,
        description=(
            "How long a sandbox may take to get a node, and then to start there and ask for its work; without a node"
            " its slot goes to whoever is next, on a node it is replaced."
        ),
    )
    sandbox_image_pull_timeout_seconds: int = Field(
        300, ge=1, le=86_400, description="How long a node may take to pull the sandbox's image."
    )
    sandbox_max_memory: str = Field(
        "2Gi",
        min_length=2,
        max_length=16,
        pattern=MEMORY_PATTERN,
        description=(
            "Most memory of the one further sandbox that a request gets after one met its memory limit: twice as much"
            " as before, at most this. A Tenant's own sandbox.memory is never exceeded."
        ),
    )
    sandbox_max_idle_seconds: int = Field(
        120, ge=5, le=86_400, description="A sandbox that gets no work for so long exits."
    )
    sandbox_ttl_seconds: int = Field(60, ge=10, le=86_400, description="How long a finished Job stays.")
    sandbox_user_namespaces: bool = Field(
        True, description="Whether sandbox pods get a user namespace (hostUsers: false)."
    )
    sandbox_token_seconds: int = Field(
        3600, ge=600, le=86_400, description="Life of the projected token; the API server's least is 600."
    )
    sandbox_resolve_hosts: list[str] = Field(
        default_factory=list,
        description="Host names (JSON list) that sandboxes resolve by hostAliases: an in-cluster object store.",
    )

    object_store_endpoint: str = Field(description="host:port that the operator and the sandboxes use.")
    object_store_secure: bool = Field(True, description="Whether that endpoint speaks TLS.")
    object_store_region: str = Field("us-east-1", description="Region in the signatures.")
    object_store_public_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s]+)?$",
        description="Scheme, host and port at which listeners reach the store: presigned GETs name it.",
    )
    object_store_ca_pem: str = Field(
        "",
        description=(
            "PEM text of the authority of a private TLS store; handed to sandboxes too. Empty: the public ones."
        ),
    )
    object_store_bucket: str = Field(description="Bucket of the audio objects; it must exist.")
    object_store_access_key: SecretStr = Field(description="Access key of the operator's user.")
    object_store_secret_key: SecretStr = Field(description="Secret key of the operator's user.")
    object_store_conditional_writes: bool = Field(
        True,
        description=(
            "Whether sandboxes upload with If-None-Match: *, so that an object is never written over; false for a store"
            " that does not know it."
        ),
    )
    object_store_sweep_seconds: float = Field(
        3600.0, ge=1, description="How often the bucket is listed for objects that nobody was told about."
    )
    object_store_remove_orphans_after_hours: int = Field(
        0,
        ge=0,
        le=87_600,
        description=(
            "Age at which an object whose request does not exist any more is removed. 0: never, since it may be audio"
            " that a request made before somebody deleted the request."
        ),
    )

    retention_request: str = Field(
        "24h",
        pattern=f"{REQUEST_STAYS}|^$",
        description=(
            "How long an ended TTSRequest stays before it is deleted, such as 24h (60s to 999d), where its Tenant does"
            " not say; empty: until somebody deletes it."
        ),
    )
    retention_audio: str = Field(
        "",
        pattern=f"{AUDIO_STAYS}|^$",
        description=(
            "How long a tenant's audio stays in the bucket, in whole days such as 30d, where its Tenant does not say;"
            " empty: Voxpod never removes it."
        ),
    )
    metrics_max_tenants: int = Field(
        100,
        ge=0,
        le=10_000,
        description="How many tenants have metric series of their own: the oldest; the rest are summed as `other`.",
    )

    @field_validator("object_store_ca_pem")
    @classmethod
    def _certificates(cls, pem: str) -> str:
        """Told at start, and not by each upload."""
        client_tls(pem)
        return pem

    @model_validator(mode="after")
    def _lease_times_leave_a_gap(self) -> "OperatorSettings":
        """A leader must have stopped before a follower may take over, and must have tried before it stops."""
        if not self.lease_retry_seconds < self.lease_renew_deadline_seconds < self.lease_duration_seconds:
            raise ValueError(
                "lease_retry_seconds < lease_renew_deadline_seconds < lease_duration_seconds is needed, got"
                f" {self.lease_retry_seconds:g}, {self.lease_renew_deadline_seconds:g}, {self.lease_duration_seconds:g}"
            )
        return self
