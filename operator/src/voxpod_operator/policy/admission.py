"""May a request start once there is room? An ordered chain of small checks over one frozen snapshot. Pure.

The order is what a person would want to hear first: who are you, what do you ask for, may you. Whose turn it is, is not
asked here but decided for all in one place, `policy.book`.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from voxpod_crds.base import unhonoured
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.reading import UnreadableModel, UnreadableTenant
from voxpod_operator.policy import bundle_facts, model_checks, quota_checks
from voxpod_operator.policy.sandbox_grounds import nodes_apart
from voxpod_operator.policy.voice_names import of_mix, parts, suggest


@dataclass(frozen=True, slots=True)
class Admit:
    """The request starts as soon as it is its turn."""

    tenant: Tenant
    model: SpeechModel
    voice: str
    """Empty: the bundle's own default for the text's language."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet; resolves without the user."""

    reason: Reason
    message: str
    tenant: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """Never, as it stands."""

    reason: Reason
    message: str
    tenant: str = ""


Decision = Admit | Wait | Reject


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that admission looks at."""

    request: TTSRequest
    tenant: Tenant | UnreadableTenant | None
    """The owner of the request's namespace."""
    tenant_problem: str
    """Why the tenant's requests wait; empty when it is Ready."""
    model: SpeechModel | UnreadableModel | None
    now: datetime
    models: Sequence[SpeechModel | UnreadableModel] = ()
    """All there are: what one cannot speak, another may."""
    store_problem: str = ""
    """Why the object store cannot be used; empty while it can."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A snapshot whose tenant and model are known to exist."""

    request: TTSRequest
    tenant: Tenant
    model: SpeechModel
    seen: Snapshot


Check = Callable[[_Checked], Wait | Reject | None]


def decide(seen: Snapshot) -> Decision:
    """Admit, or the first objection of the chain."""
    request = seen.request
    if seen.tenant is None:
        said = f"no Tenant lists namespace {request.metadata.namespace} in spec.namespaces"
        return _missing(request, Reason.NAMESPACE_WITHOUT_TENANT, Reason.WAITING_FOR_TENANT, said)
    tenant_name = seen.tenant.metadata.name
    if isinstance(seen.tenant, UnreadableTenant):
        return Wait(Reason.WAITING_FOR_TENANT, f"Tenant {tenant_name} is not Ready: {seen.tenant_problem}", tenant_name)
    if asked := unhonoured(request.spec):
        return Reject(
            Reason.NOT_SUPPORTED_YET,
            f"{', '.join(asked)}: this version does not do that yet; leave it out",
            tenant_name,
        )
    if seen.model is None:
        named = (
            f"no SpeechModel is named {request.spec.model}"
            if request.spec.model
            else "spec.model is not set and no SpeechModel is marked spec.default"
        )
        return _missing(request, Reason.MODEL_NOT_FOUND, Reason.WAITING_FOR_MODEL, named, tenant_name)
    if isinstance(seen.model, UnreadableModel):
        return Wait(Reason.WAITING_FOR_MODEL, _not_ready(seen.model, Reason.UNREADABLE), tenant_name)
    checked = _Checked(request, seen.tenant, seen.model, seen)
    for check in CHAIN:
        objection = check(checked)
        if objection is not None:
            return objection
    return Admit(seen.tenant, seen.model, _voice(checked))


def text_speaks(c: _Checked) -> Reject | None:
    """The text holds something besides white space, control and format characters."""
    if any(unicodedata.category(ch)[0] not in "ZC" for ch in c.request.spec.text):
        return None
    return Reject(
        Reason.TEXT_EMPTY,
        "spec.text holds only spaces or control characters; there is nothing to speak",
        c.tenant.metadata.name,
    )


def text_fits(c: _Checked) -> Reject | None:
    """The text is within the tenant's limit."""
    limit, length = c.tenant.spec.quota.max_text_length, len(c.request.spec.text)
    if limit is None or length <= limit:
        return None
    return Reject(
        Reason.TEXT_TOO_LONG,
        f"spec.text has {length} characters, Tenant {c.tenant.metadata.name} allows {limit}",
        c.tenant.metadata.name,
    )


def some_day_has_room(c: _Checked) -> Reject | None:
    """The request takes no more than half of a daily limit."""
    objection = quota_checks.never(c.request, c.tenant)
    return Reject(*objection, c.tenant.metadata.name) if objection else None


def this_day_has_room(c: _Checked) -> Reject | None:
    """The request fits into what is left of the tenant's day."""
    objection = quota_checks.not_today(c.request, c.tenant, c.seen.now)
    return Reject(*objection, c.tenant.metadata.name) if objection else None


def model_allowed(c: _Checked) -> Reject | None:
    """The tenant may use the model."""
    allowed, name = c.tenant.spec.allowed_models, c.model.metadata.name
    if not allowed or name in allowed:
        return None
    return Reject(
        Reason.MODEL_NOT_ALLOWED,
        f"Tenant {c.tenant.metadata.name} may use {', '.join(allowed)}, not {name}",
        c.tenant.metadata.name,
    )


def voice_allowed(c: _Checked) -> Reject | None:
    """The tenant may use the voice that the request names, or every voice of the mix."""
    allowed, voice = c.tenant.spec.allowed_voices, c.request.spec.voice
    part = next((v for v in parts(voice) if allowed and v not in allowed), None)
    if part is None:
        return None
    return Reject(
        Reason.VOICE_NOT_ALLOWED,
        f"Tenant {c.tenant.metadata.name} may use the voices {', '.join(allowed)}, not {part}{of_mix(part, voice)}",
        c.tenant.metadata.name,
    )


def tenant_ready(c: _Checked) -> Wait | None:
    """The tenant is neither suspended nor in need of an administrator."""
    if not c.seen.tenant_problem:
        return None
    return Wait(
        Reason.WAITING_FOR_TENANT,
        f"Tenant {c.tenant.metadata.name} is not Ready: {c.seen.tenant_problem}",
        c.tenant.metadata.name,
    )


def model_ready(c: _Checked) -> Wait | None:
    """A probe has read the bundle that the model's spec names now."""
    if bundle_facts.in_use(c.model):
        return None
    said = _not_ready(c.model, bundle_facts.why_not_in_use(c.model))
    return Wait(Reason.WAITING_FOR_MODEL, said, c.tenant.metadata.name)


def nodes_exist(c: _Checked) -> Wait | None:
    """The nodes of the tenant and those of the model are not different ones by definition."""
    apart = nodes_apart(c.model, c.tenant)
    return Wait(*apart, c.tenant.metadata.name) if apart else None


def voice_exists(c: _Checked) -> Reject | None:
    """The bundle has the voice, or every voice of the mix."""
    voice, voices = c.request.spec.voice, c.model.status.voices
    part = next((v for v in parts(voice) if v not in voices), None)
    if part is None:
        return None
    return Reject(
        Reason.VOICE_NOT_FOUND,
        f"SpeechModel {c.model.metadata.name} has no voice {part}{of_mix(part, voice)}; {suggest(part, voices)}",
        c.tenant.metadata.name,
    )


def model_can(c: _Checked) -> Reject | None:
    """The model mixes voices, tells words and speaks the language, where the request asks for that."""
    allowed = c.tenant.spec.allowed_models
    objection = model_checks.beyond(c.request.spec, c.model, c.seen.models, allowed)
    return Reject(*objection, c.tenant.metadata.name) if objection else None


def an_allowed_voice_exists(c: _Checked) -> Reject | None:
    """Without a named voice, at least one that the tenant may use is in the bundle."""
    allowed = c.tenant.spec.allowed_voices
    if c.request.spec.voice or not allowed or any(v in c.model.status.voices for v in allowed):
        return None
    return Reject(
        Reason.VOICE_NOT_FOUND,
        f"SpeechModel {c.model.metadata.name} has none of the voices that Tenant {c.tenant.metadata.name} may use:"
        f" {', '.join(allowed)}",
        c.tenant.metadata.name,
    )


def store_usable(c: _Checked) -> Wait | None:
    """The audio could be stored."""
    if not c.seen.store_problem:
        return None
    return Wait(
        Reason.WAITING_FOR_STORE, f"audio cannot be stored at present: {c.seen.store_problem}", c.tenant.metadata.name
    )


def no_room(tenant: Tenant, model: SpeechModel, active_of_tenant: int, place: int) -> Wait:
    """What a request is told that waits for its turn, at a place of its tenant's line."""
    limit, name = tenant.spec.quota.concurrent_requests, tenant.metadata.name
    ahead = f"; ahead of this one in the tenant's line: {place - 1}" if place > 1 else ""
    if limit is not None and active_of_tenant >= limit:
        said = f"Tenant {name} runs {active_of_tenant} of {limit} concurrent requests{ahead}"
        return Wait(Reason.WAITING_FOR_CONCURRENCY, said, name, place)
    return Wait(
        Reason.WAITING_FOR_SANDBOX, f"SpeechModel {model.metadata.name} has no free sandbox{ahead}", name, place
    )


CHAIN: Sequence[Check] = (
    text_speaks,
    text_fits,
    some_day_has_room,
    model_allowed,
    voice_allowed,
    tenant_ready,
    model_ready,
    nodes_exist,
    voice_exists,
    model_can,
    an_allowed_voice_exists,
    this_day_has_room,
    store_usable,
)


def _missing(request: TTSRequest, never: Reason, not_now: Reason, said: str, tenant: str = "") -> Reject | Wait:
    """Rejected, but for a request that waited already: what it waited for was there, and may be deleted to be made anew."""
    if find_condition(request.status.conditions, ConditionType.ADMITTED) is None:
        return Reject(never, said, tenant)
    return Wait(not_now, f"{said} any more", tenant or request.status.tenant or "")


def _not_ready(model: SpeechModel | UnreadableModel, reason: str) -> str:
    return f"SpeechModel {model.metadata.name} is not Ready: {reason}; its Ready condition says more"


def _voice(c: _Checked) -> str:
    """The voice named by the request, else one the tenant is bound to, else the model's default, else the bundle's."""
    allowed, asked = c.tenant.spec.allowed_voices, c.request.spec.voice
    if asked:  # the chain has checked it, or every part of it
        return asked
    preferred = c.model.spec.default_voice or ""
    if not allowed or preferred in allowed:
        return preferred
    return next(v for v in allowed if v in c.model.status.voices)
