"""A real MinIO on this machine, with a key of its own for SSE-KMS, and TLS if wanted."""

import base64
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider
from minio.error import MinioException

from loopback_ports import free_port
from voxpod_crds.trust import client_tls

REGION = "us-east-1"
ROOT_USER, ROOT_PASSWORD = "root", "root-password"
KMS_KEY = "voxpod-test"


@dataclass(frozen=True)
class MinioServer:
    """A running server."""

    endpoint: str
    secure: bool
    ca_pem: str = ""

    def root(self) -> Minio:
        """A client that may do everything."""
        return self.client(ROOT_USER, ROOT_PASSWORD)

    def client(self, user: str, password: str) -> Minio:
        """A client of that user."""
        return Minio(self.endpoint, user, password, secure=self.secure, region=REGION, http_client=self._pool())

    def add_user(self, name: str, bucket: str, *actions: str) -> None:
        """A user (its name is its secret, too) who may do these things in one bucket."""
        places = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        allowed = {"Effect": "Allow", "Action": [f"s3:{action}" for action in actions], "Resource": places}
        self.add_user_with(name, name, {"Version": "2012-10-17", "Statement": [allowed]})

    def add_user_with(self, name: str, password: str, policy: dict[str, Any]) -> None:
        """A user who may do what the policy says and nothing else."""
        admin = MinioAdmin(
            endpoint=self.endpoint,
            credentials=StaticProvider(ROOT_USER, ROOT_PASSWORD),
            region=REGION,
            secure=self.secure,
            http_client=self._pool(),
        )
        admin.policy_add(name, policy=policy)
        admin.user_add(name, password)
        admin.policy_set(name, user=name)

    def _pool(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(ssl_context=client_tls(self.ca_pem), timeout=10, retries=False)


@contextmanager
def running_minio(
    program: Path, folder: Path, *, certificates: Path | None = None, ca_pem: str = "", address: str = ""
) -> Iterator[MinioServer]:
    """Start it at `address` (host:port, without one a free port of loopback), wait until it answers, end it."""
    address = address or f"127.0.0.1:{free_port()}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "MINIO_ROOT_USER": ROOT_USER,
        "MINIO_ROOT_PASSWORD": ROOT_PASSWORD,
        "MINIO_BROWSER": "off",
        "MINIO_KMS_SECRET_KEY": f"{KMS_KEY}:{base64.b64encode(bytes(range(32))).decode()}",
    }
    command = [str(program), "server", "--quiet", "--address", address]
    command += ["--certs-dir", str(certificates)] if certificates else []
    with (folder / "minio.log").open("wb") as log:
        process = subprocess.Popen([*command, str(folder / "data")], env=environment, stdout=log, stderr=log)
        try:
            made = MinioServer(address, certificates is not None, ca_pem)
            _wait_until_it_answers(made, process, folder / "minio.log")
            yield made
        finally:
            process.terminate()
            process.wait()


def _wait_until_it_answers(server: MinioServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Its own health check is green before it takes calls."""
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            server.root().list_buckets()
            return
        except (urllib3.exceptions.HTTPError, MinioException):
            time.sleep(0.1)
    raise AssertionError(f"MinIO does not answer: {log.read_text()}")
