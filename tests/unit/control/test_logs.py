"""What the log never holds, whoever writes it."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import urllib3
from minio import Minio

from loopback_ports import free_port
from voxpod_operator import logs
from voxpod_operator.errors import StoreUnavailable
from voxpod_operator.storage.object_store import ObjectStore


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What an operator says, with all that it can be made to say."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    monkeypatch.setattr(sys, "stdout", written)
    logs.configure("DEBUG")
    yield written
    logging.basicConfig(level=level, handlers=before, force=True)


async def test_a_store_that_breaks_off_does_not_bring_a_signed_url_into_the_log(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The URL of a presigned upload is a permission; urllib3 warns of each try with it."""
    http = urllib3.PoolManager(retries=urllib3.Retry(1, backoff_factor=0))
    nobody = f"127.0.0.1:{free_port()}"
    client = Minio(nobody, "a", "s", secure=False, region="us-east-1", http_client=http)
    monkeypatch.setattr(client, "list_objects", lambda *_, **__: iter(()))  # it breaks off after this call
    store = ObjectStore(client, http, "audio")
    with pytest.raises(StoreUnavailable):
        await store.check(thorough=True)
    store.close()
    logging.getLogger("voxpod_operator").info("a line of ours")
    assert "a line of ours" in said.getvalue()
    assert "X-Amz-Signature" not in said.getvalue()
