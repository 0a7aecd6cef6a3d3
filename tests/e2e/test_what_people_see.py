"""What a user and an admin see without asking a program: Events, log lines and metrics of an installed Voxpod."""

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from audit_log import writes
from voxpod_client import OPERATOR, Voxpod
from voxpod_crds.tts_request import Phase
from voxpod_installation import SYSTEM

pytestmark = pytest.mark.e2e

TEAM = "team-a"
NEWS = ("Admitted", "Claimed", "Succeeded")


def test_describe_ends_with_what_became_of_a_request(voxpod: Voxpod, measured: dict[str, str]):
    voxpod.settled()
    log = Path(voxpod.cluster["auditLog"])
    since = log.stat().st_size

    asked = voxpod.ask(TEAM, "One request, and what is told of it.")
    voxpod.wait(asked, Phase.SUCCEEDED)

    def shown() -> list[str]:
        said = voxpod.kubectl("-n", TEAM, "describe", "ttsr", asked.name).stdout
        return said.partition("\nEvents:")[2].splitlines()

    voxpod.until(lambda: all(any(reason in line for line in shown()) for reason in NEWS), "three Events are shown")
    lines = [line.split() for line in shown() if line.strip().startswith(("Normal", "Warning"))]
    assert [line[:2] for line in lines] == [["Normal", reason] for reason in NEWS]
    assert {word for line in lines for word in line} >= {"voxpod.dev/operator"}
    mine = Counter(
        (w.verb, w.code)
        for w in writes(log, since)
        if w.user == OPERATOR and w.resource == "events" and w.name.startswith(asked.name)
    )
    measured["Event writes by the operator for a request"] = str(sum(mine.values()))
    assert mine == {("create", 201): 3}


def test_a_rejection_is_a_warning_that_says_why(voxpod: Voxpod):
    asked = voxpod.ask(TEAM, "Nobody says this.", voice="nobody")
    voxpod.wait(asked, Phase.REJECTED)

    def event() -> str:
        fields = f"involvedObject.name={asked.name}"
        return voxpod.kubectl("-n", TEAM, "get", "events", "--field-selector", fields, "--no-headers").stdout

    voxpod.until(event, "the Event")
    assert "VoiceNotFound" in event()
    assert "has no voice nobody" in event()


def test_tenants_and_models_are_told_of_in_the_default_namespace(voxpod: Voxpod):
    said = voxpod.kubectl("describe", "vten", TEAM).stdout.partition("\nEvents:")[2]
    model = voxpod.kubectl("describe", "vmodel", "kokoro").stdout.partition("\nEvents:")[2]

    assert "Ready" in said
    assert "Ready" in model


def test_get_shows_what_a_tenant_has_used_until_when(voxpod: Voxpod):
    voxpod.speak(TEAM, "Twelve words of use.")

    def shown() -> dict[str, str]:
        head, row = (line.split() for line in voxpod.kubectl("get", "vten", TEAM).stdout.splitlines())
        return dict(zip([word for word in head if word != "S"], row, strict=True))

    voxpod.until(lambda: int(shown()["REQUESTS"]) > 0 and int(shown()["CHARS"]) >= 20, "charged")
    assert list(shown()) == ["NAME", "READY", "ACTIVE", "WAITING", "REQUESTS", "CHARS", "AUDIO", "RESETS", "AGE"]
    assert shown()["RESETS"].endswith("T00:00:00Z")


def test_every_line_of_the_operators_is_json_with_the_common_keys(voxpod: Voxpod):
    voxpod.speak(TEAM, "A line in the log.")
    for pod in voxpod.operator_pods():
        name = pod["metadata"]["name"]
        lines = [json.loads(line) for line in voxpod.kubectl("-n", SYSTEM, "logs", name).stdout.splitlines()]
        assert lines
        assert {line["service"] for line in lines} == {"voxpod-operator"}
        assert not [line for line in lines if not {"timestamp", "level", "message"} <= set(line)]


def test_metrics_tell_of_the_tenant(voxpod: Voxpod):
    def succeeded() -> float:
        return voxpod.metrics(voxpod.leader()).get(f'tts_request_total{{status="Succeeded",tenant="{TEAM}"}}', 0.0)

    before = succeeded()
    voxpod.speak(TEAM, "One more.")
    voxpod.until(lambda: succeeded() == before + 1, "one more is counted")
    time.sleep(1)
    assert succeeded() == before + 1, "and the echo of the watch is not"
