"""What the archive adds up to, and how `voxpod-usage` prints it."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from builders import NOON
from memory_store import MemoryStore
from voxpod_operator import usage_cli
from voxpod_operator.policy.usage_files import MEDIA_TYPE, files_of
from voxpod_operator.policy.usage_record import UsageRecord, usage_record
from voxpod_operator.usage_cli import main, store_of

NOVEMBER = ["--month", "2026-11"]


def spoken(
    name: str, tenant: str = "acme", days: float = 0, seconds: float = 1.5, phase: str = "Succeeded"
) -> UsageRecord:
    """The record of a request of ten characters."""
    ended = (NOON + timedelta(days=days)).isoformat()
    complete = {"type": "Complete", "status": "True", "reason": phase, "lastTransitionTime": ended}
    raw = {
        "metadata": {"namespace": tenant, "name": name, "uid": f"uid-{name}"},
        "spec": {},
        "status": {
            "phase": phase,
            "audio": {"bytes": 100},
            "usage": {"characters": 10, "audioSeconds": seconds} if phase == "Succeeded" else None,
            "conditions": [complete],
        },
    }
    return usage_record(raw, tenant, NOON)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """What the command reads."""
    made = MemoryStore()
    monkeypatch.setattr(usage_cli, "store_of", lambda *_: made)
    return made


Keep = Callable[..., None]


@pytest.fixture
def keep(store: MemoryStore) -> Keep:
    """Archive records."""

    def files(*records: UsageRecord) -> None:
        for tenant in {record.tenant for record in records}:
            for file in files_of(tenant, [record for record in records if record.tenant == tenant]):
                asyncio.run(store.create(file.key, file.content, MEDIA_TYPE))

    return files


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*NOVEMBER, "--format", "json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_request_that_was_archived_twice_counts_once(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(spoken("a"), spoken("b"))
    keep(spoken("b"), spoken("c"))
    (row,) = printed(capsys)
    assert (row["requests"], row["characters"], row["audio_seconds"], row["bytes"]) == (3, 30, 4.5, 300)


def test_month_is_that_of_the_end_in_utc(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(spoken("october", days=-30), spoken("a"), spoken("b", days=6), spoken("december", days=7))
    (row,) = printed(capsys)
    assert row["requests"] == 2


def test_all_tenants_or_those_that_are_named(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(spoken("a"), spoken("b", "globex"), spoken("c", "globex.dev"))
    assert [row["tenant"] for row in printed(capsys)] == ["acme", "globex", "globex.dev"]
    assert [row["requests"] for row in printed(capsys, "--tenant", "globex", "--tenant", "acme")] == [1, 1]


def test_what_ended_without_speech_is_told_and_not_charged(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(spoken("a"), *(spoken(phase, phase=phase) for phase in ("Failed", "Cancelled", "Rejected")))
    (row,) = printed(capsys)
    told = {name: row[name] for name in ("ended", "succeeded", "failed", "cancelled", "rejected", "requests")}
    assert told == {"ended": 4, "succeeded": 1, "failed": 1, "cancelled": 1, "rejected": 1, "requests": 1}


def test_daily_rows_add_up_to_the_month(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(*(spoken(f"r{n}", days=n % 3, seconds=0.1) for n in range(10)))
    daily = printed(capsys, "--daily")
    assert [(row["period"], row["requests"]) for row in daily] == [
        ("2026-11-24", 4),
        ("2026-11-25", 3),
        ("2026-11-26", 3),
    ]
    (month,) = printed(capsys)
    assert month["audio_seconds"] == round(sum(row["audio_seconds"] for row in daily), 3) == 1.0


def test_table_and_csv(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(spoken("a"))
    assert main(NOVEMBER) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["TENANT", "PERIOD", "ENDED"]
    assert row.split() == ["acme", "2026-11", "1", "1", "0", "0", "0", "1", "10", "1.5", "100"]
    assert main([*NOVEMBER, "--format", "csv"]) == 0
    assert capsys.readouterr().out == (
        "tenant,period,ended,succeeded,failed,cancelled,rejected,requests,characters,audio_seconds,bytes\r\n"
        "acme,2026-11,1,1,0,0,0,1,10,1.5,100\r\n"
    )


def test_nothing_archived_is_said(store: MemoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(NOVEMBER) == 0
    assert "nothing is archived for 2026-11" in capsys.readouterr().err


def test_store_that_fails_is_told(store: MemoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    store.away = True
    assert main(NOVEMBER) == 1
    assert capsys.readouterr().err == "voxpod-usage: the archive cannot be read: the store is away\n"


def test_object_that_holds_no_records_is_named(
    keep: Keep, store: MemoryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(spoken("a"))
    (key,) = store.archive
    store.archive[key] += b"{}\n"
    assert main(NOVEMBER) == 1
    assert f"{key}, line 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--month", "2026-13"], "'2026-13' is no month such as 2026-11"),
        (["--month", "11/2026"], "is no month"),
        (["--tenant", "../globex"], "is no name of a Tenant"),
        (["--format", "xml"], "invalid choice: 'xml'"),
    ],
)
def test_wrong_option_is_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


KEYS = {"VOXPOD_OBJECT_STORE_ACCESS_KEY": "a", "VOXPOD_OBJECT_STORE_SECRET_KEY": "s"}
AWS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "VOXPOD_OBJECT_STORE_BUCKET": "speech"}


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        pytest.param(KEYS, "which bucket? Use --bucket", id="no bucket"),
        pytest.param({"VOXPOD_OBJECT_STORE_BUCKET": "speech"}, "no keys: set", id="no keys"),
        pytest.param({**AWS, "AWS_CA_BUNDLE": "/nowhere.pem"}, "No such file", id="no authority"),
        pytest.param({**AWS, "AWS_ENDPOINT_URL": "http://s:9000/speech"}, "cannot be used", id="no endpoint"),
    ],
)
def test_environment_that_names_no_store_is_told(
    environment: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in usage_cli.os.environ if name.startswith(("AWS_", "VOXPOD_OBJECT_STORE"))]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(NOVEMBER) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        pytest.param(
            {**AWS, **KEYS, "VOXPOD_OBJECT_STORE_ENDPOINT": "s:9000"}, "https://s:9000/speech/k", id="operator's"
        ),
        pytest.param(
            {**AWS, "VOXPOD_OBJECT_STORE_ENDPOINT": "s:9000", "VOXPOD_OBJECT_STORE_SECURE": "false"},
            "http://s:9000/speech/k",
            id="operator's without TLS",
        ),
        pytest.param({**AWS, "AWS_ENDPOINT_URL": "http://s:9000"}, "http://s:9000/speech/k", id="AWS tools'"),
        pytest.param(
            {**AWS, "AWS_REGION": "eu-west-1"}, "https://speech.s3.eu-west-1.amazonaws.com/k", id="AWS itself"
        ),
    ],
)
def test_store_is_the_one_that_the_environment_names(environment: dict[str, str], url: str) -> None:
    store = store_of(environment)
    assert store.presign_put("k", "text/plain", 60).url.partition("?")[0] == url
    store.close()
