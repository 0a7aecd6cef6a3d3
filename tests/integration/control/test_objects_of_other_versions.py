"""An operator that meets objects of another version: in an upgrade the CRDs come first, after a rollback they stay."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from kube_emulator import Call
from operator_harness import running_operator
from operator_world import World, put_silently
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.tts_request import TTSRequestSpec
from voxpod_operator.cluster import reading
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST

AUDIO = {
    "uri": "s3://audio/acme/x.wav",
    "sha256": "a" * 64,
    "bytes": 1,
    "durationSeconds": 1.0,
    "sampleRate": 24000,
    "format": "wav",
}
COMPLETE = {"type": "Complete", "status": "True", "reason": "Succeeded", "message": ""}

STATUSES = [
    pytest.param({"phase": "Archived", "audio": AUDIO}, id="a phase of a newer version"),
    pytest.param({"phase": "Synthesizing"}, id="a phase of a newer version that goes on"),
    pytest.param({"phase": "Succeeded", "attempt": 0, "audio": AUDIO}, id="ended, with another value out of bounds"),
    pytest.param({"phase": "Queued", "queuePosition": 0}, id="waiting, with another value out of bounds"),
    pytest.param({"phase": "Succeeded", "audio": {**AUDIO, "bytes": "many"}}, id="ended, with audio of another form"),
]


def request_writes(world: World) -> int:
    return sum(call == Call("PATCH", "ttsrequests", "status") for call in world.kube.calls)


def status_of(world: World, name: str) -> Json:
    return dict((world.stored(TTS_REQUEST, "acme", name) or {}).get("status") or {})


def ready(world: World, kind: Any, name: str) -> tuple[str, str, str]:
    status = (world.stored(kind, None, name) or {}).get("status") or {}
    found = next((c for c in status.get("conditions") or [] if c["type"] == "Ready"), {})
    return found.get("status", ""), found.get("reason", ""), found.get("message", "")


async def until_one_ran(world: World) -> None:
    """Whatever came before it was looked at when a request of now is through."""
    await world.create(TTS_REQUEST, a_request_body("through"), "acme")
    await world.until(lambda: world.phase("through") == "Succeeded", "a readable request is served")


@pytest.mark.parametrize("status", STATUSES)
async def test_a_status_of_a_newer_version_is_never_written_over(world: World, status: Json) -> None:
    stamp = {"lastTransitionTime": datetime.now(UTC).isoformat(timespec="seconds")}
    kept = {"tenant": "acme", "conditions": [{**COMPLETE, **stamp}], **status}
    put_silently(world, TTS_REQUEST, {**a_request_body("old"), "status": dict(kept)}, "acme")
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await until_one_ran(world)
        await world.patch(TTS_REQUEST, "acme", "old", {"spec": {"cancel": True}})
        await world.create(TTS_REQUEST, a_request_body("second"), "acme")
        await world.until(lambda: world.phase("second") == "Succeeded", "another")
    assert status_of(world, "old") == kept


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        pytest.param({"timestamps": "phoneme"}, "spec.timestamps: Input should be", id="a value"),
        pytest.param({"emotion": "happy"}, "spec.emotion: this version does not know the field", id="a field"),
        pytest.param(
            {"lexicon": [{"word": "a", "sayAs": "b", "jyutping": "c"}]}, "spec.lexicon[0].jyutping", id="a field inside"
        ),
    ],
)
async def test_a_request_of_a_newer_version_waits_and_says_why(world: World, spec: Json, said: str) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("new", **spec), "acme")
        await world.until(lambda: world.reason("new", "Admitted") == "WaitingForNewerVersion", "it waits")
        await until_one_ran(world)
    assert said in status_of(world, "new")["conditions"][0]["message"]
    assert world.phase("new") == "Queued"
    assert len(world.claims) == 1


class NewerSpec(TTSRequestSpec):
    """The next version's: it knows another field and another value."""

    emotion: str | None = None
    timestamps: str = "none"  # type: ignore[assignment]


async def test_after_the_upgrade_the_new_leader_serves_what_waited(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("value", timestamps="phoneme"), "acme")
        await world.create(TTS_REQUEST, a_request_body("field", emotion="happy"), "acme")
        for name in ("value", "field"):
            await world.until(
                lambda n=name: world.reason(n, "Admitted") == "WaitingForNewerVersion", "the old leader waits"
            )  # type: ignore[misc]
    monkeypatch.setattr(reading, "TTSRequestSpec", NewerSpec)
    async with running_operator(world, pod_name="operator-1"):
        await world.until(lambda: {world.phase(n) for n in ("value", "field")} == {"Succeeded"}, "both are served")


async def test_after_a_rollback_a_running_request_is_left_to_the_version_that_runs_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sandbox works on; the operator that cannot read it neither takes its result for wrong nor starts another."""
    world.pause_at = "claimed"
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    with monkeypatch.context() as newer:
        newer.setattr(reading, "TTSRequestSpec", NewerSpec)
        async with running_operator(world):
            await world.create(TTS_REQUEST, a_request_body("new", emotion="happy"), "acme")
            await world.until(lambda: world.phase("new") == "Running", "the newer version runs it")
    before = status_of(world, "new")
    async with running_operator(world, pod_name="operator-1"):
        world.resume.set()
        await world.until(lambda: world.store.objects, "audio is stored")
        await until_one_ran(world)
        assert status_of(world, "new") == before
    monkeypatch.setattr(reading, "TTSRequestSpec", NewerSpec)
    async with running_operator(world, pod_name="operator-2"):
        await world.until(lambda: world.phase("new") == "Succeeded", "the newer version ends it")
    assert status_of(world, "new")["attempt"] == 1


async def test_an_unreadable_request_can_be_cancelled(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("new", emotion="happy"), "acme")
        await world.until(lambda: world.reason("new", "Admitted") == "WaitingForNewerVersion", "it waits")
        await world.patch(TTS_REQUEST, "acme", "new", {"spec": {"cancel": True}})
        await world.until(lambda: world.phase("new") == "Cancelled", "cancelled")


async def test_an_unreadable_request_ends_at_its_deadline_unless_that_is_what_cannot_be_read(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("short", emotion="happy", deadlineSeconds=5), "acme")
        await world.create(TTS_REQUEST, a_request_body("open", deadlineSeconds=1), "acme")
        await world.until(lambda: world.reason("open", "Admitted") == "WaitingForNewerVersion", "it waits")
        await world.until(lambda: world.reason("short", "Complete") == "DeadlineExceeded", "its time is over")
    assert "spec.emotion" in status_of(world, "short")["conditions"][-1]["message"]
    assert world.phase("open") == "Queued"


async def test_deleting_an_unreadable_request_ends_its_sandbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    with monkeypatch.context() as newer:
        newer.setattr(reading, "TTSRequestSpec", NewerSpec)
        async with running_operator(world):
            await world.create(TTS_REQUEST, a_request_body("new", emotion="happy"), "acme")
            await world.until(lambda: sandboxes(world), "the newer version starts a sandbox")
    async with running_operator(world, pod_name="operator-1"):
        await world.create(TTS_REQUEST, a_request_body("other", emotion="happy"), "acme")
        await world.until(lambda: world.reason("other", "Admitted") == "WaitingForNewerVersion", "it leads")
        assert sandboxes(world)
        await world.delete(TTS_REQUEST, "acme", "new")
        await world.until(lambda: not sandboxes(world), "its sandbox is ended")


def sandboxes(world: World) -> list[str]:
    return [j["metadata"]["name"] for j in world.all_of(JOB) if j["metadata"]["name"].startswith("tts-")]


async def test_an_unreadable_tenant_keeps_its_namespaces_and_its_requests_wait(world: World) -> None:
    await world.create(SPEECH_MODEL, a_model_body())
    await world.create(TENANT, a_tenant_body("acme", sandbox={"gpu": 1}))
    await world.create(TENANT, {**a_tenant_body("younger"), "spec": {"namespaces": ["acme"]}})
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForTenant", "it waits")
        await world.until(lambda: ready(world, TENANT, "acme")[1] == "Unreadable", "the Tenant says so")
        await world.until(lambda: ready(world, TENANT, "younger")[1] == "NamespaceConflict", "nobody takes over")
        assert ready(world, TENANT, "acme")[2] == "spec.sandbox.gpu: this version does not know the field"
        assert "spec.sandbox.gpu" in status_of(world, "hello")["conditions"][0]["message"]
        await world.patch(TENANT, "", "acme", {"spec": {"sandbox": {"gpu": None}}})
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is served as soon as the Tenant can be read")
    assert status_of(world, "hello")["tenant"] == "acme"


async def test_an_unreadable_model_has_its_requests_wait_and_is_ready_at_once_when_it_can_be_read(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: ready(world, SPEECH_MODEL, "kokoro")[0] == "True", "the model is probed")
        await world.patch(SPEECH_MODEL, "", "kokoro", {"metadata": {"generation": 2}, "spec": {"warmPool": {"gpu": 1}}})
        await world.until(lambda: ready(world, SPEECH_MODEL, "kokoro")[1] == "Unreadable", "the model says so")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForModel", "it waits")
        change = {"metadata": {"generation": 3}, "spec": {"warmPool": {"gpu": None}}}
        await world.patch(SPEECH_MODEL, "", "kokoro", change)
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is served")
    assert ready(world, SPEECH_MODEL, "kokoro")[0] == "True"
    assert len([j for j in world.all_of(JOB) if j["metadata"]["name"].startswith("probe-")]) == 1


async def test_a_tenant_that_turns_unreadable_before_the_sandbox_is_made_loses_nobody(world: World) -> None:
    put_silently(world, TENANT, a_tenant_body(sandbox={"gpu": 1}))
    await world.create(SPEECH_MODEL, a_model_body())
    assigned = {
        "phase": "Queued",
        "tenant": "acme",
        "model": "kokoro",
        "attempt": 1,
        "sandbox": {"jobName": "tts-uid-hello-1"},
    }
    put_silently(world, TTS_REQUEST, {**a_request_body("hello"), "status": assigned}, "acme")
    async with running_operator(world):
        await world.until(lambda: world.reason("hello", "Dispatched") == "WaitingForTenant", "it waits")
        await world.patch(TENANT, "", "acme", {"spec": {"sandbox": {"gpu": None}}})
        await world.until(lambda: world.phase("hello") == "Succeeded", "and goes on")


async def test_nothing_is_written_to_what_cannot_be_read_but_once(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("new", emotion="happy"), "acme")
        await world.until(lambda: world.reason("new", "Admitted") == "WaitingForNewerVersion", "it waits")
        await world.patch(TENANT, "", "acme", {"metadata": {"generation": 2}, "spec": {"suspended": True}})
        await world.until(lambda: ready(world, TENANT, "acme")[1] == "Suspended", "its requests were looked at again")
        await asyncio.sleep(0.2)
    assert request_writes(world) == 1
