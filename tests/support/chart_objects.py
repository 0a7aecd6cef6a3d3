"""Finding things in what the chart renders to."""

from typing import Any

Json = dict[str, Any]


def find(objects: list[Json], kind: str, name: str, namespace: str | None = None) -> Json:
    """The one object with that kind and name."""
    found = [
        item
        for item in objects
        if item["kind"] == kind
        and item["metadata"]["name"] == name
        and namespace in (None, item["metadata"].get("namespace"))
    ]
    assert len(found) == 1, f"{len(found)} objects are {kind} {name}"
    return found[0]


def of_kind(objects: list[Json], *kinds: str) -> list[Json]:
    """Those of these kinds."""
    return [item for item in objects if item["kind"] in kinds]


def environment(objects: list[Json], deployment: str = "voxpod-operator") -> dict[str, Any]:
    """The environment of a Deployment's container: a variable's value, or its valueFrom."""
    containers = find(objects, "Deployment", deployment)["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in containers[0]["env"]}
