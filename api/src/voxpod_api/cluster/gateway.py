"""Every Kubernetes API call of the facade: plain JSON in and out, errors translated once.

It rides on the transport of `kubernetes.aio` (credentials, TLS, token rotation), as the operator does.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from kubernetes.aio.client.api_client import ApiClient

from voxpod_api import metrics
from voxpod_api.cluster.breaker import Breaker
from voxpod_api.errors import AlreadyExists, ClusterError, Conflict, Expired, Unavailable
from voxpod_crds.base import API_VERSION

Json = dict[str, Any]

TENANTS = "tenants"
MODELS = "speechmodels"
REQUESTS = "ttsrequests"

PAGE_SIZE = 200
WATCH_SECONDS = 290
"""After so long the API server ends a watch, and it goes on from where it was: a silently dead one lives no longer."""

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA_PAGE = 1000

USER_AGENT = "voxpod-api"
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


def path_of(plural: str, namespace: str = "", name: str = "") -> str:
    """URL path of a collection, or of one object."""
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"/apis/{API_VERSION}{scope}/{plural}" + (f"/{name}" if name else "")


class ClusterGateway:
    """Get, list, watch, create and merge; a 404 on read is an answer, not an error."""

    def __init__(self, api: ApiClient, timeout_seconds: float = 10.0, breaker: Breaker | None = None) -> None:
        self._api = api
        self._breaker = breaker or Breaker()
        self._api.user_agent = USER_AGENT
        # the API server of one's own cluster is not behind a proxy; aiohttp would look for one at each call, in another thread
        self._api.rest_client.configuration.client_session_kwargs = {"trust_env": False}
        self._timeout_seconds = timeout_seconds

    async def get(self, plural: str, namespace: str, name: str) -> Json | None:
        """The object, or None."""
        try:
            return await self._call("GET", path_of(plural, namespace, name))
        except ClusterError as error:
            if error.status == 404:
                return None
            raise

    async def create(self, plural: str, namespace: str, body: Json) -> Json:
        """The object as stored. Raises AlreadyExists."""
        return await self._call("POST", path_of(plural, namespace), body=body)

    async def merge(self, plural: str, namespace: str, name: str, patch: Json) -> Json:
        """The object after a JSON merge patch; with metadata.resourceVersion in it raises Conflict if it changed."""
        return await self._call("PATCH", path_of(plural, namespace, name), body=patch, content_type=MERGE_PATCH)

    async def pages(
        self, plural: str, namespace: str = "", selector: str = ""
    ) -> AsyncIterator[tuple[list[Json], str]]:
        """All objects, page by page, each with the resourceVersion of the list."""
        token = ""
        while True:
            query = {"limit": str(PAGE_SIZE), "labelSelector": selector, "continue": token}
            page = await self._call("GET", path_of(plural, namespace), query=query)
            meta = page.get("metadata") or {}
            yield page.get("items") or [], str(meta.get("resourceVersion") or "")
            token = meta.get("continue") or ""
            if not token:
                return

    async def metadata(self, plural: str, namespace: str, selector: str) -> list[Json]:
        """The metadata of all objects of a namespace: a list of names costs no text and no status."""
        found: list[Json] = []
        token = ""
        while True:
            query = {"limit": str(METADATA_PAGE), "labelSelector": selector, "continue": token}
            page = await self._call("GET", path_of(plural, namespace), query=query, accept=METADATA_ONLY)
            found += [item["metadata"] for item in page.get("items") or []]
            token = (page.get("metadata") or {}).get("continue") or ""
            if not token:
                return found

    async def watch(self, plural: str, selector: str, resource_version: str) -> AsyncIterator[Json]:
        """Events since `resource_version`, until the API server ends the watch. Raises Expired."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "labelSelector": selector,
            "resourceVersion": resource_version,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        call = f"WATCH {plural}"
        limits = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=WATCH_SECONDS + 10)
        response = await self._send("GET", path_of(plural), call, query, None, JSON, limits)
        try:
            if response.status != 200:
                raise _translated(call, response.status, _decoded(await response.read()))
            async for line in response.content:
                event = _decoded(line)
                if event.get("type") == "ERROR":
                    status = event.get("object") or {}
                    raise _translated(call, int(status.get("code") or 500), status)
                yield event
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(call, 0, type(error).__name__) from error
        finally:
            response.close()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Json | None = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> Json:
        call = f"{method} {path}"
        if not self._breaker.lets_through():
            metrics.NOT_ASKED.inc()
            raise Unavailable(call, 0, "the API server did not answer the calls before")
        limits = aiohttp.ClientTimeout(total=self._timeout_seconds)
        try:
            response = await self._send(method, path, call, query or {}, body, content_type, limits, accept)
            answer = _decoded(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._breaker.failed()
            raise Unavailable(call, 0, type(error).__name__) from error
        except Unavailable:
            self._breaker.failed()
            raise
        # 429 is its flow control: it is there, and others get their answers
        self._breaker.failed() if response.status >= 500 else self._breaker.answered()
        if 200 <= response.status < 300:
            return answer
        raise _translated(call, response.status, answer)

    async def _send(
        self,
        method: str,
        path: str,
        call: str,
        query: dict[str, str],
        body: Json | None,
        content_type: str,
        limits: aiohttp.ClientTimeout,
        accept: str = JSON,
    ) -> aiohttp.ClientResponse:
        request = await self._api.param_serialize(
            method,
            path,
            query_params=[(key, value) for key, value in query.items() if value],
            header_params={"Accept": accept, "Content-Type": content_type},
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            sent = await self._api.call_api(*request, _request_timeout=limits)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(call, 0, type(error).__name__) from error
        response: aiohttp.ClientResponse = sent.response
        return response


def _decoded(raw: bytes) -> Json:
    try:
        answer = json.loads(raw)
    except ValueError:
        return {"message": raw[:200].decode(errors="replace")}
    return answer if isinstance(answer, dict) else {"message": str(answer)[:200]}


def _translated(call: str, status: int, answer: Json) -> ClusterError:
    """The error that an answer stands for, by status code and machine-readable reason, never by text."""
    message = str(answer.get("message") or "no message")
    if status == 409:
        cls: type[ClusterError] = AlreadyExists if answer.get("reason") == "AlreadyExists" else Conflict
    elif status == 410:
        cls = Expired
    elif status == 429 or status >= 500:
        cls = Unavailable
    else:
        cls = ClusterError
    return cls(call, status, message)
