"""Tokens that count no more although they have not expired, by their `jti`."""

from pydantic import TypeAdapter, ValidationError

from voxpod_api.auth.problem import CredentialsProblem

_FILE = TypeAdapter(frozenset[str])


def read_revoked(text: str) -> frozenset[str]:
    """The ids of a file: a JSON list of texts. Raises CredentialsProblem, which quotes no value."""
    try:
        return _FILE.validate_json(text, strict=True)
    except ValidationError:
        raise CredentialsProblem('revoked: expected a JSON list of ids of tokens (jti), such as ["4f0c..."]') from None
