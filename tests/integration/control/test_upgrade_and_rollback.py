"""Upgrades and rollbacks with live requests on a real API server: CRDs first, then the operator, then back; nobody is lost."""

import copy
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from kube_api import KubeApi
from operator_harness import running_operator
from played_sandbox import controlled_by, finish_pod
from real_api_server import RealApiServer, real_api_server
from real_world import SANDBOXES, RealWorld, a_real_world
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds import names
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS
from voxpod_crds.sandbox_protocol import Audio, Report, Timings, termination_message
from voxpod_crds.tts_request import TTSRequestSpec
from voxpod_operator.cluster import reading
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind

PREVIOUS = Path(__file__).resolve().parents[2] / "golden" / "crds" / "previous"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
STAMP = {"lastTransitionTime": datetime.now(UTC).isoformat(timespec="seconds"), "observedGeneration": 1}
"""Of late: an ended request is deleted after a day."""


def previous() -> dict[str, Json]:
    """The CRDs of the version before this one, by plural."""
    return {d.plural: yaml.safe_load((PREVIOUS / f"{d.kind.lower()}.yaml").read_text()) for d in DEFINITIONS}


def current() -> dict[str, Json]:
    """This version's."""
    return {d.plural: crd(d) for d in DEFINITIONS}


def following() -> dict[str, Json]:
    """Those of a version to come: fields and values more."""
    crds = copy.deepcopy(current())
    request, tenant = (
        crds[plural]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
        for plural in ("ttsrequests", "tenants")
    )
    request["spec"]["properties"]["emotion"] = {"type": "string", "maxLength": 16}
    request["spec"]["properties"]["timestamps"]["enum"].append("phoneme")
    request["status"]["properties"]["phase"]["enum"].append("Archived")
    tenant["spec"]["properties"]["sandbox"]["properties"]["gpu"] = {"type": "integer"}
    return crds


class FollowingSpec(TTSRequestSpec):
    """What the operator of that version reads."""

    emotion: str | None = None
    timestamps: str = "none"  # type: ignore[assignment]


def apply(api: KubeApi, crds: dict[str, Json]) -> None:
    """Apply CRDs as Helm does, and wait until the API server validates by them."""
    for plural, wanted in crds.items():
        path = f"{CRDS}/{wanted['metadata']['name']}"
        found = api.get(path)
        if found is None:
            api.create(CRDS, wanted)
        else:
            version = {"resourceVersion": found["metadata"]["resourceVersion"]}
            status, answer = api.call("PUT", path, {**wanted, "metadata": {**wanted["metadata"], **version}})
            assert status == 200, answer
        until(lambda p=plural, w=wanted: _serves(api, p, w), f"{plural} are served by their new schema")  # type: ignore[misc]


def _serves(api: KubeApi, plural: str, wanted: Json) -> bool:
    """Whether the published schema has the fields of the spec that the CRD has."""
    found = api.get("/openapi/v3/apis/voxpod.dev/v1alpha1") or {"components": {"schemas": {}}}
    kind = wanted["spec"]["names"]["kind"]
    published = found["components"]["schemas"].get(f"dev.voxpod.v1alpha1.{kind}", {}).get("properties", {})
    asked = wanted["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    return (
        all(str(_names(published.get(part, {}))) == str(_names(asked[part])) for part in ("spec", "status"))
        and api.get(f"/apis/voxpod.dev/v1alpha1/{plural}") is not None
    )


def _names(schema: Json) -> list[Any]:
    inner = sorted((name, _names(child.get("items", child))) for name, child in schema.get("properties", {}).items())
    return [inner, sorted(map(str, schema.get("enum", ())))]


def until(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApiServer]:
    """One API server for this module."""
    with real_api_server(tmp_path_factory.mktemp("api-server")) as started:
        yield started


@pytest.fixture
async def world(server: RealApiServer, tmp_path: Path) -> AsyncIterator[RealWorld]:
    """Namespaces and played sandboxes, without CRDs; those and their objects are taken away after the test."""
    async with a_real_world(server, tmp_path / "tls") as made:
        try:
            yield made
        finally:
            for definition in DEFINITIONS:
                made.api.delete(f"{CRDS}/{definition.plural}.voxpod.dev")
                until(lambda d=definition: made.api.get(f"{CRDS}/{d.plural}.voxpod.dev") is None, "CRDs are gone")  # type: ignore[misc]


def condition(kind: str, status: str, reason: str) -> Json:
    return {"type": kind, "status": status, "reason": reason, "message": "as it was", **STAMP}


ADMITTED = condition("Admitted", "True", "Admitted")
HELD = {"tenant": "acme", "model": "kokoro", "attempt": 1, "assignedAt": "2026-11-24T12:00:00.000Z"}
AUDIO = {
    "uri": "s3://audio/acme/x.wav",
    "sha256": "a" * 64,
    "bytes": 1,
    "durationSeconds": 1.0,
    "sampleRate": 24000,
    "format": "wav",
}
ENDED = {
    "succeeded": {"phase": "Succeeded", **HELD, "audio": AUDIO, "conditions": [ADMITTED, condition("Complete", "True", "Succeeded")]},
    "failed": {"phase": "Failed", **HELD, "conditions": [ADMITTED, condition("Complete", "False", "EngineFailed")]},
    "cancelled": {"phase": "Cancelled", "conditions": [condition("Complete", "False", "Cancelled")]},
    "rejected": {"phase": "Rejected", "conditions": [condition("Admitted", "False", "Invalid"), condition("Complete", "False", "Invalid")]},
}  # fmt: skip
WAITING = {"phase": "Queued", "tenant": "acme", "conditions": [condition("Admitted", "False", "WaitingForSandbox")]}
PROBED = {
    "voices": ["af_heart", "zf_xiaobei"],
    "languages": ["en", "zh", "ja"],
    "sampleRate": 24000,
    "conditions": [condition("Ready", "True", "Ready")],
}


async def with_status(world: RealWorld, kind: Kind, body: Json, status: Json, namespace: str = "") -> Json:
    made = await world.create(kind, body, namespace)
    await world.patch(kind, namespace, body["metadata"]["name"], {"status": status}, "status")
    return made


async def a_tenant_and_a_model(world: RealWorld) -> None:
    await world.create(TENANT, a_tenant_body())
    await with_status(world, SPEECH_MODEL, a_model_body(), PROBED)


async def a_sandbox_that_ended_in_between(world: RealWorld, name: str) -> None:
    """A claimed request whose sandbox stored its audio and left its report while no operator was there."""
    made = await world.create(TTS_REQUEST, a_request_body(name), "acme")
    uid = made["metadata"]["uid"]
    job = names.job_name(uid, 1)
    labels = {names.ROLE_LABEL: names.SANDBOX_ROLE, names.REQUEST_UID_LABEL: uid}
    containers = [{"name": "sandbox", "image": "played"}]
    template = {"metadata": {"labels": labels}, "spec": {"restartPolicy": "Never", "containers": containers}}
    meta = {"name": job, "labels": labels, "annotations": {"voxpod.dev/request": f"acme/{name}"}}
    stored = await world.create(JOB, {"metadata": meta, "spec": {"template": template, "suspend": True}}, SANDBOXES)
    of_pod = {"name": f"{job}-abcde", "labels": labels, "ownerReferences": [controlled_by(stored)]}
    pod = await world.create(POD, {"metadata": of_pod}, SANDBOXES)
    held = {"jobName": job, "podName": pod["metadata"]["name"], "podUid": pod["metadata"]["uid"]}
    claimed = {
        "phase": "Running",
        **HELD,
        "sandbox": held,
        "claimedAt": "2026-11-24T12:00:01.000Z",
        "voice": "af_heart",
    }
    conditions = [ADMITTED, condition("Dispatched", "True", "Claimed")]
    await world.patch(TTS_REQUEST, "acme", name, {"status": {**claimed, "conditions": conditions}}, "status")
    audio = b"RIFF"
    world.store.objects[f"acme/{uid}.wav"] = audio
    digests = hashlib.sha256(audio).hexdigest(), hashlib.md5(audio).hexdigest()
    report = Report(uid, Timings(), audio=Audio(*digests, len(audio), 1.5, 24000, "wav", "af_heart"))
    await finish_pod(world, pod, job, termination_message(report), True)


def statuses(world: RealWorld) -> dict[str, Json]:
    return {r["metadata"]["name"]: r.get("status") or {} for r in world.all_of(TTS_REQUEST)}


def phases(world: RealWorld, *which: str) -> set[str]:
    return {statuses(world)[name].get("phase", "") for name in which}


async def test_live_requests_of_the_previous_version_are_taken_over(world: RealWorld) -> None:
    apply(world.api, previous())
    await a_tenant_and_a_model(world)
    for name, status in ENDED.items():
        await with_status(world, TTS_REQUEST, a_request_body(name), status, "acme")
    await world.create(TTS_REQUEST, a_request_body("pending"), "acme")
    await with_status(world, TTS_REQUEST, a_request_body("waiting"), WAITING, "acme")
    made = await world.create(TTS_REQUEST, a_request_body("assigned"), "acme")
    held = {"phase": "Queued", **HELD, "sandbox": {"jobName": names.job_name(made["metadata"]["uid"], 1)}}
    starting = [ADMITTED, condition("Dispatched", "False", "SandboxStarting")]
    await world.patch(TTS_REQUEST, "acme", "assigned", {"status": {**held, "conditions": starting}}, "status")
    await a_sandbox_that_ended_in_between(world, "running")

    apply(world.api, current())
    async with running_operator(world):
        live = ("pending", "waiting", "assigned", "running")
        await world.until(lambda: phases(world, *live) == {"Succeeded"}, "all that lived are served", 60)
    after = statuses(world)
    assert {name: after[name] for name in ENDED} == ENDED
    assert {name: after[name]["attempt"] for name in live} == dict.fromkeys(live, 1)


async def test_the_operator_of_before_waits_for_the_next_one_and_none_is_lost(
    world: RealWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hour between new CRDs and new operator, or after a rollback of the operator alone."""
    apply(world.api, current())
    await a_tenant_and_a_model(world)
    apply(world.api, following())
    archived = {"phase": "Archived", "audio": AUDIO, "conditions": [condition("Complete", "True", "Succeeded")]}
    async with running_operator(world):
        await with_status(world, TTS_REQUEST, a_request_body("archived"), archived, "acme")
        await world.create(TTS_REQUEST, a_request_body("field", emotion="happy"), "acme")
        await world.create(TTS_REQUEST, a_request_body("value", timestamps="phoneme"), "acme")
        await world.create(TENANT, a_tenant_body("globex", sandbox={"gpu": 1}))
        await world.create(TTS_REQUEST, a_request_body("known"), "acme")
        await world.until(lambda: phases(world, "known") == {"Succeeded"}, "what it knows is served", 60)
        waits = "WaitingForNewerVersion"
        await world.until(
            lambda: {world.reason(n, "Admitted") for n in ("field", "value")} == {waits}, "the rest waits"
        )
        tenant = lambda: (world.stored(TENANT, None, "globex") or {}).get("status") or {}  # noqa: E731
        await world.until(lambda: tenant().get("conditions"), "the Tenant is judged")
        assert tenant()["conditions"][0]["reason"] == "Unreadable"
    assert statuses(world)["archived"] == archived
    monkeypatch.setattr(reading, "TTSRequestSpec", FollowingSpec)
    async with running_operator(world, pod_name="operator-1"):
        await world.until(lambda: phases(world, "field", "value") == {"Succeeded"}, "the next operator serves them", 60)
    spec = (world.stored(TTS_REQUEST, "acme", "field") or {})["spec"]
    assert spec["emotion"] == "happy", "the status was written and the field kept"


async def test_after_a_rollback_of_operator_and_crds_nothing_of_the_newer_requests_is_lost(
    world: RealWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older CRD hides a field that it does not know, and any write to the object would lose it for good."""
    apply(world.api, following())
    await a_tenant_and_a_model(world)
    archived = {"phase": "Archived", "audio": AUDIO, "conditions": [condition("Complete", "True", "Succeeded")]}
    await with_status(world, TTS_REQUEST, a_request_body("archived"), archived, "acme")
    await with_status(world, TTS_REQUEST, a_request_body("known"), WAITING, "acme")
    await with_status(world, TTS_REQUEST, a_request_body("value", timestamps="phoneme"), WAITING, "acme")
    await with_status(world, TTS_REQUEST, a_request_body("field", emotion="happy"), WAITING, "acme")
    apply(world.api, current())
    async with running_operator(world):
        await world.until(lambda: phases(world, "known") == {"Succeeded"}, "what it knows is served", 60)
        await world.until(lambda: world.reason("value", "Admitted") == "WaitingForNewerVersion", "the value waits")
    assert {name: statuses(world)[name] for name in ("archived", "field")} == {"archived": archived, "field": WAITING}
    apply(world.api, following())
    monkeypatch.setattr(reading, "TTSRequestSpec", FollowingSpec)
    async with running_operator(world, pod_name="operator-1"):
        await world.until(lambda: phases(world, "field", "value") == {"Succeeded"}, "the newer one serves them", 60)
    specs = {name: (world.stored(TTS_REQUEST, "acme", name) or {})["spec"] for name in ("field", "value")}
    assert (specs["field"]["emotion"], specs["value"]["timestamps"]) == ("happy", "phoneme")
