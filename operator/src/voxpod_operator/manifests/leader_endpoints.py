"""The EndpointSlice that leads the dispatch Service to the leader.

A Service selects ready pods, and readiness as leadership would leave followers unready for good: `helm --wait`,
`kubectl rollout status` and a PodDisruptionBudget would all see a broken Deployment. So the Service has no selector, and
the leader writes where it is.
"""

from typing import Any

from voxpod_crds import names


def slice_name(service: str) -> str:
    """Name of the EndpointSlice for a Service."""
    return f"{service}-leader"


def leader_endpoints(namespace: str, service: str, pod_name: str, pod_ip: str, port: int) -> dict[str, Any]:
    """The slice with the leader as its only endpoint."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": slice_name(service),
            "namespace": namespace,
            "labels": {
                "kubernetes.io/service-name": service,
                "endpointslice.kubernetes.io/managed-by": names.MANAGED_BY,
                names.MANAGED_BY_LABEL: names.MANAGED_BY,
            },
        },
        "addressType": "IPv6" if ":" in pod_ip else "IPv4",
        "endpoints": [
            {
                "addresses": [pod_ip],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": pod_name},
            }
        ],
        "ports": [{"name": "dispatch", "port": port, "protocol": "TCP"}],
    }
