"""The operator's and the sandbox's side of the object store, against a real MinIO: no cluster."""

import asyncio
import dataclasses
import hashlib
import io
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import urllib3
from minio.sseconfig import Rule, SSEConfig

from minio_server import KMS_KEY, REGION, ROOT_PASSWORD, ROOT_USER, MinioServer, running_minio
from sandbox_fakes import a_pulse
from store_certificates import write_store_certificate
from voxpod_crds.sandbox_protocol import Audio
from voxpod_inference.errors import SpeechError
from voxpod_inference.upload import Stored, put
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.storage import object_store
from voxpod_operator.storage.object_store import ObjectStore, open_store

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
SOUND = b"RIFF" + bytes(100_000)
KEY = "acme/6f1d7b6e-1111-4222-8333-444455556666.wav"
ALL = ("GetObject", "PutObject", "DeleteObject", "ListBucket")

Open = Callable[..., ObjectStore]


@pytest.fixture(scope="module")
def program() -> Path:
    """The server, built if need be."""
    subprocess.run([sys.executable, str(ROOT / "tests" / "cluster"), "build"], check=True, stdout=subprocess.DEVNULL)
    sys.path.insert(0, str(ROOT / "tests" / "cluster"))
    from localcluster.build import bin_dir

    return bin_dir() / "minio"


@pytest.fixture(scope="module")
def server(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """Bucket `plain`, and bucket `kms` whose objects are all encrypted by a KMS key."""
    with running_minio(program, tmp_path_factory.mktemp("minio")) as made:
        root = made.root()
        for bucket in ("plain", "kms"):
            root.make_bucket(bucket)
        root.set_bucket_encryption("kms", SSEConfig(Rule.new_sse_kms_rule(KMS_KEY)))
        yield made


@pytest.fixture
async def opened(server: MinioServer) -> AsyncIterator[Open]:
    """Open stores; closed, and emptied, afterwards."""
    made: list[ObjectStore] = []

    def opener(
        bucket: str = "plain", user: str = ROOT_USER, secret: str = ROOT_PASSWORD, **changes: bool
    ) -> ObjectStore:
        made.append(open_store(server.endpoint, user, secret, bucket, secure=False, region=REGION, **changes))
        return made[-1]

    yield opener
    for store in made:
        store.close()
    for bucket in ("plain", "kms"):
        for found in server.root().list_objects(bucket, recursive=True):
            server.root().remove_object(bucket, found.object_name or "")


def upload(store: ObjectStore, sound: bytes = SOUND, ca_pem: str = "", seconds: float = 10.0) -> Stored:
    """What a sandbox does."""
    end = time.monotonic() + seconds
    granted = store.presign_put(KEY, "audio/wav", 60)
    return put(granted, io.BytesIO(sound), a_pulse(), ca_pem=ca_pem, seconds_left=lambda: end - time.monotonic())


def report(stored: Stored) -> Audio:
    return Audio(stored.sha256, stored.md5, stored.bytes, 1.5, 24000, "wav", "af_heart")


@pytest.mark.parametrize("bucket", ["plain", "kms"])
async def test_upload_is_verified_whatever_the_store_does_with_it(
    server: MinioServer, opened: Open, bucket: str
) -> None:
    store = opened(bucket)
    stored = upload(store)
    etag = server.root().stat_object(bucket, KEY).etag
    assert (etag == hashlib.md5(SOUND).hexdigest()) == (bucket == "plain"), "an ETag under KMS is no MD5"
    assert await store.problem_with(KEY, report(stored)) == ""


@pytest.mark.parametrize("bucket", ["plain", "kms"])
async def test_other_content_of_the_same_size_is_refused(opened: Open, bucket: str) -> None:
    store = opened(bucket)
    told = report(upload(store))
    lie = dataclasses.replace(told, sha256="0" * 64, md5="0" * 32)
    assert "does not have the reported checksum" in await store.problem_with(KEY, lie)
    assert "bytes, the sandbox reported" in await store.problem_with(KEY, dataclasses.replace(told, bytes=5))
    assert "is not there" in await store.problem_with("acme/nothing.wav", told)


async def test_a_presigned_get_reads_its_own_object_and_no_other(opened: Open, server: MinioServer) -> None:
    store = opened()
    upload(store)
    server.root().put_object("plain", "acme/other.wav", io.BytesIO(b"secret"), 6)
    url = store.presign_get(KEY, 60)
    assert (await asyncio.to_thread(urllib3.request, "GET", url)).data == SOUND
    assert (await asyncio.to_thread(urllib3.request, "GET", url.replace(KEY, "acme/other.wav"))).status == 403


async def test_object_is_read_in_chunks_and_no_further_than_reported(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "CHUNK_BYTES", 1000)
    store = opened("kms")
    assert await store.problem_with(KEY, report(upload(store))) == ""
    assert store._sha256(KEY, 100) == hashlib.sha256(SOUND[:100]).hexdigest()


@pytest.mark.parametrize("bucket", ["plain", "kms"])
async def test_an_object_is_described_as_it_was_sent(
    opened: Open, monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    monkeypatch.setattr(object_store, "CHUNK_BYTES", 30_000)
    store = opened(bucket)
    sent = upload(store)
    found = await store.describe(KEY)
    assert found is not None
    assert (found.size, found.sha256, found.md5) == (sent.bytes, sent.sha256, sent.md5)
    assert (found.head, found.tail) == (SOUND[: len(found.head)], SOUND[-len(found.tail) :])
    assert await store.describe("acme/nothing.wav") is None
    monkeypatch.setattr(object_store, "MAX_AUDIO_BYTES", sent.bytes - 1)
    assert await store.describe(KEY) is None, "larger than a sandbox may store"


async def test_without_the_right_to_list_a_missing_object_is_a_refusal(server: MinioServer, opened: Open) -> None:
    server.add_user("lists-nothing", "plain", "GetObject")
    with pytest.raises(StoreError, match="AccessDenied"):
        await opened(user="lists-nothing", secret="lists-nothing").describe(KEY)


async def test_key_is_written_once_and_over_only_where_the_chart_allows_it(server: MinioServer, opened: Open) -> None:
    upload(opened())
    with pytest.raises(SpeechError, match="412 PreconditionFailed"):
        upload(opened(), b"another sandbox's")
    assert server.root().stat_object("plain", KEY).size == len(SOUND)
    upload(opened(conditional=False), b"another sandbox's")
    assert server.root().stat_object("plain", KEY).size == len(b"another sandbox's")


async def test_close_check_stores_nothing(server: MinioServer, opened: Open) -> None:
    for conditional in (True, False):
        await opened(conditional=conditional).check(thorough=True)
    assert list(server.root().list_objects("plain", recursive=True)) == []


@pytest.mark.parametrize(
    ("missing", "problem"),
    [
        pytest.param("PutObject", "s3:PutObject", id="may not put"),
        pytest.param("GetObject", "s3:GetObject", id="may not get"),
        pytest.param("DeleteObject", "", id="may not delete: requests can be served all the same"),
        pytest.param("ListBucket", "", id="may not list: only the sweep needs it"),
    ],
)
async def test_right_that_is_missing_is_named(server: MinioServer, opened: Open, missing: str, problem: str) -> None:
    user = f"without-{missing.lower()}"
    server.add_user(user, "plain", *(action for action in ALL if action != missing))
    store = opened(user=user, secret=user)
    if not problem:
        await store.check(thorough=True)
        return
    with pytest.raises(StoreError, match=problem):
        await store.check(thorough=True)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"bucket": "nosuch"}, "NoSuchBucket", id="no bucket"),
        pytest.param({"user": "nobody"}, "InvalidAccessKeyId", id="no such user"),
        pytest.param({"secret": "wrong-secret"}, "SignatureDoesNotMatch", id="another secret"),
    ],
)
@pytest.mark.parametrize("thorough", [True, False])
async def test_wrong_settings_are_told_in_the_stores_words(
    opened: Open, changes: dict[str, str], problem: str, thorough: bool
) -> None:
    store = opened(**changes)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=problem) as told:
        await store.check(thorough=thorough)
    assert not isinstance(told.value, StoreUnavailable)
    assert "wrong-secret" not in str(told.value)


async def test_sweep_sees_every_object(opened: Open, monkeypatch: pytest.MonkeyPatch, server: MinioServer) -> None:
    monkeypatch.setattr(object_store, "PAGE", 3)
    for number in range(7):
        server.root().put_object("plain", f"acme/{number}.wav", io.BytesIO(b"RIFF"), 4)
    pages = [page async for page in opened().pages()]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one.key for page in pages for one in page] == [f"acme/{n}.wav" for n in range(7)]


async def test_user_who_may_not_delete_is_told_apart_from_a_store_that_is_away(
    server: MinioServer, opened: Open
) -> None:
    server.add_user("keeps-all", "plain", "GetObject", "PutObject", "ListBucket")
    with pytest.raises(StoreError, match="AccessDenied") as refused:
        await opened(user="keeps-all", secret="keeps-all").remove(KEY)
    assert not isinstance(refused.value, StoreUnavailable)


@pytest.mark.parametrize("key_usage", [True, False], ids=["with every extension", "as plain openssl req makes it"])
async def test_private_authority_is_trusted_by_operator_and_sandbox_alike(
    program: Path, tmp_path: Path, key_usage: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    ca_pem = write_store_certificate(tmp_path / "certificates", key_usage=key_usage)
    foreign = write_store_certificate(tmp_path / "elsewhere", key_usage=True)
    with running_minio(program, tmp_path, certificates=tmp_path / "certificates", ca_pem=ca_pem) as server:
        server.root().make_bucket("plain")
        for pem in (ca_pem, foreign):
            store = open_store(
                server.endpoint, ROOT_USER, ROOT_PASSWORD, "plain", secure=True, region=REGION, ca_pem=pem
            )
            if pem == ca_pem:
                await store.check(thorough=True)
                assert await store.problem_with(KEY, report(upload(store, ca_pem=pem))) == ""
            else:
                with pytest.raises(StoreUnavailable, match="certificate verify failed"):
                    await store.check(thorough=True)
                with pytest.raises(SpeechError, match="SSLCertVerificationError"):
                    upload(store, ca_pem=pem, seconds=0.3)
            store.close()
    assert all("upload failed" in json.loads(line)["message"] for line in capfd.readouterr().err.splitlines())
