"""API keys: the facade knows only their SHA-256, each with the one namespace that its requests are made in."""

import hashlib
import hmac
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.scopes import ALL, Scope
from voxpod_crds.tenant import NamespaceName


class ApiKey(BaseModel):
    """One key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9._-]+$")
    """Who has it: for logs, and so that a leaked one can be taken out."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    namespace: NamespaceName
    scopes: Annotated[list[Scope], Field(min_length=1)] = sorted(ALL)
    """What it may be used for."""


_FILE = TypeAdapter(list[ApiKey])


class ApiKeys:
    """The keys that count at present."""

    def __init__(self, keys: list[ApiKey]) -> None:
        self._keys = [(bytes.fromhex(key.sha256), key) for key in keys]

    def find(self, secret: str) -> ApiKey | None:
        """Whose key it is. All are compared, each in constant time: how long it takes tells nothing."""
        digest, found = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest(), None
        for known, key in self._keys:
            if hmac.compare_digest(digest, known):
                found = key
        return found


def read_keys(text: str) -> ApiKeys:
    """The keys of a file: a JSON list of {name, sha256, namespace}. Raises CredentialsProblem, which quotes no value."""
    try:
        keys = _FILE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise CredentialsProblem(
            f"keys: {'.'.join(str(part) for part in first['loc']) or 'the file'}: {first['msg']}; expected a JSON list of"
            ' {"name": "...", "sha256": "<64 hexadecimal digits>", "namespace": "..."}'
        ) from None
    for field in ("name", "sha256"):
        values = [getattr(key, field) for key in keys]
        if len(set(values)) < len(values):
            raise CredentialsProblem(f"keys: two have the same {field}")
    return ApiKeys(keys)
