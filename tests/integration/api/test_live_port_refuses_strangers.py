"""The port that sandboxes send live audio to: who may speak there, how often and how much, and what it costs to try."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from facade_harness import Served
from live_sandbox import Line, LiveSandbox
from voxpod_api.live import listening, server
from voxpod_crds.live_audio import LIVE_ANNOTATION, sandbox_token
from voxpod_crds.sandbox_protocol import Live
from voxpod_crds.tts_request import Phase
from voxpod_operator.cluster.kinds import TTS_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL = {"model": "tts-1", "voice": "alloy", "input": "Hello there.", "response_format": "pcm"}
TOLD = {"apiVersion": "voxpod.dev/v1alpha1", "kind": "TTSRequest"}


async def waits(sandbox: LiveSandbox) -> None:
    await sandbox.go.wait()


@pytest_asyncio.fixture(loop_scope="module")
async def waiting(served: Served) -> AsyncIterator[LiveSandbox]:
    """The sandbox of a call that somebody listens to; it says nothing by itself, and the call is answered from the store."""
    served.world.kubelet = sandbox = LiveSandbox(waits)
    call = asyncio.create_task(answered(served))
    try:
        await served.world.until(lambda: sandbox.work, "it has its work")
        yield sandbox
    finally:
        sandbox.go.set()
        served.world.kubelet = None
        await call


async def answered(served: Served) -> bytes:
    async with served.post("/v1/audio/speech", CALL) as answer:
        return bytes(await answer.content.readany())


async def tried(live: Live, **differs: str | None) -> int:
    """What a connection with another head is answered."""
    line = await Line.to(live)
    await line.head(live, **differs)  # type: ignore[arg-type]
    try:
        return await line.status()
    finally:
        line.cut()


async def test_only_the_pod_that_holds_the_request_may_speak(
    waiting: LiveSandbox, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "NAMES_SECONDS", 0.2)
    (request,) = served.requests()
    secret = served.facade.parts.settings.live_secret.get_secret_value()
    other = sandbox_token(secret, request["metadata"]["uid"], "another-pod")

    assert await tried(waiting.live, token=other) == 403
    assert await tried(waiting.live, token="x" * 64) == 403
    assert await tried(waiting.live, token="") == 403
    assert await tried(waiting.live, token="\xff" * 64) == 403


@pytest.mark.parametrize("path", ["/v1/live/", "/v1/live/" + "0" * 32, "/", "/v1/audio/speech", "/v1/live/../x"])
async def test_who_names_nobody_that_listens_reaches_nothing(waiting: LiveSandbox, path: str) -> None:
    assert await tried(waiting.live, path=path) == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_is_to_be_had_here(waiting: LiveSandbox, method: str) -> None:
    assert await tried(waiting.live, method=method) == 404


async def test_second_one_with_the_same_token_is_refused(waiting: LiveSandbox) -> None:
    first = await waiting.connected()
    await first.send(b"one")
    assert await tried(waiting.live) == 409
    assert await first.end() == 204
    first.cut()
    assert await tried(waiting.live) == 409, "nor after it"


async def test_one_that_sent_nothing_may_be_followed_by_the_next(waiting: LiveSandbox, served: Served) -> None:
    (await waiting.connected()).cut()
    listener = next(iter(served.facade.live.listeners._open.values()))  # type: ignore[union-attr]
    await served.world.until(lambda: not listener._sender, "it is gone")
    line = await waiting.connected()
    await line.send(b"one")
    assert await line.end() == 204
    line.cut()


async def test_more_than_a_sandbox_ever_sends_is_cut(waiting: LiveSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_BYTES", 1 << 20)
    line = await waiting.connected()
    with contextlib.suppress(OSError):
        for _ in range(64):
            await line.send(bytes(1 << 16))
    assert await line.status() in (413, 0)
    line.cut()


async def test_one_that_says_nothing_is_given_up(waiting: LiveSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "QUIET_SECONDS", 0.1)
    line = await waiting.connected()
    assert await line.status() == 408
    line.cut()


@pytest.mark.parametrize(
    "body", [pytest.param(b"zz\r\n", id="no size"), pytest.param(b"5\r\nabcdefgh\r\n", id="another size")]
)
async def test_garbage_for_a_body_is_no_sound_and_no_error_of_ours(waiting: LiveSandbox, body: bytes) -> None:
    line = await waiting.connected()
    await line.say(body)
    assert await line.status() in (400, 499, 0)
    line.cut()


async def test_head_that_never_ends_is_refused(waiting: LiveSandbox) -> None:
    line = await Line.to(waiting.live)
    with contextlib.suppress(OSError):
        await line.say(b"POST / HTTP/1.1\r\n" + b"x: " + b"y" * 200_000)
    assert await line.status() in (400, 0)
    line.cut()


async def test_plain_http_and_old_tls_get_no_word(waiting: LiveSandbox) -> None:
    parts = urlsplit(waiting.live.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"POST /v1/live/x HTTP/1.1\r\n\r\n")
    assert not (await reader.read()).startswith(b"HTTP")
    writer.transport.abort()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(cadata=waiting.live.ca_pem)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(parts.hostname, parts.port, ssl=old)


async def test_one_address_holds_few_connections(waiting: LiveSandbox) -> None:
    lines = [await Line.to(waiting.live) for _ in range(server.MAX_CONNECTIONS_PER_ADDRESS)]
    assert await (await Line.to(waiting.live)).status() == 0
    for line in lines:
        line.cut()


async def test_certificate_is_of_this_process_and_address(waiting: LiveSandbox) -> None:
    parts = urlsplit(waiting.live.url)
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(parts.hostname, parts.port, ssl=ssl.create_default_context())
    pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    pinned.load_verify_locations(cadata=waiting.live.ca_pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(parts.hostname, parts.port, ssl=pinned, server_hostname="127.0.0.2")


async def test_address_that_a_tenant_wrote_reaches_no_sandbox(served: Served) -> None:
    """Its own, and one that the facade signed for another request."""
    served.world.kubelet = theirs = LiveSandbox(waits)
    call = asyncio.create_task(answered(served))
    await served.world.until(lambda: theirs.work, "the call has its sandbox")
    (made,) = served.requests()
    copied = made["metadata"]["annotations"][LIVE_ANNOTATION]
    assert theirs.live
    for name, annotation in (("copied", copied), ("forged", copied.replace("127.0.0.1", "192.0.2.66"))):
        served.world.kubelet = sandbox = LiveSandbox(waits)
        meta = {"name": name, "annotations": {LIVE_ANNOTATION: annotation}}
        await served.world.create(TTS_REQUEST, {**TOLD, "metadata": meta, "spec": {"text": "Hello."}}, "acme")
        sandbox.go.set()
        await served.world.until(lambda name=name: served.world.phase(name) == Phase.SUCCEEDED, f"{name} is spoken")
        assert sandbox.work is not None
        assert sandbox.work.live is None
    theirs.go.set()
    served.world.kubelet = None
    await call
