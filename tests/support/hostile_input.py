"""What hostile callers send: tokens that are not ours, and addresses that only the facade can reach."""

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

from voxpod_api.auth.tokens import TokenKeys, read_token_keys

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
ISSUER = "https://issuer"
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


def key_set() -> str:
    """The JWK set in whose name all tokens here pretend to be."""
    every = (
        jwk(RSA.public_key(), "rsa", alg="RS256"),
        jwk(EC.public_key(), "ec"),
        jwk(ED.public_key(), "ed"),
        {"kty": "oct", "kid": "oct", "alg": "HS256", "k": base64.urlsafe_b64encode(SECRET).decode().rstrip("=")},
    )
    return json.dumps({"keys": every})


def keys() -> TokenKeys:
    return read_token_keys(key_set(), ISSUER, "voxpod", "tenant", 2 * HOUR)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    known = {"iss": ISSUER, "aud": "voxpod", "exp": now + 24 * HOUR, "sub": "anna", "tenant": "acme"}
    return {k: v for k, v in {**known, **changes}.items() if v is not None}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "rsa", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid} if kid else {})


def confused() -> str:
    """HS256, with the RSA key's public half as the secret."""
    public = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return by_hand({"alg": "HS256", "kid": "rsa"}, lambda signed: hmac.digest(public, signed, hashlib.sha256))


def by_hand(header: dict[str, Any], sign: Any = lambda _: b"", payload: bytes | None = None) -> str:
    parts = [json.dumps(header).encode(), payload or json.dumps(claims()).encode()]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return (signed + b"." + base64.urlsafe_b64encode(sign(signed)).rstrip(b"=")).decode()


BAD_TOKENS = [
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
]

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip
"""Loopback, private, link-local, metadata and what else is not the public internet, however it is written."""
