"""The usage archive on a real MinIO, with the rights of docs/examples: written once, read back, summed up. No cluster."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOON
from localcluster.build import build
from loopback_ports import free_port
from minio_server import REGION, MinioServer
from private_store import BUCKET, TENANT, private_store
from voxpod_operator.errors import StoreError
from voxpod_operator.policy.usage_files import MEDIA_TYPE, UsageFile, files_of
from voxpod_operator.policy.usage_record import UsageRecord, usage_record
from voxpod_operator.storage.object_store import ObjectStore, open_store

pytestmark = pytest.mark.e2e

OPERATOR = ("operator-user", "operator-password")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's, with its authority in ca.pem."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[MinioServer]:
    """A store with the users of docs/examples."""
    with private_store(build() / "minio", folder, f"127.0.0.1:{free_port()}", OPERATOR) as running:
        yield running


@pytest.fixture
def opened(server: MinioServer) -> Iterator[ObjectStore]:
    """The operator's, emptied afterwards."""
    store = open_store(server.endpoint, *OPERATOR, BUCKET, secure=True, region=REGION, ca_pem=server.ca_pem)
    yield store
    store.close()
    for found in server.root().list_objects(BUCKET, recursive=True):
        server.root().remove_object(BUCKET, found.object_name or "")


def spoken(name: str, tenant: str = "acme", days: int = 0) -> UsageRecord:
    """The record of a request of ten characters."""
    ended = (NOON + timedelta(days=days)).isoformat()
    complete = {"type": "Complete", "status": "True", "reason": "Succeeded", "lastTransitionTime": ended}
    usage = {"characters": 10, "audioSeconds": 1.5}
    raw = {
        "metadata": {"namespace": tenant, "name": name, "uid": f"uid-{name}"},
        "status": {"phase": "Succeeded", "usage": usage, "conditions": [complete]},
    }
    return usage_record(raw, tenant, NOON)


async def keep(store: ObjectStore, *records: UsageRecord) -> list[UsageFile]:
    """Archive records of one tenant."""
    files = files_of(records[0].tenant, records)
    for file in files:
        await store.create(file.key, file.content, MEDIA_TYPE)
    return files


async def test_two_leaders_that_archive_the_same_make_one_object(opened: ObjectStore) -> None:
    made, again = await asyncio.gather(*(keep(opened, spoken("a"), spoken("b")) for _ in range(2)))
    assert made == again
    assert [one.key for one in await opened.under("_usage/")] == [file.key for file in made]
    assert await opened.read(made[0].key) == made[0].content


async def test_summary_is_written_over(opened: ObjectStore) -> None:
    for content in (b"a,b\r\n", b"c\r\n"):
        await opened.replace("_usage/acme/2026-11-24.csv", content, "text/csv")
    assert await opened.read("_usage/acme/2026-11-24.csv") == b"c\r\n"


async def test_archive_is_listed_by_tenant_and_behind_a_day(opened: ObjectStore) -> None:
    await keep(opened, *(spoken(f"r{n}", days=n) for n in range(3)))
    await keep(opened, spoken("b", "globex"))
    assert await opened.folders("_usage/") == ["acme", "globex"]
    behind = await opened.under("_usage/acme/", "_usage/acme/2026-11-25")
    assert [one.key.split("/")[2] for one in behind] == ["2026-11-25", "2026-11-26"]


async def test_tenant_may_not_read_the_archive_nor_write_it(server: MinioServer, opened: ObjectStore) -> None:
    (file,) = await keep(opened, spoken("a"))
    store = open_store(server.endpoint, *TENANT, BUCKET, secure=True, region=REGION, ca_pem=server.ca_pem)
    for call in (store.read(file.key), store.under("_usage/"), store.create("_usage/acme/x", b"", MEDIA_TYPE)):
        with pytest.raises(StoreError, match="AccessDenied"):
            await call
    store.close()


def test_command_reads_the_archive_with_the_operators_environment_or_aws_tools(
    server: MinioServer, opened: ObjectStore, folder: Path
) -> None:
    asyncio.run(keep(opened, spoken("a"), spoken("b")))
    asyncio.run(keep(opened, spoken("b")))
    user, secret = OPERATOR
    ours = {
        "VOXPOD_OBJECT_STORE_ENDPOINT": server.endpoint,
        "VOXPOD_OBJECT_STORE_BUCKET": BUCKET,
        "VOXPOD_OBJECT_STORE_ACCESS_KEY": user,
        "VOXPOD_OBJECT_STORE_SECRET_KEY": secret,
        "VOXPOD_OBJECT_STORE_CA_PEM": server.ca_pem,
    }
    aws = {
        "AWS_ENDPOINT_URL": f"https://{server.endpoint}",
        "AWS_ACCESS_KEY_ID": user,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_CA_BUNDLE": str(folder / "ca.pem"),
    }
    for environment, options in ((ours, []), (aws, ["--bucket", BUCKET])):
        command = [sys.executable, "-m", "voxpod_operator.usage_cli", "--month", "2026-11", "--format", "json"]
        done = subprocess.run(
            [*command, *options], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        (row,) = json.loads(done.stdout)
        assert (row["tenant"], row["requests"], row["characters"], row["audio_seconds"]) == ("acme", 2, 20, 3.0)
