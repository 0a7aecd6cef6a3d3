"""Who calls: a projected token, reviewed by the API server, bound to one pod of the sandbox ServiceAccount."""

from dataclasses import dataclass
from typing import Any

from voxpod_crds.sandbox_protocol import TOKEN_AUDIENCE
from voxpod_operator.cluster.gateway import ClusterGateway
from voxpod_operator.cluster.kinds import TOKEN_REVIEW

POD_NAME = "authentication.kubernetes.io/pod-name"
POD_UID = "authentication.kubernetes.io/pod-uid"


class Unauthenticated(Exception):
    """The caller is not a sandbox pod; the message says why and holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class PodIdentity:
    """A pod that the API server vouches for."""

    name: str
    uid: str


async def identify(gateway: ClusterGateway, authorization: str, namespace: str, service_account: str) -> PodIdentity:
    """The pod behind an Authorization header. Raises Unauthenticated, or ClusterError when the review fails.

    Never cached: the API server refuses the token of a pod that is gone, and that is worth 3 ms.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("a bearer token is required")
    review = await gateway.create(
        TOKEN_REVIEW,
        "",
        {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": [TOKEN_AUDIENCE]},
        },
    )
    return accept(review.get("status") or {}, namespace, service_account)


def accept(status: dict[str, Any], namespace: str, service_account: str) -> PodIdentity:
    """The pod that a TokenReview's status speaks of; raises Unauthenticated unless every claim is as it must be."""
    if not status.get("authenticated"):
        raise Unauthenticated("the token is not valid for this audience")
    if TOKEN_AUDIENCE not in (status.get("audiences") or []):
        raise Unauthenticated("the token is for another audience")
    user = status.get("user") or {}
    if user.get("username") != f"system:serviceaccount:{namespace}:{service_account}":
        raise Unauthenticated("the token is not of the sandbox ServiceAccount")
    extra = user.get("extra") or {}
    name, uid = (extra.get(POD_NAME) or [""])[0], (extra.get(POD_UID) or [""])[0]
    if not name or not uid:
        raise Unauthenticated("the token is not bound to a pod")
    return PodIdentity(name, uid)
