"""Which nodes sandbox pods may use: labels and taints as Tenant and SpeechModel name them."""

from typing import Annotated, Literal

from pydantic import Field

from voxpod_crds.base import ApiModel

LabelValue = Annotated[str, Field(max_length=63, pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$")]
NodeSelector = Annotated[dict[str, LabelValue], Field(max_length=16)]
"""Labels that a node must have; definitions.py holds the keys to the form of label names."""


class Toleration(ApiModel):
    """A core/v1 Toleration of sandbox pods."""

    key: str | None = Field(
        None, max_length=316, description="Taint key; empty with operator Exists tolerates every taint."
    )
    operator: Literal["Exists", "Equal"] | None = Field(None, description="How the value is compared.")
    value: str | None = Field(None, max_length=63, description="Taint value, for operator Equal.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        None, description="Taint effect; empty tolerates all effects."
    )
    toleration_seconds: int | None = Field(
        None, ge=0, le=86_400, description="How long a NoExecute taint is tolerated."
    )


Tolerations = Annotated[list[Toleration], Field(max_length=16)]
