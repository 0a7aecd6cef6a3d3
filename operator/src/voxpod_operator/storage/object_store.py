"""The only object store I/O: presign, verify, remove. The S3 client blocks, so its calls run in a few threads."""

import asyncio
import hashlib
import re
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import certifi
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from voxpod_crds.sandbox_protocol import Audio, TimestampsObject, Upload
from voxpod_operator.errors import StoreError, StoreUnavailable

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
_MD5 = re.compile(r"[0-9a-f]{32}")


class ObjectStore:
    """One bucket, seen by the operator."""

    def __init__(self, client: Minio, bucket: str, threads: int = 8) -> None:
        self._client = client
        self.bucket = bucket
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="object-store")

    def close(self) -> None:
        """Let the threads go; calls under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def uri(self, key: str) -> str:
        """s3://bucket/key"""
        return f"s3://{self.bucket}/{key}"

    def presign_put(self, key: str, content_type: str, seconds: int) -> Upload:
        """Permission to PUT this one key, once it is known who asks; signed here, the store is not contacted."""
        url = self._client.presigned_put_object(self.bucket, key, timedelta(seconds=seconds))
        return Upload(url, {"Content-Type": content_type})

    async def problem_with(self, key: str, reported: Audio | TimestampsObject) -> str:
        """How the stored object differs from what the sandbox reported; empty when it does not.

        HEAD is enough where the ETag is the MD5 of the content (a single PUT without KMS encryption, as S3 documents);
        elsewhere the object is read and hashed.
        """
        return await self._run(lambda: self._compare(key, reported))

    async def remove(self, key: str) -> None:
        """The key is gone afterwards, whether it was there or not."""
        await self._run(lambda: self._client.remove_object(self.bucket, key))

    def _compare(self, key: str, reported: Audio | TimestampsObject) -> str:
        try:
            found = self._client.stat_object(self.bucket, key)
        except S3Error as error:
            if error.code in ("NoSuchKey", "NotFound"):
                return f"{self.uri(key)} is not there"
            raise
        if found.size != reported.bytes:
            return f"{self.uri(key)} has {found.size} bytes, the sandbox reported {reported.bytes}"
        etag = (found.etag or "").strip('"')
        same = etag == reported.md5 if _MD5.fullmatch(etag) else self._sha256(key) == reported.sha256
        if same:
            return ""
        return f"{self.uri(key)} does not have the reported checksum"

    def _sha256(self, key: str) -> str:
        digest = hashlib.sha256()
        response = self._client.get_object(self.bucket, key)
        try:
            for chunk in response.stream(CHUNK_BYTES):
                digest.update(chunk)
        finally:
            response.close()
            response.release_conn()
        return digest.hexdigest()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except S3Error as error:
            kind = StoreUnavailable if error.response is not None and error.response.status >= 500 else StoreError
            raise kind(f"{error.code}: {error.message}") from error
        except (urllib3.exceptions.HTTPError, MinioException, OSError) as error:
            raise StoreUnavailable(f"{type(error).__name__}: {error}") from error


def connect(endpoint: str, access_key: str, secret_key: str, *, secure: bool, region: str, ca_pem: str = "") -> Minio:
    """A client that answers within seconds or fails: retries are the reconciler's business.

    The region is given, because the client would otherwise ask the store for it, also when it only signs.
    """
    tls = ssl.create_default_context(cafile=certifi.where())
    if ca_pem:
        tls.load_verify_locations(cadata=ca_pem)
    pool = urllib3.PoolManager(
        ssl_context=tls,
        timeout=urllib3.Timeout(connect=3, read=10),
        retries=urllib3.Retry(1, backoff_factor=0.2),
        maxsize=8,
    )
    return Minio(endpoint, access_key, secret_key, secure=secure, region=region, http_client=pool)
