"""What a credential may be used for."""

from typing import Literal, get_args

Scope = Literal["speech:write", "speech:read", "usage:read"]

ALL: frozenset[Scope] = frozenset(get_args(Scope))


def scopes_of(claim: object) -> frozenset[Scope]:
    """Those of ours in a token's claim: a text of words (RFC 8693) or a list; all where the claim says nothing."""
    if claim is None:
        return ALL
    words = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return frozenset(scope for scope in ALL if scope in words)
