"""During an upgrade the operator serves sandboxes of the release before, whose protocol is frozen in tests/support."""

import pytest
from pydantic import TypeAdapter

import sandbox_protocol_v1 as v1
from operator_harness import running_operator
from operator_world import World
from played_sandbox import speak
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import VERSION, VERSION_HEADER, Report, work_from_json
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

ALL = {"format": "opus", "timestamps": "word", "ssml": True, "lexicon": [{"word": "k8s", "sayAs": "Kubernetes"}]}


async def claimed(world: World, headers: dict[str, str]) -> tuple[str, bytes, str]:
    """Token, the claim's answer, and the version that it says it is of."""
    token = await world.token_of_request("hello")
    async with world.http.get(
        f"https://voxpod-dispatch:{world.dispatch_port}{v1.CLAIM_PATH}?wait=1",
        headers={"Authorization": f"Bearer {token}", **headers},
    ) as response:
        assert response.status == 200
        return token, await response.read(), response.headers[VERSION_HEADER]


async def prepare(world: World) -> None:
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    await world.create(TTS_REQUEST, a_request_body("hello", **ALL), "acme")


async def test_it_claims_and_reports_as_it_always_did(world: World) -> None:
    await prepare(world)
    async with running_operator(world):
        token, answer, version = await claimed(world, {})
        work = v1.work_from_json(answer)  # refuses any field that it does not know
        assert (work.format, work.timestamps, work.lexicon) == ("opus", "word", {"k8s": "Kubernetes"})
        assert version == "1"
        report: Report = speak(world, work_from_json(answer))
        said = TypeAdapter(v1.Report).validate_json(TypeAdapter(Report).dump_json(report))
        async with world.http.post(
            f"https://voxpod-dispatch:{world.dispatch_port}{v1.RESULT_PATH}",
            data=v1.to_json(said).encode(),
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            assert response.status == 204
        assert world.phase("hello") == "Succeeded"


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        (str(VERSION), VERSION),
        ("1", 1),
        (str(VERSION + 7), VERSION),
        ("0", 1),
        ("", 1),
        ("-1", 1),
        ("two", 1),
        ("9" * 5000, 1),
        ("²", 1),
    ],
)
async def test_both_speak_the_newest_version_that_both_know(world: World, said: str, spoken: int) -> None:
    await prepare(world)
    async with running_operator(world):
        _, answer, version = await claimed(world, {VERSION_HEADER: said})
    assert version == str(spoken)
    assert (work_from_json(answer).progress_seconds > 0) == (spoken >= 2)
    status = (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]
    assert status["sandbox"]["protocol"] == spoken
