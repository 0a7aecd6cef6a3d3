"""Which tenant a namespace belongs to, and whether a Tenant or SpeechModel may be used as it stands. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from voxpod_crds.base import unhonoured
from voxpod_crds.conditions import Condition, ConditionType, Reason
from voxpod_crds.speech_model import SpeechModel
from voxpod_operator.cluster.reading import AnyTenant, UnreadableTenant
from voxpod_operator.policy.pool_schedule import zone_unknown
from voxpod_operator.policy.quota_window import zone_named


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a resource is Ready, and why."""

    ready: bool
    reason: Reason
    message: str


def ready_condition(verdict: Verdict, generation: int, now: datetime) -> Condition:
    """A verdict as the Ready condition of a Tenant or SpeechModel."""
    return Condition(
        type=ConditionType.READY,
        status="True" if verdict.ready else "False",
        reason=verdict.reason,
        message=verdict.message,
        last_transition_time=now.replace(microsecond=0),
        observed_generation=generation,
    )


def judge_tenant(tenant: AnyTenant, owner_of: Callable[[str], AnyTenant | None]) -> Verdict:
    """Whether a Tenant is in use as it stands; `owner_of` tells the tenant of a namespace."""
    if isinstance(tenant, UnreadableTenant):
        return unreadable(tenant.problem)
    if asked := unhonoured(tenant.spec):
        return Verdict(
            False,
            Reason.NOT_SUPPORTED_YET,
            f"{_listed(asked)}: not enforced by this version; remove it rather than rely on it",
        )
    if zone_named(zone := tenant.spec.quota.time_zone) is None:
        return Verdict(False, Reason.TIME_ZONE_UNKNOWN, f"spec.quota.timeZone: there is no time zone {zone}")
    for namespace in tenant.spec.namespaces:
        owner = owner_of(namespace)
        if owner is not None and owner.metadata.uid != tenant.metadata.uid:
            return Verdict(
                False,
                Reason.NAMESPACE_CONFLICT,
                f"namespace {namespace} already belongs to Tenant {owner.metadata.name}, which is older; remove it from"
                " one of the two",
            )
    if tenant.spec.suspended:
        return Verdict(False, Reason.SUSPENDED, "spec.suspended is true: new requests wait, running ones end normally")
    return Verdict(True, Reason.READY, f"serves {_listed(tenant.spec.namespaces)}")


def problem_of(tenant: AnyTenant, owner_of: Callable[[str], AnyTenant | None]) -> str:
    """Why the tenant's requests wait; empty when they may start. Another tenant's namespace is no hindrance in its own."""
    verdict = judge_tenant(tenant, owner_of)
    harmless = verdict.ready or verdict.reason == Reason.NAMESPACE_CONFLICT
    return "" if harmless else f"{verdict.reason}: {verdict.message}"


def unreadable(problem: str) -> Verdict:
    """What a Tenant or SpeechModel of another version is told."""
    return Verdict(False, Reason.UNREADABLE, problem)


def judge_model(model: SpeechModel, model_roots: Sequence[str]) -> Verdict | None:
    """Why a SpeechModel can never become ready as it is specified; None when only a probe can tell."""
    if asked := unhonoured(model.spec):
        return Verdict(
            False,
            Reason.NOT_SUPPORTED_YET,
            f"{_listed(asked)}: not done by this version; remove it, or use its default",
        )
    if (told := zone_unknown(model.spec.warm_pool)) is not None:
        return Verdict(False, Reason.TIME_ZONE_UNKNOWN, told)
    source = model.spec.source.host_path
    if source is None and model.spec.delivery is not None and not model_roots:
        where = "spec.delivery prepares weights in a folder of the node, and sandbox.modelRoots is empty"
        return Verdict(False, Reason.SOURCE_NOT_ALLOWED, f"{where}: remove spec.delivery, or set a folder there")
    if source is not None and not any(source.path.startswith(f"{root.rstrip('/')}/") for root in model_roots):
        return Verdict(
            False,
            Reason.SOURCE_NOT_ALLOWED,
            f"spec.source.hostPath.path {source.path} is not inside"
            f" {_listed(model_roots) or 'any folder: sandbox.modelRoots is empty'}",
        )
    return None


def _listed(things: Sequence[str]) -> str:
    return ", ".join(things)
