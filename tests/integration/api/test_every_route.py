"""Every route, as the application has them: who may call it, and what a caller of another tenant gets. A new one without an entry fails."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from kmock import Server
from starlette.routing import Route

from facade_harness import KEY, OTHER_KEY, Served, keys_document, served_world
from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world
from voxpod_api.app import create_app
from voxpod_crds.usage_history import UsageHistory, UsedOnDay

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET_TEXT = "The midnight heron."


class Kind(Enum):
    """What a call is about."""

    OPEN = "for everybody; no tenant's data"
    MAKES = "makes something in the caller's namespace"
    TASK = "is about one task, which is of one tenant"
    OWN = "tells what the caller's tenant has"


class Entry(NamedTuple):
    kind: Kind
    scope: str = ""


ROUTES = {
    "GET /": Entry(Kind.OPEN),
    "GET /docs": Entry(Kind.OPEN),
    "GET /console/{name}": Entry(Kind.OPEN),
    "GET /openapi.json": Entry(Kind.OPEN),
    "GET /v1/test": Entry(Kind.OPEN),
    "GET /v1/models": Entry(Kind.OPEN),
    "GET /v1/audio/models": Entry(Kind.OPEN),
    "GET /v1/audio/voices": Entry(Kind.OPEN),
    "POST /tts": Entry(Kind.MAKES, "speech:write"),
    "POST /v1/tts/synthesize": Entry(Kind.MAKES, "speech:write"),
    "POST /v1/audio/speech": Entry(Kind.MAKES, "speech:write"),
    "POST /v1/speech-tasks": Entry(Kind.MAKES, "speech:write"),
    "POST /v1/speech-tasks/batch": Entry(Kind.MAKES, "speech:write"),
    "GET /v1/speech-tasks/{task_id}": Entry(Kind.TASK, "speech:read"),
    "DELETE /v1/speech-tasks/{task_id}": Entry(Kind.TASK, "speech:write"),
    "GET /v1/speech-tasks/{task_id}/audio": Entry(Kind.TASK, "speech:read"),
    "GET /v1/speech-tasks/{task_id}/timestamps": Entry(Kind.TASK, "speech:read"),
    "GET /v1/speech-tasks": Entry(Kind.OWN, "speech:read"),
    "GET /v1/webhook-secrets": Entry(Kind.OWN, "speech:write"),
    "GET /v1/limits": Entry(Kind.OWN, "usage:read"),
    "GET /v1/usage": Entry(Kind.OWN, "usage:read"),
    "GET /v1/organization/usage/audio_speeches": Entry(Kind.OWN, "usage:read"),
}
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
HISTORY = f"?start_time={int(YESTERDAY.timestamp())}&limit=31"
QUERIES = {"GET /v1/usage": HISTORY, "GET /v1/organization/usage/audio_speeches": HISTORY}
BODY = {"text": "Mine.", "input": "Mine.", "tasks": [{"text": "Mine."}]}


def of_kind(*kinds: Kind) -> list[str]:
    return [call for call, entry in ROUTES.items() if entry.kind in kinds]


class Stage(NamedTuple):
    served: Served
    task: str
    """Of globex, with a text, audio and times."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("routes")
    (folder / "webhooks").write_text("k" * 40)
    async with (
        KubeEmulator() as kube,
        Server(kube),
        a_world(kube, folder, free_port()) as world,
        served_world(world, folder, webhooks_key_file=folder / "webhooks") as served,
    ):
        asked = {"text": SECRET_TEXT, "timestamps": "word"}
        async with served.post("/v1/speech-tasks", asked, OTHER_KEY) as answer:
            task = (await answer.json())["id"]
        async with served.get(f"/v1/speech-tasks/{task}?wait=10", OTHER_KEY) as answer:
            assert (await answer.json())["status"] == "succeeded"
        used = [UsedOnDay(day=YESTERDAY.date(), namespace="globex", model="heron", requests=1, characters=4711)]
        history = UsageHistory(through=YESTERDAY.date(), used=used)
        world.store.archive["_usage/globex/history.json"] = history.model_dump_json(by_alias=True).encode()
        yield Stage(served, task)


async def called(served: Served, call: str, key: str, task: str = "task-" + "0" * 40) -> tuple[int, bytes]:
    """Status and body."""
    method, _, path = call.partition(" ")
    url = served.url + path.replace("{task_id}", task).replace("{name}", "app.js") + QUERIES.get(call, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    data = json.dumps(BODY).encode() if method == "POST" else None
    async with served.http.request(method, url, data=data, headers=headers) as answer:
        return answer.status, await answer.read()


def code(body: bytes) -> Any:
    return json.loads(body)["error"]["code"]


async def test_every_route_has_an_entry_here(stage: Stage) -> None:
    found = all_routes(create_app(stage.served.facade.parts).routes)
    assert {f"{m} {one.path}" for one in found for m in one.methods or () if m != "HEAD"} == set(ROUTES)


def all_routes(routes: Iterable[Any]) -> Iterator[Route]:
    """Those of included routers too, which FastAPI keeps as they are."""
    for one in routes:
        if isinstance(one, Route):
            yield one
        else:
            yield from all_routes(one.original_router.routes)


@pytest.mark.parametrize("call", of_kind(Kind.OPEN))
async def test_what_is_open_is_answered_to_anybody(stage: Stage, call: str) -> None:
    status, body = await called(stage.served, call, "")
    assert status == 200
    assert b"heron" not in body
    assert b"globex" not in body


@pytest.mark.parametrize("call", of_kind(Kind.MAKES, Kind.TASK, Kind.OWN))
async def test_anonymous(stage: Stage, call: str) -> None:
    before = [one["metadata"]["uid"] for one in stage.served.requests()]
    for key in ("", "nope", "vxp-globex-0123456789abcdee"):
        status, body = await called(stage.served, call, key, stage.task)
        assert (status, code(body)) == (401, "invalid_api_key")
    assert [one["metadata"]["uid"] for one in stage.served.requests()] == before


@pytest.mark.parametrize("call", of_kind(Kind.TASK))
async def test_other_tenant_s_task_is_answered_as_one_that_never_was(stage: Stage, call: str) -> None:
    never = stage.task[:-8] + "00000000"
    status, body = await called(stage.served, call, KEY, stage.task)
    assert (status, code(body)) == (404, "task_not_found")
    nobodys = await called(stage.served, call, KEY, never)
    assert nobodys == (status, body.replace(stage.task.encode(), never.encode()))
    status, _ = await called(stage.served, "GET /v1/speech-tasks/{task_id}", OTHER_KEY, stage.task)
    assert status == 200, "it is there, and still its owner's"


@pytest.mark.parametrize("call", of_kind(Kind.OWN))
async def test_other_tenant_is_told_of_its_own_alone(stage: Stage, call: str) -> None:
    status, theirs = await called(stage.served, call, OTHER_KEY)
    assert status == 200
    status, body = await called(stage.served, call, KEY)
    assert status == 200
    assert not [word for word in (b"globex", b"heron", b"4711", stage.task.encode()) if word in body]
    if call == "GET /v1/usage":
        assert b"4711" in theirs, "the test would see it"


@pytest.mark.parametrize("call", of_kind(Kind.MAKES))
async def test_what_a_tenant_makes_is_in_its_own_namespace(stage: Stage, call: str) -> None:
    before = {one["metadata"]["uid"] for one in stage.served.requests()}
    status, _ = await called(stage.served, call, KEY)
    assert status in (200, 202)
    made = [one["metadata"] for one in stage.served.requests() if one["metadata"]["uid"] not in before]
    assert [one["namespace"] for one in made] in (["acme"], []), "or a repeat of one that was there"


@pytest.mark.parametrize("scope", ["speech:write", "speech:read", "usage:read"])
async def test_a_credential_does_what_its_scopes_say_and_no_more(stage: Stage, scope: str) -> None:
    served, before = stage.served, stage.served.keys.read_text()
    served.keys.write_text(json.dumps([json.loads(keys_document(acme="vxp-narrow"))[0] | {"scopes": [scope]}]))
    served.facade.parts.credentials.look()
    try:
        for call in of_kind(Kind.MAKES, Kind.TASK, Kind.OWN):
            status, body = await called(served, call, "vxp-narrow")
            refused = status == 403 and code(body) == "insufficient_scope"
            assert refused == (ROUTES[call].scope != scope), (call, status)
    finally:
        served.keys.write_text(before)
        served.facade.parts.credentials.look()
