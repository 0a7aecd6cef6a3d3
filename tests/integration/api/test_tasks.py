"""Tasks: made, asked for, listed, cancelled; one Idempotency-Key is one task, and nobody sees another tenant's."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from facade_harness import KEY, OTHER_KEY, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = {"text": "Take your time.", "voice": "af_heart"}


async def made(served: Served, body: Any = None, key: str = KEY, **headers: str) -> dict[str, Any]:
    async with served.post("/v1/speech-tasks", body or BODY, key, **headers) as answer:
        assert answer.status == 202, await answer.text()
        said: dict[str, Any] = await answer.json()
        assert answer.headers["Location"] == f"/v1/speech-tasks/{said['id']}"
        return said


async def asked(served: Served, path: str, key: str = KEY, status: int = 200) -> dict[str, Any]:
    async with served.get(path, key) as answer:
        assert answer.status == status, await answer.text()
        said: dict[str, Any] = await answer.json()
        return said


async def deleted(served: Served, task: str, key: str = KEY) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {key}"}
    async with served.http.delete(f"{served.url}/v1/speech-tasks/{task}", headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_task_is_spoken_and_its_audio_is_heard_without_a_key(served: Served) -> None:
    begun = await made(served)
    assert begun["status"] == "queued"

    done = await asked(served, f"/v1/speech-tasks/{begun['id']}?wait=30")

    assert (done["status"], done["duration"], done["voice"], done["error"]) == ("succeeded", 1.5, "af_heart", None)
    assert 86_300 < done["expires_in"] <= 86_400
    async with aiohttp.ClientSession() as stranger, stranger.get(done["audio_url"]) as audio:
        assert await audio.read() == b"RIFFTake your time."
    (request,) = served.requests()
    assert request["metadata"]["name"] == begun["id"]
    assert "maxWaitSeconds" not in request["spec"], "a task waits for its turn"


async def test_one_key_is_one_task_however_it_ended_and_another_body_is_refused(served: Served) -> None:
    key = {"Idempotency-Key": "order-7"}
    first, *others = await asyncio.gather(*(made(served, **key) for _ in range(3)))
    await asked(served, f"/v1/speech-tasks/{first['id']}?wait=30")
    again = await made(served, **key)

    assert {one["id"] for one in (*others, again)} == {first["id"]}
    assert len(served.requests()) == 1
    async with served.post("/v1/speech-tasks", {"text": "Another."}, **key) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (422, "idempotency_key_reused")
    assert (await made(served, key=OTHER_KEY, **key))["id"] != first["id"]


async def test_a_batch_is_told_task_by_task_and_a_repeat_of_it_makes_nothing_new(served: Served) -> None:
    await served.know_voices()
    batch = {"tasks": [{"text": "One."}, {"text": "Two.", "voice": "nobody"}, {"text": "Three.", "format": "ogg"}]}
    said = [await answer_of(served.post("/v1/speech-tasks/batch", batch, **{"Idempotency-Key": "b"})) for _ in "12"]

    assert [(status, one["made"], one["refused"]) for status, one in said] == [(202, 2, 1)] * 2
    first, second, third = said[0][1]["data"]
    assert (second["task"], second["error"]["code"], first["error"]) == (None, "voice_not_found", None)
    assert [one["task"] and one["task"]["id"] for one in said[1][1]["data"]] == [
        first["task"]["id"],
        None,
        third["task"]["id"],
    ]
    assert sorted(request["spec"]["text"] for request in served.requests()) == ["One.", "Three."]
    assert (await asked(served, f"/v1/speech-tasks/{third['task']['id']}?wait=30"))["status"] == "succeeded"


@pytest.mark.parametrize(
    ("tasks", "where"),
    [
        pytest.param([], "tasks", id="none"),
        pytest.param([BODY] * 65, "tasks", id="too many"),
        pytest.param([BODY, {"text": "A.", "speed": 9}], "tasks.1.speed", id="a bad one"),
        pytest.param({"text": "A."}, "tasks", id="no list"),
    ],
)
async def test_a_batch_that_cannot_be_read_makes_nothing(served: Served, tasks: Any, where: str) -> None:
    status, said = await answer_of(served.post("/v1/speech-tasks/batch", {"tasks": tasks}))
    assert (status, said["error"]["param"], said["error"]["message"].startswith(f"{where}: ")) == (400, "tasks", True)
    assert served.requests() == []


async def answer_of(call: Any) -> tuple[int, dict[str, Any]]:
    async with call as answer:
        return answer.status, await answer.json()


async def test_a_cancelled_task_ends_and_may_be_cancelled_again(served: Served) -> None:
    served.world.sandboxes_silent = True
    task = (await made(served))["id"]

    status, _ = await deleted(served, task)
    assert status == 200
    done = await asked(served, f"/v1/speech-tasks/{task}?wait=30")

    assert (done["status"], done["error"]["code"]) == ("cancelled", "request_cancelled")
    assert await deleted(served, task) == (200, done)


async def test_a_task_that_failed_says_why_as_other_calls_do(served: Served) -> None:
    task = (await made(served, {"text": "\u200b \u200b"}))["id"]
    done = await asked(served, f"/v1/speech-tasks/{task}?wait=30")
    assert (done["status"], done["error"]["code"], done["error"]["param"]) == ("failed", "nothing_to_speak", "text")


async def test_list_has_the_newest_first_in_pages_and_no_calls(served: Served) -> None:
    served.world.sandboxes_silent = True
    ids = [(await made(served, {"text": f"Number {number}."}))["id"] for number in range(5)]
    call = asyncio.create_task(read(served.post("/tts", {"text": "A call is no task."})))
    await served.world.until(lambda: len(served.requests()) == 6, "the call's request is there")
    pages, cursor = [], ""
    while True:
        page = await asked(served, f"/v1/speech-tasks?limit=2&after={cursor}")
        pages.append([task["id"] for task in page["data"]])
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    call.cancel()
    await asyncio.wait([call])

    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [task for page in pages for task in page]
    assert sorted(listed) == sorted(ids)
    made_at = {r["metadata"]["name"]: r["metadata"]["creationTimestamp"] for r in served.requests()}
    times = [made_at[name] for name in listed]
    assert times == sorted(times, reverse=True)
    assert cursor is None


async def read(call: Any) -> None:
    async with call as answer:
        await answer.read()


async def test_list_can_be_told_a_status(served: Served) -> None:
    good = (await made(served))["id"]
    bad = (await made(served, {"text": "\u200b"}))["id"]
    for task in (good, bad):
        await asked(served, f"/v1/speech-tasks/{task}?wait=30")

    listed = {
        status: [task["id"] for task in (await asked(served, f"/v1/speech-tasks?status={status}"))["data"]]
        for status in ("succeeded", "failed", "queued")
    }

    assert listed == {"succeeded": [good], "failed": [bad], "queued": []}


async def test_times_are_had_as_they_are_stored_and_as_captions(served: Served) -> None:
    task = (await made(served, {"text": "It is <lang=fr>midi</lang>.", "timestamps": "sentence"}))["id"]
    done = await asked(served, f"/v1/speech-tasks/{task}?wait=30")
    answers = {}
    for query in ("", "?format=srt", "?format=vtt"):
        async with served.get(done["timestamps_url"] + query) as answer:
            assert answer.status == 200, await answer.text()
            answers[query] = (answer.content_type, await answer.text())

    assert answers[""][0] == "application/json"
    assert json.loads(answers[""][1])["sentences"][0]["endSeconds"] == 1.5
    assert answers["?format=srt"] == ("application/x-subrip", "1\n00:00:00,000 --> 00:00:01,500\nIt is midi.\n\n")
    assert answers["?format=vtt"][0] == "text/vtt"
    assert await asked(served, done["timestamps_url"], OTHER_KEY, 404)


async def test_audio_is_had_from_the_facade_too(served: Served) -> None:
    served.world.pause_at = "claimed"
    task = (await made(served, {"text": "Once more.", "format": "ogg"}))["id"]
    early = await asked(served, f"/v1/speech-tasks/{task}/audio", status=404)
    served.world.resume.set()
    await asked(served, f"/v1/speech-tasks/{task}?wait=30")

    async with served.get(f"/v1/speech-tasks/{task}/audio") as answer:
        assert (answer.content_type, await answer.read()) == ("audio/ogg", b"RIFFOnce more.")
    stranger = await asked(served, f"/v1/speech-tasks/{task}/audio", OTHER_KEY, 404)
    assert (early["error"]["code"], stranger["error"]["code"]) == ("audio_not_found", "task_not_found")


async def test_a_task_that_asked_for_no_times_has_none(served: Served) -> None:
    task = (await made(served))["id"]
    done = await asked(served, f"/v1/speech-tasks/{task}?wait=30")
    said = await asked(served, f"/v1/speech-tasks/{task}/timestamps", status=404)
    assert (done["timestamps_url"], said["error"]["code"]) == (None, "timestamps_not_found")


async def test_another_tenant_s_task_is_no_task(served: Served) -> None:
    task = (await made(served))["id"]
    nothing = await asked(served, "/v1/speech-tasks/task-" + "0" * 32, status=404)

    assert await asked(served, f"/v1/speech-tasks/{task}", OTHER_KEY, 404) == nothing
    assert await asked(served, f"/v1/speech-tasks/{task}?wait=1", OTHER_KEY, 404) == nothing
    assert await deleted(served, task, OTHER_KEY) == (404, nothing)
    assert (await asked(served, "/v1/speech-tasks", OTHER_KEY))["data"] == []
    assert "cancel" not in served.requests()[0]["spec"]


async def test_a_call_s_request_is_no_task(served: Served) -> None:
    async with served.post("/v1/tts/synthesize", {"text": "A call."}) as answer:
        name = (await answer.json())["request_id"]
    await asked(served, f"/v1/speech-tasks/{name}", status=404)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        pytest.param("after=!!!", "after", id="no base64"),
        pytest.param("after=_w==", "after", id="no text"),
        pytest.param("limit=0", "limit", id="no limit"),
        pytest.param("limit=101", "limit", id="too many"),
        pytest.param("status=done", "status", id="no status of ours"),
    ],
)
async def test_a_bad_query_is_told_by_name(served: Served, query: str, param: str) -> None:
    said = await asked(served, f"/v1/speech-tasks?{query}", status=400)
    assert said["error"]["param"] == param


@pytest.mark.parametrize(
    "path",
    ["task-../../secrets", "..%2f..%2fsecrets", "task-%00", "task-" + "a" * 5000, "TASK-" + "0" * 32, "%ff"],
)
async def test_an_id_that_is_none_is_not_asked_of_the_cluster(served: Served, path: str) -> None:
    said = await asked(served, f"/v1/speech-tasks/{path}", status=404)
    assert said["error"]["code"] in ("task_not_found", "unknown_url")


async def test_usage_and_limits_are_the_tenant_s_own(served: Served) -> None:
    limits = await asked(served, "/v1/limits")
    usage = await asked(served, "/v1/usage")
    other = await asked(served, "/v1/limits", OTHER_KEY)

    assert (limits["tenant"], other["tenant"]) == ("acme", "globex")
    assert [(limit["name"], limit["limit"]) for limit in limits["limits"]] == [("concurrency", 20)]
    assert usage["object"] == "page"
