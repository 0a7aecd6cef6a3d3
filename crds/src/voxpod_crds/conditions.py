"""Condition types, their reasons, and how a list of conditions changes. Every reason a user can meet is here.

The text under each reason is the documentation: docs/reasons.md is generated from it.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from voxpod_crds.base import ApiModel

MAX_MESSAGE = 1024
"""Longest condition message in characters; Kubernetes allows 32,768, but a status is read in a terminal."""


class ConditionType(StrEnum):
    """The condition types of Voxpod's resources."""

    ADMITTED = "Admitted"
    DISPATCHED = "Dispatched"
    COMPLETE = "Complete"
    FAILED = "Failed"
    """True beside Complete False, as Jobs have it: `kubectl wait --for=condition=` can wait for True only."""
    READY = "Ready"
    STORE_REACHABLE = "StoreReachable"
    QUOTA_PRESSURE = "QuotaPressure"


class Reason(StrEnum):
    """Why a condition has its status. `Waiting...` reasons resolve by themselves; reasons of Rejected and Failed do not."""

    def __new__(cls, value: str, doc: str) -> "Reason":
        """Pair the reason's name with the sentence that explains it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.__doc__ = doc
        return member

    # Admitted: yes
    ADMITTED = "Admitted", "The request passed every check and holds one of its tenant's concurrency slots."
    # Admitted: not yet
    WAITING_FOR_CONCURRENCY = (
        "WaitingForConcurrency",
        "The tenant runs as many requests as quota.concurrentRequests allows; the request starts when one ends.",
    )
    WAITING_FOR_SANDBOX = (
        "WaitingForSandbox",
        "The model runs as many sandboxes as warmPool.maxSandboxes allows; the request starts when one ends.",
    )
    WAITING_FOR_RATE = (
        "WaitingForRate",
        (
            "The tenant was admitted as many requests in the last minute as quota.requestsPerMinute allows; the request"
            " starts when that minute is over. The message says when."
        ),
    )
    WAITING_FOR_QUOTA = (
        "WaitingForQuota",
        (
            "A daily limit has room for the request, but not beside what the tenant's running requests may use. It starts"
            " when enough of them have ended below their estimate, and is rejected with DailyQuotaExceeded if they use"
            " all of it."
        ),
    )
    WAITING_FOR_MODEL = (
        "WaitingForModel",
        (
            "The SpeechModel is not Ready yet; its own Ready condition says why. Or it was deleted while the request"
            " waited: the request goes on when it is there again."
        ),
    )
    WAITING_FOR_TENANT = (
        "WaitingForTenant",
        (
            "The Tenant sets spec.suspended or is not Ready; its own Ready condition says why. Or it was deleted, or"
            " lost the namespace, while the request waited. An administrator mends it; the request waits until its"
            " deadline."
        ),
    )
    WAITING_FOR_NODES = (
        "WaitingForNodes",
        (
            "The Tenant's and the SpeechModel's nodeSelector ask for different values of one label, so that no node"
            " has both. An administrator changes one of the two."
        ),
    )
    WAITING_FOR_NEWER_VERSION = (
        "WaitingForNewerVersion",
        (
            "The request has a field or a value that the operator does not know; the message names it. So it is for a"
            " moment during an upgrade, and after a rollback. The request goes on when an operator that knows it leads;"
            " its deadline counts on."
        ),
    )
    WAITING_FOR_STORE = (
        "WaitingForStore",
        (
            "The object store is away or refuses the operator's user; the message quotes it. No sandbox is spent"
            " meanwhile. On Dispatched: a sandbox met that, and a fresh one starts when the store can be used again"
            " (such an attempt does not count), or the audio is made and waits to be verified."
        ),
    )
    WAITING_FOR_CAPACITY = (
        "WaitingForCapacity",
        (
            "The cluster did not start the request's sandbox within sandbox.startTimeoutSeconds: no node has room, a"
            " quota or policy refuses it, or its runtime class is gone; the message and Dispatched say which. The slot"
            " went to whoever is next; the request takes its turn again after a pause, until its deadline."
        ),
    )
    # Admitted: never
    NAMESPACE_WITHOUT_TENANT = (
        "NamespaceWithoutTenant",
        "No Tenant lists this namespace in spec.namespaces. An administrator adds it; then create the request again.",
    )
    MODEL_NOT_FOUND = (
        "ModelNotFound",
        "No SpeechModel has that name, or none was named and none is marked spec.default, nor has the request's language in spec.defaultFor.",
    )
    MODEL_NOT_ALLOWED = "ModelNotAllowed", "The Tenant's allowedModels does not list the model."
    VOICE_NOT_FOUND = (
        "VoiceNotFound",
        "The model has no such voice, or mixes none; status.voices and status.mixesVoices of the SpeechModel tell.",
    )
    VOICE_NOT_ALLOWED = "VoiceNotAllowed", "The Tenant's allowedVoices does not list the voice."
    LANGUAGE_NOT_SUPPORTED = (
        "LanguageNotSupported",
        (
            "The model cannot speak the language; status.languages of the SpeechModel lists what it can. Failed instead"
            " of Rejected when only the sandbox could tell (language auto)."
        ),
    )
    TEXT_EMPTY = (
        "TextEmpty",
        (
            "The text holds nothing to speak: only spaces or control characters. Failed instead of Rejected when only"
            " the sandbox could tell (emoji, punctuation)."
        ),
    )
    TEXT_TOO_LONG = (
        "TextTooLong",
        "The text is longer than the Tenant's quota.maxTextLength (counted in Unicode code points).",
    )
    DAILY_QUOTA_EXCEEDED = (
        "DailyQuotaExceeded",
        (
            "The tenant has used a daily limit of its quota, and the request does not fit into what is left. The message"
            " says limit, use, what was asked, and when the next day begins: create the request again then."
        ),
    )
    EXCEEDS_HALF_OF_DAILY_QUOTA = (
        "ExceedsHalfOfDailyQuota",
        (
            "The request alone takes more than half of a daily limit of its tenant. Waiting does not help: split the"
            " text, or have an administrator raise the limit."
        ),
    )
    NOT_SUPPORTED_YET = (
        "NotSupportedYet",
        (
            "A field asks for what this version or the model does not do yet; the message names it. Nothing is ignored"
            " silently. So are timestamps word of a model whose status.tellsWords is false, and instructions to one whose"
            " status.takesInstructions is not true."
        ),
    )
    # Dispatched
    SANDBOX_STARTING = (
        "SandboxStarting",
        (
            "A sandbox Job was created; its pod has not asked for the work yet. When that takes long, the message"
            " quotes what the cluster says about it."
        ),
    )
    SANDBOX_UNSCHEDULABLE = (
        "SandboxUnschedulable",
        (
            "No node has room for the sandbox's pod, or ever will: compare its CPU, memory, nodeSelector and"
            " tolerations with the nodes. After sandbox.startTimeoutSeconds the slot goes to whoever is next, and the"
            " request waits (WaitingForCapacity)."
        ),
    )
    RETRYING = (
        "Retrying",
        "The last sandbox failed for a reason that a fresh one may not meet; another attempt is under way.",
    )
    CLAIMED = "Claimed", "The sandbox took the work and synthesizes."
    UPLOADING = (
        "Uploading",
        (
            "The speech is made and the sandbox stores it, which takes longer than usual; the message quotes why its last"
            " try failed. It goes on trying until the request's deadline."
        ),
    )
    # Complete
    SUCCEEDED = "Succeeded", "The audio is in the object store; size and checksum were verified."
    CANCELLED = "Cancelled", "spec.cancel was set; the sandbox was ended."
    DEADLINE_EXCEEDED = (
        "DeadlineExceeded",
        "The request was not done within spec.deadlineSeconds of its creation, waiting included.",
    )
    INPUT_REFUSED = (
        "InputRefused",
        "The engine cannot speak this text or these settings; the message says what and where.",
    )
    ENGINE_FAILED = "EngineFailed", "The engine failed twice on this request."
    BUNDLE_INVALID = (
        "BundleInvalid",
        (
            "The model bundle on the node is missing, damaged or of another digest than the SpeechModel says; the"
            " message names the file."
        ),
    )
    IMAGE_PULL_FAILED = (
        "ImagePullFailed",
        (
            "The node cannot get the sandbox's image, or the model's; an administrator checks sandbox.image, the"
            " SpeechModel and the registry. The node"
            " goes on trying for sandbox.startTimeoutSeconds (a pull that is under way has"
            " sandbox.imagePullTimeoutSeconds), then another sandbox does, up to three."
        ),
    )
    OUT_OF_MEMORY = (
        "OutOfMemory",
        (
            "The sandbox met its memory limit. Where the Tenant sets no sandbox.memory, one more sandbox gets twice as"
            " much, at most the chart's sandbox.maxMemory. When that is not enough or not allowed: raise"
            " resources.memory of the SpeechModel, the Tenant's sandbox.memory, or sandbox.maxMemory."
        ),
    )
    SANDBOX_START_TIMEOUT = (
        "SandboxStartTimeout",
        (
            "The sandbox's pod was given to a node, and did not start there and ask for its work within"
            " sandbox.startTimeoutSeconds, on any of three attempts; the message quotes what the node said, such as a"
            " model folder that is not there."
        ),
    )
    SANDBOX_LOST = "SandboxLost", "The sandbox ended without a result (node lost, evicted, killed) on every attempt."
    SANDBOX_HUNG = (
        "SandboxHung",
        (
            "The sandbox that held the work said nothing for a minute, or got nowhere for three: it hangs, or cannot"
            " reach the operator. It was ended, on every attempt."
        ),
    )
    SANDBOX_REFUSED = (
        "SandboxRefused",
        (
            "The cluster refused to create the sandbox (admission policy, quota, runtime class); the message quotes"
            " it. It is tried again until the request's deadline, since a quota or policy may be lifted; after"
            " sandbox.startTimeoutSeconds the slot goes to whoever is next meanwhile (WaitingForCapacity)."
        ),
    )
    UPLOAD_FAILED = (
        "UploadFailed",
        (
            "The sandbox could not store the audio: the object store was away until the deadline, or refused it on every"
            " attempt although it takes other uploads."
        ),
    )
    VERIFICATION_FAILED = (
        "VerificationFailed",
        "The stored object is not what the sandbox reported (it is missing, or its size or checksum differs).",
    )
    # Ready, of Tenant and SpeechModel
    READY = "Ready", "The resource is in use as it stands."
    SUSPENDED = "Suspended", "spec.suspended is true: the tenant's new requests wait."
    TIME_ZONE_UNKNOWN = (
        "TimeZoneUnknown",
        (
            "No time zone has the name in a Tenant's spec.quota.timeZone, or in a SpeechModel's spec.warmPool.schedule, so that"
            " nobody can tell when its day begins; requests wait. Names are as in the IANA database, such as Europe/Berlin."
        ),
    )
    NAMESPACE_CONFLICT = (
        "NamespaceConflict",
        (
            "An older Tenant already owns one of spec.namespaces; that one keeps it, this one has effect in its other"
            " namespaces only."
        ),
    )
    UNREADABLE = (
        "Unreadable",
        (
            "The resource has a field or a value that the operator does not know; the message names it. So it is for a"
            " moment during an upgrade, and after a rollback. A Tenant keeps its namespaces; requests wait, running ones"
            " end normally."
        ),
    )
    PROBING = (
        "Probing",
        (
            "A probe Job checks the bundle on a node and reads its voices and languages: it was not read yet, or source,"
            " digest or engine changed. A new sandbox image or other nodes are probed while the model stays Ready."
        ),
    )
    SOURCE_NOT_ALLOWED = (
        "SourceNotAllowed",
        (
            "spec.source.hostPath.path is outside the folders that the chart's sandbox.modelRoots allows; or there is none,"
            " and spec.delivery needs one."
        ),
    )
    PREPARING_NODES = (
        "PreparingNodes",
        (
            "No node is ready for the model's sandboxes yet: Jobs bring the bundle, check it and make its weights ready"
            " for each node's processor. status.nodes tells which and why."
        ),
    )
    NO_NODES = (
        "NoNodes",
        (
            "The cluster has no node with the labels of spec.nodeSelector whose taints are tolerated by the SpeechModel,"
            " or by it and a Tenant."
        ),
    )
    NODE_FULL = (
        "NodeFull",
        (
            "The node's disk has no room for the bundle or for its prepared weights; the message says how much is"
            " needed. What was begun was removed; it is tried again each minute."
        ),
    )
    DELIVERY_FAILED = (
        "DeliveryFailed",
        (
            "The bundle did not get to the node: the image or the object holds none, cannot be read, or the node's folder"
            " cannot be written; the message says which. It is tried again each minute."
        ),
    )
    # QuotaPressure, of Tenant
    QUOTA_LEFT = "QuotaLeft", "Less than 80 % of each daily limit is used, or there is none."
    QUOTA_NEARLY_USED = "QuotaNearlyUsed", "80 % or more of a daily limit is used; the message names it."
    QUOTA_USED_UP = "QuotaUsedUp", "A daily limit is used up: requests are rejected until the next day begins."
    # StoreReachable, of SpeechModel
    STORE_USABLE = "StoreUsable", "The object store answers and lets the operator's user do what it must."
    STORE_AWAY = (
        "StoreAway",
        "The object store does not answer, or with errors of its own: address, port, network policy, certificate.",
    )
    STORE_REFUSES = (
        "StoreRefuses",
        (
            "The object store answers, and refuses: wrong keys, no such bucket, a right that the operator's user lacks,"
            " or no conditional writes. It is mended there or in the chart's objectStore values."
        ),
    )


Status = Literal["True", "False", "Unknown"]


class Condition(ApiModel):
    """A Kubernetes condition, as metav1.Condition has it."""

    type: str = Field(description="What the condition is about.", max_length=316)
    status: Status = Field(description="True, False or Unknown.")
    reason: str = Field(description="Why, as one word; docs/reasons.md lists them all.", max_length=1024)
    message: str = Field("", description="Why, for a person.", max_length=32768)
    last_transition_time: datetime = Field(description="When the status last changed.")
    observed_generation: int | None = Field(
        None, description="metadata.generation that the condition was computed from."
    )


def find_condition(conditions: Iterable[Condition], type_: ConditionType) -> Condition | None:
    """The condition of that type, or None."""
    return next((c for c in conditions if c.type == type_), None)


def set_condition(conditions: Iterable[Condition], new: Condition) -> tuple[Condition, ...]:
    """`conditions` with `new` in the place of the one of its type; the transition time moves only when the status does."""
    kept = tuple(conditions)
    old = find_condition(kept, ConditionType(new.type))
    message = new.message if len(new.message) <= MAX_MESSAGE else new.message[: MAX_MESSAGE - 1] + "…"
    if old is not None and old.status == new.status:
        new = new.model_copy(update={"last_transition_time": old.last_transition_time})
    new = new.model_copy(update={"message": message})
    if old is None:
        return (*kept, new)
    return tuple(new if c.type == new.type else c for c in kept)
