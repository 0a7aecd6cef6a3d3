"""What a rejection rests on besides the request itself: it is for good, so those must be read anew before. Pure."""

from voxpod_crds.conditions import Reason
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, Kind
from voxpod_operator.policy.admission import Reject, Snapshot

Ground = tuple[Kind, str]
"""A Tenant or SpeechModel by name; without a name: that there is none."""

_RESTS_ON: dict[Reason, set[Kind]] = {
    Reason.NAMESPACE_WITHOUT_TENANT: {TENANT},
    Reason.TEXT_TOO_LONG: {TENANT},
    Reason.DAILY_QUOTA_EXCEEDED: {TENANT},
    Reason.EXCEEDS_HALF_OF_DAILY_QUOTA: {TENANT},
    Reason.VOICE_NOT_ALLOWED: {TENANT},
    Reason.MODEL_NOT_FOUND: {SPEECH_MODEL},
    Reason.LANGUAGE_NOT_SUPPORTED: {SPEECH_MODEL},
    Reason.MODEL_NOT_ALLOWED: {TENANT, SPEECH_MODEL},
    Reason.VOICE_NOT_FOUND: {TENANT, SPEECH_MODEL},
    Reason.TEXT_EMPTY: set(),
    Reason.NOT_SUPPORTED_YET: {SPEECH_MODEL},
}


def grounds_of(rejection: Reject, seen: Snapshot) -> set[Ground]:
    """The Tenant and SpeechModel in `seen` whose content, or absence, led to the rejection."""
    named = {TENANT: seen.tenant, SPEECH_MODEL: seen.model}
    return {
        (kind, found.metadata.name if (found := named[kind]) is not None else "")
        for kind in _RESTS_ON.get(rejection.reason, {TENANT, SPEECH_MODEL})  # of those: what it waited for in vain
    }
