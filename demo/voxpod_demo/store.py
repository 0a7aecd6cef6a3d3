"""The demo's object store seen from this machine: its credentials, and downloads through presigned URLs."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException

from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Kubectl
from voxpod_demo.settings import SYSTEM_NAMESPACE

SECRET = "voxpod-object-store"  # noqa: S105 - the name of a Secret
BUCKET = "voxpod"
REGION = "us-east-1"
URL_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of the operator's user, who may use the bucket and nothing else."""

    access_key: str
    secret_key: str


def credentials(kubectl: Kubectl) -> Credentials:
    """From the Secret that the chart made."""
    secret = kubectl.get("secret", SECRET, SYSTEM_NAMESPACE)
    if secret is None:
        raise DemoError(
            f"Secret {SECRET} is not in namespace {SYSTEM_NAMESPACE}: the demo is not installed", try_next=["make demo"]
        )
    data = secret["data"]
    return Credentials(*(base64.b64decode(data[key]).decode() for key in ("accessKey", "secretKey")))


class Downloads:
    """Fetches objects as anybody with a link could: the client only signs, the bytes come by plain HTTP."""

    def __init__(self, endpoint: str, keys: Credentials) -> None:
        self._client = Minio(
            endpoint=endpoint, access_key=keys.access_key, secret_key=keys.secret_key, secure=False, region=REGION
        )
        # not through a proxy of the environment: the node is next door
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=30), retries=urllib3.Retry(2, backoff_factor=0.5)
        )

    def fetch(self, uri: str, file: Path) -> None:
        """Download s3://bucket/key to `file`; it is complete or not there."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            url = self._client.presigned_get_object(bucket_name=bucket, object_name=key, expires=URL_LIFE)
            response = self._http.request("GET", url)
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise DemoError(f"{uri} cannot be downloaded: {error}") from error
        if response.status != 200:
            raise DemoError(
                f"{uri} cannot be downloaded: HTTP {response.status}",
                details=response.data.decode(errors="replace").splitlines()[:5],
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        partial.write_bytes(response.data)
        partial.replace(file)
