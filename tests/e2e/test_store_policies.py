"""The policies and commands of docs/running.md against a real store: who may do what, and how audio is fetched."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio import Minio
from minio.error import S3Error

from documented_commands import ROOT, commands, run, with_instead
from localcluster.build import build
from loopback_ports import free_port
from minio_server import REGION, ROOT_PASSWORD, ROOT_USER, MinioServer
from private_store import BUCKET, TENANT, private_store
from voxpod_operator.storage.object_store import open_store

pytestmark = pytest.mark.e2e

OPERATOR = ("operator-user", "operator-password")
AUDIO, OTHERS = b"what acme said", b"what globex said"


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where minio and mc lie."""
    return build()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's, with its authority in ca.pem."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def store(programs: Path, folder: Path) -> Iterator[MinioServer]:
    """A store with both users, and one object of each of two tenants."""
    with private_store(programs / "minio", folder, f"127.0.0.1:{free_port()}", OPERATOR) as running:
        for key, content in {"acme/1.mp3": AUDIO, "globex/1.mp3": OTHERS}.items():
            put(running.client(*OPERATOR), key, content)
        yield running


def put(client: Minio, key: str, content: bytes) -> None:
    """By a presigned URL, as a sandbox does."""
    url = client.presigned_put_object(BUCKET, key)
    answer = client._http.request("PUT", url, body=content)
    assert answer.status == 200, answer.data


async def test_operators_own_check_finds_every_right_that_it_needs(store: MinioServer):
    opened = open_store(store.endpoint, *OPERATOR, BUCKET, secure=True, region=REGION, ca_pem=store.ca_pem)
    try:
        await opened.check(thorough=True)
    finally:
        opened.close()


def test_operators_policy_is_enough_for_what_it_does(store: MinioServer):
    client = store.client(*OPERATOR)

    put(client, "acme/2.wav", b"sound")
    assert client.stat_object(BUCKET, "acme/2.wav").size == 5
    client.remove_object(BUCKET, "acme/2.wav")
    with pytest.raises(S3Error, match="NoSuchKey"):
        client.stat_object(BUCKET, "acme/2.wav")
    assert client.bucket_exists(BUCKET)
    assert [found.object_name for found in client.list_objects(BUCKET, "globex/")] == ["globex/1.mp3"]


def test_operators_policy_gives_no_more(store: MinioServer):
    for call in (
        lambda: store.client(*OPERATOR).make_bucket("another"),
        lambda: store.client(*OPERATOR).remove_bucket(BUCKET),
        lambda: store.client(*OPERATOR).set_bucket_policy(BUCKET, "{}"),
    ):
        with pytest.raises(S3Error, match="AccessDenied"):
            call()


def test_tenant_reads_its_own_prefix_and_nothing_else(store: MinioServer):
    client = store.client(*TENANT)

    assert client.get_object(BUCKET, "acme/1.mp3").read() == AUDIO
    assert [found.object_name for found in client.list_objects(BUCKET, "acme/")] == ["acme/1.mp3"]
    for call in (
        lambda: client.get_object(BUCKET, "globex/1.mp3"),
        lambda: list(client.list_objects(BUCKET, "globex/")),
        lambda: list(client.list_objects(BUCKET)),
        lambda: client.remove_object(BUCKET, "acme/1.mp3"),
        lambda: client.fput_object(BUCKET, "acme/1.mp3", __file__),
    ):
        with pytest.raises(S3Error, match="AccessDenied"):
            call()


@pytest.fixture
def shell(folder: Path, programs: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a tenant's developer: the user's keys, the authority in all three places, mc on PATH."""
    (tmp_path / "mc" / "certs" / "CAs").mkdir(parents=True)
    shutil.copy(folder / "ca.pem", tmp_path / "mc" / "certs" / "CAs" / "ca.crt")
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID": TENANT[0],
        "AWS_SECRET_ACCESS_KEY": TENANT[1],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CA_BUNDLE": str(folder / "ca.pem"),
        "CURL_CA_BUNDLE": str(folder / "ca.pem"),
        "MC_CONFIG_DIR": str(tmp_path / "mc"),
    }


def fetching(store: MinioServer) -> list[str]:
    """The documented commands, a line each, for the object of acme in this store."""
    (block,) = commands("docs/running.md", "### Fetching the audio")
    instead = {
        "$(kubectl -n acme get ttsr hello -o jsonpath='{.status.audio.uri}')": "s3://speech/acme/1.mp3",
        "s3.example.com": store.endpoint,
    }
    return with_instead(block, instead).splitlines()


def test_mc_fetches_the_audio_as_documented(store: MinioServer, shell: dict[str, str], tmp_path: Path):
    run("\n".join(line for line in fetching(store) if "aws" not in line), tmp_path, shell)

    assert (tmp_path / "hello-mc.mp3").read_bytes() == AUDIO


def test_link_is_fetched_by_curl_as_documented(store: MinioServer, shell: dict[str, str], tmp_path: Path):
    url = store.client(*TENANT).presigned_get_object(BUCKET, "acme/1.mp3")
    (link,) = (line for line in fetching(store) if line.startswith("curl"))

    run(f'{link.split("$(")[0]}{url}"', tmp_path, shell)

    assert (tmp_path / "hello-link.mp3").read_bytes() == AUDIO


needs_aws = pytest.mark.skipif(shutil.which("aws") is None, reason="no AWS CLI here (pip install awscli)")


@needs_aws
def test_aws_fetches_and_presigns_as_documented(store: MinioServer, shell: dict[str, str], tmp_path: Path):
    run("\n".join(line for line in fetching(store) if not line.startswith("mc ")), tmp_path, shell)

    assert (tmp_path / "hello-aws.mp3").read_bytes() == AUDIO
    assert (tmp_path / "hello-link.mp3").read_bytes() == AUDIO


@needs_aws
def test_rule_that_ends_audio_is_taken_by_the_store(store: MinioServer, shell: dict[str, str]):
    (block,) = commands("docs/running.md", "### How long audio stays")
    root = {"AWS_ACCESS_KEY_ID": ROOT_USER, "AWS_SECRET_ACCESS_KEY": ROOT_PASSWORD}

    run(with_instead(block, {"s3.example.com": store.endpoint}), ROOT, {**shell, **root})

    (rule,) = store.root().get_bucket_lifecycle(BUCKET).rules
    assert (rule.rule_filter.prefix, rule.expiration.days) == ("acme/", 30)
