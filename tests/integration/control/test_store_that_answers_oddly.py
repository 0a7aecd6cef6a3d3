"""The operator's look at a store that answers from a script, where a real MinIO cannot be made to."""

from collections.abc import Iterator

import pytest

from sandbox_fakes import RESET, FakeStore, serving
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.storage.object_store import CHECK_KEY, ObjectStore, open_store

NOTHING_LISTED = (
    b'<?xml version="1.0"?><ListBucketResult><Name>audio</Name><IsTruncated>false</IsTruncated></ListBucketResult>'
)


def error(code: str) -> bytes:
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>of the store</Message></Error>'.encode()


@pytest.fixture
def fake() -> Iterator[FakeStore]:
    """Lists nothing; then whatever the test says."""
    made = FakeStore()
    with serving(made, None):
        made.answers(200, body=NOTHING_LISTED)
        yield made


@pytest.fixture
def store(fake: FakeStore) -> Iterator[ObjectStore]:
    made = open_store(fake.url.removeprefix("http://"), "a", "s", "audio", secure=False, region="us-east-1")
    yield made
    made.close()


async def test_store_without_conditional_writes_is_told_by_name_before_any_sandbox(
    fake: FakeStore, store: ObjectStore
) -> None:
    fake.answers(501, body=error("NotImplemented"))
    with pytest.raises(StoreError, match=r"NotImplemented.*objectStore.conditionalWrites") as told:
        await store.check(thorough=True)
    assert not isinstance(told.value, StoreUnavailable)


async def test_without_conditional_writes_no_upload_asks_for_a_new_key(fake: FakeStore) -> None:
    plain = open_store(
        fake.url.removeprefix("http://"), "a", "s", "audio", secure=False, region="us-east-1", conditional=False
    )
    assert plain.presign_put("acme/u.wav", "audio/wav", 60).headers == {"Content-Type": "audio/wav"}
    plain.close()


async def test_store_that_cannot_take_uploads_at_present_is_away(fake: FakeStore, store: ObjectStore) -> None:
    fake.answers(507, body=error("XMinioStorageFull"))
    with pytest.raises(StoreUnavailable, match="XMinioStorageFull"):
        await store.check(thorough=True)


async def test_store_that_does_not_look_at_the_digest_keeps_nothing(fake: FakeStore, store: ObjectStore) -> None:
    fake.answers(200, 204, 404)
    await store.check(thorough=True)
    assert [seen.method for seen in fake.seen] == ["GET", "PUT", "DELETE", "HEAD"]
    assert all(CHECK_KEY in seen.path for seen in fake.seen)
    assert fake.objects == {}


@pytest.mark.parametrize("status", [429, 503])
async def test_busy_store_is_away_not_refusing(fake: FakeStore, store: ObjectStore, status: int) -> None:
    fake.script.clear()
    fake.answers(status, body=error("SlowDown"))
    with pytest.raises(StoreUnavailable, match="SlowDown"):
        await store.check(thorough=False)


async def test_answer_of_a_proxy_is_told_without_its_page(fake: FakeStore, store: ObjectStore) -> None:
    fake.script.clear()
    fake.answers(502, body=b"<html>request 0815</html>")
    with pytest.raises(StoreUnavailable, match="502") as told:
        await store.check(thorough=False)
    assert "0815" not in str(told.value)


@pytest.mark.parametrize(
    "page",
    [b"", b"<html><br>Sign in", b"<?xml version='1.0'?><ListBucketResult><Contents/></ListBucketResult>", b"\xff"],
)
async def test_answer_that_is_no_list_is_a_store_that_is_away(fake: FakeStore, store: ObjectStore, page: bytes) -> None:
    """A portal, a proxy, another kind of server: never the end of the operator."""
    fake.script.clear()
    fake.answers(200, 200, body=page)
    with pytest.raises(StoreUnavailable, match="not one of S3"):
        await store.check(thorough=False)
    with pytest.raises(StoreUnavailable, match="not one of S3"):
        _ = [page async for page in store.pages()]


async def test_lost_answers_are_told_in_the_same_words_each_time(fake: FakeStore, store: ObjectStore) -> None:
    fake.script.clear()
    fake.answers(*[RESET] * 8)
    told = []
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as away:
            await store.check(thorough=False)
        told.append(str(away.value))
    assert told[0] == told[1]
    assert "X-Amz" not in told[0]
