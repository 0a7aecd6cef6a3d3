"""SHA-256, whose library is loaded when it is first asked for: OpenSSL takes 3.5 MB and 10 ms."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash


def sha256(data: bytes = b"") -> "_Hash":
    """A hash object that has taken in `data`."""
    import hashlib

    return hashlib.sha256(data)
