"""From the API's JSON to what the operator works with, also when an object was written for another version.

During an upgrade the CRDs are newer than the operator that still leads, after a rollback they stay newer for good. So an
object may hold a value that this version's models refuse. It is kept as what could be read of it, and nobody judges it.
"""

from typing import Any

from pydantic import ValidationError

from voxpod_crds.base import ApiModel, ObjectMeta
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest, TTSRequestStatus
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.sandboxes import JobView, PodView, parse_job, parse_pod

Json = dict[str, Any]


class Unreadable(ApiModel):
    """A stored object that this version's models refuse: written before a schema change, or past the API server."""

    metadata: ObjectMeta
    problem: str
    status: TTSRequestStatus = TTSRequestStatus()


MODELS: dict[Kind, type[Tenant] | type[SpeechModel] | type[TTSRequest]] = {
    TENANT: Tenant,
    SPEECH_MODEL: SpeechModel,
    TTS_REQUEST: TTSRequest,
}

Resource = Tenant | SpeechModel | TTSRequest | Unreadable | JobView | PodView


def parse(kind: Kind, raw: Json) -> Resource:
    """The object as its model; Unreadable when the model refuses it."""
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
        return Unreadable(
            metadata=ObjectMeta.model_validate(raw["metadata"]), problem=describe(error), status=_readable_status(raw)
        )


def describe(error: ValidationError) -> str:
    """The first few problems of a validation, as `path: what`."""
    return "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:3])


def _readable_status(raw: Json) -> TTSRequestStatus:
    try:
        return TTSRequestStatus.model_validate(raw.get("status") or {})
    except ValidationError:
        return TTSRequestStatus()
