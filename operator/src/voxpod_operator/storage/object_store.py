"""The only object store I/O: presign, verify, store, read, remove, list, check. The S3 client blocks, so its calls run in a few threads."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from voxpod_crds.sandbox_protocol import MAX_AUDIO_BYTES, Audio, TimestampsObject, Upload
from voxpod_crds.trust import client_tls
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.storage.stored_file import Reading, StoredFile

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
PAGE = 1000
"""Objects that are listed at a time; what S3 gives in one answer."""

CHECK_KEY = ".voxpod-store-check"
"""The key that `check` asks about. Nothing is ever stored under it, and no tenant's key begins with a dot."""

_S3_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,64})</Code>")
_PLACES = re.compile(r"<[^<>]* at 0x[0-9a-f]+>: | \(_ssl\.c:\d+\)")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of the bucket, as a list tells it."""

    key: str
    bytes: int
    modified: datetime


class ObjectStore:
    """One bucket, seen by the operator."""

    def __init__(
        self,
        client: Minio,
        http: urllib3.PoolManager,
        bucket: str,
        *,
        conditional: bool = True,
        threads: int = 8,
        public: Minio | None = None,
    ) -> None:
        """`public` signs for listeners, where they know the store by another address; it is never asked anything."""
        self._client = client
        self._public = public or client
        self._http = http
        self.bucket = bucket
        self._upload_headers = {"If-None-Match": "*"} if conditional else {}
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
        return Upload(url, {"Content-Type": content_type, **self._upload_headers})

    def presign_get(self, key: str, seconds: int, since: datetime | None = None) -> str:
        """Permission to GET this one key for so long, at the store's public address; signed here, the store is not contacted.

        `since`: when that time began; now without it. The same key and moment make the same URL.
        """
        return str(self._public.presigned_get_object(self.bucket, key, timedelta(seconds=seconds), request_date=since))

    async def problem_with(self, key: str, reported: Audio | TimestampsObject) -> str:
        """How the stored object differs from what the sandbox reported; empty when it does not.

        HEAD is enough where the ETag is the MD5 of the content, as S3 documents for a single PUT without KMS encryption.
        Any other ETag proves nothing (with SSE-KMS and SSE-C it is 32 hexadecimal digits too, but no MD5: aws-cli#1026):
        then the object, whose size is known to be the reported one by then, is read and hashed.
        """
        return await self._run(lambda: self._compare(key, reported))

    async def describe(self, key: str) -> StoredFile | None:
        """A sandbox's object, read once, a chunk in memory at a time; None when it is not there, or larger than any may be."""
        return await self._run(lambda: self._describe(key))

    async def remove(self, key: str) -> None:
        """The key is gone afterwards, whether it was there or not."""
        await self._run(lambda: self._client.remove_object(self.bucket, key))

    async def create(self, key: str, content: bytes, content_type: str) -> None:
        """Store an object whose key follows from its content: one that is there already is left alone."""
        await self._run(lambda: self._create(key, content, content_type))

    async def replace(self, key: str, content: bytes, content_type: str) -> None:
        """Store an object, over what is there."""
        await self._run(
            lambda: self._client.put_object(self.bucket, key, BytesIO(content), len(content), content_type=content_type)
        )

    async def read(self, key: str) -> bytes:
        """An object as a whole; for small ones."""
        return await self._run(lambda: self._read(key))

    async def under(self, prefix: str, after: str = "") -> list[StoredObject]:
        """Everything whose key begins with `prefix` and sorts behind `after`, by key; of few objects."""
        return await self._run(lambda: [*_objects(self._list(prefix, after))])

    async def folders(self, prefix: str) -> list[str]:
        """Names of the folders in a folder, which is named with its slash."""
        found = await self._run(lambda: list(self._client.list_objects(self.bucket, prefix=prefix)))
        return [(one.object_name or "")[len(prefix) : -1] for one in found if one.is_dir]

    async def pages(self) -> AsyncIterator[list[StoredObject]]:
        """Everything in the bucket, 1,000 objects at a time."""
        found = self._list()
        while page := await self._run(lambda: list(islice(found, PAGE))):
            yield list(_objects(page))

    async def check(self, *, thorough: bool) -> None:
        """Return if requests can be served; StoreUnavailable when nobody answers, StoreError when the store refuses.

        One list of at most one key: it needs name, network, certificate, credentials and bucket to be right. `thorough`
        tries a sandbox's presigned upload and the verification's HEAD too, see `_check_upload`.
        """
        await self._run(lambda: self._check(thorough))

    def _check(self, thorough: bool) -> None:
        may_list = True
        try:
            next(iter(self._client.list_objects(self.bucket, prefix=CHECK_KEY)), None)
        except S3Error as error:
            if error.code != "AccessDenied":
                raise
            may_list, thorough = False, True  # only the sweep needs the right to list: see whether the rest is allowed
        if not thorough:
            return
        self._check_upload()
        if may_list:  # without that right, S3 says 403 of what is not there too
            try:
                self._client.stat_object(self.bucket, CHECK_KEY)
            except S3Error as error:
                if error.code not in ("NoSuchKey", "NotFound"):
                    raise StoreError(
                        f"{error.code}: the operator's user may not read objects (s3:GetObject)"
                    ) from error

    def _check_upload(self) -> None:
        """Send a presigned PUT that a store refuses last of all: its Content-MD5 is wrong.

        So permission, bucket and `If-None-Match` are judged, and nothing is stored. A store that does not look at the
        digest has stored six bytes then; they are removed.
        """
        upload = self.presign_put(CHECK_KEY, "application/octet-stream", 60)
        headers = {**upload.headers, "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
        answer = self._http.request("PUT", upload.url, body=b"voxpod", headers=headers, redirect=False)
        found = _S3_CODE.search(answer.data or b"")
        code = found.group(1).decode() if found else str(answer.status)
        if answer.status < 300:
            self._client.remove_object(self.bucket, CHECK_KEY)
        elif answer.status == 501:
            raise StoreError(
                f"{code}: the store does not know If-None-Match; set objectStore.conditionalWrites to false"
            )
        elif answer.status >= 500 or answer.status in (408, 429):
            raise StoreUnavailable(f"{code}: the store cannot take uploads at present")
        elif code not in ("BadDigest", "InvalidDigest") and answer.status not in (409, 412):
            raise StoreError(f"{code}: the store refuses uploads of the operator's user (s3:PutObject)")

    def _create(self, key: str, content: bytes, content_type: str) -> None:
        upload = self.presign_put(key, content_type, 60)
        answer = self._http.request("PUT", upload.url, body=content, headers=upload.headers, redirect=False)
        found = _S3_CODE.search(answer.data or b"")
        code = found.group(1).decode() if found else str(answer.status)
        if answer.status < 300 or answer.status == 412:
            return
        if answer.status >= 500 or answer.status in (408, 409, 429):
            raise StoreUnavailable(f"{code}: the store cannot take {key} at present")
        raise StoreError(f"{code}: the store refuses {key} (s3:PutObject)")

    def _list(self, prefix: str = "", after: str = "") -> Iterator[Any]:
        found: Iterator[Any] = self._client.list_objects(
            self.bucket, prefix=prefix, start_after=after or None, recursive=True
        )
        return found

    def _read(self, key: str) -> bytes:
        response = self._client.get_object(self.bucket, key)
        try:
            return bytes(response.data)
        finally:
            response.close()
            response.release_conn()

    def _compare(self, key: str, reported: Audio | TimestampsObject) -> str:
        try:
            found = self._client.stat_object(self.bucket, key)
        except S3Error as error:
            if error.code in ("NoSuchKey", "NotFound"):
                return f"{self.uri(key)} is not there"
            raise
        if found.size != reported.bytes:
            return f"{self.uri(key)} has {found.size} bytes, the sandbox reported {reported.bytes}"
        etag = (found.etag or "").strip('"').lower()
        if etag == reported.md5 or self._sha256(key, reported.bytes) == reported.sha256:
            return ""
        return f"{self.uri(key)} does not have the reported checksum"

    def _describe(self, key: str) -> StoredFile | None:
        try:
            size = self._client.stat_object(self.bucket, key).size or 0
            if size > MAX_AUDIO_BYTES:
                return None
            reading = Reading()
            for chunk in self._chunks(key):
                reading.take(chunk)
        except S3Error as error:
            if error.code in ("NoSuchKey", "NotFound"):
                return None
            raise
        return reading.file() if reading.size == size else None

    def _sha256(self, key: str, size: int) -> str:
        """Of at most `size` bytes of the object, a chunk in memory at a time."""
        digest = hashlib.sha256()
        for chunk in self._chunks(key, size):
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, key: str, size: int = 0) -> Iterator[bytes]:
        """An object's content, or the first `size` bytes of it."""
        response = self._client.get_object(self.bucket, key, length=size)
        try:
            yield from response.stream(CHUNK_BYTES)
        finally:
            response.close()
            response.release_conn()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except S3Error as error:
            status = error.response.status if error.response is not None else 0
            kind = StoreUnavailable if status >= 500 or status in (408, 429) else StoreError
            raise kind(f"{error.code}: {error.message}"[:200]) from error
        except (urllib3.exceptions.HTTPError, MinioException, OSError) as error:
            raise StoreUnavailable(_told(error)) from error
        except (ParseError, ValueError) as error:  # a portal's page, another kind of server
            raise StoreUnavailable(f"the answer is not one of S3: {error}"[:200]) from error


def _objects(listed: Iterable[Any]) -> Iterator[StoredObject]:
    return (StoredObject(one.object_name, one.size or 0, one.last_modified) for one in listed if one.last_modified)


def _told(error: Exception) -> str:
    """Why there was no answer, in the same words each time: it ends up in a status, which is written when it changes.

    Without the URL, which may be a presigned one, and without the body of a proxy's answer.
    """
    while isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason is not None:
        error = error.reason
    said = _PLACES.sub("", str(error)).partition(", Body: ")[0]
    return f"{type(error).__name__}: {said}"[:200]


def open_store(
    endpoint: str,
    access_key: str,
    secret_key: str,
    bucket: str,
    *,
    secure: bool,
    region: str,
    ca_pem: str = "",
    conditional: bool = True,
    session_token: str | None = None,
    public_url: str = "",
) -> ObjectStore:
    """A store whose calls answer within seconds or fail: retries are the reconciler's business.

    `public_url` (scheme, host, perhaps a port) is where listeners reach it; the endpoint without it.

    The region is given, because the client would otherwise ask the store for it, also when it only signs.
    """
    pool = urllib3.PoolManager(
        ssl_context=client_tls(ca_pem),
        timeout=urllib3.Timeout(connect=3, read=10),
        retries=urllib3.Retry(1, backoff_factor=0.2),
        maxsize=8,
    )

    def at(place: str, tls: bool) -> Minio:
        return Minio(place, access_key, secret_key, session_token, secure=tls, region=region, http_client=pool)

    url = urlsplit(public_url)
    public = at(url.netloc, url.scheme == "https") if public_url else None
    return ObjectStore(at(endpoint, secure), pool, bucket, conditional=conditional, public=public)
