"""The keys from which the secrets of webhooks follow (`webhooks/signing.py`)."""

from voxpod_api.auth.problem import CredentialsProblem

LEAST_KEY = 32
MOST_KEYS = 4


def read_webhook_keys(text: str) -> tuple[bytes, ...]:
    """The keys of a file, one a line, the newest first: while it is exchanged, the old one signs too. Raises CredentialsProblem."""
    keys = tuple(line.strip().encode() for line in text.splitlines() if line.strip())
    if not 1 <= len(keys) <= MOST_KEYS or min(map(len, keys)) < LEAST_KEY:
        raise CredentialsProblem(
            f"webhooks: expected 1 to {MOST_KEYS} keys, one a line, each of at least {LEAST_KEY} characters,"
            " such as `openssl rand -hex 32` makes"
        )
    return keys
