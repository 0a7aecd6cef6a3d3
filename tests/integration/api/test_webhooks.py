"""Receivers are told of the ends of tasks: signed, once, again after a failure, by whichever replica lives; never inside."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from facade_harness import KEY, OTHER_KEY, Served, a_facade, served_world
from loopback_ports import free_port
from operator_world import World
from voxpod_api.webhooks import delivery
from voxpod_operator.cluster.kinds import TTS_REQUEST

LOOPBACK = ["127.0.0.0/8"]


@dataclass
class Receiver:
    """Who is told, and what it answers."""

    url: str
    answers: list[int] = field(default_factory=list)
    """Status of the next ones; 200 after those."""
    hang: asyncio.Event | None = None
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.told.append(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        if self.hang is not None and "slow" in request.path:
            await self.hang.wait()
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"Location": f"{self.url}/elsewhere"})


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    found = Receiver(f"http://127.0.0.1:{(port := free_port())}")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.take)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield found
    finally:
        if found.hang is not None:
            found.hang.set()
        await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as found:
        yield found


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PAUSES", (1,) * len(delivery.PAUSES))


@asynccontextmanager
async def telling(world: World, folder: Path, **changes: Any) -> AsyncIterator[Served]:
    """A facade with webhooks, which may go to this machine."""
    (folder / "webhook.key").write_text("an old key that nobody should guess\n")
    known = {"webhooks_key_file": folder / "webhook.key", "webhooks_allow_http": True}
    async with served_world(world, folder, **{**known, "webhooks_allow_cidrs": LOOPBACK, **changes}) as served:
        yield served


async def made(served: Served, url: str, key: str = KEY, **more: str) -> dict[str, Any]:
    body = {"text": "Call me back.", "webhook_url": url, **more}
    async with served.post("/v1/speech-tasks", body, key) as answer:
        assert answer.status == 202, await answer.text()
        return dict(await answer.json())


async def webhook_of(served: Served, task: str) -> dict[str, Any]:
    async with served.get(f"/v1/speech-tasks/{task}") as answer:
        return dict((await answer.json())["webhook"])


async def settled(served: Served, task: str) -> dict[str, Any]:
    """What came of the webhook in the end."""

    def state() -> str:
        annotations = served.world.stored(TTS_REQUEST, "acme", task)["metadata"].get("annotations", {})  # type: ignore[index]
        return str(json.loads(annotations.get("voxpod.dev/webhook-state", '{"status": ""}'))["status"])

    await served.world.until(lambda: state() in ("delivered", "failed"), "the webhook is settled")
    return await webhook_of(served, task)


def is_signed_by(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(right).decode()}" in headers["webhook-signature"].split()


async def test_receiver_is_told_once_and_knows_from_whom(world: World, tmp_path: Path, receiver: Receiver) -> None:
    async with telling(world, tmp_path) as served:
        task = await made(served, f"{receiver.url}/hook?token=s3cret")
        assert task["webhook"] == {"status": "pending", "attempts": 0, "error": None}
        assert await settled(served, task["id"]) == {"status": "delivered", "attempts": 1, "error": None}
        async with served.get("/v1/webhook-secrets") as answer:
            (ours,) = (await answer.json())["data"]
        async with served.get("/v1/webhook-secrets", OTHER_KEY) as answer:
            (theirs,) = (await answer.json())["data"]

    ((headers, body),) = receiver.told
    said = json.loads(body)
    assert (said["type"], said["data"]["id"], said["data"]["status"]) == (
        "speech_task.succeeded",
        task["id"],
        "succeeded",
    )
    assert said["data"]["audio_url"].startswith("http")
    assert (is_signed_by(ours, headers, body), is_signed_by(theirs, headers, body)) == (True, False)


async def test_failure_is_told_as_well(world: World, tmp_path: Path, receiver: Receiver) -> None:
    async with telling(world, tmp_path) as served:
        task = await made(served, receiver.url, text="\u200b")
        await settled(served, task["id"])
    said = json.loads(receiver.told[0][1])
    assert (said["type"], said["data"]["error"]["code"]) == ("speech_task.failed", "nothing_to_speak")


async def test_receiver_that_fails_is_told_again_with_the_same_id(
    world: World, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answers = [500, 302]
    async with telling(world, tmp_path) as served:
        task = await made(served, receiver.url)
        assert await settled(served, task["id"]) == {"status": "delivered", "attempts": 3, "error": None}
    assert len(receiver.told) == 3, "the redirect is not followed"
    assert len({headers["webhook-id"] for headers, _ in receiver.told}) == 1


async def test_receiver_that_is_gone_is_told_no_more(world: World, tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [410]
    async with telling(world, tmp_path) as served:
        task = await made(served, receiver.url)
        told = await settled(served, task["id"])
    assert told == {"status": "failed", "attempts": 1, "error": "the receiver answers 410"}


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.0.0.1"])
async def test_a_name_that_leads_inside_is_never_called(
    world: World, tmp_path: Path, receiver: Receiver, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voxpod_api.webhooks.delivery.MOST_ATTEMPTS", 1)
    async with telling(world, tmp_path, webhooks_allow_cidrs=[]) as served:
        task = await made(served, receiver.url.replace("127.0.0.1", host))
        told = await settled(served, task["id"])
    assert (told["status"], receiver.told) == ("failed", []), told
    assert "127.0.0.1" not in told["error"], "what a name leads to is nobody's business"


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "ftp://x/"])
async def test_an_address_inside_is_refused_at_once(world: World, tmp_path: Path, url: str) -> None:
    async with telling(world, tmp_path, operator=False, webhooks_allow_cidrs=[], webhooks_allow_http=False) as served:
        async with served.post("/v1/speech-tasks", {"text": "A.", "webhook_url": url}) as answer:
            said = (await answer.json())["error"]
        assert (answer.status, said["param"], served.requests()) == (400, "webhook_url", [])


async def test_where_webhooks_are_not_set_up_a_task_with_one_is_refused(world: World, tmp_path: Path) -> None:
    async with served_world(world, tmp_path, operator=False) as served:
        async with served.post("/v1/speech-tasks", {"text": "A.", "webhook_url": "https://x.example.com"}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, "not_supported")
        async with served.get("/v1/webhook-secrets") as answer:
            assert answer.status == 404


async def test_two_replicas_tell_once(world: World, tmp_path: Path, receiver: Receiver) -> None:
    async with (
        telling(world, tmp_path, pod_name="facade-0") as first,
        a_second(world, first, tmp_path),
    ):
        tasks = [(await made(first, receiver.url))["id"] for _ in range(8)]
        for task in tasks:
            await settled(first, task)
    ids = [headers["webhook-id"] for headers, _ in receiver.told]
    assert (len(ids), len(set(ids))) == (8, 8)


@asynccontextmanager
async def a_second(world: World, first: Served, folder: Path) -> AsyncIterator[Served]:
    key = folder / "webhook.key"
    changes = {"webhooks_key_file": key, "webhooks_allow_http": True, "webhooks_allow_cidrs": LOOPBACK}
    async with a_facade(world, first.front, folder, pod_name="facade-1", **changes) as second:
        yield second


async def test_what_a_replica_left_behind_is_told_by_another(
    world: World, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It died in its attempt: claimed, perhaps sent, never written down. The receiver knows the repeat by its id."""
    monkeypatch.setattr(delivery, "GRACE", delivery.timedelta(0))
    receiver.hang = asyncio.Event()
    async with telling(world, tmp_path, pod_name="facade-0") as first:
        async with a_second(world, first, tmp_path) as dying:
            async with dying.post("/v1/speech-tasks", {"text": "A.", "webhook_url": f"{receiver.url}/slow"}) as answer:
                task = (await answer.json())["id"]
            await world.until(lambda: receiver.told, "the attempt is under way")
        receiver.hang.set()
        told = await settled(first, task)
    assert (told["status"], len({headers["webhook-id"] for headers, _ in receiver.told})) == ("delivered", 1)
    assert len(receiver.told) == told["attempts"]


async def test_a_receiver_that_hangs_keeps_no_other_tenant_waiting(
    world: World, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.hang = asyncio.Event()
    async with telling(world, tmp_path) as served:
        for _ in range(6):
            await made(served, f"{receiver.url}/slow", OTHER_KEY)
        await world.until(lambda: len(receiver.told) == 4, "as many hang as one namespace may")
        task = await made(served, f"{receiver.url}/quick")
        assert (await settled(served, task["id"]))["status"] == "delivered"
        assert sum(json.loads(body)["data"]["id"] != task["id"] for _, body in receiver.told) == 4
        receiver.hang.set()
