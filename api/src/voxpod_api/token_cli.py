"""`voxpod-token`: keys that sign tokens, tokens, and what is in one; API keys with the entry that the facade is told.

For trying, and for teams without an identity provider. Nothing here talks to a cluster.
"""

import argparse
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.scopes import ALL
from voxpod_api.auth.tokens import TokenRefused, read_token_keys

PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth")
"""Of a JWK (RFC 7518); what is left is public."""


class _Refused(Exception):
    """What a person did wrong, in a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where a token is not good or a file cannot be used, which is said; 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        document = options.run(options)
    except (_Refused, CredentialsProblem, OSError) as problem:
        print(f"voxpod-token: {problem}", file=sys.stderr)
        return 1
    print(document if isinstance(document, str) else json.dumps(document, indent=2))
    return 0


def _new_key(options: argparse.Namespace) -> dict[str, Any]:
    """Write a private key; its public half is the answer, as the facade's JWK set."""
    kid = secrets.token_hex(8)
    makers: dict[str, Callable[[], Any]] = {
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "RS256": lambda: rsa.generate_private_key(65537, 3072),
    }
    private = jwt.get_algorithm_by_name(options.alg).to_jwk(makers[options.alg](), as_dict=True)
    private |= {"kid": kid, "alg": options.alg, "use": "sig"}
    private.pop("key_ops", None)
    options.private.touch(mode=0o600, exist_ok=False)
    options.private.write_text(json.dumps(private))
    return {"keys": [{name: value for name, value in private.items() if name not in PRIVATE_MEMBERS}]}


def _mint(options: argparse.Namespace) -> str:
    """A token that the key signs."""
    try:
        key = jwt.PyJWK(json.loads(options.key.read_text(encoding="utf-8")))
    except (ValueError, AttributeError, jwt.PyJWTError) as error:
        raise _Refused(
            f"{options.key}: a private JWK is expected, as new-key writes one ({type(error).__name__})"
        ) from None
    now = int(time.time())
    claims = {
        "iss": options.issuer,
        "aud": options.audience,
        "sub": options.subject,
        "jti": secrets.token_hex(16),
        "iat": now,
        "exp": now + options.seconds,
        options.tenant_claim: options.tenant,
        "namespace": options.namespace,
        "scope": " ".join(options.scope),
    }
    try:
        said = {name: value for name, value in claims.items() if value != ""}
        return jwt.encode(said, key.key, algorithm=key.algorithm_name, headers={"kid": key.key_id})
    except (TypeError, AttributeError, jwt.PyJWTError) as error:
        raise _Refused(f"{options.key}: it cannot sign: a private JWK is expected ({type(error).__name__})") from None


def _inspect(options: argparse.Namespace) -> dict[str, Any]:
    """What a token says; with a JWK set also whether the facade would take it, which is the exit code then."""
    token = (sys.stdin.read() if options.token == "-" else options.token).strip()  # noqa: S105 - the word for stdin
    try:
        told = jwt.decode_complete(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise _Refused(f"that is no token: {error}") from None
    said = {"header": told["header"], "claims": told["payload"]}
    if options.jwks is None:
        return said
    text = options.jwks.read_text(encoding="utf-8")
    keys = read_token_keys(text, options.issuer, options.audience, options.tenant_claim, 0)
    try:
        claims = keys.claims(token)
    except TokenRefused as refused:
        raise _Refused(f"refused: {refused}; it says {json.dumps(said)}") from None
    return {**said, "taken_for": {"tenant": claims.tenant, "subject": claims.subject, "scopes": sorted(claims.scopes)}}


def _api_key(options: argparse.Namespace) -> dict[str, Any]:
    """An API key, and its entry in keys.json or api.auth.keys."""
    key = f"vxp-{secrets.token_hex(24)}"
    entry = {"name": options.name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "namespace": options.namespace}
    return {"key": key, "entry": entry | ({"scopes": options.scope} if options.scope else {})}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voxpod-token", description="Credentials of the HTTP facade: docs/http-api.md."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    new = commands.add_parser("new-key", help="make a key that signs tokens; prints the JWK set for the facade")
    new.add_argument("private", type=Path, help="file for the private key; it must not be there yet")
    new.add_argument("--alg", choices=["EdDSA", "ES256", "RS256"], default="EdDSA")
    new.set_defaults(run=_new_key)
    mint = commands.add_parser("mint", help="print a token")
    mint.add_argument("key", type=Path, help="private key that new-key wrote")
    mint.add_argument("--tenant", required=True, help="Tenant of who will have it")
    mint.add_argument("--namespace", default="", help="one of the Tenant's; its first without it")
    mint.add_argument("--subject", default="", help="who will have it: for logs, and for whose repeats are one")
    mint.add_argument("--seconds", type=int, default=3600, help="life (3600)")
    mint.set_defaults(run=_mint)
    inspect = commands.add_parser("inspect", help="print what a token says, and whether a JWK set takes it")
    inspect.add_argument("token", help="the token, or - for standard input")
    inspect.add_argument("--jwks", type=Path, help="JWK set to judge it by, with --issuer")
    inspect.set_defaults(run=_inspect)
    for one in (mint, inspect):
        one.add_argument("--issuer", required=one is mint, default="")
        one.add_argument("--audience", default="voxpod")
        one.add_argument("--tenant-claim", default="tenant")
    key = commands.add_parser("api-key", help="print an API key, and the entry that the facade is told")
    key.add_argument("--name", required=True)
    key.add_argument("--namespace", required=True)
    key.set_defaults(run=_api_key)
    for one in (mint, key):
        one.add_argument(
            "--scope", action="append", choices=sorted(ALL), default=[], help="may be repeated; all without it"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
