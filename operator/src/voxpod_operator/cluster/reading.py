"""From the API's JSON to what the operator works with, also when an object was written for another version.

During an upgrade the CRDs are newer than the operator that still leads; after a rollback they stay newer. So an object may
hold a value that this version's models refuse, or a field that they do not have. What could be read of it is kept, nobody
judges it, and what could not be read is never written over.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from voxpod_crds.base import ApiModel, ObjectMeta, unknown
from voxpod_crds.speech_model import SpeechModel, SpeechModelSpec, SpeechModelStatus
from voxpod_crds.tenant import Tenant, TenantSpec, TenantStatus
from voxpod_crds.tts_request import TTSRequest, TTSRequestSpec, TTSRequestStatus
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, Kind
from voxpod_operator.cluster.sandboxes import JobView, PodView, parse_job, parse_pod

Json = dict[str, Any]
M = TypeVar("M", bound=BaseModel)


class UnreadableTenant(ApiModel):
    """A Tenant that goes on owning its namespaces; what it grants is not known, so that its requests wait."""

    metadata: ObjectMeta
    problem: str
    namespaces: list[str]
    status: TenantStatus


class UnreadableModel(ApiModel):
    """A SpeechModel whose requests wait."""

    metadata: ObjectMeta
    problem: str
    default: bool
    status: SpeechModelStatus


class UnreadableRequest(ApiModel):
    """A TTSRequest that waits for an operator that can read it."""

    metadata: ObjectMeta
    problem: str
    cancel: bool
    deadline_seconds: int | None
    """None when that is what cannot be read: then no time ends the request."""
    status: TTSRequestStatus
    """As far as it can be read."""
    status_is_whole: bool
    """False: a newer operator wrote into the status what this one cannot judge, so that nothing is written to it."""


Resource = (
    Tenant | SpeechModel | TTSRequest | UnreadableTenant | UnreadableModel | UnreadableRequest | JobView | PodView
)


def parse(kind: Kind, raw: Json) -> Resource:
    """The object as its model, or as Unreadable... when the model refuses it or lacks a field that it has."""
    if kind is JOB:
        return parse_job(raw)
    if kind is POD:
        return parse_pod(raw)
    if kind is TENANT:
        return _tenant(raw)
    return _model(raw) if kind is SPEECH_MODEL else _request(raw)


def describe(error: ValidationError, path: str = "") -> str:
    """The first few problems of a validation, as `path: what`."""
    return "; ".join(
        f"{'.'.join(str(p) for p in (path, *e['loc']) if p != '')}: {e['msg']}" for e in error.errors()[:3]
    )


def _tenant(raw: Json) -> Tenant | UnreadableTenant:
    meta, (status, _) = _metadata(raw), _as_far_as_readable(TenantStatus, raw.get("status"), "status")
    spec, problem = _spec(TenantSpec, raw)
    if spec is not None:
        return Tenant(metadata=meta, spec=spec, status=status)
    named = (raw.get("spec") or {}).get("namespaces")
    names = [n for n in named if isinstance(n, str)] if isinstance(named, list) else []
    return UnreadableTenant(metadata=meta, problem=problem, namespaces=names, status=status)


def _model(raw: Json) -> SpeechModel | UnreadableModel:
    meta, (status, _) = _metadata(raw), _as_far_as_readable(SpeechModelStatus, raw.get("status"), "status")
    spec, problem = _spec(SpeechModelSpec, raw)
    if spec is not None:
        return SpeechModel(metadata=meta, spec=spec, status=status)
    default = (raw.get("spec") or {}).get("default") is True
    return UnreadableModel(metadata=meta, problem=problem, default=default, status=status)


def _request(raw: Json) -> TTSRequest | UnreadableRequest:
    meta, (status, of_status) = _metadata(raw), _as_far_as_readable(TTSRequestStatus, raw.get("status"), "status")
    spec, problem = _spec(TTSRequestSpec, raw)
    if spec is not None and not of_status:
        # an ended request's text serves nobody any more, and is most of what it weighs (40 kB for 10,000 characters)
        ended = status.phase is not None and status.phase.terminal
        return TTSRequest(metadata=meta, spec=spec.model_copy(update={"text": ""}) if ended else spec, status=status)
    said = raw.get("spec") or {}
    return UnreadableRequest(
        metadata=meta,
        problem=of_status or problem,
        cancel=said.get("cancel") is True,
        deadline_seconds=_deadline(said),
        status=status,
        status_is_whole=not of_status,
    )


def _metadata(raw: Json) -> ObjectMeta:
    return ObjectMeta.model_validate(raw["metadata"])


def _spec(model: type[M], raw: Json) -> tuple[M | None, str]:
    """The spec, or None and what is in the way."""
    said = raw.get("spec") or {}
    try:
        read = model.model_validate(said)
    except ValidationError as error:
        return None, describe(error, "spec")
    if surplus := [path for _, path in zip(range(3), unknown(model, said), strict=False)]:
        return None, f"{', '.join(surplus)}: this version does not know the field"
    return read, ""


def _as_far_as_readable(model: type[M], raw: Json | None, path: str) -> tuple[M, str]:
    """A status without the fields that cannot be read, and what is wrong with those."""
    said = raw or {}
    try:
        return model.model_validate(said), ""
    except ValidationError as error:
        bad = {e["loc"][0] for e in error.errors()}
        return model.model_validate({k: v for k, v in said.items() if k not in bad}), describe(error, path)


def _deadline(said: Json) -> int | None:
    """spec.deadlineSeconds if this version takes it."""
    asked = {"deadlineSeconds": said["deadlineSeconds"]} if "deadlineSeconds" in said else {}
    try:
        return TTSRequestSpec.model_validate({"text": "?", **asked}).deadline_seconds
    except ValidationError:
        return None
