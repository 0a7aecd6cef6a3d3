"""The object store is away, or refuses the operator: requests wait and say so, and spend no sandbox on it."""

import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY

from operator_harness import running_operator
from operator_world import World
from played_sandbox import speak
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, Work
from voxpod_operator import store_check
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.errors import StoreUnavailable

NO_SUCH_KEY = "InvalidAccessKeyId: The Access Key Id you provided does not exist in our records."


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the store follow one another quickly."""
    for name in ("CHECK_SECONDS", "FIRST_PAUSE_SECONDS", "LONGEST_PAUSE_SECONDS", "CONFIRM_SECONDS"):
        monkeypatch.setattr(store_check, name, 0.05)


def status(world: World, name: str = "hello") -> dict[str, Any]:
    return dict((world.stored(TTS_REQUEST, "acme", name) or {}).get("status") or {})


def condition(world: World, type_: str, name: str = "hello") -> dict[str, Any]:
    return next((c for c in status(world, name).get("conditions", []) if c["type"] == type_), {})


def of_model(world: World, type_: str) -> dict[str, Any]:
    found = ((world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status") or {}).get("conditions") or []
    return next((dict(c) for c in found if c["type"] == type_), {})


def sandboxes(world: World) -> int:
    return sum(job["metadata"]["name"].startswith("tts-") for job in world.all_of(JOB))


@pytest.mark.parametrize(("away", "reason"), [(True, "StoreAway"), (False, "StoreRefuses")])
async def test_new_requests_wait_until_the_store_can_be_used(world: World, away: bool, reason: str) -> None:
    world.store.away, world.store.refuses = away, "" if away else NO_SUCH_KEY
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: of_model(world, "StoreReachable").get("status") == "False", "told on the model")
        await world.until(lambda: of_model(world, "Ready").get("status") == "True", "the model itself is fine")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForStore", "waits")
        assert of_model(world, "StoreReachable")["reason"] == reason
        assert reason in condition(world, "Admitted")["message"]
        assert REGISTRY.get_sample_value("voxpod_store_up") == 0
        assert sandboxes(world) == 0
        world.store.away, world.store.refuses = False, ""
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
        await world.until(lambda: of_model(world, "StoreReachable").get("reason") == "StoreUsable", "told on the model")
    assert status(world)["attempt"] == 1
    assert REGISTRY.get_sample_value("voxpod_store_up") == 1


async def test_a_request_that_waits_for_the_store_is_written_once(world: World) -> None:
    world.store.refuses = NO_SUCH_KEY
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: of_model(world, "Ready").get("status") == "True", "the model itself is fine")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForStore", "waits")
        version = (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["resourceVersion"]
        looks = len(world.store.checks)
        await world.until(lambda: len(world.store.checks) > looks + 5, "more looks at the store")
        assert (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["resourceVersion"] == version


async def test_one_lost_answer_is_no_outage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([None, StoreUnavailable("reset"), None])

    async def check(*, thorough: bool) -> None:
        world.store.checks.append(thorough)
        if (error := next(answers, None)) is not None:
            raise error

    monkeypatch.setattr(world.store, "check", check)
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: len(world.store.checks) >= 4 and of_model(world, "StoreReachable"), "looks")
        assert of_model(world, "StoreReachable")["status"] == "True"
    assert world.store.checks[:4] == [True, False, True, False], "close at start and when in doubt, else only a list"


async def test_sandbox_that_met_an_outage_is_not_counted(world: World) -> None:
    """Its keys are changed under it: the upload is refused, and so is every other one until they are put right."""

    def refused(world: World, work: Work) -> Report:
        if len(world.claims) > 1:
            return speak(world, work)
        world.store.refuses = NO_SUCH_KEY
        said = "the object store refused the upload (403 InvalidAccessKeyId)"
        return Report(work.request_uid, Timings(), failure=Failure("infrastructure", "UploadFailed", said))

    world.synthesize = refused
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Dispatched") == "WaitingForStore", "waits again")
        await asyncio.sleep(0.3)
        assert len(world.claims) == 1
        world.store.refuses = ""
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
    assert status(world)["attempt"] == 2
    assert [a["reason"] for a in status(world)["failedAttempts"]] == ["WaitingForStore"]


async def test_upload_that_is_refused_by_a_store_that_takes_others_fails_with_all_three_reasons(world: World) -> None:
    def refused(world: World, work: Work) -> Report:
        said = f"the object store refused the upload ({400 + len(world.claims)})"
        return Report(work.request_uid, Timings(), failure=Failure("infrastructure", "UploadFailed", said))

    world.synthesize = refused
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Failed", "Failed")
    assert len(world.claims) == 3
    assert condition(world, "Complete")["message"] == (
        "the object store refused the upload (403) (attempt 3 of 3); before: attempt 1 UploadFailed: the object store"
        " refused the upload (401); attempt 2 UploadFailed: the object store refused the upload (402)"
    )


async def test_audio_that_cannot_be_verified_is_told_and_verified_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_check, "CHECK_SECONDS", 60.0)

    def stored_then_shut(world: World, work: Work) -> Report:
        report = speak(world, work)
        world.store.refuses = "AccessDenied: Access Denied."
        return report

    world.synthesize = stored_then_shut
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Dispatched") == "WaitingForStore", "told")
        assert "verified when the store lets it be: AccessDenied" in condition(world, "Dispatched")["message"]
        await world.create(TTS_REQUEST, a_request_body("other"), "acme")
        await world.until(lambda: world.reason("other", "Admitted") == "WaitingForStore", "others wait at once")
        world.store.refuses = ""
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
    assert status(world)["attempt"] == 1
