"""JSON web tokens, checked against a JWK set: from a file, or as an issuer publishes it (`issuer.py`)."""

import json
from dataclasses import dataclass
from typing import Any

import jwt

from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.scopes import ALL, Scope, scopes_of

ALGORITHMS = frozenset(["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]) | frozenset(
    ["ES256", "ES384", "ES512", "EdDSA"]
)

LEAST_HMAC_BYTES = 32
MAX_TOKEN = 8192


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says."""

    subject: str
    tenant: str
    namespace: str
    """One of the Tenant's; empty: its first."""
    scopes: frozenset[Scope] = ALL
    id: str = ""
    """Its jti, by which it can be revoked."""


class TokenRefused(Exception):
    """The token is not good; the message says what is wrong with it."""


class KeyUnknown(TokenRefused):
    """No key of ours has the token's kid: an issuer may have a new one."""


class TokenKeys:
    """A JWK set, and what else a token has to say."""

    def __init__(self, keys: list[jwt.PyJWK], issuer: str, audience: str, tenant_claim: str, leeway: int) -> None:
        self._keys = keys
        self._issuer, self._audience = issuer, audience
        self._tenant_claim, self._leeway = tenant_claim, leeway

    def claims(self, token: str) -> Claims:
        """What the token says, if one of our keys signed it for us and it is not over. Raises TokenRefused."""
        if len(token) > MAX_TOKEN:
            raise TokenRefused("the token is too long")
        try:
            # the header only says which of our keys to try; the key says which algorithm, never the token
            said = self._decoded(token, jwt.get_unverified_header(token).get("kid"))
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise TokenRefused(_told(error)) from None
        tenant, subject, namespace = said.get(self._tenant_claim), said.get("sub", ""), said.get("namespace", "")
        if not isinstance(tenant, str) or not tenant:
            raise TokenRefused(f"the token has no claim {self._tenant_claim!r}")
        if not isinstance(subject, str) or not isinstance(namespace, str):
            raise TokenRefused("the token's sub and namespace are not texts")
        if not isinstance(token_id := said.get("jti", ""), str):
            raise TokenRefused("the token's jti is not a text")
        return Claims(subject, tenant, namespace, scopes_of(said.get("scope", said.get("scp"))), token_id)

    def _decoded(self, token: str, kid: object) -> dict[str, Any]:
        error: Exception = KeyUnknown("the token is not signed by a known key")
        for key in self._keys:
            if kid is not None and key.key_id is not None and kid != key.key_id:
                continue
            try:
                said: dict[str, Any] = jwt.decode(
                    token,
                    key,
                    algorithms=[key.algorithm_name],
                    audience=self._audience,
                    issuer=self._issuer,
                    leeway=self._leeway,
                    options={"require": ["exp", "iss", "aud"]},
                )
                return said
            except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError) as refused:
                error = refused
        raise error


def read_token_keys(text: str, issuer: str, audience: str, tenant_claim: str, leeway: int) -> TokenKeys:
    """The keys of a JWK set (RFC 7517): RSA, EC, OKP, or oct for a shared secret. Raises CredentialsProblem for any bad one."""
    return _keys_of([_key(one) for one in _listed(text)], issuer, audience, tenant_claim, leeway)


def read_published_keys(text: str, issuer: str, audience: str, tenant_claim: str, leeway: int) -> TokenKeys:
    """Those of an issuer's JWK set that can be used: it is not ours to say what else is in it. Raises CredentialsProblem."""
    keys = []
    for one in _listed(text):
        try:
            key = _key(one)
        except CredentialsProblem:
            continue
        if key.key_type != "oct":  # what everybody can read is no secret
            keys.append(key)
    return _keys_of(keys, issuer, audience, tenant_claim, leeway)


def _listed(text: str) -> list[dict[str, Any]]:
    try:
        return [key for key in json.loads(text)["keys"] if key.get("use", "sig") == "sig"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_set(error) from None


def _key(said: dict[str, Any]) -> jwt.PyJWK:
    try:
        key = jwt.PyJWK(said)
    except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError) as error:
        raise _no_set(error) from None
    _check(key)
    return key


def _no_set(error: Exception) -> CredentialsProblem:
    return CredentialsProblem(f'jwks: {type(error).__name__}: expected {{"keys": [...]}} with keys as in RFC 7517')


def _keys_of(keys: list[jwt.PyJWK], issuer: str, audience: str, tenant_claim: str, leeway: int) -> TokenKeys:
    if not keys:
        raise CredentialsProblem("jwks: there is no key in it for signatures")
    return TokenKeys(keys, issuer, audience, tenant_claim, leeway)


def _check(key: jwt.PyJWK) -> None:
    if key.algorithm_name not in ALGORITHMS:
        raise CredentialsProblem(f"jwks: algorithm {key.algorithm_name}: there are {', '.join(sorted(ALGORITHMS))}")
    if key.key_type == "oct" and len(key.key) < LEAST_HMAC_BYTES:
        raise CredentialsProblem(
            f"jwks: a shared secret has {len(key.key)} bytes, at least {LEAST_HMAC_BYTES} are safe"
        )
    if key.key_type == "RSA" and key.key.key_size < 2048:
        raise CredentialsProblem(f"jwks: an RSA key has {key.key.key_size} bits, at least 2048 are safe")
    if hasattr(key.key, "private_bytes"):
        raise CredentialsProblem("jwks: a private key is in it: only its public half belongs there")


def _told(error: Exception) -> str:
    """Why, without what the token said."""
    known: list[tuple[type[Exception], str]] = [
        (jwt.ExpiredSignatureError, "the token has expired"),
        (jwt.ImmatureSignatureError, "the token is not valid yet"),
        (jwt.InvalidAudienceError, "the token is not meant for Voxpod (aud)"),
        (jwt.InvalidIssuerError, "the token is from another issuer (iss)"),
        (jwt.MissingRequiredClaimError, "the token lacks exp, iss or aud"),
    ]
    return next((said for kind, said in known if isinstance(error, kind)), "the token is not signed by a known key")
