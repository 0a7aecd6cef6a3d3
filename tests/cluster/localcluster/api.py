"""The few questions that this program asks a cluster from outside."""

import json
import socket
import ssl
import struct
import urllib.request
from http import HTTPStatus
from typing import Any

from localcluster.layout import Cluster


def get(cluster: Cluster, path: str, timeout: float = 2) -> bytes:
    """GET a path of the API server as its admin; raises OSError when it does not answer with success."""
    context = ssl.create_default_context(cafile=str(cluster.pki / "ca.crt"))
    context.load_cert_chain(cluster.pki / "admin.crt", cluster.pki / "admin.key")
    with _direct(urllib.request.HTTPSHandler(context=context)).open(cluster.api_url + path, timeout=timeout) as answer:
        body: bytes = answer.read()
        return body


def get_object(cluster: Cluster, path: str) -> dict[str, Any]:
    """GET one API object, decoded."""
    found: dict[str, Any] = json.loads(get(cluster, path))
    return found


def api_ready(cluster: Cluster) -> bool:
    return get(cluster, "/readyz") == b"ok"


def node_ready(cluster: Cluster) -> bool:
    node = get_object(cluster, f"/api/v1/nodes/{cluster.node_name}")
    return any(one["type"] == "Ready" and one["status"] == "True" for one in node["status"]["conditions"])


def default_service_account_exists(cluster: Cluster) -> bool:
    """Whether pods can be created in the namespace `default` (they are refused until the controller made it)."""
    return bool(get(cluster, "/api/v1/namespaces/default/serviceaccounts/default"))


def kube_proxy_ready(cluster: Cluster) -> bool:
    with _direct().open(f"http://{cluster.node_ip}:10256/healthz", timeout=2) as answer:
        return bool(answer.status == HTTPStatus.OK)


def dns_ready(cluster: Cluster) -> bool:
    """Whether CoreDNS knows the Service `kubernetes`: it has then read the cluster's Services."""
    question = b"".join(bytes([len(label)]) + label for label in b"kubernetes.default.svc.cluster.local".split(b"."))
    query = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + question + b"\0" + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.sendto(query, (str(cluster.node_ip), 53))
        answer = client.recv(512)
    flags, _, answers = struct.unpack(">3H", answer[2:8])
    return bool(flags & 0xF == 0 and answers > 0)


def _direct(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)  # no proxy of the environment's
