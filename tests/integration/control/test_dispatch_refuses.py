"""One pod, one claim, one result: who else asks is refused, and learns nothing."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable

import aiohttp
import pytest

from operator_harness import running_operator
from operator_world import World
from played_sandbox import controlled_by, post_result, speak, tell
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Progress, Report, Timings, Upload, Work
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST


async def claim_once(world: World, token: str | None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with world.http.get(
        f"https://voxpod-dispatch:{world.dispatch_port}/v1/claim?wait=0", headers=headers
    ) as response:
        return response.status, await response.text()


async def a_request_with_a_silent_sandbox(world: World) -> str:
    """A request whose pod exists but does not claim; the pod's token."""
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    await world.create(TTS_REQUEST, a_request_body("hello", "a secret text"), "acme")
    await world.until(lambda: any(p["metadata"]["name"].startswith("tts-") for p in world.all_of(POD)), "the pod")
    return next(str(p["metadata"]["uid"]) for p in world.all_of(POD) if p["metadata"]["name"].startswith("tts-"))


async def until_it_answers(world: World) -> None:
    """The one before is gone; who leads next says so by answering."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                await claim_once(world, None)
                return
            await asyncio.sleep(0.05)


async def test_a_second_claim_with_the_same_token_is_refused(world: World) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        first, again = await claim_once(world, token), await claim_once(world, token)
    assert first[0] == 200
    assert "a secret text" in first[1]
    assert again == (409, "this work was claimed before")


async def test_work_whose_answer_was_lost_with_its_leader_is_handed_to_the_same_pod_by_the_next_one(
    world: World,
) -> None:
    """Or each kill of a leader would cost the attempts of all whose claim it had written a moment before."""
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        before = await claim_once(world, token)
    async with running_operator(world, pod_name="operator-1"):
        await until_it_answers(world)
        first, again = await claim_once(world, token), await claim_once(world, token)
    assert (before[0], first[0]) == (200, 200)
    assert "a secret text" in first[1]
    assert again == (409, "this work was claimed before")


async def test_work_that_its_sandbox_spoke_of_is_not_handed_out_by_the_next_leader(world: World) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        assert (await claim_once(world, token))[0] == 200
    uid = (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["uid"]
    async with running_operator(world, pod_name="operator-1"):
        await until_it_answers(world)
        assert await tell(world, token, Progress(uid, "synthesizing", 1.0, 1)) == 204
        assert await claim_once(world, token) == (409, "this work was claimed before")


async def test_of_two_claims_at_once_one_gets_the_work(world: World) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        answers = await asyncio.gather(*(claim_once(world, token) for _ in range(8)))
    assert sorted(status for status, _ in answers)[0] == 200
    assert [status for status, _ in answers].count(200) == 1


@pytest.mark.parametrize("token", [None, "forged", ""], ids=["no token", "a forged token", "an empty token"])
async def test_a_stranger_is_refused_and_learns_nothing(world: World, token: str | None) -> None:
    async with running_operator(world):
        await a_request_with_a_silent_sandbox(world)
        status, body = await claim_once(world, token)
    assert status == 401
    assert "secret" not in body


async def test_a_pod_of_no_request_gets_nothing(world: World) -> None:
    async with running_operator(world):
        await a_request_with_a_silent_sandbox(world)
        stray = await world.create(POD, {"metadata": {"name": "stray"}}, "voxpod-sandboxes")
        status, body = await claim_once(world, stray["metadata"]["uid"])
    assert (status, body) == (410, "the pod belongs to no Job")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: {"ownerReferences": []}, id="it names the Job in a label"),
        pytest.param(
            lambda owner: {"ownerReferences": [{**owner, "controller": False}]}, id="the Job does not control it"
        ),
        pytest.param(
            lambda owner: {"ownerReferences": [{**owner, "kind": "ReplicaSet"}]}, id="its controller is no Job"
        ),
        pytest.param(lambda owner: {"ownerReferences": [{**owner, "uid": "before"}]}, id="a Job of that name before"),
    ],
)
async def test_a_pod_that_is_not_the_jobs_gets_no_work(world: World, change: Callable[[Json], Json]) -> None:
    async with running_operator(world):
        await a_request_with_a_silent_sandbox(world)
        job = next(j for j in world.all_of(JOB) if j["metadata"]["name"].startswith("tts-"))
        labels = {"batch.kubernetes.io/job-name": job["metadata"]["name"]}
        meta = {"name": "stray", "labels": labels, **change(controlled_by(job))}
        stray = await world.create(POD, {"metadata": meta}, "voxpod-sandboxes")
        status, body = await claim_once(world, stray["metadata"]["uid"])
        assert status == 410
        assert "secret" not in body
        assert world.phase("hello") == "Queued"


async def test_a_result_of_another_pod_is_refused(world: World) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        await claim_once(world, token)
        job = next(j for j in world.all_of(JOB) if j["metadata"]["name"].startswith("tts-"))
        twin = await world.create(
            POD, {"metadata": {"name": "twin", "ownerReferences": [controlled_by(job)]}}, "voxpod-sandboxes"
        )
        uid = (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["uid"]
        report = speak(world, Work(uid, "x", "", "auto", 1.0, "wav", 0, 60.0, Upload(f"memory:acme/{uid}.wav", {})))
        assert await post_result(world, twin["metadata"]["uid"], report) == 410
        assert world.phase("hello") == "Running"


async def test_a_repeated_result_is_taken_as_the_same_one(world: World) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        await claim_once(world, token)
        uid = (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["uid"]
        report = speak(world, Work(uid, "x", "", "auto", 1.0, "wav", 0, 60.0, Upload(f"memory:acme/{uid}.wav", {})))
        assert [await post_result(world, token, report) for _ in range(2)] == [204, 204]
        assert world.phase("hello") == "Succeeded"


async def test_audio_that_was_never_stored_is_not_believed(world: World) -> None:
    def lie(world: World, work: Work) -> Report:
        report = speak(world, work)
        world.store.objects.clear()
        return report

    world.synthesize = lie
    async with running_operator(world):
        await world.create(TENANT, a_tenant_body())
        await world.create(SPEECH_MODEL, a_model_body())
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Failed", "Failed", 20)
    assert world.reason("hello", "Complete") == "VerificationFailed"
    assert len(world.claims) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"request_uid": "x", "timings": {}}', b"{" * 70_000],
    ids=["empty", "a list", "neither audio nor failure", "70 kB"],
)
async def test_a_malformed_report_is_refused_with_what_is_wrong(world: World, body: bytes) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        await claim_once(world, token)
        async with world.http.post(
            f"https://voxpod-dispatch:{world.dispatch_port}/v1/result",
            data=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            assert response.status in (400, 413)
        assert world.phase("hello") == "Running"


async def test_a_failure_before_the_claim_counts(world: World) -> None:
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        report = Report("", Timings(), failure=Failure("infrastructure", "BundleInvalid", "model.onnx: sha256 differs"))
        assert await post_result(world, token, report) == 204
        await world.until(
            lambda: "BundleInvalid" in str((world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]["conditions"]),
            "the reason",
        )


async def test_work_is_not_written_off_to_a_sandbox_that_hung_up(world: World) -> None:
    tls = ssl.create_default_context(cafile=str(world.tls_dir / "ca.crt"))
    async with running_operator(world):
        token = await a_request_with_a_silent_sandbox(world)
        _, writer = await asyncio.open_connection(
            "127.0.0.1", world.dispatch_port, ssl=tls, server_hostname="voxpod-dispatch"
        )
        head = f"GET /v1/claim?wait=5 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        writer.transport.abort()
        await asyncio.sleep(0.3)
        assert (await claim_once(world, token))[0] == 200
