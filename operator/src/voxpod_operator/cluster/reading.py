"""From the API's JSON to what the operator works with, also when an object was written for another version.

During an upgrade the CRDs are newer than the operator that still leads; after a rollback they stay newer. So an object may
hold a value that this version's models refuse, or a field that they do not have. What could be read of it is kept, nobody
judges it, and what could not be read is never written over.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from voxpod_crds.base import ApiModel, ObjectMeta, unknown
from voxpod_crds.model_choice import Offer
from voxpod_crds.speech_model import SpeechModel, SpeechModelSpec, SpeechModelStatus
from voxpod_crds.tenant import Tenant, TenantSpec, TenantStatus
from voxpod_crds.tts_request import TTSRequest, TTSRequestSpec, TTSRequestStatus
from voxpod_operator.cluster.ended import EndedRequest, read_ended
from voxpod_operator.cluster.kinds import JOB, NODE, POD, SPEECH_MODEL, TENANT, Kind
from voxpod_operator.cluster.nodes import NodeView, parse_node
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
    may_be_written: bool
    """False: the status holds what this version cannot judge, or any write would make the loss of a field final."""


AnyTenant = Tenant | UnreadableTenant
AnyModel = SpeechModel | UnreadableModel
Request = TTSRequest | EndedRequest | UnreadableRequest
LiveRequest = TTSRequest | UnreadableRequest
"""One that has not ended."""
Resource = AnyTenant | AnyModel | Request | JobView | PodView | NodeView


def parse(kind: Kind, raw: Json) -> Resource:
    """The object as its model, or as Unreadable... when the model refuses it or lacks a field that it has."""
    if kind is JOB:
        return parse_job(raw)
    if kind is POD:
        return parse_pod(raw)
    if kind is NODE:
        return parse_node(raw)
    if kind is TENANT:
        return _tenant(raw)
    return _model(raw) if kind is SPEECH_MODEL else _request(raw)


def status_of(raw: Json) -> TTSRequestStatus:
    """The status of a TTSRequest, also of one that has ended, as far as it can be read."""
    return _as_far_as_readable(TTSRequestStatus, raw.get("status"), "status")[0]


def namespaces_of(tenant: AnyTenant) -> Sequence[str]:
    """The namespaces that a Tenant lists, as far as they can be read."""
    return tenant.namespaces if isinstance(tenant, UnreadableTenant) else tenant.spec.namespaces


def offer_of(model: AnyModel) -> Offer:
    """What a SpeechModel says of requests that name no model, as far as it can be read."""
    if isinstance(model, UnreadableModel):
        return Offer(model.metadata.name, model.default, (), model.status.voices)
    return Offer(model.metadata.name, model.spec.default, model.spec.default_for, model.status.voices)


def describe(error: ValidationError, path: str = "") -> str:
    """The first few problems of a validation, as `path: what`."""
    return "; ".join(
        f"{'.'.join(str(p) for p in (path, *e['loc']) if p != '')}: {e['msg']}" for e in error.errors()[:3]
    )


def _tenant(raw: Json) -> Tenant | UnreadableTenant:
    meta, (status, of_status) = _metadata(raw), _as_far_as_readable(TenantStatus, raw.get("status"), "status")
    spec, problem = _spec(TenantSpec, raw)
    unread = _unread(status, raw.get("status") or {})
    if spec is not None and not unread:
        return Tenant(metadata=meta, spec=spec, status=status)
    named = (raw.get("spec") or {}).get("namespaces")
    names = [n for n in named if isinstance(n, str)] if isinstance(named, list) else []
    return UnreadableTenant(metadata=meta, problem=of_status if unread else problem, namespaces=names, status=status)


def _unread(status: TenantStatus, said: Json) -> bool:
    """Whether there is a ledger that cannot be read: what it says must not be written over. All else is observed anew."""
    kept = {"usage": "usage", "holds": "holds", "last_minute": "lastMinute", "term": "term"}
    return any(name in said and field not in status.model_fields_set for field, name in kept.items())


def _model(raw: Json) -> SpeechModel | UnreadableModel:
    meta, (status, _) = _metadata(raw), _as_far_as_readable(SpeechModelStatus, raw.get("status"), "status")
    spec, problem = _spec(SpeechModelSpec, raw)
    if spec is not None:
        return SpeechModel(metadata=meta, spec=spec, status=status)
    default = (raw.get("spec") or {}).get("default") is True
    return UnreadableModel(metadata=meta, problem=problem, default=default, status=status)


def _request(raw: Json) -> Request:
    if (over := read_ended(raw)) is not None:
        return over
    meta, (status, of_status) = _metadata(raw), _as_far_as_readable(TTSRequestStatus, raw.get("status"), "status")
    spec, problem = _spec(TTSRequestSpec, raw)
    dropped = _dropped(raw)
    if spec is not None and not of_status and not dropped:
        return TTSRequest(metadata=meta, spec=spec, status=status)
    said = raw.get("spec") or {}
    cancel = said.get("cancel") is True
    return UnreadableRequest(
        metadata=meta,
        problem=of_status or dropped or problem,
        cancel=cancel,
        deadline_seconds=_deadline(said),
        status=status,
        may_be_written=not of_status and (cancel or not dropped),
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


def _dropped(raw: Json) -> str:
    """What the request was created with and the API server does not show, since its CRD was rolled back.

    It is still stored and shows again under the newer CRD, unless somebody writes to the object before. managedFields,
    which go through a rollback unchanged, tell its name (seen with Kubernetes 1.37).
    """
    owned = [m.get("fieldsV1") or {} for m in raw["metadata"].get("managedFields") or [] if not m.get("subresource")]
    asked = {path for fields in owned for path in _unknown_paths(_as_json(fields.get("f:spec") or {}))}
    lost = sorted(asked - _unknown_paths(raw.get("spec") or {})) if asked else []
    return f"{', '.join(lost[:3])}: dropped by a CRD that is older than the request" if lost else ""


def _unknown_paths(spec: Any) -> set[str]:
    """Without places in lists: managedFields name items by their keys, in no order."""
    return {re.sub(r"\[\d+\]", "[]", path) for path in unknown(TTSRequestSpec, spec)}


def _as_json(fields: Json) -> Any:
    """The tree of a fieldsV1 (`f:` names a field, `k:` an item of a list) in the form of the object that it is about."""
    items = [_as_json(below) for name, below in fields.items() if name.startswith("k:")]
    return items or {name[2:]: _as_json(below) or True for name, below in fields.items() if name.startswith("f:")}


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
