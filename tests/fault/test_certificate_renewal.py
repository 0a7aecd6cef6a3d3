"""The dispatch certificate is renewed under load, by the same authority or another: no request meets it, whoever leads."""

import asyncio
import ssl
from datetime import timedelta

import pytest

from certificates import Authority, an_authority, mount
from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator import app, certificates
from voxpod_operator.cluster.kinds import LEASE, SPEECH_MODEL, TENANT, TTS_REQUEST

SHORT_LEASE = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}


@pytest.fixture(params=["the same authority", "another authority"])
def renewed_by(request: pytest.FixtureRequest, world: World) -> Authority:
    """Who signs the certificate that comes, after `first` signed the one that is there."""
    first, other = an_authority(), an_authority()
    mount(world.tls_dir, first.files())
    return first if request.param == "the same authority" else other


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(certificates, "LAG", timedelta(seconds=1))


async def ask(world: World, *names: str) -> None:
    for name in names:
        await world.create(TTS_REQUEST, a_request_body(name), "acme")


async def all_spoken(world: World, *names: str) -> None:
    """Each of them at the first attempt."""
    await world.until(lambda: all(world.phase(n) == "Succeeded" for n in names), "all Succeeded", 20)
    assert {(world.stored(TTS_REQUEST, "acme", n) or {})["status"]["attempt"] for n in names} == {1}


async def serves(world: World, authority: Authority) -> bool:
    """Whether who trusts only this authority is answered, by a certificate of this version."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.load_verify_locations(cadata=authority.pem.decode())
    try:
        _, writer = await asyncio.open_connection(
            "127.0.0.1", world.dispatch_port, ssl=tls, server_hostname="voxpod-dispatch"
        )
    except OSError:
        return False
    served = ssl.DER_cert_to_PEM_cert(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
    writer.transport.abort()
    return served.strip() == (world.tls_dir / "tls.crt").read_text().strip()


async def until_served(world: World, authority: Authority) -> None:
    async with asyncio.timeout(10):
        while not await serves(world, authority):  # noqa: ASYNC110 - it is asked from outside
            await asyncio.sleep(0.1)


async def prepared(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())


async def test_requests_before_between_and_after_are_spoken_once(world: World, renewed_by: Authority) -> None:
    await prepared(world)
    world.pause_at = "claimed"
    async with running_operator(world, workers=8):
        await ask(world, "before-1", "before-2")
        await world.until(lambda: len(world.claims) == 2, "sandboxes of the old certificate hold work")
        mount(world.tls_dir, renewed_by.files())
        await asyncio.sleep(0.3)
        await ask(world, "between-1", "between-2")
        await world.until(lambda: len(world.claims) == 4, "sandboxes made after the change hold work")
        world.resume.set()
        await all_spoken(world, "before-1", "before-2", "between-1", "between-2")
        await until_served(world, renewed_by)
        await ask(world, "after")
        await all_spoken(world, "after")


async def test_a_follower_that_takes_over_in_the_middle_serves_who_is_under_way(
    world: World, renewed_by: Authority
) -> None:
    await prepared(world)
    world.pause_at = "claimed"
    async with running_operator(world, **SHORT_LEASE) as first:
        await ask(world, "before")
        await world.until(lambda: len(world.claims) == 1, "a sandbox of the old certificate holds work")
        async with running_operator(world, pod_name="operator-1", **SHORT_LEASE):
            await asyncio.sleep(0.3)
            mount(world.tls_dir, renewed_by.files())
            await asyncio.sleep(0.3)
            await first.kill()
            await world.until(
                lambda: (
                    (world.stored(LEASE, "voxpod-system", "voxpod-operator") or {})["spec"]["holderIdentity"]
                    == "operator-1"
                ),
                "the follower leads",
            )
            world.resume.set()
            await all_spoken(world, "before")
            await ask(world, "after")
            await all_spoken(world, "after")
            await until_served(world, renewed_by)


async def test_a_replica_that_starts_in_the_middle_knows_only_the_new_one_and_sandboxes_deliver_all_the_same(
    world: World, renewed_by: Authority
) -> None:
    """Their result is in the termination message, whoever they trust."""
    await prepared(world)
    world.pause_at = "claimed"
    async with running_operator(world):
        await ask(world, "before")
        await world.until(lambda: len(world.claims) == 1, "a sandbox of the old certificate holds work")
    mount(world.tls_dir, renewed_by.files())
    async with running_operator(world, pod_name="operator-1"):
        world.resume.set()
        await all_spoken(world, "before")
