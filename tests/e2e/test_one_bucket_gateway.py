"""Egress to a store with everybody's buckets, closed by the gateway that docs/chart.md shows: one bucket and no way around.

A sandbox that an attacker has taken over reaches what NetworkPolicies let it reach, and those know no buckets.
"""

import io
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
import urllib3

from documented_gateway import documented_gateway
from localcluster.build import build
from loopback_ports import free_port
from minio_server import REGION, MinioServer
from private_store import BUCKET, private_store
from sandbox_fakes import a_pulse
from voxpod_crds.sandbox_protocol import Audio
from voxpod_crds.trust import client_tls
from voxpod_inference.upload import put
from voxpod_operator.storage.object_store import ObjectStore, open_store

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here (Debian package nginx-light)"),
]

OPERATOR = ("operator-user", "operator-password")
ATTACKER = "attackers"
"""A user of the same store who has a bucket of that name; the user's secret is the name, too."""
KEY = "acme/1.wav"
SOUND = b"RIFF" + bytes(2_000_000)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """The store itself, as the gateway sees it."""
    folder = tmp_path_factory.mktemp("store")
    with private_store(build() / "minio", folder, f"127.0.0.1:{free_port()}", OPERATOR) as running:
        for bucket in (ATTACKER, f"{BUCKET}2"):
            running.root().make_bucket(bucket)
        running.add_user(ATTACKER, ATTACKER, "GetObject", "PutObject")
        yield running


@pytest.fixture(scope="module")
def gateway(store: MinioServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """All that a sandbox's NetworkPolicy lets it reach of the store."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "authority.pem").write_text(store.ca_pem)
    with documented_gateway(folder, store, folder / "authority.pem") as running:
        yield running


@pytest.fixture
async def opened(gateway: MinioServer) -> AsyncIterator[ObjectStore]:
    """The bucket as the operator opens it with the documented values."""
    made = open_store(
        gateway.endpoint, *OPERATOR, BUCKET, secure=True, region=REGION, ca_pem=gateway.ca_pem, conditional=False
    )
    yield made
    made.close()


async def test_operator_and_sandbox_do_all_they_need_through_it(opened: ObjectStore, gateway: MinioServer) -> None:
    await opened.check(thorough=True)
    end = time.monotonic() + 20
    for _ in range(2):  # the second one is a repeated upload, which is stored as well
        stored = put(
            opened.presign_put(KEY, "audio/wav", 60),
            io.BytesIO(SOUND),
            a_pulse(),
            ca_pem=gateway.ca_pem,
            seconds_left=lambda: end - time.monotonic(),
        )
    reported = Audio(stored.sha256, stored.md5, stored.bytes, 1.5, 24000, "wav", "af_heart")
    assert await opened.problem_with(KEY, reported) == ""
    assert [found.key for page in [page async for page in opened.pages()] for found in page] == [KEY]
    await opened.remove(KEY)
    assert "is not there" in await opened.problem_with(KEY, reported)


def test_presigned_url_of_a_bucket_elsewhere_stores_nothing(store: MinioServer, gateway: MinioServer) -> None:
    """The store would take it: the URL is good, and it came in with the attack."""
    for server, status in ((store, 200), (gateway, 403)):
        url = server.client(ATTACKER, ATTACKER).presigned_put_object(ATTACKER, server.endpoint)
        with urllib3.PoolManager(ssl_context=client_tls(server.ca_pem), retries=False) as pool:
            assert pool.request("PUT", url, body=b"a tenant's text").status == status
    assert [found.object_name for found in store.root().list_objects(ATTACKER)] == [store.endpoint]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/{ATTACKER}/x", id="another bucket"),
        pytest.param(f"/{BUCKET}2/x", id="a bucket whose name begins alike"),
        pytest.param(f"//{ATTACKER}/x", id="two slashes"),
        pytest.param(f"/{BUCKET}/../{ATTACKER}/x", id="up and down again"),
        pytest.param(f"/{BUCKET}/%2e%2e/{ATTACKER}/x", id="the same, encoded"),
        pytest.param(f"/{ATTACKER}/../{BUCKET}/x", id="down by another one"),
        pytest.param(f"/%73peech/../{ATTACKER}/x", id="the bucket's name encoded"),
        pytest.param("/", id="the list of buckets"),
        pytest.param(f"https://{ATTACKER}.s3.example.com/x", id="a host in the request line"),
    ],
)
def test_every_other_way_is_refused_by_the_gateway_itself(gateway: MinioServer, path: str) -> None:
    answer = asked(gateway, f"PUT {path} HTTP/1.1", f"Host: {gateway.endpoint}")
    assert answer.startswith("HTTP/1.1 403 ")
    assert "nginx" in answer


def test_bucket_that_the_callers_host_names_is_not_the_one_that_is_written(
    store: MinioServer, gateway: MinioServer
) -> None:
    """A store that reads buckets from host names would write to the attacker's; it sees the gateway's name instead."""
    url = urlsplit(gateway.client(*OPERATOR).presigned_put_object(BUCKET, "acme/2.wav"))
    answer = asked(gateway, f"PUT {url.path}?{url.query} HTTP/1.1", f"Host: {ATTACKER}.{gateway.endpoint}")
    assert answer.startswith("HTTP/1.1 200 "), "signed for the gateway's name, so the store saw that one"
    assert store.root().stat_object(BUCKET, "acme/2.wav").size == 0
    store.root().remove_object(BUCKET, "acme/2.wav")


def asked(gateway: MinioServer, *head: str) -> str:
    """What the gateway answers to a request of just these lines."""
    host, _, port = gateway.endpoint.rpartition(":")
    context = client_tls(gateway.ca_pem)
    with (
        socket.create_connection((host, int(port)), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        connection.sendall("\r\n".join([*head, "Content-Length: 0", "Connection: close", "", ""]).encode())
        answer = b""
        while block := connection.recv(1 << 16):
            answer += block
    return answer.decode()
