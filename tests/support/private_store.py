"""An S3 store on this machine as companies have one: TLS by an authority of their own, users with written policies. MinIO."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3
from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider
from minio.error import MinioException

from certificates import write_dispatch_certificate

ROOT_USER, ROOT_PASSWORD = "store-root", "store-root-password"
REGION = "us-east-1"
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PrivateStore:
    """A server that answers at `endpoint` (host:port)."""

    endpoint: str
    ca: Path

    @property
    def _http(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(ca_certs=str(self.ca), timeout=10, retries=False)

    def client(self, user: str = ROOT_USER, password: str = ROOT_PASSWORD) -> Minio:
        """As that user; the administrator without one."""
        return Minio(
            self.endpoint, access_key=user, secret_key=password, region=REGION, secure=True, http_client=self._http
        )

    def add_user(self, user: str, password: str, policy: Path) -> None:
        """A user with the policy of that file and nothing else."""
        provider = StaticProvider(ROOT_USER, ROOT_PASSWORD)
        admin = MinioAdmin(
            endpoint=self.endpoint, credentials=provider, region=REGION, secure=True, http_client=self._http
        )
        admin.policy_add(policy.stem, policy=json.loads(policy.read_text()))
        admin.user_add(user, password)
        admin.policy_set(policy.stem, user=user)


@contextmanager
def private_store(program: Path, folder: Path, address: str, port: int) -> Iterator[PrivateStore]:
    """The server with its data and certificate below `folder`; ended on the way out."""
    certificates, data = folder / "certs", folder / "data"
    ca = write_dispatch_certificate(certificates, address)
    (certificates / "tls.crt").rename(certificates / "public.crt")
    (certificates / "tls.key").rename(certificates / "private.key")
    data.mkdir()
    environment = {"MINIO_ROOT_USER": ROOT_USER, "MINIO_ROOT_PASSWORD": ROOT_PASSWORD, "MINIO_BROWSER": "off"}
    command = [str(program), "server", str(data), "--address", f"{address}:{port}", "--certs-dir", str(certificates)]
    with (folder / "minio.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**environment, "HOME": str(folder)})
        try:
            store = PrivateStore(f"{address}:{port}", ca)
            _wait_until_ready(store, process, folder / "minio.log")
            yield store
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(store: PrivateStore, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(store):
        assert process.poll() is None, f"the store ended: {log.read_text()[-2000:]}"
        assert time.monotonic() < deadline, f"the store does not answer: {log.read_text()[-2000:]}"
        time.sleep(0.05)


def _answers(store: PrivateStore) -> bool:
    try:
        store.client().list_buckets()
    except (urllib3.exceptions.HTTPError, MinioException, OSError):
        return False
    return True
