"""Listeners may know the store by another address than the cluster does."""

from urllib.parse import urlsplit

import pytest

from voxpod_operator.storage.object_store import open_store


@pytest.mark.parametrize(
    ("public_url", "heard_at"),
    [
        pytest.param("", ("http", "minio.store.svc:9000"), id="no other"),
        pytest.param("https://audio.example.com", ("https", "audio.example.com"), id="TLS in front"),
        pytest.param("http://192.0.2.7:30900", ("http", "192.0.2.7:30900"), id="a port of the nodes"),
    ],
)
def test_downloads_are_signed_for_the_public_address_and_uploads_never(
    public_url: str, heard_at: tuple[str, str]
) -> None:
    store = open_store(
        "minio.store.svc:9000", "key", "secret", "audio", secure=False, region="us-east-1", public_url=public_url
    )

    get, put = urlsplit(store.presign_get("acme/u.wav", 60)), urlsplit(store.presign_put("acme/u.wav", "x", 60).url)
    store.close()

    assert (get.scheme, get.netloc, get.path) == (*heard_at, "/audio/acme/u.wav")
    assert (put.scheme, put.netloc) == ("http", "minio.store.svc:9000")
