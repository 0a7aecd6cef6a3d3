"""The API server fails at one call of the facade's: the client has its audio or an error to come again with, and no text is logged."""

import asyncio
import logging

import pytest

from facade_harness import Served
from kube_emulator import Call, Fault
from played_sandbox import speak
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, Work

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL = {"model": "tts-1", "input": "Never to be seen in a log.", "voice": "alloy"}
CREATE = Call("POST", "ttsrequests")
LIST, GET, JOIN = Call("GET", "ttsrequests"), Call("GET", "ttsrequests"), Call("PATCH", "ttsrequests")


@pytest.fixture(autouse=True)
def as_the_facade(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.world.kube, "agent", "voxpod-api")
    # a busy machine may take a second over a call that nothing is wrong with
    monkeypatch.setattr("kube_emulator.SLOW_SECONDS", 4.0)
    monkeypatch.setitem(served.facade.gateway.__dict__, "_timeout_seconds", 3.0)


@pytest.mark.parametrize("kind", ["throttled", "broken", "slow", "lost"])
async def test_a_create_that_fails_once_is_tried_again_and_makes_one_request(
    served: Served, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.world.kube, "fault", Fault(CREATE, kind))
    async with served.post("/v1/audio/speech", CALL) as answer:
        assert answer.status == 200, await answer.text()
        assert (await answer.read()).endswith(b"in a log.")
    assert served.world.kube.fault is not None
    assert served.world.kube.fault.struck
    assert len(served.requests()) == 1


async def test_a_create_that_the_cluster_refuses_is_told_and_not_repeated(served: Served) -> None:
    served.world.kube.refused.add(CREATE)
    try:
        async with served.post("/v1/audio/speech", CALL) as answer:
            said = await answer.json()
    finally:
        served.world.kube.refused.clear()
    assert (answer.status, said["error"]["code"]) == (403, "refused_by_cluster")


@pytest.mark.parametrize("call", [pytest.param(LIST, id="list"), pytest.param(JOIN, id="join")])
async def test_a_repeat_whose_look_fails_may_come_again(
    served: Served, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.world.pause_at = "claimed"
    first = asyncio.create_task(_speak(served))
    await served.world.until(served.requests, "the first is made")
    monkeypatch.setattr(served.world.kube, "fault", Fault(call, "broken"))
    assert await _speak(served, "1") == 503
    again = asyncio.create_task(_speak(served, "2"))
    await asyncio.sleep(0.1)
    served.world.resume.set()
    assert [await first, await again] == [200, 200]
    assert len(served.requests()) == 1


async def _speak(served: Served, count: str = "0") -> int:
    async with served.post("/v1/audio/speech", CALL, **{"x-stainless-retry-count": count}) as answer:
        await answer.read()
        return int(answer.status)


def says_nothing_good(_: object, work: Work) -> Report:
    failure = Failure("input", "InputRefused", f"cannot speak {work.text[:20]!r}")
    return Report(work.request_uid, Timings(boot_ms=1, synthesis_ms=1, upload_ms=0), failure=failure)


async def test_a_fault_of_our_own_is_an_envelope_and_its_message_is_not_logged(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("Never to be seen")

    monkeypatch.setattr("voxpod_api.web.calls.choose", fails)
    async with served.post("/v1/audio/speech", CALL) as answer:
        said = await answer.json()
    assert (answer.status, said["error"]["code"]) == (500, "internal_error")
    failed = [r for r in caplog.records if r.getMessage() == "call failed"]
    assert any("web/calls.py" in line for line in vars(failed[0])["trace"])
    assert "Never to be seen" not in "".join(str(vars(r)) for r in caplog.records)


async def test_no_text_key_or_url_is_logged(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "voxpod_api")
    for played in (speak, says_nothing_good):
        served.world.synthesize = played
        await _speak(served)
    async with served.post("/v1/audio/speech", b'{"input": "Never') as answer:
        assert answer.status == 400
    async with served.post("/v1/audio/speech", CALL, key="vxp-wrong-key") as answer:
        assert answer.status == 401
    said = "\n".join(str(vars(record)) for record in caplog.records if record.name.startswith("voxpod_api"))
    assert "call answered" in said
    for secret in ("Never", "vxp-", "http://127"):
        assert secret not in said
