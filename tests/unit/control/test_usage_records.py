"""One record of the archive: what it holds, and where it is filed. Pure."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builders import NOON
from voxpod_operator.policy import usage_files
from voxpod_operator.policy.usage_files import files_of, last_end_in
from voxpod_operator.policy.usage_record import Charge, UsageRecord, usage_record

UID = "6f1d7b6e-1111-4222-8333-444455556666"
TEXT = "A secret, in full."


def a_stored(phase: str = "Succeeded", reason: str = "Succeeded", **status: Any) -> dict[str, Any]:
    """A TTSRequest as the API server has it."""
    complete = {"type": "Complete", "status": "True", "reason": reason, "lastTransitionTime": "2026-11-24T12:00:05Z"}
    return {
        "metadata": {"namespace": "acme", "name": "hello", "uid": UID, "creationTimestamp": "2026-11-24T12:00:00Z"},
        "spec": {"text": TEXT, "language": "en"},
        "status": {
            "phase": phase,
            "tenant": "acme",
            "model": "kokoro",
            "voice": "af_heart",
            "attempt": 2,
            "claimedAt": "2026-11-24T12:00:02.125Z",
            "audio": {"bytes": 72_044},
            "usage": {"characters": 18, "audioSeconds": 1.5},
            "conditions": [complete],
            **status,
        },
    }


def record(raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(usage_record(raw, "acme", NOON, **more).line)
    return made


def test_record_is_a_cloud_event_with_all_that_a_bill_needs() -> None:
    assert record(a_stored()) == {
        "specversion": "1.0",
        "id": UID,
        "source": "/apis/voxpod.dev/v1alpha1/namespaces/acme/ttsrequests/hello",
        "type": "dev.voxpod.request.ended",
        "subject": "acme",
        "time": "2026-11-24T12:00:05.000Z",
        "datacontenttype": "application/json",
        "data": {
            "namespace": "acme",
            "name": "hello",
            "phase": "Succeeded",
            "reason": "Succeeded",
            "requests": 1,
            "characters": 18,
            "audioSeconds": 1.5,
            "model": "kokoro",
            "voice": "af_heart",
            "language": "en",
            "bytes": 72_044,
            "attempts": 2,
            "timings": {
                "created": "2026-11-24T12:00:00Z",
                "started": "2026-11-24T12:00:02.125Z",
                "completed": "2026-11-24T12:00:05.000Z",
            },
        },
    }


def test_same_request_makes_the_same_line_whenever_it_is_read() -> None:
    assert usage_record(a_stored(), "acme", NOON) == usage_record(a_stored(), "acme", NOON + timedelta(days=1))


@pytest.mark.parametrize("keep", [False, True])
def test_text_is_kept_only_where_the_tenant_says_so(keep: bool) -> None:
    assert (TEXT in json.dumps(record(a_stored(), keep_text=keep))) == keep


@pytest.mark.parametrize(
    ("phase", "reason", "usage", "charged"),
    [
        ("Failed", "EngineFailed", None, (0, 0)),
        ("Rejected", "TextTooLong", None, (0, 0)),
        ("Failed", "InputRefused", {"characters": 0, "audioSeconds": 0.0}, (1, 0)),
        ("Cancelled", "Cancelled", {"characters": 18, "audioSeconds": 2.0}, (1, 18)),
    ],
)
def test_what_the_status_of_an_end_says_was_charged(phase: str, reason: str, usage: Any, charged: Any) -> None:
    data = record(a_stored(phase, reason, usage=usage))["data"]
    assert (data["phase"], data["reason"], data["requests"], data["characters"]) == (phase, reason, *charged)


def test_charge_is_what_the_ledger_says() -> None:
    data = record(a_stored("Failed", "InputRefused"), charge=Charge(1, 0, 0.0))["data"]
    assert (data["requests"], data["characters"], data["audioSeconds"]) == (1, 0, 0.0)


@pytest.mark.parametrize(
    "status",
    [{}, {"phase": "Running", "tenant": "acme"}, {"phase": "Glowing", "usage": "?", "audio": {"bytes": "many"}}],
    ids=["never looked at", "running", "of another version"],
)
def test_request_that_was_deleted_before_its_end_was_cancelled_then(status: dict[str, Any]) -> None:
    event = record({**a_stored(), "status": status})
    assert (event["time"], event["data"]["phase"]) == ("2026-11-24T12:00:00.000Z", "Cancelled")
    assert event["data"]["attempts"] == 0


def test_line_holds_no_line_break_whatever_the_request_says() -> None:
    raw = a_stored()
    raw["spec"] = {"text": "one\ntwo\u2028three\r\nfour"}
    line = usage_record(raw, "acme", NOON, keep_text=True).line
    assert len(line.encode().splitlines()) == 1
    assert json.loads(line)["data"]["text"] == raw["spec"]["text"]


def at(moment: datetime, uid: str = UID) -> UsageRecord:
    return UsageRecord(uid, "acme", moment, json.dumps({"id": uid}))


def test_same_records_make_the_same_objects_in_whatever_order_they_come() -> None:
    records = [at(NOON + timedelta(seconds=n), f"u{n}") for n in range(5)]
    assert files_of("acme", records) == files_of("acme", reversed(records))
    assert files_of("acme", records) != files_of("acme", records[:4])


def test_records_are_filed_by_tenant_and_utc_day_and_told_by_their_last_end() -> None:
    late, early = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 25, 0, 0, 0, tzinfo=UTC)
    files = files_of("acme", [at(early, "b"), at(late, "a")])
    assert [file.key.rpartition("/")[0] for file in files] == ["_usage/acme/2026-11-24", "_usage/acme/2026-11-25"]
    assert [last_end_in(file.key) for file in files] == [late, early]
    assert files[0].content == b'{"id": "a"}\n'


def test_many_records_make_several_objects_in_the_order_of_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_files, "MOST_RECORDS", 2)
    files = files_of("acme", [at(NOON + timedelta(seconds=n), f"u{n}") for n in (3, 1, 0, 4, 2)])
    assert [[one.uid for one in file.records] for file in files] == [["u0", "u1"], ["u2", "u3"], ["u4"]]


@pytest.mark.parametrize(
    "key",
    [
        "_usage/acme/2026-11-24.csv",
        "_usage/acme/2026-11-24/notes.txt",
        f"acme/{UID}.wav",
        "_usage/2026-11-24/120000-0123456789abcdef.jsonl",
    ],
)
def test_other_objects_are_no_records(key: str) -> None:
    assert last_end_in(key) is None
