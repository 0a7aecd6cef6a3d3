"""How a listener of a request's live audio is named to the operator, and a sandbox to that listener: both by one shared secret.

The facade writes on its TTSRequest where a pod of it listens. A tenant may write there too, so the operator hands on only
what the secret signs; a sandbox is never sent to an address that a tenant chose. The sandbox gets a token that the operator
makes of the request and of the one pod that holds it, and the facade makes the same from the request's status. Pure, the
standard library only.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from voxpod_crds.base import GROUP

LIVE_ANNOTATION = f"{GROUP}/live"
"""On a TTSRequest: a signed `Listener`."""

LEAST_SECRET = 32
"""Characters of the shared secret."""
MAX_ANNOTATION = 8192
PATH = "/v1/live/"
"""Of a listener's URL, before its own name."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One pod of the facade that waits for one request's sound."""

    url: str
    ca_pem: str
    """Its certificate."""
    until: int
    """Unix time after which nobody waits any more."""


def signed(secret: str, namespace: str, name: str, listener: Listener) -> str:
    """The annotation for the request of that name."""
    content = asdict(listener)
    return json.dumps({**content, "mac": _mac(secret, "listener", namespace, name, content)}, separators=(",", ":"))


def listener_of(secret: str, namespace: str, name: str, annotation: str, now: datetime) -> Listener | None:
    """Who listens to a request; None where the annotation is none that the facade made for it, or its time is over."""
    if not secret or len(annotation) > MAX_ANNOTATION:
        return None
    try:
        said = json.loads(annotation)
        mac, found = said["mac"].encode(), Listener(said["url"], said["ca_pem"], said["until"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not hmac.compare_digest(mac, _mac(secret, "listener", namespace, name, asdict(found)).encode()):
        return None
    return found if found.until > now.astimezone(UTC).timestamp() else None


def sandbox_token(secret: str, request_uid: str, pod_uid: str) -> str:
    """What the pod that holds a request says to its listener."""
    return _mac(secret, "sandbox", request_uid, pod_uid)


def _mac(secret: str, *facts: object) -> str:
    return hmac.new(secret.encode(), json.dumps(facts, sort_keys=True).encode(), hashlib.sha256).hexdigest()
