"""The world of the operator harness on a real API server: the same verbs, and the played sandboxes' Jobs and pods as it wants them."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import kopf
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from certificates import Authority, an_authority, mount
from kube_api import MERGE, KubeApi
from loopback_ports import free_port
from memory_store import MemoryStore
from operator_harness import Loopback
from operator_world import World
from played_sandbox import play_sandbox
from real_api_server import RealApiServer
from resource_bodies import Json
from voxpod_crds.sandbox_protocol import TOKEN_AUDIENCE
from voxpod_operator.cluster.kinds import JOB, LEASE, POD, SERVICE, Kind

UNTIL_IT_ENDS = aiohttp.ClientTimeout(total=None)

SANDBOXES, SYSTEM = "voxpod-sandboxes", "voxpod-system"
ACCOUNT = "voxpod-sandbox"
HOSTS = ("voxpod-dispatch", "localhost")
"""What the dispatch endpoint is called here; a pod has the first in its hosts file."""


class RealWorld(World):
    """Reads and writes go to the API server; there is no other emulation than that of Job controller and kubelet."""

    url: str
    api: KubeApi
    authority: Authority
    """Who signed the dispatch certificate at first."""

    def connection(self) -> tuple[ApiClient, kopf.ConnectionInfo]:
        return ApiClient(Configuration(host=self.url)), kopf.ConnectionInfo(server=self.url)

    async def token_of(self, pod: Json) -> str:
        bound = {key: pod["metadata"][key] for key in ("name", "uid")}
        spec = {"audiences": [TOKEN_AUDIENCE], "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", **bound}}
        path = f"/api/v1/namespaces/{SANDBOXES}/serviceaccounts/{ACCOUNT}/token"
        answer = await asyncio.to_thread(self.api.create, path, {"spec": spec})
        return str(answer["status"]["token"])

    async def create(self, kind: Kind, body: Json, namespace: str = "") -> Json:
        if kind is POD:
            body = {**body, "spec": _pod_spec()}
        # the API server takes a status on creation from nobody
        made = await asyncio.to_thread(self.api.create, kind.path(namespace), body)
        if "status" not in body or kind is POD:
            return made
        await self.patch(kind, namespace, body["metadata"]["name"], {"status": body["status"]}, "status")
        return made

    async def patch(self, kind: Kind, namespace: str, name: str, body: Json, subresource: str = "") -> None:
        """Change an object, unless it is gone: who plays a part of the cluster is late now and then."""
        if kind is JOB and subresource == "status":
            body = {"status": _job_status(body["status"]["conditions"][0])}
        path = kind.path(namespace, name, subresource)
        status, answer = await asyncio.to_thread(self.api.call, "PATCH", path, body, content_type=MERGE)
        assert status in (200, 404), f"PATCH {path}: {status} {answer.get('message', answer)}"

    async def delete(self, kind: Kind, namespace: str, name: str) -> None:
        # a Job's own default is to orphan its pods, by a finalizer that only the garbage collector takes away
        await asyncio.to_thread(self.api.delete, kind.path(namespace, name), propagationPolicy="Background")

    async def bury_pods(self) -> None:
        """What the kubelet does with a pod that is being deleted, until cancelled."""
        while True:
            for pod in await asyncio.to_thread(self.api.items, POD.path(SANDBOXES)):
                if "deletionTimestamp" in pod["metadata"]:
                    path = POD.path(SANDBOXES, pod["metadata"]["name"])
                    await asyncio.to_thread(self.api.delete, path, gracePeriodSeconds=0)
            await asyncio.sleep(2)

    def stored(self, kind: Kind, namespace: str | None, name: str) -> Json | None:
        return self.api.get(kind.path(namespace or "", name))

    def all_of(self, kind: Kind) -> list[Json]:
        return self.api.items(kind.path())

    async def play_jobs(self) -> None:
        """Start the sandbox of each Job that appears, until cancelled."""
        played: set[str] = set()
        while True:
            watch = self.http.get(f"{self.url}{JOB.path(SANDBOXES)}", params={"watch": "1"}, timeout=UNTIL_IT_ENDS)
            async with watch as response:
                async for line in response.content:
                    job = json.loads(line)["object"]
                    over = "conditions" in job.get("status", {}) or job["spec"].get("suspend")
                    if job["metadata"]["uid"] not in played and not over:
                        played.add(job["metadata"]["uid"])
                        self.start(play_sandbox(self, job))


def _pod_spec() -> Json:
    """A pod of the sandboxes' account on a node that is not there."""
    return {
        "serviceAccountName": ACCOUNT,
        "automountServiceAccountToken": False,
        "nodeName": "played",
        "containers": [{"name": "sandbox", "image": "played"}],
    }


def _job_status(ended: Json) -> Json:
    """How the Job controller tells a Job's end, which the API server insists on."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    first = {"Complete": "SuccessCriteriaMet", "Failed": "FailureTarget"}[ended["type"]]
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in (first, ended["type"])]
    finished = {"completionTime": now, "succeeded": 1} if ended["type"] == "Complete" else {"failed": 1}
    return {"startTime": now, "conditions": conditions, **finished}


@asynccontextmanager
async def a_real_world(server: RealApiServer, tls_dir: Path) -> AsyncIterator[RealWorld]:
    """The namespaces, the dispatch Service and the sandboxes' account, once a cluster, and played sandboxes."""
    api = KubeApi(str(server.kubeconfig))
    for namespace in (SANDBOXES, SYSTEM, "acme"):
        _ensure(api, "/api/v1/namespaces", {"metadata": {"name": namespace}})
    _ensure(api, f"/api/v1/namespaces/{SANDBOXES}/serviceaccounts", {"metadata": {"name": ACCOUNT}})
    ports = {"ports": [{"port": 443}]}
    _ensure(api, SERVICE.path(SYSTEM), {"metadata": {"name": "voxpod-dispatch"}, "spec": ports})
    authority = an_authority()
    mount(tls_dir, authority.files(*HOSTS))
    ca = tls_dir / "ca.crt"
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(ca)), resolver=Loopback())
    async with aiohttp.ClientSession(connector=connector) as http:
        world = RealWorld(None, http, MemoryStore(), tls_dir, free_port())  # type: ignore[arg-type]
        world.url, world.api, world.authority = server.url, api, authority
        world.start(world.play_jobs())
        world.start(world.bury_pods())
        try:
            yield world
        finally:
            for task in list(world.tasks):
                task.cancel()
            await asyncio.gather(*world.tasks, return_exceptions=True)
            for job in api.items(JOB.path(SANDBOXES)):
                api.delete(JOB.path(SANDBOXES, job["metadata"]["name"]), propagationPolicy="Background")
            for pod in api.items(POD.path(SANDBOXES)):
                api.delete(POD.path(SANDBOXES, pod["metadata"]["name"]), gracePeriodSeconds=0)
            for lease in api.items(LEASE.path(SYSTEM)):
                api.delete(LEASE.path(SYSTEM, lease["metadata"]["name"]))


def _ensure(api: KubeApi, path: str, item: Json) -> Any:
    if api.get(f"{path}/{item['metadata']['name']}") is None:
        api.create(path, item)
