"""Every Kubernetes API call of the operator but Kopf's watches: plain JSON in and out, errors translated once.

It rides on the transport of `kubernetes.aio` (credentials, TLS, token rotation) and leaves its typed models alone:
importing those costs 30 MB and 0.8 s (measured with 37.0.2), and our own models are the contract.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
from kubernetes.aio.client.api_client import ApiClient

from voxpod_crds.base import ResourceKey
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import TOKEN_REVIEW, Kind
from voxpod_operator.cluster.server_clock import ServerClock
from voxpod_operator.errors import AlreadyExists, ClusterError, Conflict, Denied, NotLeading, Unavailable

Json = dict[str, Any]
Page = list[Json]
PAGE_SIZE = 200
"""Objects of one page: with the longest texts it has 10 MB, and holds the event loop for 100 ms while it is decoded."""

USER_AGENT = "voxpod-operator"
JSON = "application/json"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Accept header for lists without spec and status."""

MERGE_PATCH = "application/merge-patch+json"
NO_PROXY = {"trust_env": False}
"""The API server of one's own cluster is not behind a proxy. Else aiohttp looks into the environment and for a ~/.netrc at each call,
in another thread: 10 % of the operator's processor time under a crowd, and a change of threads in each claim."""
WRITES = frozenset(["POST", "PUT", "PATCH", "DELETE"])


class ClusterGateway:
    """Get, list, create, patch and delete; a 404 on read or delete is an answer, not an error."""

    def __init__(
        self,
        api: ApiClient,
        clock: ServerClock,
        timeout_seconds: float = 10.0,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_write` is asked before each write: a leader that could not renew its Lease in time must not act."""
        self._api = api
        self._clock = clock
        self._may_write = may_write
        self._api.user_agent = USER_AGENT  # the audit log then tells our writes from the Job controller's
        self._api.rest_client.configuration.client_session_kwargs = NO_PROXY
        self._timeout_seconds = timeout_seconds

    async def get(self, kind: Kind, key: ResourceKey) -> Json | None:
        """The object, or None."""
        try:
            return await self._call("GET", kind, key, kind.path(*key))
        except ClusterError as error:
            if error.status == 404:
                return None
            raise

    async def list(self, kind: Kind, namespace: str = "", **selectors: str) -> list[Json]:
        """All objects of the kind; selectors as the API names them (labelSelector, fieldSelector)."""
        return [item async for page in self.pages(kind, namespace, **selectors) for item in page]

    async def pages(
        self, kind: Kind, namespace: str = "", *, accept: str = JSON, **selectors: str
    ) -> AsyncIterator[Page]:
        """All objects of the kind, page by page: thousands of them need not be in memory at one time."""
        token = ""
        while True:
            query = {**selectors, "limit": str(PAGE_SIZE), **({"continue": token} if token else {})}
            page = await self._call(
                "LIST", kind, ResourceKey(namespace, ""), kind.path(namespace), query=query, accept=accept
            )
            yield page.get("items") or []
            token = page.get("metadata", {}).get("continue") or ""
            if not token:
                return

    async def create(self, kind: Kind, namespace: str, body: Json) -> Json:
        """The object as stored; raises AlreadyExists when the name is taken."""
        key = ResourceKey(namespace, body.get("metadata", {}).get("name", ""))
        return await self._call("POST", kind, key, kind.path(namespace), body=body)

    async def replace(self, kind: Kind, key: ResourceKey, body: Json) -> Json:
        """The object as stored; raises Conflict when body's resourceVersion is not the stored one."""
        return await self._call("PUT", kind, key, kind.path(*key), body=body)

    async def patch_status(self, kind: Kind, key: ResourceKey, patch: Json, resource_version: str) -> Json:
        """Merge `patch` into the status if the object is still at `resource_version`; raises Conflict otherwise."""
        body = {"metadata": {"resourceVersion": resource_version}, "status": patch}
        return await self._call("PATCH", kind, key, kind.path(*key, "status"), body=body, content_type=MERGE_PATCH)

    async def merge(self, kind: Kind, key: ResourceKey, patch: Json) -> Json:
        """The object as stored after a JSON merge patch of it."""
        return await self._call("PATCH", kind, key, kind.path(*key), body=patch, content_type=MERGE_PATCH)

    async def delete(self, kind: Kind, key: ResourceKey, uid: str = "") -> bool:
        """Whether there was something to delete; its children go in the background. `uid` guards against a namesake."""
        body: Json = {"propagationPolicy": "Background"}
        if uid:
            body["preconditions"] = {"uid": uid}
        try:
            await self._call("DELETE", kind, key, kind.path(*key), body=body)
        except ClusterError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def _call(
        self,
        verb: str,
        kind: Kind,
        key: ResourceKey,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Json | None = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> Json:
        if verb in WRITES and kind is not TOKEN_REVIEW and not self._may_write():
            raise NotLeading(verb, kind.name, key, 0, "this replica may not write: its Lease is not renewed")
        method = "GET" if verb == "LIST" else verb
        headers = {"Accept": accept, "Content-Type": content_type}
        began, sent = time.perf_counter(), self._clock.monotonic()
        status = 0
        try:
            call = await self._api.param_serialize(
                method,
                path,
                query_params=list((query or {}).items()),
                header_params=headers,
                body=body,
                auth_settings=["BearerToken"],
            )
            response = await self._api.call_api(*call, _request_timeout=self._timeout_seconds)
            raw: bytes = await response.read()  # type: ignore[no-untyped-call]
            status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(verb, kind.name, key, 0, f"{type(error).__name__}: {error}") from error
        finally:
            metrics.API_CALL_SECONDS.labels(verb=verb, kind=kind.name, code=str(status)).observe(
                time.perf_counter() - began
            )
        self._clock.observe(response.headers.get("Date"), sent)
        answer = _decode(raw)
        if 200 <= status < 300:
            return answer
        raise translate(verb, kind, key, status, answer, response.headers.get("Retry-After"))


def _decode(raw: bytes) -> Json:
    try:
        answer = json.loads(raw)
    except ValueError:
        return {"message": raw[:200].decode(errors="replace")}
    return answer if isinstance(answer, dict) else {"message": str(answer)[:200]}


def translate(
    verb: str, kind: Kind, key: ResourceKey, status: int, answer: Json, retry_after: str | None
) -> ClusterError:
    """The error that an answer outside 2xx stands for, by status code and machine-readable reason, never by text."""
    message = str(answer.get("message") or "no message")
    seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
    if status == 409:
        cls: type[ClusterError] = AlreadyExists if answer.get("reason") == "AlreadyExists" else Conflict
    elif status == 429 or status >= 500:
        cls = Unavailable
    elif status == 404:
        cls = ClusterError
    else:
        cls = Denied
    return cls(verb, kind.name, key, status, message, seconds)
