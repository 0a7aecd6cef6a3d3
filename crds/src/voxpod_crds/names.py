"""Names of child objects, labels and object keys. Each function states its contract; a table of hostile input tests it."""

import hashlib
import json
import re
from dataclasses import dataclass

from voxpod_crds.base import GROUP

REQUEST_UID_LABEL = f"{GROUP}/request-uid"
ATTEMPT_LABEL = f"{GROUP}/attempt"
MODEL_LABEL = f"{GROUP}/model"
TENANT_LABEL = f"{GROUP}/tenant"
ROLE_LABEL = f"{GROUP}/role"
PLACE_LABEL = f"{GROUP}/place"
"""Which folder of its node a pod maps: `fingerprint` of its path, of the model or of weights prepared beside one."""
PROFILE_LABEL = f"{GROUP}/profile"
"""What a sandbox of the pool is, as a fingerprint; sandboxes that were made for a request have none."""
TEMPLATE_LABEL = f"{GROUP}/template"
"""What the sandbox's Job was made from, likewise."""
_POOL_PREFIX = "warm-"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "voxpod-operator"

SANDBOX_ROLE = "sandbox"
PROBE_ROLE = "probe"
DELIVERY_ROLE = "delivery"

_SAFE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def slug(text: str) -> str:
    """A DNS label of 1 to 40 characters for any text: itself when it is one already, else a hash; distinct texts differ.

    A hash never looks like a UID and is 40 hexadecimal digits of SHA-256 (160 bits).
    """
    if _SAFE.fullmatch(text) and not re.fullmatch(r"[0-9a-f]{40}", text):
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def job_name(request_uid: str, attempt: int) -> str:
    """The sandbox Job of one attempt: valid for any input, at most 63 characters, no two (uid, attempt) share one."""
    if attempt < 1:
        raise ValueError(f"attempt counts from 1, got {attempt}")
    return f"tts-{slug(request_uid)}-{attempt}"


def pool_job_name(model: str, token: str) -> str:
    """The Job of a sandbox that waits for work, one for each token of lower-case letters and digits: at most 63 characters."""
    if not re.fullmatch(r"[a-z0-9]{1,16}", token):
        raise ValueError(f"expected lower-case letters and digits, got {token!r}")
    return f"{_POOL_PREFIX}{slug(model)}-{token}"


def is_pool_job(job_name: str) -> bool:
    """Whether the sandbox was made for the pool, and not for a request."""
    return job_name.startswith(_POOL_PREFIX)


def fingerprint(*facts: object) -> str:
    """16 hexadecimal digits (64 bits of SHA-256) for any facts that JSON can hold: the same for equal ones only, in any order of keys."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def probe_job_name(model_uid: str, reads: str) -> str:
    """The Job that checks a SpeechModel's bundle, one for each `fingerprint` of what it reads: at most 63 characters.

    ValueError when `reads` is no fingerprint.
    """
    if not re.fullmatch(r"[0-9a-f]{16}", reads):
        raise ValueError(f"expected a fingerprint, got {reads!r}")
    return f"probe-{slug(model_uid)}-{reads}"


def is_probe_of(job_name: str, model_uid: str) -> bool:
    """Whether the name is one that `probe_job_name` gives for the SpeechModel, whatever the probe reads."""
    return job_name[:-17] == f"probe-{slug(model_uid)}"


@dataclass(frozen=True, slots=True)
class DeliveryName:
    """Name of the Job that readies one node for one bundle, as the `fingerprint`s that it is made of."""

    bundle: str
    """Which bundle, and where it lies."""
    node: str
    program: str
    """What readies the node, and where it gets the bundle."""

    def __str__(self) -> str:
        """55 characters, so that a pod's name has room behind it."""
        return f"node-{self.bundle}-{self.node}-{self.program}"


COLLECTING = fingerprint("collecting")
"""In the place of `program` in the name of a Job that takes a bundle off its node again."""


def delivery_name(job_name: str) -> DeliveryName | None:
    """The parts of a Job's name that a `DeliveryName` made; None of any other name."""
    found = re.fullmatch(r"node-([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{16})", job_name)
    return DeliveryName(*found.groups()) if found else None


def label_value(text: str) -> str:
    """A label value (at most 63 of [A-Za-z0-9._-]) for any text: itself when valid, else its slug."""
    return text if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", text) else slug(text)


def object_key(tenant: str, request_uid: str, extension: str, attempt: int = 1) -> str:
    """Where a request's audio lies in the bucket: `<tenant>/<request uid>.<extension>`; what a later attempt stores has its
    number before the extension, so that no two sandboxes ever write to one key.

    ValueError unless each part is of lower-case letters, digits, `-` and `.`: none can lead out of the tenant's folder.
    """
    for part in (tenant, request_uid, extension):
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", part):
            raise ValueError(f"object key: {part!r} is not of lower-case letters, digits, '-' and '.'")
    return f"{tenant}/{request_uid}.{extension}" if attempt == 1 else f"{tenant}/{request_uid}.{attempt}.{extension}"


def attempt_in(key: str) -> int:
    """Of which attempt an object is, by its key or URI."""
    second = key.rpartition("/")[2].split(".")[1:2]
    return int(second[0]) if second and second[0].isdecimal() else 1
