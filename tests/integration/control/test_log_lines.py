"""Every line of a whole run is one JSON object with the documented keys: no collector needs a parser for it."""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.logs import LineFormatter

PAGE = Path(__file__).resolve().parents[3] / "docs" / "logs.md"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+00:00)")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the operator writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    log = logging.getLogger("voxpod_operator")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield stream
    log.setLevel(level)
    log.removeHandler(handler)


async def test_lines_of_a_whole_run(world: World, written: io.StringIO) -> None:
    text = "Meet me at the old mill\nat nine."
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello", text, voice="af_heart"), "acme")
        await world.create(TTS_REQUEST, a_request_body("bad", voice="nobody"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded" and world.phase("bad") == "Rejected", "both over")
    lines: list[Json] = [json.loads(line) for line in written.getvalue().splitlines()]
    for line in lines:
        assert RFC_3339.fullmatch(line["timestamp"]), line
        assert line["level"] in logging.getLevelNamesMapping(), line
        assert (line["service"], type(line["message"])) == ("voxpod-operator", str), line
    uid = (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["uid"]
    mine = {line["message"]: line for line in lines if line.get("request_id") == uid}
    for message in ("request admitted", "sandbox created", "work claimed", "result received", "request ended"):
        known = {key: mine[message][key] for key in ("request", "tenant_id", "text_len", "voice")}
        assert known == {"request": "acme/hello", "tenant_id": "acme", "text_len": len(text), "voice": "af_heart"}, (
            message
        )
    assert mine["request ended"]["duration"] >= 0
    assert "old mill" not in written.getvalue()


def test_the_page_has_every_key_and_both_services() -> None:
    page = PAGE.read_text()
    keys = (
        "timestamp",
        "level",
        "service",
        "message",
        "tenant_id",
        "request_id",
        "request",
        "text_len",
        "voice",
        "duration",
    )
    assert [key for key in keys if f"| `{key}` |" not in page] == []
