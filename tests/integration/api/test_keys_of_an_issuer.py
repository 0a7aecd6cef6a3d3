"""Tokens of an issuer that publishes its keys: rotated, taken back, away for a while, or for too long."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ed25519

from certificates import an_authority
from facade_harness import KEY, Served, served_world
from loopback_ports import free_port
from operator_world import World
from voxpod_api.auth import issuer as issuing
from voxpod_api.auth.issuer import IssuerKeys
from voxpod_api.auth.tokens import read_published_keys

ISSUER = "https://login.example.com"


@dataclass
class Issuer:
    """Who signs, and publishes its keys."""

    url: str = ""
    ca_pem: str = ""
    keys: dict[str, ed25519.Ed25519PrivateKey] = field(default_factory=dict)
    more: list[dict[str, Any]] = field(default_factory=list)
    """Published beside the keys."""
    answer: dict[str, Any] | None = None
    """In place of the keys."""
    asked: int = 0

    def sign_with(self, kid: str) -> None:
        self.keys[kid] = ed25519.Ed25519PrivateKey.generate()

    def token(self, kid: str, key: ed25519.Ed25519PrivateKey | None = None) -> str:
        claims = {"iss": ISSUER, "aud": "voxpod", "exp": 4_000_000_000, "tenant": "acme", "sub": "ann"}
        return jwt.encode(claims, key or self.keys[kid], "EdDSA", headers={"kid": kid})

    async def publish(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.answer is not None:
            return web.Response(**self.answer)
        to_jwk = jwt.algorithms.OKPAlgorithm.to_jwk
        public = [to_jwk(key.public_key(), as_dict=True) | {"kid": kid} for kid, key in self.keys.items()]
        return web.json_response({"keys": [*self.more, *public]})


@asynccontextmanager
async def an_issuer(folder: Path) -> AsyncIterator[Issuer]:
    """On loopback, with TLS of a private authority."""
    found, authority, port = Issuer(), an_authority(), free_port()
    found.sign_with("first")
    app = web.Application()
    app.router.add_get("/keys", found.publish)
    app.router.add_get("/elsewhere", found.publish)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for name, content in authority.files("localhost").items():
        (folder / name).write_bytes(content)
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    found.url, found.ca_pem = f"https://localhost:{port}/keys", authority.pem.decode()
    try:
        yield found
    finally:
        await runner.cleanup()


@pytest.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[Issuer]:
    async with an_issuer(tmp_path) as found:
        yield found


@asynccontextmanager
async def served_with(world: World, folder: Path, issuer: Issuer) -> AsyncIterator[Served]:
    changes = {"jwks_url": issuer.url, "jwks_ca_pem": issuer.ca_pem, "jwt_issuer": ISSUER}
    async with served_world(world, folder, operator=False, **changes) as served:
        yield served


async def code(served: Served, token: str) -> tuple[int, str]:
    async with served.get("/v1/limits", token) as answer:
        return answer.status, (await answer.json()).get("error", {}).get("code", "")


async def test_token_of_a_key_that_is_new_counts_at_once_and_one_of_a_made_up_key_never(
    world: World, tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served_with(world, tmp_path, issuer) as served:
        await world.until(lambda: served.facade.parts.credentials.tokens, "the keys are there")
        assert await code(served, issuer.token("first")) == (200, "")
        issuer.sign_with("second")
        monkeypatch.setattr(issuing, "LEAST_PAUSE_SECONDS", 0.0)
        assert await code(served, issuer.token("second")) == (200, "")

        monkeypatch.setattr(issuing, "LEAST_PAUSE_SECONDS", 3600.0)
        asked, forged = issuer.asked, issuer.token("made-up", ed25519.Ed25519PrivateKey.generate())
        answers = await asyncio.gather(*(code(served, forged) for _ in range(50)))
        assert (set(answers), issuer.asked) == ({(401, "invalid_api_key")}, asked), "the issuer is not turned against"
        assert await code(served, issuer.token("first", issuer.keys["second"])) == (401, "invalid_api_key")


async def test_facade_starts_without_its_issuer_and_keys_of_the_other_kind_count(
    world: World, tmp_path: Path, issuer: Issuer
) -> None:
    issuer.answer = {"status": 500}
    async with served_with(world, tmp_path, issuer) as served:
        assert await code(served, issuer.token("first")) == (503, "issuer_unavailable")
        assert await code(served, KEY) == (200, "")
        assert await code(served, "vxp-wrong") == (401, "invalid_api_key")


def keys_of(issuer: Issuer, clock: Any) -> IssuerKeys:
    return IssuerKeys(issuer.url, issuer.ca_pem, lambda t: read_published_keys(t, ISSUER, "voxpod", "tenant", 0), clock)


async def test_keys_outlast_an_outage_of_a_day_and_no_longer(issuer: Issuer) -> None:
    now = 0.0
    keys = keys_of(issuer, lambda: now)
    assert await keys.look_again()
    issuer.answer = {"status": 503}
    now = issuing.KEPT_SECONDS - 1
    assert not await keys.look_again()
    assert keys.keys is not None
    now += 1
    assert keys.keys is None


async def test_a_key_that_is_taken_back_counts_no_more(issuer: Issuer) -> None:
    now = 0.0
    keys = keys_of(issuer, lambda: now)
    await keys.look_again()
    lost = issuer.keys.pop("first")
    issuer.sign_with("second")
    now = issuing.REFRESH_SECONDS
    assert await keys.look_again()
    assert keys.keys is not None
    with pytest.raises(Exception, match="not signed by a known key"):
        keys.keys.claims(issuer.token("first", lost))


HMAC = {"kty": "oct", "kid": "oct", "alg": "HS256", "k": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param(HMAC, id="a secret that everybody can read"),
        pytest.param({"kty": "AKP", "alg": "ML-DSA-65"}, id="of a kind to come"),
        pytest.param({"kty": "RSA", "use": "enc", "n": "x"}, id="for encryption"),
    ],
)
async def test_what_else_is_in_the_set_counts_for_nothing(issuer: Issuer, stranger: dict[str, Any]) -> None:
    issuer.more = [stranger]
    keys = keys_of(issuer, lambda: 0.0)
    assert await keys.look_again()
    assert keys.keys is not None
    assert keys.keys.claims(issuer.token("first")).tenant == "acme"
    shared = jwt.encode({"iss": ISSUER}, "0123456789abcdef0123456789abcdef", "HS256", headers={"kid": "oct"})
    with pytest.raises(Exception, match="not signed by a known key"):
        keys.keys.claims(shared)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"status": 302, "headers": {"Location": "/elsewhere"}}, id="a redirect"),
        pytest.param({"body": b"\xff\xfe"}, id="no text"),
        pytest.param({"text": "<html>"}, id="no JSON"),
        pytest.param({"text": json.dumps({"keys": []})}, id="no key"),
        pytest.param({"body": b" " * (issuing.MAX_BYTES + 1)}, id="far too much"),
    ],
)
async def test_an_answer_that_is_none_leaves_the_keys_before(issuer: Issuer, answer: dict[str, Any]) -> None:
    now = 0.0
    keys = keys_of(issuer, lambda: now)
    await keys.look_again()
    issuer.answer, now = answer, issuing.LEAST_PAUSE_SECONDS
    assert not await keys.look_again()
    assert keys.keys is not None
    assert keys.keys.claims(issuer.token("first")).subject == "ann"
    assert issuer.asked == 2


async def test_another_authority_s_certificate_is_not_trusted(issuer: Issuer) -> None:
    issuer.ca_pem = an_authority().pem.decode()
    assert not await keys_of(issuer, lambda: 0.0).look_again()
