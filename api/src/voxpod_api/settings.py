"""Every knob of the facade: one typed object, read once from VOXPOD_API_* variables, passed in.

The order is that of `api` in the chart's values.yaml.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, IPvAnyNetwork, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from voxpod_api.aliases import MODEL_ALIASES, VOICE_ALIASES
from voxpod_crds.live_audio import LEAST_SECRET
from voxpod_crds.tenant import ObjectName
from voxpod_crds.trust import client_tls
from voxpod_crds.tts_request import VoiceChoice

Origin = Annotated[str, StringConstraints(max_length=300, pattern=r"^(\*|https?://[A-Za-z0-9.\[\]:-]+)$")]
Alias = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class ApiSettings(BaseSettings):
    """Settings of one facade process; the unit is in the name."""

    model_config = SettingsConfigDict(env_prefix="VOXPOD_API_", frozen=True)

    pod_name: str = Field("voxpod-api", description="Name of this pod: whose listener a request has.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    host: str = Field("0.0.0.0", description="Address that the API is served on.")  # noqa: S104 - a pod's own
    port: int = Field(8080, ge=0, le=65_535, description="The API, plain HTTP: TLS ends at the Ingress or Gateway.")
    health_port: int = Field(8081, ge=0, le=65_535, description="/healthz, /readyz and /metrics, plain HTTP.")

    keys_file: Path | None = Field(None, description="File with the API keys' hashes (docs/http-api.md).")
    jwks_file: Path | None = Field(None, description="File with the keys that sign tokens, a JWK set (RFC 7517).")
    jwks_url: str = Field(
        "",
        pattern=r"^(https://[^\s]+)?$",
        description="Where an issuer publishes its keys, a JWK set, in place of jwks_file; read again every few minutes.",
    )
    jwks_ca_pem: str = Field(
        "",
        description="PEM text of the authority of jwks_url's certificate, if it is private; the public ones without.",
    )
    jwt_issuer: str = Field("", description="What a token's iss has to be; needed for tokens.")
    jwt_audience: str = Field("voxpod", description="What a token's aud has to hold.")
    jwt_tenant_claim: str = Field("tenant", description="Claim that names the caller's Tenant.")
    jwt_leeway_seconds: int = Field(30, ge=0, le=300, description="How far clocks may differ for exp and nbf.")
    revoked_file: Path | None = Field(None, description="File with ids (jti) of tokens that count no more.")

    live_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret shared with the operator, by which listeners and sandboxes know each other; empty: no live audio.",
    )
    live_address: str = Field("", description="IP address of this pod, which sandboxes send live audio to.")
    live_port: int = Field(8443, ge=0, le=65_535, description="The port that they send it to, TLS.")

    public_catalogue: bool = Field(
        True, description="Whether models and voices are listed to everybody; some clients ask without a key."
    )
    cors_origins: list[Origin] = Field(
        [], description="Origins whose pages may call from a browser (CORS), such as https://app.example.com; '*': any."
    )
    console: bool = Field(True, description="Whether the page at / is served.")
    model_aliases: dict[Alias, ObjectName | Literal[""]] = Field(
        MODEL_ALIASES,
        description="Names of models that clients know, each with the SpeechModel meant ('': the default one).",
    )
    voice_aliases: dict[Alias, VoiceChoice] = Field(
        VOICE_ALIASES, description="Names of voices that clients know, each with the voice meant."
    )

    deadline_seconds: int = Field(300, ge=5, le=3600, description="Seconds that a request has in all.")
    queue_seconds: int = Field(
        20, ge=0, le=3600, description="Seconds that a request may wait for its turn before the operator rejects it."
    )
    operator_seconds: float = Field(
        5.0, gt=0, le=60, description="Seconds beyond those after which an operator that says nothing counts as away."
    )
    leave_seconds: float = Field(
        5.0,
        ge=0,
        le=60,
        description="Seconds after which the request of a client that left is cancelled, unless it is repeated.",
    )
    audio_url_seconds: int = Field(
        3600,
        ge=60,
        le=604_800,
        description="Life of an audio_url; so long is a repeat answered from the first request.",
    )

    webhooks_key_file: Path | None = Field(
        None, description="File with the keys that sign webhooks, one a line, the newest first; none: no webhooks."
    )
    webhooks_allow_http: bool = Field(False, description="Whether a webhook's URL may begin with http://.")
    webhooks_allow_cidrs: list[IPvAnyNetwork] = Field(
        [], description="Networks that webhooks may go to although they are not of the public internet."
    )

    max_body_bytes: int = Field(131_072, ge=1024, le=1 << 24, description="Longest body of a request.")
    header_seconds: float = Field(10.0, gt=0, description="Seconds that a client may take for a request's head.")
    body_seconds: float = Field(10.0, gt=0, description="Seconds that a client may take for a request's body.")
    stall_seconds: float = Field(30.0, gt=0, description="Seconds that a listener may take none of its audio.")
    max_in_flight: int = Field(1000, ge=1, le=100_000, description="Requests that are served at one time.")
    drain_seconds: int = Field(60, ge=0, le=3600, description="Seconds that requests under way have when the pod ends.")

    store_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s]+)?$",
        description="Scheme, host and port at which this process reaches the store, whatever address a URL is signed for.",
    )
    store_ca_pem: str = Field(
        "", description="PEM text of the authority of a private TLS store; the public ones without."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Live audio needs both halves, and a secret that cannot be guessed."""
        secret = self.live_secret.get_secret_value()
        if secret and len(secret) < LEAST_SECRET:
            raise ValueError(f"live_secret has {len(secret)} characters; at least {LEAST_SECRET} are expected")
        if secret:
            ip_address(self.live_address)
        return self

    @field_validator("store_ca_pem", "jwks_ca_pem")
    @classmethod
    def _certificates(cls, pem: str) -> str:
        """Told at start, and not by each call."""
        client_tls(pem)
        return pem
