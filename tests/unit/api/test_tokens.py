"""Tokens: only ours, only in time, only for us, whatever their header says."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.tokens import TokenKeys, TokenRefused, read_token_keys

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
HOUR = 3600
"""Tokens are made when tests are collected, and may be used an hour later."""
SECRET = b"0123456789abcdef0123456789abcdef"


def jwk(key: Any, kid: str, **more: str) -> dict[str, Any]:
    algorithm = {
        "rsa": jwt.algorithms.RSAAlgorithm,
        "ec": jwt.algorithms.ECAlgorithm,
        "ed": jwt.algorithms.OKPAlgorithm,
    }[kid]
    return {**algorithm.to_jwk(key, as_dict=True), "kid": kid, **more}


def keys(*found: dict[str, Any]) -> TokenKeys:
    every = found or (
        jwk(RSA.public_key(), "rsa", alg="RS256"),
        jwk(EC.public_key(), "ec"),
        jwk(ED.public_key(), "ed"),
        {"kty": "oct", "kid": "oct", "alg": "HS256", "k": base64.urlsafe_b64encode(SECRET).decode().rstrip("=")},
    )
    return read_token_keys(json.dumps({"keys": every}), "https://issuer", "voxpod", "tenant", 2 * HOUR)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    known = {"iss": "https://issuer", "aud": "voxpod", "exp": now + 24 * HOUR, "sub": "anna", "tenant": "acme"}
    return {k: v for k, v in {**known, **changes}.items() if v is not None}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "rsa", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid} if kid else {})


@pytest.mark.parametrize(
    "good",
    [
        pytest.param(token(), id="RS256"),
        pytest.param(token(kid=None), id="without a kid"),
        pytest.param(token(EC, "ES256", "ec"), id="ES256"),
        pytest.param(token(ED, "EdDSA", "ed"), id="EdDSA"),
        pytest.param(token(SECRET, "HS256", "oct"), id="HS256"),
        pytest.param(token(aud=["other", "voxpod"]), id="one audience of two"),
        pytest.param(token(exp=int(time.time()) - HOUR), id="expired within the leeway"),
    ],
)
def test_good_tokens_say_who_calls(good: str) -> None:
    said = keys().claims(good)
    assert (said.subject, said.tenant, said.namespace) == ("anna", "acme", "")


def confused() -> str:
    """HS256, with the RSA key's public half as the secret."""
    public = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return by_hand({"alg": "HS256", "kid": "rsa"}, lambda signed: hmac.digest(public, signed, hashlib.sha256))


def by_hand(header: dict[str, Any], sign: Any = lambda _: b"", payload: bytes | None = None) -> str:
    parts = [json.dumps(header).encode(), payload or json.dumps(claims()).encode()]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return (signed + b"." + base64.urlsafe_b64encode(sign(signed)).rstrip(b"=")).decode()


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(by_hand({"alg": "none"}), id="alg none"),
        pytest.param(by_hand({"alg": "None", "kid": "rsa"}), id="alg None with a kid"),
        pytest.param(confused(), id="the public key taken for a secret"),
        pytest.param(token(OTHER_RSA), id="another key under our kid"),
        pytest.param(token(kid="../../dev/null"), id="kid is a path"),
        pytest.param(by_hand({"alg": "RS256", "kid": {"a": 1}}), id="kid is no text"),
        pytest.param(by_hand({"alg": "RS256", "jku": "http://evil/keys"}), id="jku is not fetched"),
        pytest.param(by_hand({"alg": "RS256", "jwk": jwk(OTHER_RSA.public_key(), "rsa")}), id="brings its own key"),
        pytest.param(token(EC, "ES256", "rsa"), id="ES256 under the RSA key's kid"),
        pytest.param(token(exp=int(time.time()) - 24 * HOUR), id="expired"),
        pytest.param(token(exp=None), id="never expires"),
        pytest.param(token(nbf=int(time.time()) + 24 * HOUR), id="not yet"),
        pytest.param(token(aud="other"), id="for others"),
        pytest.param(token(aud=None), id="for nobody"),
        pytest.param(token(iss="https://other"), id="another issuer"),
        pytest.param(token(iss=None), id="no issuer"),
        pytest.param(token(tenant=None), id="no tenant"),
        pytest.param(token(tenant=["acme"]), id="tenants"),
        pytest.param(token(namespace=5), id="namespace a number"),
        pytest.param("a.b.c", id="no token"),
        pytest.param("..", id="nothing at all"),
        pytest.param(token() + "x" * 9000, id="too long"),
        pytest.param(by_hand({"alg": "RS256"}, payload=b"[" * 5000), id="deeply nested"),
        pytest.param(token()[:-4] + "AAAA", id="signature changed"),
    ],
)
def test_bad_tokens_are_refused(bad: str) -> None:
    with pytest.raises(TokenRefused):
        keys().claims(bad)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "JSONDecodeError", id="no JSON"),
        pytest.param('{"keys": []}', "no key", id="no keys"),
        pytest.param('{"keys": [{"kty": "oct", "k": "YWJj", "alg": "HS256"}]}', "at least 32", id="short secret"),
        pytest.param('{"keys": [{"kty": "magic"}]}', "RFC 7517", id="unknown kind of key"),
        pytest.param(json.dumps({"keys": [jwk(RSA, "rsa")]}), "private key", id="the private half"),
    ],
)
def test_unsafe_key_sets_are_refused_without_quoting_them(text: str, says: str) -> None:
    with pytest.raises(CredentialsProblem, match=says) as caught:
        read_token_keys(text, "i", "a", "tenant", 30)
    assert "YWJj" not in str(caught.value)
