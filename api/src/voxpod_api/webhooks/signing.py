"""How a receiver knows that we told it: signatures as Standard Webhooks has them (standardwebhooks.com). Pure.

Every namespace has a secret of its own, which follows from the facade's key: replicas agree without storing anything.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def secrets_of(keys: Sequence[bytes], namespace: str) -> list[str]:
    """The secrets that a namespace's webhooks are signed with, the newest first: `whsec_` and 32 bytes in base64."""
    made = (hmac.digest(key, f"voxpod webhooks of {namespace}".encode(), hashlib.sha256) for key in keys)
    return [f"whsec_{base64.b64encode(secret).decode()}" for secret in made]


def headers_of(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message; one signature a secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = (hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256) for secret in secrets)
    signatures = " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}
